//! What became of one message so far, over all servers.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use envoi_proto::{Doubt, Envelope, Error};

use crate::decision::Decision;
use crate::delays::Delays;
use crate::report::{Outcome, Remedy, Report, Verdict};

/// What became of each recipient of one message so far.
#[derive(Debug)]
pub(super) struct History {
    envelope: Arc<Envelope>,
    /// One for each recipient.
    entries: Vec<Entry>,
    /// Recipients without a verdict.
    open: usize,
    /// Whether it was said that there are none.
    is_settled: bool,
}

/// What became of one recipient so far.
#[derive(Debug)]
struct Entry {
    standing: Standing,
    /// What was learnt last; of whoever is settled, the verdict.
    outcome: Option<Outcome>,
    /// Whether any server may have taken the message without saying so.
    doubt: Doubt,
}

/// Where a recipient stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    /// The server at hand has not been heard on it.
    Open,
    /// It waits for another server.
    Waiting,
    /// It has its verdict.
    Settled,
}

impl History {
    pub(super) fn new(envelope: Arc<Envelope>) -> Self {
        let entry = |_| Entry { standing: Standing::Open, outcome: None, doubt: Doubt::None };
        let entries: Vec<_> = envelope.recipients.iter().map(entry).collect();
        Self { envelope, open: entries.len(), entries, is_settled: false }
    }

    pub(super) fn envelope(&self) -> &Arc<Envelope> {
        &self.envelope
    }

    /// Whether every recipient has its verdict, if that was not said before.
    pub(super) fn becomes_settled(&mut self) -> bool {
        self.open == 0 && !mem::replace(&mut self.is_settled, true)
    }

    /// Turns to another server, which whoever waits has been waiting for.
    pub(super) fn turn(&mut self) {
        for entry in &mut self.entries {
            if entry.standing == Standing::Waiting {
                entry.standing = Standing::Open;
            }
        }
    }

    /// Whether there are recipients on whom the server at hand has not been heard.
    pub(super) fn is_open(&self) -> bool {
        self.entries.iter().any(|entry| entry.standing == Standing::Open)
    }

    /// The places of the recipients on whom the server at hand has not been heard.
    pub(super) fn places(&self) -> Vec<usize> {
        let open = self.entries.iter().enumerate();
        let open = open.filter(|(_, entry)| entry.standing == Standing::Open);
        open.map(|(place, _)| place).collect()
    }

    /// Takes what a conversation came to for a recipient.
    pub(super) fn note(&mut self, place: usize, outcome: Outcome) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        if entry.standing != Standing::Open {
            return;
        }
        if outcome.doubt == Doubt::Uncertain {
            entry.doubt = Doubt::Uncertain;
        }
        if outcome.remedy == Remedy::None || is_success(&outcome) {
            entry.standing = Standing::Settled;
            self.open -= 1;
        } else {
            entry.standing = Standing::Waiting;
        }
        entry.outcome = Some(outcome);
    }

    /// Takes why the server at hand was not heard on the recipients at these places.
    pub(super) fn miss(&mut self, places: &[usize], decision: &Decision, delays: Delays) {
        for place in places {
            let outcome = Outcome { delays, ..decision.outcome(&self.envelope, *place) };
            self.note(*place, outcome);
        }
    }

    /// Takes why a next hop has no server. Whoever waits goes on to wait.
    pub(super) fn lead_nowhere(&mut self, decision: &Decision, delays: Delays) {
        for (place, entry) in self.entries.iter_mut().enumerate() {
            let is_put_off = entry.outcome.as_ref().is_some_and(|last| last.status.is_transient());
            // A server that could take the mail later outweighs a next hop that never will.
            let is_outweighed = is_put_off && decision.fate.status.is_permanent();
            if entry.standing != Standing::Settled && !is_outweighed {
                let outcome = decision.outcome(&self.envelope, place);
                entry.outcome = Some(Outcome { delays, ..outcome });
            }
        }
    }

    /// Forgets that next hops will never have a server: others might have taken the mail.
    pub(super) fn reconsider(&mut self) {
        let open = self.entries.iter_mut().filter(|entry| entry.standing != Standing::Settled);
        for entry in open {
            entry.outcome.take_if(|outcome| outcome.status.is_permanent());
        }
    }

    /// Takes that there is no time left, for whoever is not settled. The conversation in which that
    /// was found out has told its recipients.
    pub(super) fn run_out(&mut self, decision: &Decision, delays: Delays) {
        for (place, entry) in self.entries.iter_mut().enumerate() {
            let failure = entry.outcome.as_ref().and_then(|outcome| outcome.failure);
            let has_heard = matches!(failure, Some(Error::GivenUp(_)));
            if entry.standing != Standing::Settled && !has_heard {
                let outcome = decision.outcome(&self.envelope, place);
                entry.outcome = Some(Outcome { delays, ..outcome });
            }
        }
    }

    /// The server at hand is heard once more on the recipients at these places.
    pub(super) fn reopen(&mut self, places: &[usize]) {
        for place in places {
            if let Some(entry) = self.entries.get_mut(*place)
                && entry.standing == Standing::Waiting
            {
                entry.standing = Standing::Open;
            }
        }
    }

    /// Settles whoever is not settled: no server is left. What was learnt last is the verdict, or
    /// `leftover`, if that is nothing.
    pub(super) fn give_up(&mut self, leftover: &Decision, delays: Delays) {
        for (place, entry) in self.entries.iter_mut().enumerate() {
            entry.standing = Standing::Settled;
            let outcome = || Outcome { delays, ..leftover.outcome(&self.envelope, place) };
            entry.outcome.get_or_insert_with(outcome);
        }
        self.open = 0;
    }

    /// The verdicts, once all are there.
    pub(super) fn report(&mut self) -> Report {
        let outcome = |entry: Entry| {
            let outcome = entry.outcome?;
            let doubt = if is_success(&outcome) { Doubt::None } else { entry.doubt };
            Some(Outcome { doubt, remedy: Remedy::None, ..outcome })
        };
        let outcomes = mem::take(&mut self.entries).into_iter().filter_map(outcome);
        Report { envelope: self.envelope.clone(), outcomes: outcomes.collect() }
    }
}

fn is_success(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Sent | Verdict::Deliverable)
}
