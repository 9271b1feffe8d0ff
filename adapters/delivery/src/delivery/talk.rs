//! A conversation under way.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use envoi_proto::{Envelope, Error, Instant, Peer};

use crate::delivery::history::History;
use crate::fallback::is_due;
use crate::part::part;
use crate::report::{Outcome, Remedy, Report, Verdict};

/// A conversation under way, and what has been heard of it so far.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) peer: Peer,
    /// Its messages, in their order.
    pub(super) parts: Vec<Part>,
    /// Whether the server had a say in any message.
    has_answer: bool,
    /// Whether any message was taken.
    pub(super) has_sent: bool,
    /// How TLS failed, if that is how it ended.
    tls_failure: Option<Error>,
}

/// A message of a conversation.
#[derive(Debug)]
pub(super) struct Part {
    /// Which message it is.
    pub(super) message: usize,
    /// Its recipients' places in the message's envelope.
    pub(super) places: Vec<usize>,
    is_reported: bool,
    /// Whether the server had no say in it, and cannot have taken it.
    is_unanswered: bool,
    /// The places of those for whom plaintext may do.
    in_plaintext: Vec<usize>,
}

impl Talk {
    /// A conversation about all recipients on whom the server has not been heard, as far as their
    /// messages ask the same of TLS: what is asked of the server is up to that.
    pub(super) fn new(peer: Peer, messages: &[History]) -> Self {
        let first = messages.iter().find(|history| history.is_open());
        let request = first.map(|history| history.envelope().tls_request);
        let part = |(message, history): (usize, &History)| {
            let places = history.places();
            let (is_reported, is_unanswered, in_plaintext) = (false, false, Vec::new());
            Part { message, places, is_reported, is_unanswered, in_plaintext }
        };
        let is_asked = |history: &History| Some(history.envelope().tls_request) == request;
        let messages = messages.iter().enumerate().filter(|(_, history)| is_asked(history));
        let parts = messages.map(part);
        let parts = parts.filter(|part| !part.places.is_empty()).collect();
        Self { peer, parts, has_answer: false, has_sent: false, tls_failure: None }
    }

    /// Its messages, each with the recipients that are still open.
    pub(super) fn messages(&self, messages: &[History]) -> Vec<(usize, Arc<Envelope>)> {
        let message = |Part { message, places, .. }: &Part| {
            (*message, part(messages[*message].envelope(), places))
        };
        self.parts.iter().map(message).collect()
    }

    /// Takes what it came to for a message, and tells whose outcomes these are. None if that was
    /// told before, or the message is none of this conversation.
    pub(super) fn hear(&mut self, message: usize, report: &Report) -> Option<&[usize]> {
        let at = self.parts.binary_search_by_key(&message, |part| part.message).ok()?;
        let part = &mut self.parts[at];
        if mem::replace(&mut part.is_reported, true) {
            return None;
        }
        part.is_unanswered = report.outcomes.iter().all(Outcome::is_unanswered);
        self.has_answer |= !part.is_unanswered;
        for (place, outcome) in part.places.iter().zip(&report.outcomes) {
            self.has_sent |= matches!(outcome.verdict, Verdict::Sent | Verdict::Deliverable);
            if outcome.remedy == Remedy::Plaintext {
                part.in_plaintext.push(*place);
                self.tls_failure = self.tls_failure.or(outcome.failure);
            }
        }
        Some(&part.places)
    }

    /// The same server without TLS, for those who may go there so: they are reopened.
    pub(super) fn in_plaintext(
        &self,
        messages: &mut [History],
        minimal_backoff: Duration,
        now: Instant,
    ) -> Option<Peer> {
        let error = self.tls_failure?;
        let mut is_plain = false;
        for part in &self.parts {
            let history = &mut messages[part.message];
            let envelope = history.envelope();
            let age = envelope.arrived.map_or(Duration::ZERO, |arrived| now.since(arrived));
            // That nobody insists on TLS, the remedy says: how much was asked for, the
            // conversation knew best.
            if !part.in_plaintext.is_empty() && is_due(envelope, age, minimal_backoff) {
                is_plain = true;
                history.reopen(&part.in_plaintext);
            }
        }
        is_plain.then(|| {
            let mut plain = self.peer.clone();
            plain.tls_failure = Some(error);
            plain
        })
    }

    /// Whether the same server is heard once more on messages that it had no say in: they are
    /// reopened. `is_patient` is whether the conversation before this one sent anything.
    pub(super) fn goes_on(&self, messages: &mut [History], is_patient: bool) -> bool {
        let leads_on = self.has_sent || is_patient && self.has_answer;
        let unanswered = || self.parts.iter().filter(|part| part.is_unanswered);
        if leads_on {
            unanswered().for_each(|part| messages[part.message].reopen(&part.places));
        }
        leads_on && unanswered().next().is_some()
    }
}
