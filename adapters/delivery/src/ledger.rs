//! From the events of a conversation to the outcomes of one message.

use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use envoi_proto::tls::Info;
use envoi_proto::{
    Circumstances, Doubt, Envelope, Error, Event, Failed, Fate, Peer, Purpose, Refusal, Reply,
    RequireTls, Said, Scope, Server, Stage, Status, TlsRequest, Unsuitable, Unused, Withheld,
};

use crate::decision::Decision;
use crate::delays::Delays;
use crate::fallback::gives_way;
use crate::report::{Handover, Outcome, Remedy, Report};
use crate::tls_status::{RequireTlsStatus, TlsStatus, Way};

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
    /// Whether MAIL says REQUIRETLS, once a transaction begins.
    require_tls: Option<bool>,
    /// To whom the message is handed over.
    handover: Handover,
}

impl Ledger {
    /// An empty ledger. Of the circumstances, [`Circumstances::server`] is of no account: outcomes
    /// tell by their [`Remedy`] whether another server may take what this one does not.
    pub fn new(envelope: Arc<Envelope>, circumstances: Circumstances) -> Self {
        let outcomes = envelope.recipients.iter().map(|_| None).collect();
        let circumstances = Circumstances { server: Server::OneOfSeveral, ..circumstances };
        let (relay, tls, tls_failure, handover) = (None, None, None, Handover::Relayed);
        let require_tls = None;
        Self { envelope, circumstances, outcomes, relay, tls, tls_failure, require_tls, handover }
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

    /// Tells to whom the message is handed over, if it is.
    pub fn set_handover(&mut self, handover: Handover) {
        self.handover = handover;
    }

    /// Tells whether MAIL says REQUIRETLS; a transaction begins.
    pub fn set_require_tls(&mut self, is_said: bool) {
        self.require_tls = Some(is_said);
    }

    /// Takes an event of a transaction that carries the recipients at `places`.
    pub fn handle_event(&mut self, event: &Event<'_>, places: Range<usize>, peer: &Peer) {
        match event {
            Event::Recipient { index, reply, .. } => {
                let place = places.start + index;
                if self.envelope.purpose == Purpose::VerifyRecipients {
                    self.probed(place..place + 1, reply, Stage::Recipient, peer);
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
        let fate = Fate::of_error(error, self.circumstances);
        let text = Failed { peer, error }.to_string();
        let gives_way = gives_way(peer, *error);
        let remedy = if gives_way { Remedy::Plaintext } else { Remedy::AnotherServer };
        let failure = Some(*error);
        let decision = Decision { failure, doubt, remedy, ..Decision::new(fate, text) };
        self.settle(places, decision, Way::of_error(error, peer), peer);
    }

    /// Settles whoever is not settled: there was no conversation.
    pub fn unreachable(&mut self, status: Status, text: &str) {
        let fate = Fate::of_failure(status, Scope::Site, self.circumstances);
        self.note(0..self.outcomes.len(), &Decision::new(fate, text));
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
        let Self { outcomes, envelope, tls, tls_failure, handover, .. } = self;
        let closed = |outcome: Option<Outcome>| {
            let mut outcome = outcome.expect("whoever was not settled is so by now");
            outcome.tls_status = outcome.tls_status.map(|status| status.with(tls.as_deref()));
            outcome.tls.clone_from(&tls);
            outcome.tls_failure = tls_failure;
            outcome.handover = handover;
            outcome.delays = delays;
            outcome
        };
        let outcomes = outcomes.into_iter().map(closed).collect();
        Report { envelope, outcomes }
    }

    /// We do not use the server.
    fn unused(&mut self, places: Range<usize>, reason: &Unsuitable, peer: &Peer) {
        let is_required = self.envelope.tls_request == TlsRequest::Required;
        let status = peer.require_tls.status(reason).filter(|_| is_required);
        let (fate, way) = match status {
            Some(status) => (Fate::of_lack(status, self.circumstances), Way::Lack),
            None => {
                let fate = Fate::of_unsuitable(reason, self.circumstances);
                (fate, Way::of_unsuitable(reason))
            }
        };
        let decision = Decision::new(fate, Unused { peer, reason }.to_string());
        self.settle(places, decision, way, peer);
    }

    /// We did not send the message.
    pub(crate) fn refused(&mut self, places: Range<usize>, refusal: &Refusal, peer: &Peer) {
        let fate = Fate::of_refusal(refusal, self.circumstances);
        let text = Withheld { peer, refusal }.to_string();
        if *refusal != Refusal::Loop {
            let way = Way::of_refusal(refusal);
            return self.settle(places, Decision::new(fate, text), way, peer);
        }
        let recipients = places.start..places.end.min(self.envelope.recipients.len());
        for place in recipients {
            let address = &self.envelope.recipients[place].address;
            let text = format!("{text} for {address}");
            self.settle(place..place + 1, Decision::new(fate, text), Way::Past, peer);
        }
    }

    /// A reply that decides for all that are not settled.
    fn message(&mut self, places: Range<usize>, reply: &Reply<'_>, stage: Stage, peer: &Peer) {
        if self.envelope.purpose == Purpose::VerifyData && stage == Stage::Data {
            self.probed(places, reply, stage, peer);
        } else {
            self.replied(places, reply, stage, peer);
        }
    }

    /// A reply that may decide for the recipients at these places.
    fn replied(&mut self, places: Range<usize>, reply: &Reply<'_>, stage: Stage, peer: &Peer) {
        if let Some(fate) = Fate::of_reply(reply, stage, self.circumstances) {
            let decision = Decision::new(fate, explain(fate, reply, stage, peer));
            self.settle(places, decision, Way::of_stage(stage), peer);
        }
    }

    fn probed(&mut self, places: Range<usize>, reply: &Reply<'_>, stage: Stage, peer: &Peer) {
        let fate = Fate::of_probe(reply, stage, self.circumstances);
        let decision = Decision::new(fate, explain(fate, reply, stage, peer));
        self.settle(places, decision, Way::of_stage(stage), peer);
    }

    /// Settles whoever is not settled at `places` by a conversation that came so far with TLS.
    fn settle(&mut self, places: Range<usize>, decision: Decision, way: Way, peer: &Peer) {
        let require_tls = self.require_tls_status(way, peer);
        let tls_status = Some(TlsStatus { require_tls, ..TlsStatus::begun(peer, way) });
        self.note(places, &Decision { tls_status, ..decision });
    }

    fn require_tls_status(&self, way: Way, peer: &Peer) -> Option<RequireTlsStatus> {
        let is_asked = self.envelope.tls_request == TlsRequest::Required;
        let is_asked = is_asked && peer.require_tls != RequireTls::Disable;
        is_asked.then_some(match self.require_tls {
            _ if way == Way::Lack => RequireTlsStatus::Violated,
            None => RequireTlsStatus::Undecided,
            Some(false) => RequireTlsStatus::Unused,
            Some(true) => RequireTlsStatus::Used,
        })
    }

    fn note(&mut self, places: Range<usize>, decision: &Decision) {
        let Self { envelope, outcomes, relay, .. } = self;
        let concerned = outcomes.iter_mut().enumerate().take(places.end).skip(places.start);
        for (place, outcome) in concerned {
            // What was said first stands.
            outcome.get_or_insert_with(|| {
                let relay = relay.clone();
                Outcome { relay, ..decision.outcome(envelope, place) }
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

#[cfg(test)]
mod tests {
    use envoi_proto::tls::{Fault, Level, Policy};

    use super::*;

    #[test]
    fn outcomes_tell_what_may_still_be_tried() {
        let peer = Peer::new("mx.example");
        let reply = |text: &'static str| Event::Unavailable {
            stage: Stage::EndOfData,
            reply: text.parse().unwrap(),
        };
        for (event, remedy) in [
            (reply("450 later"), Remedy::AnotherServer),
            (reply("550 no"), Remedy::None),
            (reply("250 done"), Remedy::None),
            (Event::Unsuitable(&Unsuitable::TlsNotOffered), Remedy::AnotherServer),
        ] {
            let mut ledger = ledger(1);
            ledger.handle_event(&event, 0..1, &peer);
            let report = ledger.close(Delays::default());
            assert_eq!(report.outcomes[0].remedy, remedy, "{event:?}");
        }
        for (refusal, remedy) in [
            (Refusal::Unreadable, Remedy::None),
            (Refusal::Broken { promised: 2, given: 1 }, Remedy::None),
            (Refusal::Smtputf8, Remedy::None),
            (Refusal::RequireTls, Remedy::AnotherServer),
        ] {
            let mut ledger = ledger(1);
            ledger.refused(0..1, &refusal, &peer);
            assert_eq!(ledger.close(Delays::default()).outcomes[0].remedy, remedy, "{refusal}");
        }
    }

    #[test]
    fn only_opportunistic_tls_is_remedied_by_plaintext() {
        let handshake = Error::Tls(Stage::Handshake, Fault::Misbehaved);
        for (level, error, remedy) in [
            (Level::May, handshake, Remedy::Plaintext),
            (Level::May, Error::Lost(Stage::Handshake), Remedy::Plaintext),
            (Level::May, Error::Lost(Stage::Mail), Remedy::AnotherServer),
            (Level::Encrypt, handshake, Remedy::AnotherServer),
        ] {
            let mut peer = Peer::new("mx.example");
            peer.tls = Policy::new(level);
            let mut ledger = ledger(1);
            ledger.failed(0..1, &error, Doubt::None, &peer);
            assert_eq!(ledger.close(Delays::default()).outcomes[0].remedy, remedy, "{level}");
        }
    }

    #[test]
    fn what_was_said_first_stands() {
        let peer = Peer::new("mx.example");
        let mut ledger = ledger(3);
        ledger.failed(1..2, &Error::Lost(Stage::EndOfData), Doubt::Uncertain, &peer);
        ledger.failed(0..9, &Error::NoMore, Doubt::None, &peer);
        let outcomes = ledger.close(Delays::default()).outcomes;
        let doubts: Vec<_> = outcomes.iter().map(|outcome| outcome.doubt).collect();
        assert_eq!(doubts, [Doubt::None, Doubt::Uncertain, Doubt::None]);
    }

    fn ledger(recipients: usize) -> Ledger {
        let bob: envoi_proto::Recipient = "bob@mx.example".parse().unwrap();
        let sender = "ann@client.example".parse().unwrap();
        let envelope = Envelope::new(sender, alloc::vec![bob; recipients]);
        Ledger::new(Arc::new(envelope), Circumstances::default())
    }
}
