//! smtp(8): STARTTLS SUPPORT CONTROLS: those of the library, which all programs share.

use super::super::parameter::{Effect, Parameter};

pub(super) const TLS_LIBRARY: &[Parameter] = &[
    Parameter::text("tls_daemon_random_bytes", "32")
        .says("seeds the random numbers")
        .effect(Effect::None("the operating system seeds them")),
    Parameter::name("tls_high_cipherlist", "aNULL:-aNULL:HIGH:@STRENGTH")
        .says("is what the grade high means"),
    Parameter::name("tls_medium_cipherlist", "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH")
        .says("is what the grade medium means"),
    Parameter::name("tls_low_cipherlist", "$tls_medium_cipherlist")
        .says("is what the grade low means")
        .effect(Effect::None("low is the same as medium, as in Postfix 3.8 and later")),
    Parameter::name("tls_export_cipherlist", "$tls_medium_cipherlist")
        .says("is what the grade export means")
        .effect(Effect::None("export is the same as medium, as in Postfix 3.8 and later")),
    Parameter::name("tls_null_cipherlist", "eNULL:!aNULL").says("is what the grade null means"),
    Parameter::text("tls_disable_workarounds", "")
        .says("turns off what OpenSSL does for the sake of faulty servers")
        .effect(Effect::None("there are no such work-arounds")),
    Parameter::text("tls_dane_digest_agility", "on")
        .says("says whether the strongest digest of TLSA records counts alone")
        .effect(Effect::None("it does, as in Postfix 3.2 and later")),
    Parameter::text("tls_dane_trust_anchor_digest_enable", "yes")
        .says("knows digests of trust anchors in TLSA records")
        .effect(Effect::None("they are known, as in Postfix 3.2 and later")),
    Parameter::text("tls_dane_digests", "sha512 sha256")
        .says("names the digests of TLSA records, strongest first")
        .not_yet(),
    Parameter::name("tlsmgr_service_name", "tlsmgr")
        .says("is the service that keeps sessions and random numbers")
        .effect(Effect::None("the process keeps them itself")),
    Parameter::text("tls_eecdh_auto_curves", "?X25519MLKEM768:DEFAULT")
        .says("names the groups for key exchange"),
    Parameter::text("tls_ffdhe_auto_groups", "")
        .says("names the finite-field groups")
        .effect(Effect::None("the TLS library has no such groups")),
    Parameter::boolean("tls_fast_shutdown_enable", "yes")
        .says("does not wait for the server's end of TLS"),
    Parameter::text("tls_config_file", "default")
        .says("is where OpenSSL has its configuration")
        .effect(Effect::None("there is no OpenSSL")),
    Parameter::text("tls_config_name", "")
        .says("is the section of OpenSSL's configuration")
        .effect(Effect::None("there is no OpenSSL")),
    Parameter::boolean("tls_append_default_CA", "no")
        .says("trusts the authorities of the system beside those that are named"),
    Parameter::boolean("tls_preempt_cipherlist", "no")
        .says("prefers a server's own order of ciphers")
        .effect(Effect::None("it concerns servers")),
    Parameter::boolean("tls_legacy_public_key_fingerprints", "no")
        .says("makes fingerprints of keys as Postfix 2.9.0 to 2.9.5 did")
        .effect(Effect::None("fingerprints are made as Postfix 2.9.6 and later make them")),
    Parameter::text("tls_session_ticket_cipher", "aes-256-cbc")
        .says("encrypts a server's tickets")
        .effect(Effect::None("it concerns servers")),
    Parameter::text("tls_ssl_options", "")
        .says("turns on options of OpenSSL")
        .effect(Effect::None("there is no OpenSSL")),
    Parameter::text("tls_eecdh_strong_curve", "prime256v1")
        .says("is a server's group for key exchange")
        .effect(Effect::None("it concerns servers")),
    Parameter::text("tls_eecdh_ultra_curve", "secp384r1")
        .says("is a server's better group for key exchange")
        .effect(Effect::None("it concerns servers")),
    Parameter::boolean("tls_wildcard_matches_multiple_labels", "yes")
        .says("lets * in a certificate stand for several labels"),
    Parameter::text("tls_random_source", "")
        .says("is where random numbers come from")
        .effect(Effect::None("they are the operating system's")),
    Parameter::text("tls_random_bytes", "32")
        .says("is how much is read from tls_random_source")
        .effect(Effect::None("they are the operating system's")),
    Parameter::text("tls_random_exchange_name", "${data_directory}/prng_exch")
        .says("is the file that keeps random numbers")
        .effect(Effect::None("they are the operating system's")),
    Parameter::text("tls_random_reseed_period", "3600s")
        .says("is how often random numbers are mixed")
        .effect(Effect::None("they are the operating system's")),
    Parameter::text("tls_random_prng_update_period", "3600s")
        .says("is how often random numbers are kept")
        .effect(Effect::None("they are the operating system's")),
];
