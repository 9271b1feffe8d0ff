//! Verdicts as dialogue files write them.

use std::fmt;

use envoi_delivery::Outcome;
use envoi_proto::Doubt;

use super::line::Expected;
use super::{Dialogue, Mismatch};

impl Dialogue {
    /// Compares what became of all recipients of all messages with what the file has.
    ///
    /// # Errors
    /// The first one that differs. `how` says how the dialogue was played.
    pub fn check(&self, outcomes: &[Outcome], how: &str) -> Result<(), Box<Mismatch>> {
        let mut outcomes = outcomes.iter();
        for expected in &self.verdicts {
            let outcome = outcomes.next();
            if !outcome.is_some_and(|outcome| expected.is_met(outcome)) {
                let seen = outcome.map_or_else(|| "(nothing)".into(), shown);
                return Err(self.other_verdict(expected, seen, how));
            }
        }
        Ok(())
    }

    pub(super) fn other_verdict(
        &self,
        expected: &Expected,
        seen: String,
        how: &str,
    ) -> Box<Mismatch> {
        Box::new(Mismatch {
            file: self.file.clone(),
            line: expected.number,
            how: how.into(),
            what: "the verdict is another",
            expected: vec![(expected.number, expected.to_string())],
            seen: vec![seen],
        })
    }
}

impl Expected {
    /// Whether an outcome is the one that the file has.
    pub(super) fn is_met(&self, outcome: &Outcome) -> bool {
        let Self { recipient, verdict, status, is_uncertain, relay, text, .. } = self;
        *recipient == outcome.recipient.to_string()
            && *verdict == outcome.verdict.to_string()
            && *status == outcome.status.to_string()
            && *is_uncertain == (outcome.doubt == Doubt::Uncertain)
            && relay.as_ref().is_none_or(|relay| relay == shown_relay(outcome))
            && text.as_ref().is_none_or(|text| **text == *outcome.text)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recipient, verdict, status, is_uncertain, relay, text, .. } = self;
        write!(f, "= {recipient} {verdict} {status}")?;
        if *is_uncertain {
            f.write_str(" uncertain")?;
        }
        if let Some(relay) = relay {
            write!(f, " relay={relay}")?;
        }
        text.as_ref().map_or(Ok(()), |text| write!(f, " ({text})"))
    }
}

/// An outcome as a file would have it.
fn shown(outcome: &Outcome) -> String {
    let Outcome { recipient, verdict, status, text, doubt, .. } = outcome;
    let doubt = if *doubt == Doubt::Uncertain { " uncertain" } else { "" };
    let relay = shown_relay(outcome);
    format!("= {recipient} {verdict} {status}{doubt} relay={relay} ({text})")
}

/// The server as log lines name it.
fn shown_relay(outcome: &Outcome) -> &str {
    outcome.relay.as_deref().unwrap_or("none")
}
