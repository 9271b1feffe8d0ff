//! What is told of deliveries, and to whom.

use std::path::PathBuf;

use envoi_driver::delivery::Attempt;
use envoi_driver::dns::{Address, Target};
use envoi_driver::proto::Mailbox;

use super::reader::Reader;
use crate::log::{Facility, LineStyle, TlsLogLevel};
use crate::notice::Notices;
use crate::table::MatchList;

/// What is told of deliveries, and to whom.
#[derive(Clone, Debug)]
pub struct Reporting {
    /// How recipients' lines are written.
    pub line: LineStyle,
    /// How much is logged of TLS.
    pub tls: TlsLogLevel,
    /// What lines begin with, in syslog and elsewhere: `postfix/smtp`.
    pub name: String,
    /// The file that lines go to in place of syslog, if there is one.
    pub file: Option<PathBuf>,
    /// The name of this machine, as lines of that file have it.
    pub host: String,
    /// Which of syslog's logs lines belong to.
    pub facility: Facility,
    /// Notices to the postmaster.
    pub notices: Notices,
    /// Servers and next hops of which more is logged.
    pub debug: Debug,
}

impl Reporting {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let process = if reader.is_lmtp() { "lmtp" } else { "smtp" };
        let decimals = reader.size("delay_logging_resolution_limit");
        let tls = reader.boolean("smtp_log_tls_feature_status");
        let mut line = LineStyle { decimals, tls, ..LineStyle::default() };
        if let Some(addresses) = reader.parsed("info_log_address_format") {
            line.addresses = addresses;
        }
        Self {
            line,
            tls: reader.size("smtp_tls_loglevel").to_string().parse().unwrap_or_default(),
            name: format!("{}/{process}", reader.text("syslog_name")),
            file: Some(reader.text("maillog_file")).filter(|p| !p.is_empty()).map(Into::into),
            host: reader.text("myhostname"),
            facility: reader.parsed("syslog_facility").unwrap_or_default(),
            notices: notices(reader),
            debug: Debug {
                level: reader.size("debug_peer_level"),
                peers: reader.list("debug_peer_list"),
            },
        }
    }
}

/// Servers and next hops of which more is logged.
#[derive(Clone, Debug)]
pub struct Debug {
    /// How much more: the dialogue, and from 2 on content and TLS as well (`debug_peer_level`, 2).
    pub level: usize,
    /// Which ones: names, domains, addresses and networks (`debug_peer_list`).
    pub peers: MatchList,
}

impl Debug {
    /// Whether more is logged of a conversation.
    pub fn concerns(&self, attempt: &Attempt) -> bool {
        let target = match attempt.destination.target() {
            Target::Domain(name) | Target::Host(name) => name.to_string(),
            Target::Address(address) => address.to_string(),
            Target::Unix(path) => path.to_string(),
        };
        let name = &*attempt.peer.name;
        let is_listed = match attempt.host.address {
            Address::Ip(address) => self.peers.has_host(name, address),
            Address::Unix(_) => self.peers.has_domain(name),
        };
        let is_listed =
            is_listed.and_then(|is_listed| Ok(is_listed || self.peers.has_domain(&target)?));
        let is_listed = is_listed.inspect_err(|error| tracing::warn!("debug_peer_list: {error}"));
        self.level > 0 && is_listed.unwrap_or(false)
    }
}

fn notices(reader: &mut Reader<'_>) -> Notices {
    let recipient = reader.text("error_notice_recipient");
    let sender = reader.text("double_bounce_sender");
    Notices {
        classes: reader.parsed("notify_classes").unwrap_or_default(),
        recipient: qualified(reader, "error_notice_recipient", &recipient, "myorigin"),
        sender: qualified(reader, "double_bounce_sender", &sender, "myhostname"),
        author: qualified(reader, "myorigin", "MAILER-DAEMON", "myorigin"),
        from: reader.parsed("header_from_format").unwrap_or_default(),
        client: format!(
            "{} {}",
            reader.text("mail_name"),
            if reader.is_lmtp() { "LMTP" } else { "SMTP" }
        ),
    }
}

/// An address, in the domain that a parameter names if it has none.
fn qualified(reader: &mut Reader<'_>, parameter: &str, address: &str, domain: &str) -> Mailbox {
    let whole = match address.contains('@') {
        true => address.to_owned(),
        false => format!("{address}@{}", reader.text(domain)),
    };
    whole.parse().unwrap_or_else(|error| {
        reader.blame(parameter, &format!("an address; {error}"));
        "postmaster".parse().expect("it is an address")
    })
}
