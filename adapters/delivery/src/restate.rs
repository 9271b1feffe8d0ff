//! Outcomes that a table words anew (`smtp_delivery_status_filter`).

use alloc::format;
use alloc::string::String;

use envoi_proto::Status;

use crate::report::{Outcome, Verdict};

impl Outcome {
    /// What the table is asked: `X.Y.Z TEXT`.
    pub fn statement(&self) -> String {
        format!("{} {}", self.status, self.text)
    }

    /// Takes what the table says, which has the same form. A soft failure may become a hard one,
    /// and the other way round; under `soft_bounce`, a hard one stays soft.
    ///
    /// # Errors
    /// If the table says something else, or makes a success of a failure or a failure of a
    /// success. Nothing is changed then.
    pub fn restate(&mut self, statement: &str, soft_bounce: bool) -> Result<(), BadStatement> {
        let (status, text) = statement.split_once([' ', '\t']).unwrap_or((statement, ""));
        let status: Status = status.parse().map_err(|_| BadStatement::NoStatus)?;
        let text = text.trim_start();
        if text.is_empty() {
            return Err(BadStatement::NoText);
        }
        let is_success = |status: Status| status.class() == 2;
        if is_success(status) != is_success(self.status) {
            return Err(BadStatement::OtherClass);
        }
        self.is_softened = soft_bounce && status.is_permanent();
        self.status = if self.is_softened { status.softened() } else { status };
        self.text = text.into();
        self.verdict = match self.verdict {
            Verdict::Deferred | Verdict::Bounced if self.status.is_permanent() => Verdict::Bounced,
            Verdict::Deferred | Verdict::Bounced => Verdict::Deferred,
            Verdict::Sent | Verdict::Deliverable | Verdict::Undeliverable => self.verdict,
        };
        Ok(())
    }
}

/// What a table may not say of an outcome.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadStatement {
    /// It does not begin with an enhanced status code.
    #[error("bad status code; expected X.Y.Z TEXT")]
    NoStatus,
    /// There is nothing behind the code.
    #[error("no text; expected X.Y.Z TEXT")]
    NoText,
    /// It makes a success of a failure, or a failure of a success.
    #[error("bad status code; expected a success for a success, a failure for a failure")]
    OtherClass,
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use envoi_proto::{Circumstances, Envelope, Fate, Purpose, Scope};

    use super::*;
    use crate::decision::Decision;

    fn outcome(status: &str, purpose: Purpose) -> Outcome {
        let bob = "bob@mx.example".parse().unwrap();
        let mut envelope = Envelope::new("ann@client.example".parse().unwrap(), [bob].into());
        envelope.purpose = purpose;
        let status: Status = status.parse().unwrap();
        let mut fate = Fate::of_failure(status, Scope::Site, Circumstances::default());
        if status.class() == 2 {
            fate.verdict = envoi_proto::Verdict::Sent;
        }
        Decision::new(fate, "old text").outcome(&envelope, 0)
    }

    #[test]
    fn failures_change_their_class_and_successes_their_text() {
        use BadStatement::{NoStatus, NoText, OtherClass};
        for (status, soft_bounce, statement, expected) in [
            ("4.7.4", false, "5.7.4 new", Ok("bounced 5.7.4 new")),
            ("4.7.4", true, "5.7.4 new", Ok("SOFTBOUNCE 4.7.4 new")),
            ("5.7.1", false, "4.7.1  new text", Ok("deferred 4.7.1 new text")),
            ("5.7.1", false, "5.0.0 new", Ok("bounced 5.0.0 new")),
            ("2.0.0", false, "2.1.5 new", Ok("sent 2.1.5 new")),
            ("2.0.0", false, "4.0.0 new", Err(OtherClass)),
            ("4.0.0", false, "2.0.0 new", Err(OtherClass)),
            ("4.0.0", false, "5.0 new", Err(NoStatus)),
            ("4.0.0", false, "5.0.0new", Err(NoStatus)),
            ("4.0.0", false, "", Err(NoStatus)),
            ("4.0.0", false, "5.0.0", Err(NoText)),
            ("4.0.0", false, "5.0.0  ", Err(NoText)),
        ] {
            let mut outcome = outcome(status, Purpose::Deliver);
            assert_eq!(outcome.statement(), [status, " old text"].concat());
            let before = outcome.clone();
            let restated = outcome.restate(statement, soft_bounce);
            match expected {
                Ok(expected) => {
                    let Outcome { status, text, .. } = &outcome;
                    let word = outcome.word();
                    assert_eq!(format!("{word} {status} {text}"), expected, "{statement}");
                }
                Err(error) => {
                    assert_eq!(restated, Err(error), "{statement}");
                    assert_eq!(outcome, before);
                }
            }
        }
    }

    #[test]
    fn a_probe_s_verdict_stays() {
        let mut outcome = outcome("4.0.0", Purpose::VerifyRecipients);
        outcome.restate("5.0.0 no", false).unwrap();
        assert_eq!(outcome.verdict.to_string(), "undeliverable");
    }
}
