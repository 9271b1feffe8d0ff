//! What was reported, held against what the server took.

use std::collections::BTreeMap;

use envoi_delivery::{Outcome, Report, Verdict};
use envoi_proto::{Config, Doubt, Stuffing};

use super::message::Message;
use super::server::Taken;
use crate::witness::{Encoding, Violation, ensure};

/// Holds reports against a server's record.
pub(super) struct Judge {
    encoding: Encoding,
    /// What the server took, by recipient.
    taken: BTreeMap<String, Vec<u8>>,
}

impl Judge {
    /// A judge of what a server took.
    ///
    /// # Errors
    /// If it took a message twice.
    pub(super) fn new(config: &Config, record: Vec<Taken>) -> Result<Self, Violation> {
        let mut taken = BTreeMap::new();
        for Taken { recipient, content } in record {
            let twice = format!("the server took a message for {recipient} twice");
            ensure(taken.insert(recipient, content).is_none(), || twice)?;
        }
        Ok(Self { encoding: Encoding::new(config), taken })
    }

    /// Judges the report of one message.
    ///
    /// # Errors
    /// If it is not true.
    pub(super) fn judge(&self, message: &Message, report: &Report) -> Result<(), Violation> {
        let recipients = message.envelope.recipients.len();
        let outcomes = report.outcomes.len();
        ensure(outcomes == recipients, || format!("{outcomes} outcomes for {recipients}"))?;
        report.outcomes.iter().try_for_each(|outcome| self.outcome(message, outcome))
    }

    fn outcome(&self, message: &Message, outcome: &Outcome) -> Result<(), Violation> {
        let Outcome { recipient, verdict, doubt, text, .. } = outcome;
        let mailbox = recipient.mailbox();
        let quoted = self.taken.get(&mailbox.to_string());
        let taken = quoted.or_else(|| self.taken.get(mailbox.as_str()));
        let shown = || format!("<{recipient}>: {verdict}, {doubt:?} ({text})");
        let is_sent = *verdict == Verdict::Sent;
        let is_uncertain = *doubt == Doubt::Uncertain;
        ensure(!is_uncertain || *verdict == Verdict::Deferred, || shown() + ": in doubt")?;
        let Some(content) = taken else {
            return ensure(!is_sent, || shown() + ": the server did not take it");
        };
        ensure(is_sent || is_uncertain, || shown() + ": the server took it")?;
        let expected = self.encoding.of(&message.content, Stuffing::None);
        ensure(*content == expected, || shown() + ": its content was changed")
    }
}
