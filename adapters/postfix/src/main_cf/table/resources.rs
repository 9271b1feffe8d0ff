//! smtp(8): RESOURCE AND RATE CONTROLS.

use super::super::parameter::{Effect, Parameter, Twin};

pub(super) const RESOURCES: &[Parameter] = &[
    Parameter::time("smtp_connect_timeout", "30s", 0)
        .says("limits the time to connect; 0s leaves it to the system")
        .lmtp_default("0s"),
    Parameter::time("smtp_helo_timeout", "300s", 1)
        .says("limits the wait for the greeting, and for the reply to EHLO")
        .twin(Twin::Named("lmtp_lhlo_timeout")),
    Parameter::time("smtp_xforward_timeout", "300s", 1)
        .says("limits the wait for the reply to XFORWARD"),
    Parameter::time("smtp_mail_timeout", "300s", 1)
        .says("limits the wait for the reply to MAIL FROM"),
    Parameter::time("smtp_rcpt_timeout", "300s", 1)
        .says("limits the wait for the reply to RCPT TO"),
    Parameter::time("smtp_data_init_timeout", "120s", 1)
        .says("limits the wait for the reply to DATA"),
    Parameter::time("smtp_data_xfer_timeout", "180s", 1).says("limits each write of content"),
    Parameter::time("smtp_data_done_timeout", "600s", 1)
        .says("limits the wait for the reply to the final dot"),
    Parameter::time("smtp_quit_timeout", "300s", 1).says("limits the wait for the reply to QUIT"),
    Parameter::time("smtp_rset_timeout", "20s", 1).says("limits the wait for the reply to RSET"),
    Parameter::integer("smtp_mx_address_limit", "5", 0)
        .was("0")
        .says("tries so many addresses of a destination; 0 tries them all"),
    Parameter::integer("smtp_mx_session_limit", "2", 0)
        .says("ends after so many sessions that failed; 0 is no limit"),
    Parameter::boolean("lmtp_cache_connection", "yes")
        .says("was the connection cache of the former LMTP client")
        .twin(Twin::Only)
        .effect(Effect::None("it has had none since Postfix 2.3")),
    Parameter::text("smtp_connection_cache_destinations", "")
        .says("names destinations whose connections are always kept")
        .not_yet(),
    Parameter::boolean("smtp_connection_cache_on_demand", "yes")
        .says("keeps connections while there is much mail for a destination")
        .not_yet(),
    Parameter::integer("smtp_connection_cache_reuse_limit", "10", 0)
        .says("was how often a connection is used again")
        .not_yet(),
    Parameter::time("smtp_connection_cache_time_limit", "2s", 1)
        .says("closes a connection that is not used for so long")
        .not_yet(),
    Parameter::time("smtp_connection_reuse_time_limit", "300s", 1)
        .says("is for how long a connection is used again")
        .not_yet(),
    Parameter::integer("smtp_connection_reuse_count_limit", "0", 0)
        .says("is how often a connection is used again; 0 is no limit")
        .not_yet(),
    Parameter::time("connection_cache_protocol_timeout", "5s", 1)
        .says("limits the talk with the connection cache")
        .not_yet(),
    Parameter::time("connection_cache_ttl_limit", "2s", 1)
        .says("is how long the connection cache keeps a connection at most")
        .not_yet(),
    Parameter::integer(
        "smtp_destination_concurrency_limit",
        "$default_destination_concurrency_limit",
        0,
    )
    .says("is how many deliveries to a destination there may be at a time")
    .not_yet(),
    Parameter::integer(
        "smtp_destination_recipient_limit",
        "$default_destination_recipient_limit",
        0,
    )
    .says("is how many recipients a delivery may have")
    .not_yet(),
    Parameter::integer("default_destination_concurrency_limit", "20", 0)
        .says("is the default of smtp_destination_concurrency_limit")
        .not_yet(),
    Parameter::integer("default_destination_recipient_limit", "50", 0)
        .says("is the default of smtp_destination_recipient_limit")
        .not_yet(),
];

pub(super) const SMTPUTF8: &[Parameter] = &[
    Parameter::boolean("smtputf8_enable", "${{$compatibility_level} <level {1} ? {no} : {yes}}")
        .says("uses SMTPUTF8 for messages with addresses in UTF-8"),
    Parameter::name("smtputf8_autodetect_classes", "sendmail, verify")
        .says("names the origins of messages that are looked over for addresses in UTF-8")
        .effect(Effect::None("the delivery client is told what a message needs")),
    Parameter::boolean("enable_idna2003_compatibility", "no")
        .says("turns names to ASCII as IDNA 2003 does")
        .effect(Effect::None("names are turned to ASCII as UTS #46 has it, with no transition")),
];

pub(super) const TROUBLE: &[Parameter] = &[
    Parameter::integer("debug_peer_level", "2", 1)
        .says("logs so much more of the peers in debug_peer_list"),
    Parameter::text("debug_peer_list", "").says("names peers to log more of"),
    Parameter::name("error_notice_recipient", "postmaster").says("gets the notices"),
    Parameter::words("internal_mail_filter_classes", "", &["bounce", "notify"])
        .says("names the mail of our own that is filtered")
        .effect(Effect::None("what becomes of notices is up to where they are handed to")),
    Parameter::words("notify_classes", "resource, software", NOTIFY_CLASSES)
        .says("names what notices are about"),
];

const NOTIFY_CLASSES: &[&str] =
    &["bounce", "2bounce", "data", "delay", "policy", "protocol", "resource", "software"];
