//! From the events of a conversation to the outcomes of one message.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use envoi_proto::tls::Info;
use envoi_proto::{
    Circumstances, Doubt, Envelope, Error, Event, Failed, Fate, Peer, Purpose, Refusal, Reply,
    Said, Stage, Status, Unsuitable, Unused, Withheld,
};

use crate::delays::Delays;
use crate::report::{Outcome, Report, Verdict};

/// What is known so far of each recipient of one message.
#[derive(Clone, Debug)]
pub struct Ledger {
    envelope: Arc<Envelope>,
    circumstances: Circumstances,
    /// One for each recipient, once it is known.
    outcomes: Vec<Option<Outcome>>,
    /// The server that they are about.
    relay: Option<Arc<str>>,
    /// What its TLS came to.
    tls: Option<Arc<Info>>,
    /// How TLS with it failed before, if that is why there was none.
    tls_failure: Option<Error>,
    /// How the conversation ended, if that settled anybody.
    failure: Option<Error>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(envelope: Arc<Envelope>, circumstances: Circumstances) -> Self {
        let outcomes = envelope.recipients.iter().map(|_| None).collect();
        Self {
            envelope,
            circumstances,
            outcomes,
            relay: None,
            tls: None,
            tls_failure: None,
            failure: None,
        }
    }

    /// The message's envelope.
    pub fn envelope(&self) -> &Arc<Envelope> {
        &self.envelope
    }

    /// Names the server that is spoken to, as log lines do.
    pub fn set_relay(&mut self, relay: Arc<str>) {
        self.relay = Some(relay);
    }

    /// Tells what protects the conversation, or how TLS with the server failed before.
    pub fn set_tls(&mut self, tls: Option<Arc<Info>>, failure: Option<Error>) {
        (self.tls, self.tls_failure) = (tls, failure);
    }

    /// Takes an event of a transaction that carries the recipients at `places`.
    pub fn handle_event(&mut self, event: &Event<'_>, places: Range<usize>, peer: &Peer) {
        match event {
            Event::Recipient { index, reply, .. } => {
                let place = places.start + index;
                if self.envelope.purpose == Purpose::VerifyRecipients {
                    self.probed(place, reply, Stage::Recipient, peer);
                } else {
                    self.replied(place..place + 1, reply, Stage::Recipient, peer);
                }
            }
            Event::Delivery { index, stage, reply, .. } => {
                let place = places.start + index;
                self.replied(place..place + 1, reply, *stage, peer);
            }
            Event::Message { stage, reply, .. } => self.message(places, reply, *stage, peer),
            Event::Unavailable { stage, reply } => self.message(places, reply, *stage, peer),
            Event::Refused { refusal, .. } => self.refused(places, refusal, peer),
            Event::Unsuitable(reason) => self.unused(places, reason, peer),
            Event::Lost { error, doubt, .. } => self.failed(places, error, *doubt, peer),
            Event::Greeting { .. }
            | Event::Extensions(_)
            | Event::Tls(_)
            | Event::Authenticated
            | Event::Ready
            | Event::End { .. }
            | Event::Closed => {}
        }
    }

    /// Settles whoever is not settled at `places`: the conversation failed.
    pub fn failed(&mut self, places: Range<usize>, error: &Error, doubt: Doubt, peer: &Peer) {
        self.failure = self.failure.or(Some(*error));
        let fate = Fate::of_error(error, self.circumstances);
        let text = Failed { peer, error }.to_string().into();
        places.for_each(|place| self.settle(place, fate, &text, doubt));
    }

    /// Settles whoever is not settled: there was no conversation.
    pub fn unreachable(&mut self, status: Status, text: &str) {
        let scope = envoi_proto::Scope::Site;
        let fate = Fate::of_failure(status, scope, self.circumstances);
        let text = text.into();
        (0..self.outcomes.len()).for_each(|place| self.settle(place, fate, &text, Doubt::None));
    }

    /// Whether every recipient is settled.
    pub fn is_settled(&self) -> bool {
        self.outcomes.iter().all(Option::is_some)
    }

    /// The outcomes. Whoever is still not settled was not tried, and is deferred.
    pub fn close(mut self, delays: Delays) -> Report {
        if !self.is_settled() {
            self.unreachable(Status::transient(3, 0), "no server took the message");
        }
        let outcomes = self.outcomes.into_iter().flatten();
        let outcomes = outcomes.map(|outcome| Outcome { delays, ..outcome }).collect();
        let Self { envelope, tls, tls_failure, failure, .. } = self;
        Report { outcomes, envelope, tls, tls_failure, failure }
    }

    /// We do not use the server.
    fn unused(&mut self, places: Range<usize>, reason: &Unsuitable, peer: &Peer) {
        let fate = Fate::of_unsuitable(reason, self.circumstances);
        let text = Unused { peer, reason }.to_string().into();
        places.for_each(|place| self.settle(place, fate, &text, Doubt::None));
    }

    /// We did not send the message.
    fn refused(&mut self, places: Range<usize>, refusal: &Refusal, peer: &Peer) {
        let fate = Fate::of_refusal(refusal, self.circumstances);
        let text = Withheld { peer, refusal }.to_string().into();
        places.for_each(|place| self.settle(place, fate, &text, Doubt::None));
    }

    /// A reply that decides for all that are not settled.
    fn message(&mut self, places: Range<usize>, reply: &Reply<'_>, stage: Stage, peer: &Peer) {
        if self.envelope.purpose == Purpose::VerifyData && stage == Stage::Data {
            places.for_each(|place| self.probed(place, reply, stage, peer));
        } else {
            self.replied(places, reply, stage, peer);
        }
    }

    /// A reply that may decide for the recipients at these places.
    fn replied(&mut self, places: Range<usize>, reply: &Reply<'_>, stage: Stage, peer: &Peer) {
        let Some(fate) = Fate::of_reply(reply, stage, self.circumstances) else {
            return;
        };
        let text = explain(fate, reply, stage, peer);
        places.for_each(|place| self.settle(place, fate, &text, Doubt::None));
    }

    fn probed(&mut self, place: usize, reply: &Reply<'_>, stage: Stage, peer: &Peer) {
        let fate = Fate::of_probe(reply, stage, self.circumstances);
        let text = explain(fate, reply, stage, peer);
        self.settle(place, fate, &text, Doubt::None);
    }

    fn settle(&mut self, place: usize, fate: Fate, text: &Arc<str>, doubt: Doubt) {
        use envoi_proto::Verdict::{Bounced, Deferred, Sent, TryNext};
        let is_probe = self.envelope.purpose != Purpose::Deliver;
        let verdict = match fate.verdict {
            Sent if is_probe => Verdict::Deliverable,
            Sent => Verdict::Sent,
            Bounced | Deferred | TryNext if is_probe => Verdict::Undeliverable,
            Bounced => Verdict::Bounced,
            Deferred | TryNext => Verdict::Deferred,
        };
        // What was said first stands.
        if let Some(outcome @ None) = self.outcomes.get_mut(place) {
            *outcome = Some(Outcome {
                recipient: self.envelope.recipients[place].address.clone(),
                verdict,
                status: fate.status,
                text: text.clone(),
                relay: self.relay.clone(),
                doubt,
                delays: Delays::default(),
            });
        }
    }
}

fn explain(fate: Fate, reply: &Reply<'_>, stage: Stage, peer: &Peer) -> Arc<str> {
    match fate.verdict {
        envoi_proto::Verdict::Sent if !reply.text.contains('\n') => (*reply.text).into(),
        envoi_proto::Verdict::Sent => reply.to_string().into(),
        envoi_proto::Verdict::TryNext
        | envoi_proto::Verdict::Deferred
        | envoi_proto::Verdict::Bounced => Said { peer, reply, stage }.to_string().into(),
    }
}
