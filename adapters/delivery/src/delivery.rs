//! From a destination's hosts to the outcomes of messages.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use envoi_dns::{Answer, Destination, Failure, Host, Name, NativeLack, Query, Question};
use envoi_proto::{
    Circumstances, Doubt, Envelope, Fate, Instant, Peer, Protocol, Scope, Server, Status,
};

use crate::decision::Decision;
use crate::delays::Delays;
use crate::policy::Policy;
use crate::report::{Handover, Outcome, Remedy, Report};
use crate::skip::Skip;

mod history;
mod next_hop;
mod talk;

use history::History;
use next_hop::{NextHop, Turn};
use talk::Talk;

/// Messages for one destination, on their way from host to host.
///
/// The run loop: ask for a [`Step`], do it, tell what came of it, ask again; take reports as they
/// come. Each message is reported once, with one outcome for each recipient of its envelope, in
/// the envelope's order, whatever happens and whatever is told.
///
/// A hard failure is the last word on a recipient. After a soft one another host is tried, and
/// when none is left, the last one decides. Doubt stays: who may have the message from one host,
/// and is refused by the next, is reported with it.
#[derive(Debug)]
pub struct Delivery {
    policy: Arc<Policy>,
    seed: u64,
    began: Instant,
    messages: Vec<History>,
    /// Messages without a verdict for every recipient.
    open: usize,
    /// Messages to be reported, by their place.
    settled: VecDeque<usize>,
    /// Next hops to be tried, each with whether it is there by our own choice.
    next_hops: VecDeque<(Destination, bool)>,
    next_hop: Option<NextHop>,
    talk: Option<Talk>,
}

/// What a driver does next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there are as many of each as there are attempts")]
pub enum Step {
    /// Ask this, beside what has been asked already, and tell [`Delivery::handle_answer`] or
    /// [`Delivery::handle_native`].
    Ask(Question),
    /// Connect and talk. Tell [`Delivery::handle_unreachable`] if there is no connection, and
    /// [`Delivery::handle_skipped`] if there is not to be one; if there is one,
    /// [`Delivery::handle_report`] for each message and then [`Delivery::handle_ended`].
    Connect(Attempt),
    /// Wait for answers to what has been asked, and for the conversation that is under way.
    Wait,
    /// All messages are reported, or can be.
    Done,
}

/// A conversation to be held.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// With whom.
    pub host: Host,
    /// The destination whose host that is, as it was given.
    pub destination: Destination,
    /// The host for the conversation; whoever needs credentials adds them.
    pub peer: Peer,
    /// Which messages, by their place, each with the recipients that are still open.
    pub messages: Vec<(usize, Arc<Envelope>)>,
    /// What the fate of a failure depends on.
    pub circumstances: Circumstances,
    /// When the delivery began: the conversation's reports count from there.
    pub began: Instant,
    /// When the conversation has to be over, whatever it has come to.
    pub deadline: Option<Instant>,
}

impl Delivery {
    /// A delivery that has not begun. The destinations are tried in order, and then the fallback
    /// relays of the policy; 200 of them at most. The seed decides the order of hosts of the same
    /// preference.
    pub fn new(
        destinations: Vec<Destination>,
        messages: impl IntoIterator<Item = Arc<Envelope>>,
        policy: Arc<Policy>,
        seed: u64,
        now: Instant,
    ) -> Self {
        let is_relayhost = |to: &Destination| {
            policy.relayhost.as_ref().is_some_and(|own| own.as_str() == to.as_str())
        };
        let primaries = destinations.into_iter().map(|to| (is_relayhost(&to), to));
        let relays = policy.fallback_relay.iter().map(|to| (true, to.clone()));
        let next_hops = primaries.chain(relays).map(|(is_ours, to)| (to, is_ours));
        let next_hops = next_hops.take(NEXT_HOPS_MAX).collect();
        let messages: Vec<_> = messages.into_iter().map(History::new).collect();
        let (open, settled) = (messages.len(), VecDeque::new());
        let (next_hop, talk) = (None, None);
        let mut delivery =
            Self { policy, seed, began: now, messages, open, settled, next_hops, next_hop, talk };
        // A message may have no recipients.
        (0..delivery.messages.len()).for_each(|message| delivery.check(message));
        delivery
    }

    /// When all has to be over. Nobody has to wake for it but who waits for something without
    /// another end.
    pub fn deadline(&self) -> Option<Instant> {
        self.policy.time_limit.map(|limit| self.began + limit)
    }

    /// What to do next.
    pub fn step(&mut self, now: Instant) -> Step {
        if self.talk.is_none() && self.deadline().is_some_and(|deadline| deadline <= now) {
            self.run_out(now);
        }
        while self.open > 0 {
            let Some(next_hop) = &mut self.next_hop else {
                self.leave(now);
                continue;
            };
            if let Some(question) = next_hop.route.poll_question() {
                return Step::Ask(question);
            }
            if self.talk.is_some() {
                break;
            }
            match next_hop.turn(&self.policy) {
                Turn::Again => {}
                Turn::Another => self.messages.iter_mut().for_each(History::turn),
                Turn::Wait => return Step::Wait,
                Turn::Leave => {
                    self.leave(now);
                    continue;
                }
            }
            if let Some(attempt) = self.attempt() {
                return Step::Connect(attempt);
            }
        }
        if self.talk.is_some() { Step::Wait } else { Step::Done }
    }

    /// Takes the answer to a question.
    pub fn handle_answer(&mut self, query: &Query, answer: Arc<Answer>) {
        if let Some(next_hop) = &mut self.next_hop {
            next_hop.route.handle_answer(query, answer);
        }
    }

    /// Takes the addresses that the system found, or why it found none.
    pub fn handle_native(&mut self, name: &Name, found: Result<Vec<IpAddr>, NativeLack>) {
        if let Some(next_hop) = &mut self.next_hop {
            next_hop.route.handle_native(name, found);
        }
    }

    /// There is no connection: the system's words say why.
    pub fn handle_unreachable(&mut self, reason: &str, now: Instant) {
        let Some(talk) = &self.talk else { return };
        let text = format!("connect to {}: {reason}", talk.peer);
        tracing::info!("{text}");
        // Those who ask something else of TLS do not get there either.
        let everybody = self.messages.iter().map(History::places).enumerate().collect();
        self.miss(everybody, Status::transient(4, 1), &text, now);
        self.turn_to_others();
    }

    /// The host is not connected to.
    pub fn handle_skipped(&mut self, skip: &Skip, now: Instant) {
        let Some(talk) = &self.talk else { return };
        tracing::warn!("{} is left out: {}", talk.peer, skip.text);
        let parts = talk.parts.iter().map(|part| (part.message, part.places.clone()));
        self.miss(parts.collect(), skip.status, &skip.text, now);
        self.turn_to_others();
    }

    /// What the conversation came to for a message.
    ///
    /// What is no message of the conversation, or was reported before, changes nothing.
    pub fn handle_report(&mut self, message: usize, report: Report) {
        let Some(talk) = &mut self.talk else { return };
        let Some(places) = talk.hear(message, &report) else { return };
        let knows_mailboxes =
            self.policy.assumes_final && self.policy.peer.protocol == Protocol::Lmtp;
        for (place, mut outcome) in places.iter().zip(report.outcomes) {
            if knows_mailboxes && outcome.handover == Handover::Relayed {
                outcome.handover = Handover::Final;
            }
            if outcome.remedy != Remedy::None {
                let Outcome { recipient, text, .. } = &outcome;
                tracing::info!(target: "envoi::message", %recipient, "{text}");
            }
            self.messages[message].note(*place, outcome);
        }
        self.check(message);
    }

    /// The conversation is over. `was_ready` is whether its handshake was completed: such ones
    /// count against the policy's limit.
    ///
    /// Of a message that was not reported nobody knows whether the server took it. It is deferred,
    /// and in doubt.
    pub fn handle_ended(&mut self, was_ready: bool, now: Instant) {
        let Some(talk) = self.talk.take() else { return };
        let text = format!("nothing is known of the conversation with {}", talk.peer);
        let failure = self.failure(Status::transient(3, 0), &text);
        let unknown = Decision { doubt: Doubt::Uncertain, remedy: Remedy::None, ..failure };
        let delays = self.delays(now);
        for part in &talk.parts {
            self.messages[part.message].miss(&part.places, &unknown, delays);
            self.check(part.message);
        }
        self.follow_up(&talk, was_ready, now);
    }

    /// Tries nothing more: whoever has no verdict is deferred. A conversation that is under way is
    /// taken to be over.
    pub fn give_up(&mut self, now: Instant) {
        self.handle_ended(false, now);
        self.next_hop = None;
        self.next_hops.clear();
        self.messages.iter_mut().for_each(History::reconsider);
        self.settle(now);
    }

    /// The next message of which all recipients are settled, by its place.
    pub fn poll_report(&mut self) -> Option<(usize, Report)> {
        let message = self.settled.pop_front()?;
        Some((message, self.messages[message].report()))
    }

    /// The time is up. Whoever has no verdict hears that, whatever was learnt of hosts before.
    fn run_out(&mut self, now: Instant) {
        let limit = self.policy.time_limit.unwrap_or_default();
        let text = format!("delivery takes too long: not over after {} s", limit.as_secs());
        let decision = self.failure(Status::transient(3, 0), &text);
        let delays = self.delays(now);
        self.messages.iter_mut().for_each(|message| message.run_out(&decision, delays));
        self.give_up(now);
    }

    /// There was no conversation with the host at hand. Another one is tried in any case.
    fn miss(&mut self, who: Vec<(usize, Vec<usize>)>, status: Status, text: &str, now: Instant) {
        self.talk = None;
        let remedy = Remedy::AnotherServer;
        let decision = Decision { remedy, ..self.failure(status, text) };
        let delays = self.delays(now);
        for (message, places) in who {
            self.messages[message].miss(&places, &decision, delays);
        }
    }

    /// Leaves the host at hand, unless there are messages on which it has not been heard because
    /// they ask something else of TLS.
    fn turn_to_others(&mut self) {
        let Some(next_hop) = &mut self.next_hop else { return };
        if !self.messages.iter().any(History::is_open) {
            next_hop.visit = None;
        } else if let Some(visit) = &mut next_hop.visit {
            (visit.is_patient, visit.peer.tls_failure) = (true, None);
        }
    }

    /// The conversation with the host at hand about whoever is open. None if nobody is.
    fn attempt(&mut self) -> Option<Attempt> {
        let next_hop = self.next_hop.as_mut()?;
        let visit = next_hop.visit.as_ref()?;
        let (host, peer) = (visit.host.clone(), visit.peer.clone());
        let talk = Talk::new(peer.clone(), &self.messages);
        let messages = talk.messages(&self.messages);
        if messages.is_empty() {
            next_hop.visit = None;
            return None;
        }
        self.talk = Some(talk);
        let destination = next_hop.destination.clone();
        let (circumstances, began, deadline) = (self.circumstances(), self.began, self.deadline());
        Some(Attempt { host, destination, peer, messages, circumstances, began, deadline })
    }

    /// Decides whether the host at hand is talked to again.
    fn follow_up(&mut self, talk: &Talk, was_ready: bool, now: Instant) {
        let Some(next_hop) = &mut self.next_hop else { return };
        if was_ready {
            next_hop.handle_ready();
        }
        let Some(visit) = &mut next_hop.visit else { return };
        let plain = talk.in_plaintext(&mut self.messages, self.policy.minimal_backoff, now);
        if let Some(plain) = plain {
            visit.peer = plain;
        } else if !talk.goes_on(&mut self.messages, visit.is_patient) {
            return self.turn_to_others();
        }
        visit.is_patient = talk.has_sent;
    }

    /// Leaves the next hop at hand for the one after it. If there is none, that was all.
    fn leave(&mut self, now: Instant) {
        if let Some(left) = self.next_hop.take() {
            if let Some(failure) = left.route.failure() {
                self.lead_nowhere(&left, failure, now);
            }
            // Whoever comes after is no better than this machine, or sends the mail back to it.
            if left.route.leads_here() {
                self.next_hops.clear();
            }
        }
        let rules = || self.policy.rules.clone();
        match self.next_hops.pop_front() {
            Some((to, is_ours)) => {
                self.next_hop = Some(NextHop::new(to, is_ours, rules(), self.seed));
            }
            None => self.settle(now),
        }
    }

    /// A next hop has no host.
    fn lead_nowhere(&mut self, next_hop: &NextHop, failure: &Failure, now: Instant) {
        let status = match failure.status() {
            [5, ..] if next_hop.is_ours => {
                tracing::warn!("{} cannot be right: {failure}", next_hop.destination);
                Status::transient(3, 5)
            }
            [5, subject, detail] => Status::permanent(subject, detail),
            [_, subject, detail] => Status::transient(subject, detail),
        };
        let decision = self.failure(status, &failure.to_string());
        let delays = self.delays(now);
        self.messages.iter_mut().for_each(|message| message.lead_nowhere(&decision, delays));
    }

    /// Settles whoever is not settled: what was learnt last is the verdict.
    fn settle(&mut self, now: Instant) {
        let text = "server unavailable or unable to receive mail";
        let leftover = self.failure(Status::transient(3, 0), text);
        let delays = self.delays(now);
        for message in 0..self.messages.len() {
            self.messages[message].give_up(&leftover, delays);
            self.check(message);
        }
    }

    /// Notes that a message can be reported, if it can, and was not noted before.
    fn check(&mut self, message: usize) {
        if self.messages[message].becomes_settled() {
            self.settled.push_back(message);
            self.open -= 1;
        }
    }

    /// A failure that is no recipient's.
    fn failure(&self, status: Status, text: &str) -> Decision {
        Decision::new(Fate::of_failure(status, Scope::Site, self.circumstances()), text)
    }

    /// Another server may always come: the last one is known when none does.
    fn circumstances(&self) -> Circumstances {
        Circumstances { server: Server::OneOfSeveral, ..self.policy.circumstances }
    }

    /// The time since the delivery began, which went into finding somebody to talk to.
    fn delays(&self, now: Instant) -> Delays {
        Delays { connecting: now.since(self.began), ..Delays::default() }
    }
}

/// Most next hops that are tried, fallback relays included.
const NEXT_HOPS_MAX: usize = 200;

#[cfg(test)]
mod tests;
