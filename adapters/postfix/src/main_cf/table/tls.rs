//! smtp(8): STARTTLS SUPPORT CONTROLS, but for those of the library; OBSOLETE STARTTLS CONTROLS.

use super::super::parameter::{Effect, Parameter, Twin};

pub(super) const TLS: &[Parameter] = &[
    Parameter::choice(
        "smtp_tls_security_level",
        "${{$compatibility_level} <level {3.11} ? {} : {may}}",
        &["", "none", "may", "encrypt", "fingerprint", "verify", "secure", "dane", "dane-only"],
    )
    .says("says whether TLS is used, and how far the server must prove who it is"),
    Parameter::time("smtp_starttls_timeout", "300s", 1)
        .says("limits each read and write while TLS starts and ends"),
    Parameter::text("smtp_tls_CAfile", "").says("is a file of authorities to trust"),
    Parameter::text("smtp_tls_CApath", "").says("is a directory of authorities to trust"),
    Parameter::text("smtp_tls_cert_file", "").says("is a file with our RSA certificate"),
    Parameter::text("smtp_tls_key_file", "$smtp_tls_cert_file")
        .says("is a file with the key of our RSA certificate"),
    Parameter::text("smtp_tls_dcert_file", "")
        .says("is a file with our DSA certificate")
        .effect(Effect::Refused("DSA is not to be had with TLS 1.2 and later")),
    Parameter::text("smtp_tls_dkey_file", "$smtp_tls_dcert_file")
        .says("is a file with the key of our DSA certificate")
        .effect(Effect::Refused("DSA is not to be had with TLS 1.2 and later")),
    Parameter::text("smtp_tls_eccert_file", "").says("is a file with our ECDSA certificate"),
    Parameter::text("smtp_tls_eckey_file", "$smtp_tls_eccert_file")
        .says("is a file with the key of our ECDSA certificate"),
    Parameter::text("smtp_tls_chain_files", "")
        .says("names files with keys and their certificates, in place of all others"),
    Parameter::name("smtp_tls_mandatory_ciphers", "medium")
        .says("is the grade of ciphers where TLS is mandatory"),
    Parameter::name("smtp_tls_ciphers", "medium")
        .says("is the grade of ciphers where TLS is opportunistic"),
    Parameter::text("smtp_tls_exclude_ciphers", "").says("leaves ciphers out"),
    Parameter::text("smtp_tls_mandatory_exclude_ciphers", "")
        .says("leaves more ciphers out where TLS is mandatory"),
    Parameter::text("smtp_tls_mandatory_protocols", ">=TLSv1")
        .says("names the versions of TLS where it is mandatory"),
    Parameter::text("smtp_tls_protocols", ">=TLSv1")
        .says("names the versions of TLS where it is opportunistic"),
    Parameter::integer("smtp_tls_loglevel", "0", 0)
        .says("logs of TLS nothing, a summary (1), the certificate (2), handshakes (3), all bytes (4)")
        .at_most(4),
    Parameter::boolean("smtp_tls_note_starttls_offer", "no")
        .says("logs which servers offer STARTTLS that is not used"),
    Parameter::maps("smtp_tls_policy_maps").says("has the level of TLS by next hop"),
    Parameter::integer("smtp_tls_scert_verifydepth", "9", 0)
        .was("5")
        .says("is how many certificates there may be from the server's to the root's"),
    Parameter::name("smtp_tls_secure_cert_match", "nexthop, dot-nexthop")
        .says("names what the certificate must match at level secure")
        .lmtp_default("nexthop"),
    Parameter::name("smtp_tls_verify_cert_match", "hostname")
        .says("names what the certificate must match at level verify"),
    Parameter::text("smtp_tls_session_cache_database", "")
        .says("remembers sessions, to resume them")
        .effect(Effect::But("the memory is that of the process, whatever the table")),
    Parameter::time("smtp_tls_session_cache_timeout", "3600s", 0)
        .says("remembers a session for so long"),
    Parameter::text("smtp_tls_fingerprint_cert_match", "")
        .says("names the fingerprints of certificates at level fingerprint"),
    Parameter::name(
        "smtp_tls_fingerprint_digest",
        "${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}",
    )
    .says("is how fingerprints are made"),
    Parameter::boolean("smtp_tls_block_early_mail_reply", "no")
        .says("takes a reply before MAIL FROM that follows STARTTLS as an attack"),
    Parameter::text("smtp_tls_trust_anchor_file", "")
        .says("names files of certificates and keys to trust, in place of authorities"),
    Parameter::boolean("smtp_tls_force_insecure_host_tlsa_lookup", "no")
        .says("asks for TLSA records although the address of the host is not signed")
        .not_yet(),
    Parameter::boolean("smtp_tls_wrappermode", "no")
        .says("begins with TLS, without STARTTLS, as on port 465"),
    Parameter::choice("smtp_tls_dane_insecure_mx_policy", "dane", &["may", "encrypt", "dane"])
        .says("is the level for hosts with TLSA records that unsigned MX records name")
        .twin(Twin::None)
        .not_yet(),
    Parameter::boolean("smtp_tls_connection_reuse", "no")
        .says("keeps connections with TLS for later mail")
        .not_yet(),
    Parameter::text("smtp_tls_servername", "").says("is the server name that TLS tells"),
    Parameter::boolean("smtp_tls_enable_rpk", "no")
        .says("asks for raw public keys beside certificates")
        .effect(Effect::None(
            "the TLS library asks for raw public keys alone, or certificates alone",
        )),
    Parameter::boolean("smtp_tlsrpt_enable", "no")
        .says("reports on TLS as RFC 8460 asks")
        .not_yet(),
    Parameter::text("smtp_tlsrpt_socket_name", "")
        .says("is the socket that reports on TLS go to")
        .not_yet(),
    Parameter::boolean("smtp_tlsrpt_skip_reused_handshakes", "no")
        .says("reports on no sessions that are resumed")
        .not_yet(),
    Parameter::boolean("smtp_tls_enforce_sts_mx_patterns", "yes")
        .says("connects to MX hosts only that match the patterns of an MTA-STS policy"),
    Parameter::boolean("tls_required_enable", "yes").says("obeys the header TLS-Required: no"),
    Parameter::boolean("requiretls_enable", "yes").says("knows REQUIRETLS of RFC 8689"),
    Parameter::text("smtp_requiretls_policy", REQUIRETLS_POLICY)
        .says("says by next hop how far REQUIRETLS is insisted on"),
    Parameter::boolean("smtp_log_tls_feature_status", "yes")
        .says("adds tls= to the log line of a recipient"),
];

pub(super) const OBSOLETE_TLS: &[Parameter] = &[
    Parameter::boolean("smtp_use_tls", "no")
        .says("uses TLS where it is offered; now smtp_tls_security_level = may"),
    Parameter::boolean("smtp_enforce_tls", "no")
        .says("uses nothing but TLS; now smtp_tls_security_level = encrypt or verify"),
    Parameter::boolean("smtp_tls_enforce_peername", "yes")
        .says("makes smtp_enforce_tls insist on the name in the certificate"),
    Parameter::maps("smtp_tls_per_site")
        .says("has the level of TLS by next hop and host; now smtp_tls_policy_maps"),
    Parameter::text("smtp_tls_cipherlist", "")
        .says("names ciphers as OpenSSL does; now smtp_tls_mandatory_ciphers"),
];

const REQUIRETLS_POLICY: &str = "inline:{{$mydomain = opportunistic}, \
     {.$mydomain = opportunistic}, {localhost = opportunistic}}, \
     cidr:{{0.0.0.0/0 opportunistic}, {::/0 opportunistic}}, enforce";
