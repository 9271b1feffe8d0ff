//! smtp(8): COMPATIBILITY CONTROLS, MIME PROCESSING CONTROLS, EXTERNAL CONTENT INSPECTION CONTROLS.

use super::super::parameter::Twin::{self, Named, Only};
use super::super::parameter::{Effect, Parameter};

pub(super) const COMPATIBILITY: &[Parameter] = &[
    Parameter::boolean("ignore_mx_lookup_error", "no")
        .says("takes an MX query without an answer as a domain without MX records"),
    Parameter::boolean("smtp_always_send_ehlo", "yes")
        .says("sends EHLO whatever the greeting says")
        .twin(Twin::None),
    Parameter::boolean("smtp_never_send_ehlo", "no").says("sends HELO only").twin(Twin::None),
    Parameter::boolean("smtp_defer_if_no_mx_address_found", "no")
        .says("defers mail for a domain none of whose MX hosts has an address, and bounces none"),
    Parameter::integer("smtp_line_length_limit", "998", 0)
        .was("990")
        .says("breaks longer lines of content with CRLF SPACE; 0 breaks none"),
    Parameter::time("smtp_pix_workaround_delay_time", "10s", 1)
        .says("pauses before the final dot where a PIX firewall needs it"),
    Parameter::time("smtp_pix_workaround_threshold_time", "500s", 0)
        .says("is the age of messages that are sent with that pause"),
    Parameter::words("smtp_pix_workarounds", "disable_esmtp,delay_dotcrlf", PIX_WORKAROUNDS)
        .says("names the work-arounds for servers behind PIX firewalls"),
    Parameter::maps("smtp_pix_workaround_maps")
        .says("names work-arounds by server address, in place of smtp_pix_workarounds"),
    Parameter::boolean("smtp_quote_rfc821_envelope", "yes")
        .says("quotes local parts in MAIL FROM and RCPT TO as RFC 5321 asks"),
    Parameter::maps("smtp_reply_filter").says("rewrites each line that the server says"),
    Parameter::boolean("smtp_skip_5xx_greeting", "yes")
        .says("goes on to the next server after a 5yz greeting, and does not bounce"),
    Parameter::boolean("smtp_skip_4xx_greeting", "yes")
        .says("goes on to the next server after a 4yz greeting")
        .twin(Twin::None)
        .effect(Effect::None("a 4yz greeting always leads to the next server")),
    Parameter::boolean("smtp_skip_quit_response", "yes")
        .says("does not wait for the reply to QUIT")
        .lmtp_default("no"),
    Parameter::maps("smtp_discard_ehlo_keyword_address_maps")
        .says("names EHLO keywords to ignore, by server address")
        .twin(Named("lmtp_discard_lhlo_keyword_address_maps")),
    Parameter::text("smtp_discard_ehlo_keywords", "")
        .says("names EHLO keywords to ignore; silent-discard does so without logging")
        .twin(Named("lmtp_discard_lhlo_keywords")),
    Parameter::maps("smtp_generic_maps")
        .says("rewrites local addresses to those that the Internet knows, in envelope and headers"),
    Parameter::boolean("smtp_cname_overrides_servername", "no")
        .was("yes")
        .says("calls a server by what its name is an alias of"),
    Parameter::boolean("send_cyrus_sasl_authzid", "no")
        .says("names the authorization identity in AUTH as well"),
    Parameter::maps("smtp_header_checks").says("looks headers up, and acts as the table says"),
    Parameter::maps("smtp_mime_header_checks")
        .says("looks MIME headers up, and acts as the table says"),
    Parameter::maps("smtp_nested_header_checks")
        .says("looks headers of attached messages up, and acts as the table says"),
    Parameter::maps("smtp_body_checks")
        .says("looks all other lines of content up, and acts as the table says"),
    Parameter::integer("tcp_windowsize", "0", 0)
        .says("sets the buffers of sockets to so many bytes; 0 leaves it to the system"),
    Parameter::words("smtp_dns_resolver_options", "", &["res_defnames", "res_dnsrch"])
        .says("completes names with those of resolv.conf(5)"),
    Parameter::choice("smtp_per_record_deadline", "", &["", "no", "yes"])
        .says("is a former name of smtp_per_request_deadline"),
    Parameter::boolean("smtp_send_dummy_mail_auth", "no")
        .says("adds AUTH=<> to MAIL FROM where the server offers AUTH"),
    Parameter::choice("smtp_dns_support_level", "", &["", "disabled", "enabled", "dnssec"])
        .says("says whether to use the DNS, and whether to ask for DNSSEC"),
    Parameter::text("smtp_delivery_status_filter", "$default_delivery_status_filter")
        .says("rewrites the status and text of an outcome"),
    Parameter::text("default_delivery_status_filter", "")
        .says("is the default of smtp_delivery_status_filter"),
    Parameter::maps("smtp_dns_reply_filter").says("leaves out DNS records that the table names"),
    Parameter::boolean("smtp_balance_inet_protocols", "yes")
        .says("tries addresses of both IP versions within smtp_mx_address_limit"),
    Parameter::choice("info_log_address_format", "external", &["external", "internal"])
        .says("says whether log lines quote addresses"),
    Parameter::text("dnssec_probe", "ns:.")
        .says("is the query that shows whether the name server validates")
        .not_yet(),
    Parameter::text("known_tcp_ports", "lmtp=24, smtp=25, smtps=submissions=465, submission=587")
        .says("gives services their ports, before services(5) does"),
    Parameter::boolean(
        "smtp_per_request_deadline",
        "${smtp_per_record_deadline?{$smtp_per_record_deadline}:{no}}",
    )
    .says("limits the time of whole commands and replies, and not of each read and write"),
    Parameter::integer("smtp_min_data_rate", "500", 1)
        .says("is how many bytes of content prolong a limit for whole requests by a second"),
    Parameter::choice("header_from_format", "standard", &["standard", "obsolete"])
        .says("says how From: of a notice is written"),
    Parameter::text("use_srv_lookup", "").says("names services that SRV records are asked for"),
    Parameter::boolean("ignore_srv_lookup_error", "no")
        .says("takes an SRV query without an answer as a domain without SRV records"),
    Parameter::boolean("allow_srv_lookup_fallback", "no")
        .says("goes on to MX records where there are no SRV records"),
    Parameter::boolean("lmtp_assume_final", "no")
        .says("takes an LMTP server without DSN for the final destination")
        .twin(Only),
];

pub(super) const MIME: &[Parameter] = &[
    Parameter::boolean("disable_mime_output_conversion", "no")
        .says("sends 8-bit content as it is to servers without 8BITMIME"),
    Parameter::integer("mime_boundary_length_limit", "2048", 1)
        .says("compares so many bytes of a boundary between parts"),
    Parameter::integer("mime_nesting_limit", "100", 1).says("is how deeply parts may be nested"),
];

pub(super) const INSPECTION: &[Parameter] =
    &[Parameter::boolean("smtp_send_xforward_command", "no")
        .says("tells servers that announce XFORWARD where a message came from")];

const PIX_WORKAROUNDS: &[&str] = &["disable_esmtp", "delay_dotcrlf"];
