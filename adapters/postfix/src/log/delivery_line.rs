//! The line that says what became of a recipient.

use std::fmt;
use std::str::FromStr;

use envoi_driver::Outcome;
use envoi_driver::proto::Mailbox;

/// A recipient's line (postfix.md, 2.22); prints without the queue id.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryLine<'a> {
    /// What became of it.
    pub outcome: &'a Outcome,
    /// Whom the sender named, if that is somebody else.
    pub original: Option<&'a Mailbox>,
    /// How many messages the conversation has taken with this one, if it is not the first.
    pub conversation_use: Option<usize>,
    /// How it is written.
    pub style: LineStyle,
}

/// How recipients' lines are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LineStyle {
    /// Most decimals of times (`delay_logging_resolution_limit`, 2).
    pub decimals: usize,
    /// How addresses are written (`info_log_address_format`, external).
    pub addresses: AddressFormat,
    /// Whether they tell of TLS (`smtp_log_tls_feature_status`, yes).
    pub tls: bool,
}

impl Default for LineStyle {
    fn default() -> Self {
        Self { decimals: 2, addresses: AddressFormat::External, tls: true }
    }
}

/// How addresses are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AddressFormat {
    /// Quoted where RFC 5321 asks for it.
    External,
    /// As they are kept.
    Internal,
}

impl FromStr for AddressFormat {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        match word {
            "external" => Ok(Self::External),
            "internal" => Ok(Self::Internal),
            _ => Err(UnknownFormat),
        }
    }
}

/// There is no such format.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected external or internal")]
pub struct UnknownFormat;

impl fmt::Display for DeliveryLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, style, .. } = self;
        let LineStyle { decimals, addresses, tls } = *style;
        let to = outcome.recipient.mailbox();
        write!(f, "to=<{}>", addresses.of(to))?;
        let is_other = |original: &&Mailbox| !original.as_str().eq_ignore_ascii_case(to.as_str());
        if let Some(original) = self.original.filter(is_other) {
            write!(f, ", orig_to=<{}>", addresses.of(original))?;
        }
        write!(f, ", relay={}", outcome.relay.as_deref().unwrap_or("none"))?;
        if let Some(uses) = self.conversation_use {
            write!(f, ", conn_use={uses}")?;
        }
        let delays = outcome.delays;
        write!(f, ", delay={:.decimals$}, delays={delays:.decimals$}", delays.total())?;
        if let Some(status) = outcome.tls_status.filter(|_| tls) {
            write!(f, ", tls={status}")?;
        }
        let word = outcome.word();
        write!(f, ", dsn={}, status={word} ({})", outcome.status, outcome.text)
    }
}

impl AddressFormat {
    fn of(self, mailbox: &Mailbox) -> String {
        match self {
            Self::External => mailbox.to_string(),
            Self::Internal => mailbox.as_str().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use envoi_driver::delivery::Ledger;
    use envoi_driver::proto::{Circumstances, Doubt, Envelope, Error, ForwardPath, Peer, Stage};
    use envoi_driver::{Delays, Report};

    use super::*;

    fn report(to: &str) -> Report {
        let to = ForwardPath::from(Mailbox::verbatim(to).unwrap());
        let envelope = Envelope::new("ann@client.example".parse().unwrap(), vec![to.into()]);
        let mut ledger = Ledger::new(envelope.into(), Circumstances::default());
        ledger.set_relay("mx.example[192.0.2.1]:25".into());
        let lost = Error::Lost(Stage::Mail);
        ledger.failed(0..1, &lost, Doubt::None, &Peer::new("mx.example"));
        let connecting = Duration::from_micros(12_345);
        ledger.close(Delays { connecting, ..Delays::default() })
    }

    #[test]
    fn line_has_what_postfix_s_has() {
        let report = report("bob@mx.example");
        let original = Mailbox::verbatim("postmaster@mx.example").unwrap();
        let line = DeliveryLine {
            outcome: &report.outcomes[0],
            original: Some(&original),
            conversation_use: Some(3),
            style: LineStyle { decimals: 3, ..LineStyle::default() },
        };
        assert_eq!(
            line.to_string(),
            "to=<bob@mx.example>, orig_to=<postmaster@mx.example>, relay=mx.example[192.0.2.1]:25, \
             conn_use=3, delay=0.012, delays=0/0/0.012/0, tls=none, dsn=4.4.2, status=deferred (lost \
             connection with mx.example while sending MAIL FROM)"
        );
    }

    #[test]
    fn same_recipient_in_another_case_is_no_other() {
        let report = report("bob@mx.example");
        let original = Mailbox::verbatim("BOB@MX.example").unwrap();
        let (outcome, original) = (&report.outcomes[0], Some(&original));
        let line =
            DeliveryLine { outcome, original, conversation_use: None, style: LineStyle::default() };
        assert!(line.to_string().starts_with("to=<bob@mx.example>, relay=mx.example["), "{line}");
    }

    #[test]
    fn addresses_are_quoted_or_not() {
        let report = report("john doe@mx.example");
        for (format, to) in
            [("external", "to=<\"john doe\"@mx.example>"), ("internal", "to=<john doe@mx.example>")]
        {
            let style = LineStyle { addresses: format.parse().unwrap(), ..LineStyle::default() };
            let (outcome, original) = (&report.outcomes[0], None);
            let line = DeliveryLine { outcome, original, conversation_use: None, style };
            assert!(line.to_string().starts_with(to), "{line}");
        }
        assert_eq!("quoted".parse::<AddressFormat>(), Err(UnknownFormat));
    }

    #[test]
    fn line_tells_of_tls_if_it_is_to() {
        let report = report("bob@mx.example");
        for (tls, told) in [(true, ", tls=none, dsn="), (false, "/0, dsn=")] {
            let style = LineStyle { tls, ..LineStyle::default() };
            let (outcome, original) = (&report.outcomes[0], None);
            let line = DeliveryLine { outcome, original, conversation_use: None, style };
            assert!(line.to_string().contains(told), "{line}");
        }
    }

    #[test]
    fn hard_failure_that_is_put_off_is_a_soft_bounce() {
        let report = report("bob@mx.example");
        let mut outcome = report.outcomes[0].clone();
        outcome.is_softened = true;
        let (outcome, style) = (&outcome, LineStyle::default());
        let line = DeliveryLine { outcome, original: None, conversation_use: None, style };
        assert!(line.to_string().contains("dsn=4.4.2, status=SOFTBOUNCE ("), "{line}");
    }
}
