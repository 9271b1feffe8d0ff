//! Parameters that the client reads and smtp(8) does not name.

use super::super::parameter::{Effect, Parameter};

pub(super) const UNNAMED: &[Parameter] = &[
    Parameter::name("compatibility_level", "3.11")
        .says("is the version of Postfix whose defaults hold; 2.2 has those of its manual"),
    Parameter::name("myhostname", "").says("is the name of this machine"),
    Parameter::name("mydomain", "").says("is the domain of this machine"),
    Parameter::name("myorigin", "$myhostname").says("is the domain of addresses without one"),
    Parameter::text("multi_instance_name", "").says("is the name of this instance"),
    Parameter::text("relayhost", "").says("is the next hop of mail for other domains"),
    Parameter::boolean("soft_bounce", "no").says("defers all that would bounce"),
    Parameter::time("minimal_backoff_time", "300s", 1)
        .says("is the age of a message from which on plaintext may do after TLS has failed"),
    Parameter::time("queue_run_delay", "300s", 1)
        .says("is the time between looks at deferred mail")
        .not_yet(),
    Parameter::integer("line_length_limit", "2048", 512).says("is the longest line of a reply"),
    Parameter::integer("header_size_limit", "102400", 1).says("is the longest header, continued"),
    Parameter::words(
        "propagate_unmatched_extensions",
        "canonical, virtual",
        &["canonical", "virtual", "alias", "forward", "include", "generic"],
    )
    .says("names the tables whose results get the extension of an address"),
    Parameter::text("mydestination", "$myhostname, localhost.$mydomain, localhost")
        .says("names the domains whose addresses smtp_generic_maps may have without a domain"),
    Parameter::text("recipient_delimiter", "").says("begins the extension of an address"),
    Parameter::text("parent_domain_matches_subdomains", PARENT_DOMAIN_MATCHES)
        .says("names the lists in which a domain stands for those below it"),
    Parameter::name("double_bounce_sender", "double-bounce").says("sends notices"),
    Parameter::name("mail_name", "Postfix").says("is the name of the mail system in notices"),
    Parameter::boolean("helpful_warnings", "yes").says("advises what to do about what is odd"),
    Parameter::boolean("address_verify_negative_cache", "yes")
        .says("remembers addresses that a probe found undeliverable")
        .not_yet(),
    Parameter::text("fast_flush_domains", "$relay_domains")
        .says("names domains whose deferred mail is noted")
        .not_yet(),
    Parameter::name("queue_directory", "/var/spool/postfix")
        .says("is where the queue and the sockets of services are"),
    Parameter::name("data_directory", "/var/lib/postfix")
        .says("is where Postfix has data of its own"),
    Parameter::name("command_directory", "/usr/sbin").says("is where postmap(1) is"),
    Parameter::name("mail_owner", "postfix").says("owns the queue").not_yet(),
    Parameter::text("hash_queue_names", "deferred, defer")
        .says("names the queues with directories in them")
        .not_yet(),
    Parameter::integer("hash_queue_depth", "1", 1)
        .says("is how many levels of directories there are in a queue")
        .not_yet(),
    Parameter::text("maillog_file", "")
        .says("gets the log lines in place of syslog")
        .effect(Effect::But("the process writes to it itself, without postlogd(8)")),
    Parameter::time("ipc_idle", "5s", 1).says("closes an idle channel of a service").not_yet(),
    Parameter::time("ipc_ttl", "1000s", 1).says("closes a channel of a service").not_yet(),
    Parameter::name("proxymap_service_name", "proxymap").says("is the service of proxy: tables"),
    Parameter::name("proxywrite_service_name", "proxywrite")
        .says("is the service of proxy: tables that are written to"),
    service("bounce_service_name", "bounce"),
    service("defer_service_name", "defer"),
    service("trace_service_name", "trace"),
    service("address_verify_service_name", "verify"),
    service("flush_service_name", "flush"),
    service("connection_cache_service_name", "scache"),
    service("tlsproxy_service_name", "tlsproxy"),
    service("cleanup_service_name", "cleanup"),
    service("postlog_service_name", "postlog"),
];

const fn service(name: &'static str, default: &'static str) -> Parameter {
    Parameter::name(name, default).says("is the name of a service in master.cf").not_yet()
}

const PARENT_DOMAIN_MATCHES: &str = "debug_peer_list,fast_flush_domains,mynetworks,\
     permit_mx_backup_networks,qmqpd_authorized_clients,relay_domains,smtpd_access_maps";
