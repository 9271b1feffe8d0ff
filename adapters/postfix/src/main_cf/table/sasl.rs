//! smtp(8): SASL AUTHENTICATION CONTROLS.

use super::super::parameter::{Effect, Parameter};

pub(super) const SASL: &[Parameter] = &[
    Parameter::boolean("smtp_sasl_auth_enable", "no").says("authenticates where AUTH is offered"),
    Parameter::maps("smtp_sasl_password_maps")
        .says("has the user name and password, by sender, host or next hop"),
    Parameter::words("smtp_sasl_security_options", "noplaintext, noanonymous", SECURITY_OPTIONS)
        .says("says which mechanisms may be used without TLS"),
    Parameter::text("smtp_sasl_mechanism_filter", "")
        .says("says which of the offered mechanisms may be used"),
    Parameter::boolean("smtp_sender_dependent_authentication", "no")
        .says("looks credentials up by sender first"),
    Parameter::text("smtp_sasl_path", "")
        .says("is for the SASL library")
        .effect(Effect::None("the mechanisms are built in")),
    Parameter::name("smtp_sasl_type", "cyrus")
        .says("names the SASL library")
        .effect(Effect::None("the mechanisms are built in")),
    Parameter::text("smtp_sasl_auth_cache_name", "")
        .says("remembers credentials that were refused"),
    Parameter::time("smtp_sasl_auth_cache_time", "90d", 0)
        .in_days()
        .says("is for how long credentials that were refused are remembered"),
    Parameter::boolean("smtp_sasl_auth_soft_bounce", "yes")
        .says("defers mail whose credentials are refused for good, and bounces none"),
    Parameter::name("smtp_sasl_password_result_delimiter", ":")
        .says("stands between user name and password in smtp_sasl_password_maps"),
    Parameter::words(
        "smtp_sasl_tls_security_options",
        "$smtp_sasl_security_options",
        SECURITY_OPTIONS,
    )
    .says("says which mechanisms may be used with TLS"),
    Parameter::words(
        "smtp_sasl_tls_verified_security_options",
        "$smtp_sasl_tls_security_options",
        SECURITY_OPTIONS,
    )
    .says("says which mechanisms may be used with a server whose certificate matches"),
    Parameter::text("cyrus_sasl_config_path", "")
        .says("is where the SASL library has its configuration")
        .effect(Effect::None("the mechanisms are built in")),
];

const SECURITY_OPTIONS: &[&str] =
    &["noplaintext", "noactive", "nodictionary", "noanonymous", "mutual_auth", "forward_secrecy"];
