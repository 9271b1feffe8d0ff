//! What tables say of headers, lines and addresses in content.

use std::sync::Arc;

use envoi_driver::proto::{Action, Answer, Checks, Lookup, Note};
use envoi_driver::{Answering, Answers};

use super::Rewriting;
use crate::elsewhere::elsewhere;
use crate::log::MESSAGE;
use crate::table::{LookupError, Tables};

/// Answers what has to be known to change content.
#[derive(Clone, Debug)]
pub struct TableAnswers(pub Arc<Rewriting>);

impl Answers for TableAnswers {
    fn answer(&self, lookup: Lookup<'_>) -> Answering {
        let rewriting = &self.0;
        if !rewriting.blocks() {
            return Answering::Known(match lookup {
                Lookup::Generic(address) => rewriting.address(address),
                Lookup::Check(checks, line) => rewriting.check(checks, line),
            });
        }
        let rewriting = rewriting.clone();
        Answering::Asked(match lookup {
            Lookup::Generic(address) => {
                let address = address.to_owned();
                elsewhere(true, move || rewriting.address(&address))
            }
            Lookup::Check(checks, line) => {
                let line = line.to_owned();
                elsewhere(true, move || rewriting.check(checks, &line))
            }
        })
    }

    fn note(&self, note: &Note) {
        tracing::info!(target: MESSAGE, "{note}");
    }
}

impl Rewriting {
    /// What an address in a header becomes.
    fn address(&self, address: &[u8]) -> Answer {
        let Ok(address) = str::from_utf8(address) else { return Answer::Unchanged };
        match self.generic.map_quoted(address) {
            Ok(Some(found)) => Answer::Address(found),
            Ok(None) => Answer::Unchanged,
            Err(error) => failed(&error),
        }
    }

    /// What is done with a header or a line.
    fn check(&self, checks: Checks, line: &[u8]) -> Answer {
        let found = match self.of(checks).lookup_bytes(line) {
            Ok(Some(found)) => found,
            Ok(None) => return Answer::Unchanged,
            Err(error) => return failed(&error),
        };
        match Action::parse(&found, checks) {
            Ok(action) => Answer::Action(action),
            Err(error) => {
                tracing::warn!(target: MESSAGE, "{error}");
                Answer::Unchanged
            }
        }
    }

    fn of(&self, checks: Checks) -> &Tables {
        match checks {
            Checks::Header => &self.header_checks,
            Checks::Mime => &self.mime_header_checks,
            Checks::Nested => &self.nested_header_checks,
            Checks::Body => &self.body_checks,
        }
    }
}

fn failed(error: &LookupError) -> Answer {
    tracing::warn!(target: MESSAGE, "{error}");
    Answer::Failed
}
