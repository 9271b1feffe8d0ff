//! Answers, held against what there is.

use std::collections::BTreeMap;
use std::time::Duration;

use envoi_dns::{Answer, Instant, Lack, Query};

use super::Tally;
use super::scenario::Scenario;
use crate::witness::{Violation, ensure};

/// Holds answers against the truth.
pub(super) struct Judge {
    truth: BTreeMap<Query, Answer>,
    /// Whether there is no excuse for not knowing.
    is_certain: bool,
    /// What was asked and is not answered, and when it was asked.
    open: BTreeMap<Query, Instant>,
    tally: Tally,
}

impl Judge {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let is_trusted = scenario.config.trust_ad;
        let truth = |entry: &super::entry::Entry| (entry.query.clone(), entry.answer(is_trusted));
        Self {
            truth: scenario.entries.iter().map(truth).collect(),
            is_certain: scenario.has_good_server(),
            open: BTreeMap::new(),
            tally: Tally::default(),
        }
    }

    pub(super) fn asked(&mut self, query: &Query, now: Instant) {
        self.open.entry(query.clone()).or_insert(now);
    }

    /// Judges an answer, which took so many messages.
    ///
    /// # Errors
    /// If it is not right, or took too much.
    pub(super) fn answered(
        &mut self,
        query: &Query,
        answer: &Answer,
        messages: usize,
        now: Instant,
    ) -> Result<(), Violation> {
        let asked = self.open.remove(query);
        let Some(asked) = asked else {
            return Err(Violation(format!("nobody asked {query:?}")));
        };
        let shown = || format!("{query:?}: {answer:?}");
        ensure(now.since(asked) <= TIME_MAX, || shown() + " took too long")?;
        ensure(messages <= MESSAGES_MAX, || shown() + " took too many messages")?;
        self.tally.certain += usize::from(self.is_certain);
        let truth = &self.truth[query];
        match &answer.records {
            Ok(_) => self.tally.found += 1,
            Err(Lack::NoName | Lack::NoData) => self.tally.lacking += 1,
            Err(Lack::Malformed | Lack::Filtered) => self.tally.malformed += 1,
            Err(Lack::TryAgain | Lack::Refused) => {
                self.tally.failed += 1;
                return ensure(!self.is_certain, || shown() + ", while a server could tell");
            }
        }
        let is_malformed = answer.records == Err(Lack::Malformed);
        let is_right = if is_malformed { answer.records == truth.records } else { answer == truth };
        ensure(is_right, || shown() + &format!(", which should be {truth:?}"))
    }

    /// Sees that all is answered.
    pub(super) fn finish(self) -> Result<Tally, Violation> {
        let open = self.open.keys().next();
        ensure(open.is_none(), || format!("{open:?} was not answered"))?;
        Ok(self.tally)
    }
}

/// Longest time for a question.
const TIME_MAX: Duration = Duration::from_secs(300);

/// Most messages for a question.
const MESSAGES_MAX: usize = 64;
