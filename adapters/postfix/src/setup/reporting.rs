//! What is told of deliveries, and to whom.

use envoi_driver::proto::Mailbox;

use super::reader::Reader;
use crate::log::{Facility, LineStyle, TlsLogLevel};
use crate::notice::Notices;

/// What is told of deliveries, and to whom.
#[derive(Clone, Debug)]
pub struct Reporting {
    /// How recipients' lines are written.
    pub line: LineStyle,
    /// How much is logged of TLS.
    pub tls: TlsLogLevel,
    /// What lines begin with, in syslog and elsewhere: `postfix/smtp`.
    pub name: String,
    /// Which of syslog's logs lines belong to.
    pub facility: Facility,
    /// Notices to the postmaster.
    pub notices: Notices,
}

impl Reporting {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let process = if reader.is_lmtp() { "lmtp" } else { "smtp" };
        let decimals = reader.size("delay_logging_resolution_limit");
        let mut line = LineStyle { decimals, ..LineStyle::default() };
        if let Some(addresses) = reader.parsed("info_log_address_format") {
            line.addresses = addresses;
        }
        Self {
            line,
            tls: reader.size("smtp_tls_loglevel").to_string().parse().unwrap_or_default(),
            name: format!("{}/{process}", reader.text("syslog_name")),
            facility: reader.parsed("syslog_facility").unwrap_or_default(),
            notices: notices(reader),
        }
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
