//! What each parameter sets, at its default and at another value.

use super::*;

#[test]
fn conversations_are_held_as_parameters_say() {
    let config = |line: &str, field: fn(&Config) -> String| {
        effect(line, |setup| field(&setup.config)).replace('"', "")
    };
    for (line, field, expected) in [
        (
            "smtp_helo_name = other.example",
            (|c| c.helo_name.to_string()) as fn(&Config) -> String,
            "client.example.com other.example",
        ),
        ("myhostname = a.example", |c| c.host_name.to_string(), "client.example.com a.example"),
        ("smtp_always_send_ehlo = no", |c| format!("{:?}", c.hello), "Ehlo EhloIfOffered"),
        ("smtp_never_send_ehlo = yes", |c| format!("{:?}", c.hello), "Ehlo Helo"),
        ("smtp_helo_timeout = 5s", |c| format!("{:?}", c.time_limits.hello), "300s 5s"),
        ("smtp_starttls_timeout = 5s", |c| format!("{:?}", c.time_limits.starttls), "300s 5s"),
        ("smtp_xforward_timeout = 5s", |c| format!("{:?}", c.time_limits.xforward), "300s 5s"),
        ("smtp_mail_timeout = 5s", |c| format!("{:?}", c.time_limits.mail), "300s 5s"),
        ("smtp_rcpt_timeout = 5s", |c| format!("{:?}", c.time_limits.recipient), "300s 5s"),
        ("smtp_data_init_timeout = 5s", |c| format!("{:?}", c.time_limits.data), "120s 5s"),
        ("smtp_data_xfer_timeout = 5s", |c| format!("{:?}", c.time_limits.content), "180s 5s"),
        ("smtp_data_done_timeout = 5s", |c| format!("{:?}", c.time_limits.end_of_data), "600s 5s"),
        ("smtp_rset_timeout = 5s", |c| format!("{:?}", c.time_limits.reset), "20s 5s"),
        ("smtp_quit_timeout = 5s", |c| format!("{:?}", c.time_limits.quit), "300s 5s"),
        (
            "smtp_per_request_deadline = yes\nsmtp_min_data_rate = 9",
            |c| format!("{:?}", c.time_limits.per),
            "Progress Request { minimum_rate: 9 }",
        ),
        (
            "smtp_line_length_limit = 990",
            |c| format!("{:?}", c.line_length_limit),
            "Some(998) Some(990)",
        ),
        ("smtp_line_length_limit = 0", |c| format!("{:?}", c.line_length_limit), "Some(998) None"),
        ("smtp_quote_rfc821_envelope = no", |c| format!("{:?}", c.quoting), "AsNeeded Never"),
        ("smtp_skip_quit_response = no", |c| format!("{:?}", c.farewell), "Hasty Polite"),
        (
            "disable_mime_output_conversion = yes",
            |c| format!("{:?}", c.conversion),
            "AsPostfix Off",
        ),
        ("mime_boundary_length_limit = 9", |c| c.mime.boundary.to_string(), "2048 9"),
        ("mime_nesting_limit = 9", |c| c.mime.nesting.to_string(), "100 9"),
        ("header_size_limit = 9", |c| c.mime.header.to_string(), "102400 9"),
        (
            "line_length_limit = 999",
            |c| format!("{} {}", c.reply_line_limit, c.mime.piece),
            "2048 2048 999 999",
        ),
        ("smtp_tls_note_starttls_offer = yes", |c| c.note_starttls_offer.to_string(), "false true"),
        (
            "smtp_tls_block_early_mail_reply = yes",
            |c| c.block_early_mail_reply.to_string(),
            "false true",
        ),
        ("smtp_send_xforward_command = yes", |c| format!("{:?}", c.send_xforward), "false true"),
        ("smtputf8_enable = no", |c| format!("{:?}", c.smtputf8), "true false"),
        ("smtp_pix_workaround_delay_time = 3s", |c| format!("{:?}", c.pix_delay), "10s 3s"),
        (
            "smtp_pix_workaround_threshold_time = 0",
            |c| format!("{:?}", c.pix_threshold),
            "500s 0ns",
        ),
        (
            "smtp_sasl_security_options = noanonymous",
            |c| format!("{:?} {:?}", c.auth.plaintext, c.auth.verified),
            "SecurityOptions(noplaintext,noanonymous) SecurityOptions(noplaintext,noanonymous) \
             SecurityOptions(noanonymous) SecurityOptions(noanonymous)",
        ),
        (
            "smtp_sasl_tls_security_options = noanonymous",
            |c| format!("{:?} {:?}", c.auth.tls, c.auth.verified),
            "SecurityOptions(noplaintext,noanonymous) SecurityOptions(noplaintext,noanonymous) \
             SecurityOptions(noanonymous) SecurityOptions(noanonymous)",
        ),
        (
            "smtp_sasl_tls_verified_security_options = noactive",
            |c| format!("{:?}", c.auth.verified),
            "SecurityOptions(noplaintext,noanonymous) SecurityOptions(noactive)",
        ),
        (
            "smtp_sasl_mechanism_filter = plain",
            |c| c.auth.filter.allows("LOGIN").to_string(),
            "true false",
        ),
    ] {
        assert_eq!(config(line, field), expected, "{line}");
    }
}

#[test]
fn hosts_are_found_as_parameters_say() {
    let rules = |line: &str, field: fn(&envoi_driver::dns::Rules) -> String| {
        effect(line, |setup| field(&setup.policy.rules)).replace('"', "")
    };
    for (line, field, expected) in [
        (
            "disable_dns_lookups = yes",
            (|r| r.dns.to_string()) as fn(&envoi_driver::dns::Rules) -> String,
            "true false",
        ),
        ("smtp_dns_support_level = disabled", |r| r.dns.to_string(), "true false"),
        ("smtp_host_lookup = native", |r| format!("{:?}", r.host_lookup), "Dns Native"),
        ("smtp_host_lookup = dns, native", |r| format!("{:?}", r.host_lookup), "Dns DnsThenNative"),
        ("inet_protocols = ipv4", |r| format!("{:?}", r.families), "All Ipv4"),
        ("inet_protocols = ipv4, ipv6", |r| format!("{:?}", r.families), "All All"),
        ("smtp_address_preference = ipv6", |r| format!("{:?}", r.prefers), "None Some(Ipv6)"),
        ("smtp_balance_inet_protocols = no", |r| r.balance.to_string(), "true false"),
        ("smtp_randomize_addresses = no", |r| r.shuffle.to_string(), "true false"),
        ("smtp_mx_address_limit = 0", |r| format!("{:?}", r.address_limit), "Some(5) None"),
        ("ignore_mx_lookup_error = yes", |r| r.ignore_mx_error.to_string(), "false true"),
        (
            "smtp_defer_if_no_mx_address_found = yes",
            |r| r.defer_without_address.to_string(),
            "false true",
        ),
        ("smtp_cname_overrides_servername = yes", |r| r.canonical_names.to_string(), "false true"),
        ("use_srv_lookup = Submission", |r| r.srv_services.concat(), " submission"),
        ("allow_srv_lookup_fallback = yes", |r| r.srv_fallback.to_string(), "false true"),
        ("ignore_srv_lookup_error = yes", |r| r.ignore_srv_error.to_string(), "false true"),
        (
            "inet_interfaces = 192.0.2.1, [2001:db8::1]",
            |r| format!("{:?}", r.own_addresses),
            "[127.0.0.1] [192.0.2.1, 2001:db8::1]",
        ),
        (
            "proxy_interfaces = 192.0.2.9",
            |r| format!("{:?}", r.own_addresses),
            "[127.0.0.1] [127.0.0.1, 192.0.2.9]",
        ),
        ("smtp_tcp_port = submission", |r| r.port.to_string(), "25 587"),
        ("smtp_tcp_port = 2525", |r| r.port.to_string(), "25 2525"),
        ("known_tcp_ports = smtp=26", |r| r.port.to_string(), "25 26"),
    ] {
        assert_eq!(rules(line, field), expected, "{line}");
    }
}

#[test]
fn mail_is_delivered_as_parameters_say() {
    let policy = |line: &str, field: fn(&Policy) -> String| {
        effect(line, |setup| field(&setup.policy)).replace('"', "")
    };
    for (line, field, expected) in [
        (
            "smtp_mx_session_limit = 0",
            (|p| format!("{:?}", p.session_limit)) as fn(&Policy) -> String,
            "Some(2) None",
        ),
        ("soft_bounce = yes", |p| p.circumstances.soft_bounce.to_string(), "false true"),
        (
            "smtp_skip_5xx_greeting = no",
            |p| p.circumstances.skip_5xx_greeting.to_string(),
            "true false",
        ),
        (
            "smtp_sasl_auth_soft_bounce = no",
            |p| p.circumstances.auth_soft_bounce.to_string(),
            "true false",
        ),
        ("minimal_backoff_time = 9s", |p| format!("{:?}", p.minimal_backoff), "300s 9s"),
        ("fallback_relay = [a.example]:26", |p| shown(&p.fallback_relay), " [a.example]:26"),
        (
            "smtp_fallback_relay = b.example, [c.example]",
            |p| shown(&p.fallback_relay),
            " b.example [c.example]",
        ),
        ("relayhost = [r.example]", |p| shown(p.relayhost.as_slice()), " [r.example]"),
        ("smtp_tls_wrappermode = yes", |p| format!("{:?}", p.peer.tls_start), "Starttls Implicit"),
    ] {
        assert_eq!(policy(line, field), expected, "{line}");
    }
}

#[test]
fn what_is_told_is_told_as_parameters_say() {
    let reporting = |line: &str, field: fn(&Reporting) -> String| {
        effect(line, |setup| field(&setup.reporting)).replace('"', "")
    };
    for (line, field, expected) in [
        (
            "delay_logging_resolution_limit = 6",
            (|r| r.line.decimals.to_string()) as fn(&Reporting) -> String,
            "2 6",
        ),
        (
            "info_log_address_format = internal",
            |r| format!("{:?}", r.line.addresses),
            "External Internal",
        ),
        ("smtp_tls_loglevel = 2", |r| format!("{:?}", r.tls), "Off Negotiation"),
        ("syslog_name = post", |r| r.name.clone(), "postfix/smtp post/smtp"),
        ("syslog_facility = local3", |r| r.facility.to_string(), "mail local3"),
        (
            "notify_classes = protocol",
            |r| r.notices.classes.contains(crate::notice::Class::Protocol).to_string(),
            "false true",
        ),
        (
            "error_notice_recipient = root",
            |r| r.notices.recipient.to_string(),
            "postmaster@client.example.com root@client.example.com",
        ),
        ("debug_peer_level = 5", |r| r.debug.level.to_string(), "2 5"),
        (
            "debug_peer_list = example.com",
            |r| r.debug.peers.has_domain("example.com").unwrap().to_string(),
            "false true",
        ),
        ("mail_name = Mail", |r| r.notices.client.clone(), "Postfix SMTP Mail SMTP"),
        ("header_from_format = obsolete", |r| format!("{:?}", r.notices.from), "Standard Obsolete"),
    ] {
        assert_eq!(reporting(line, field), expected, "{line}");
    }
}

#[test]
fn connections_are_made_as_parameters_say() {
    let dialing = |line: &str, field: fn(&Dialing) -> String| {
        effect(line, |setup| field(&setup.dialing)).replace('"', "")
    };
    for (line, field, expected) in [
        (
            "smtp_connect_timeout = 5s",
            (|d| format!("{:?}", d.timeout)) as fn(&Dialing) -> String,
            "Some(30s) Some(5s)",
        ),
        ("smtp_bind_address_enforce = yes", |d| d.bind_enforce.to_string(), "false true"),
        ("tcp_windowsize = 9999", |d| format!("{:?}", d.window), "None Some(9999)"),
        ("smtp_connect_timeout = 0", |d| format!("{:?}", d.timeout), "Some(30s) None"),
        ("smtp_bind_address = [192.0.2.1]", |d| format!("{:?}", d.bind), "None Some(192.0.2.1)"),
        (
            "smtp_bind_address6 = 2001:db8::1",
            |d| format!("{:?}", d.bind6),
            "None Some(2001:db8::1)",
        ),
        ("inet_interfaces = 192.0.2.1", |d| format!("{:?}", d.bind), "None Some(192.0.2.1)"),
        ("inet_interfaces = 192.0.2.1, 192.0.2.2", |d| format!("{:?}", d.bind), "None None"),
    ] {
        assert_eq!(dialing(line, field), expected, "{line}");
    }
}

#[test]
fn content_is_changed_as_parameters_say() {
    for (line, field, expected) in [
        (
            "smtp_generic_maps = static:a@b.example",
            (|r| r.generic.is_empty().to_string()) as fn(&Rewriting) -> String,
            "true false",
        ),
        (
            "smtp_generic_maps = inline:{ a@b=c@d.example }\nrecipient_delimiter = +\n\
             propagate_unmatched_extensions = generic",
            |r| r.generic.map("a+x@b").unwrap().unwrap_or_default(),
            " c+x@d.example",
        ),
        (
            "smtp_generic_maps = inline:{ a=c@d.example }\nmydestination = b.example",
            |r| r.generic.map("a@b.example").unwrap().unwrap_or_default(),
            " c@d.example",
        ),
        (
            "smtp_header_checks = static:IGNORE",
            |r| r.header_checks.is_empty().to_string(),
            "true false",
        ),
        (
            "smtp_mime_header_checks = static:IGNORE",
            |r| r.mime_header_checks.is_empty().to_string(),
            "true false",
        ),
        (
            "smtp_nested_header_checks = static:IGNORE",
            |r| r.nested_header_checks.is_empty().to_string(),
            "true false",
        ),
        (
            "smtp_body_checks = static:IGNORE",
            |r| r.body_checks.is_empty().to_string(),
            "true false",
        ),
        ("mime_nesting_limit = 9", |r| r.edits.limits.nesting.to_string(), "100 9"),
    ] {
        let effect = effect(line, |setup| field(&setup.rewriting)).replace('"', "");
        assert_eq!(effect, expected, "{line}");
    }
}

#[test]
fn probes_stop_where_they_are_told() {
    let line = "smtp_address_verify_target = data";
    assert_eq!(effect(line, |setup| setup.probes), "VerifyRecipients VerifyData");
}

fn shown(destinations: &[envoi_driver::dns::Destination]) -> String {
    let shown: Vec<_> = destinations.iter().map(ToString::to_string).collect();
    shown.join(" ")
}

#[test]
fn names_are_completed_as_parameters_say() {
    let search = |line| {
        effect(line, |setup| {
            let search = &setup.filters.search;
            format!("{} {}", search.completes, search.searches)
        })
    };
    for (line, expected) in [
        ("smtp_dns_resolver_options = res_defnames", "\"false false\" \"true false\""),
        ("smtp_dns_resolver_options = res_dnsrch, res_defnames", "\"false false\" \"true true\""),
    ] {
        assert_eq!(search(line), expected, "{line}");
    }
}
