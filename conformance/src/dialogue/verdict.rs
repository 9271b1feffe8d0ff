//! Verdicts as dialogue files write them.

use std::fmt;

use envoi_delivery::Outcome;
use envoi_proto::Doubt;

use super::line::Expected;

impl Expected {
    /// Whether an outcome is the one that the file has.
    pub(super) fn is_met(&self, outcome: &Outcome) -> bool {
        let Self { recipient, verdict, status, is_uncertain, text, .. } = self;
        *recipient == outcome.recipient.to_string()
            && *verdict == outcome.verdict.to_string()
            && *status == outcome.status.to_string()
            && *is_uncertain == (outcome.doubt == Doubt::Uncertain)
            && text.as_ref().is_none_or(|text| *text == outcome.text)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recipient, verdict, status, is_uncertain, text, .. } = self;
        write!(f, "= {recipient} {verdict} {status}")?;
        if *is_uncertain {
            f.write_str(" uncertain")?;
        }
        text.as_ref().map_or(Ok(()), |text| write!(f, " ({text})"))
    }
}

/// An outcome as a file would have it.
pub(super) fn shown(outcome: &Outcome) -> String {
    let Outcome { recipient, verdict, status, text, doubt, .. } = outcome;
    let doubt = if *doubt == Doubt::Uncertain { " uncertain" } else { "" };
    format!("= {recipient} {verdict} {status}{doubt} ({text})")
}
