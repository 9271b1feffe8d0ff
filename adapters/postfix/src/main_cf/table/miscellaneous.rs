//! smtp(8): MISCELLANEOUS CONTROLS.

use super::super::parameter::{Effect, Parameter, Twin};

pub(super) const MISCELLANEOUS: &[Parameter] = &[
    Parameter::text("best_mx_transport", "")
        .says("takes mail whose best mail server is this machine, which bounces otherwise")
        .not_yet(),
    Parameter::text("config_directory", "/etc/postfix")
        .says("is where main.cf is")
        .effect(Effect::But("an option says so, and main.cf cannot")),
    Parameter::time("daemon_timeout", "18000s", 1).says("limits the time of a delivery"),
    Parameter::integer("delay_logging_resolution_limit", "2", 0)
        .at_most(6)
        .says("is how many decimals of delays are logged"),
    Parameter::boolean("disable_dns_lookups", "no")
        .says("uses no DNS, but what the system makes of names"),
    Parameter::name("inet_interfaces", "all").says("names the addresses of this machine"),
    Parameter::text("proxy_interfaces", "")
        .says("names addresses that others reach this machine by"),
    Parameter::words("inet_protocols", "all", &["ipv4", "ipv6", "all"])
        .was("ipv4")
        .says("names the IP versions"),
    Parameter::time("ipc_timeout", "3600s", 1)
        .says("limits each read and write between processes")
        .effect(Effect::But("only proxymap(8) and proxywrite(8) are talked to")),
    Parameter::boolean("smtp_bind_address_enforce", "no")
        .says("defers mail where the source address cannot be used"),
    Parameter::time("max_idle", "100s", 1).says("ends the process when idle").not_yet(),
    Parameter::integer("max_use", "100", 1)
        .says("ends the process after so many requests")
        .not_yet(),
    Parameter::text("process_id", "").says("is that of this process, and only to be referred to"),
    Parameter::text("process_name", "").says("is that of this process, and only to be referred to"),
    Parameter::text("service_name", "")
        .says("is that of this process in master.cf, and only to be referred to"),
    Parameter::choice("smtp_address_preference", "any", &["any", "ipv4", "ipv6"])
        .says("is the IP version that comes first among hosts of equal preference"),
    Parameter::text("smtp_bind_address", "").says("is the source address for IPv4"),
    Parameter::text("smtp_bind_address6", "").says("is the source address for IPv6"),
    Parameter::name("smtp_helo_name", "$myhostname")
        .says("is the name that EHLO tells")
        .twin(Twin::Named("lmtp_lhlo_name")),
    Parameter::words("smtp_host_lookup", "dns", &["dns", "native"])
        .says("names what finds the addresses of hosts"),
    Parameter::boolean("smtp_randomize_addresses", "yes")
        .says("shuffles hosts of equal preference"),
    Parameter::name("syslog_facility", "mail").says("is the facility of log lines"),
    Parameter::name("syslog_name", "${multi_instance_name?{$multi_instance_name}:{postfix}}")
        .says("begins the name of the program in log lines"),
    Parameter::text("fallback_relay", "").says("is a former name of smtp_fallback_relay"),
    Parameter::text("smtp_fallback_relay", "$fallback_relay")
        .says("names hosts for mail whose destinations cannot be found or reached")
        .lmtp_default(""),
    Parameter::choice("smtp_address_verify_target", "rcpt", &["rcpt", "data"])
        .says("is the command whose reply ends a probe"),
    Parameter::text("smtp_tcp_port", "smtp")
        .says("is the port of destinations that name none")
        .lmtp_default("24"),
];
