//! A delivery to example.com, whose hosts are mx1, mx2 and so on at 192.0.2.1, 192.0.2.2 and so on.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use core::net::Ipv4Addr;
use core::time::Duration;

use envoi_dns::{Kind, Lack, Mx, Records, Rules};
use envoi_proto::{Error, Event, Purpose, Recipient, Refusal, Stage};

use super::*;
use crate::ledger::Ledger;

pub(super) struct Bed {
    pub(super) delivery: Delivery,
    pub(super) now: Instant,
    /// How many hosts there are.
    hosts: u8,
    attempt: Option<Attempt>,
}

impl Bed {
    /// One message.
    pub(super) fn new<const N: usize>(hosts: u8, recipients: [&str; N]) -> Self {
        Self::with(hosts, recipients, |_| {})
    }

    /// One message, delivered by another policy.
    pub(super) fn with<const N: usize>(
        hosts: u8,
        recipients: [&str; N],
        edit: impl FnOnce(&mut Policy),
    ) -> Self {
        Self::to(&["example.com"], hosts, vec![envelope(recipients)], edit)
    }

    /// Messages for bob.
    pub(super) fn batch(hosts: u8, messages: usize) -> Self {
        Self::to(&["example.com"], hosts, vec![envelope(["bob"]); messages], |_| {})
    }

    /// Messages for bob, so many seconds old.
    pub(super) fn aged<const N: usize>(
        hosts: u8,
        ages: [u64; N],
        edit: impl FnOnce(&mut Policy),
    ) -> Self {
        let aged = |age| {
            let mut envelope = envelope(["bob"]);
            envelope.arrived = Some(Instant::from_origin(START - Duration::from_secs(age)));
            envelope
        };
        Self::to(&["example.com"], hosts, ages.map(aged).to_vec(), edit)
    }

    /// One probe.
    pub(super) fn probing<const N: usize>(
        hosts: u8,
        recipients: [&str; N],
        purpose: Purpose,
    ) -> Self {
        let mut envelope = envelope(recipients);
        envelope.purpose = purpose;
        Self::to(&["example.com"], hosts, vec![envelope], |_| {})
    }

    pub(super) fn to(
        destinations: &[&str],
        hosts: u8,
        messages: Vec<Envelope>,
        edit: impl FnOnce(&mut Policy),
    ) -> Self {
        let mut policy = Policy::default();
        rules(&mut policy).shuffle = false;
        edit(&mut policy);
        let destinations = destinations.iter().map(|to| to.parse().unwrap()).collect();
        let messages = messages.into_iter().map(Arc::new);
        let now = Instant::from_origin(START);
        let delivery = Delivery::new(destinations, messages, Arc::new(policy), 0, now);
        Self { delivery, now, hosts, attempt: None }
    }

    /// Answers questions until a conversation is to be held, which has to be with this host.
    pub(super) fn attempt(&mut self, host: &str) -> Attempt {
        let Step::Connect(attempt) = self.step() else { panic!("{host} is not tried") };
        let name = &*attempt.host.name;
        assert!(name == host || name.split('.').next() == Some(host), "{name} is tried");
        self.hold(attempt.clone());
        attempt
    }

    /// Begins the conversation of an attempt.
    pub(super) fn hold(&mut self, attempt: Attempt) {
        self.attempt = Some(attempt);
    }

    /// The messages of the conversation at hand.
    pub(super) fn messages(&self) -> Vec<usize> {
        let attempt = self.attempt.as_ref().unwrap();
        attempt.messages.iter().map(|(place, _)| *place).collect()
    }

    /// The other side of the conversation at hand.
    pub(super) fn peer(&mut self) -> &mut Peer {
        &mut self.attempt.as_mut().unwrap().peer
    }

    /// The server says this of a message: one reply for each recipient, the last for the rest.
    pub(super) fn replies<const N: usize>(&mut self, message: usize, replies: [&str; N]) {
        self.told(message, |ledger, peer| says(ledger, &replies, Stage::EndOfData, peer));
    }

    /// The same of a probe.
    pub(super) fn probed<const N: usize>(&mut self, message: usize, replies: [&str; N]) {
        self.told(message, |ledger, peer| says(ledger, &replies, Stage::Data, peer));
    }

    /// The conversation ends before the server has said anything of a message.
    pub(super) fn loses(&mut self, message: usize, error: Error, doubt: Doubt) {
        self.told(message, |ledger, peer| ledger.failed(0..usize::MAX, &error, doubt, peer));
    }

    /// The conversation ends after the server has said this of the first recipients.
    pub(super) fn says_and_loses<const N: usize>(
        &mut self,
        message: usize,
        replies: [&str; N],
        error: Error,
    ) {
        self.told(message, |ledger, peer| {
            for (place, reply) in replies.iter().enumerate() {
                let (stage, reply) = (Stage::EndOfData, reply.parse().unwrap());
                ledger.handle_event(&Event::Unavailable { stage, reply }, place..place + 1, peer);
            }
            ledger.failed(0..usize::MAX, &error, Doubt::None, peer);
        });
    }

    /// We do not send a message.
    pub(super) fn refuses(&mut self, message: usize, refusal: Refusal) {
        self.told(message, |ledger, peer| ledger.refused(0..usize::MAX, &refusal, peer));
    }

    /// The conversation is over, which was fit to send mail.
    pub(super) fn ends(&mut self) {
        self.delivery.handle_ended(true, self.now);
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    /// Nothing is left to do.
    pub(super) fn is_done(&mut self) {
        let step = self.step();
        assert!(matches!(step, Step::Done), "{step:?}");
    }

    /// The next report, which has to be there.
    pub(super) fn report(&mut self) -> (usize, Report) {
        self.delivery.poll_report().expect("a message is settled")
    }

    /// What became of everybody.
    pub(super) fn verdicts(&mut self) -> Vec<String> {
        self.is_done();
        let mut verdicts = Vec::new();
        while let Some((message, report)) = self.delivery.poll_report() {
            for outcome in report.outcomes {
                let Outcome { recipient, verdict, status, text, relay, .. } = outcome;
                let recipient = recipient.mailbox().local_part().to_owned();
                let relay = relay.map(|relay| format!(" at {}", host(&relay))).unwrap_or_default();
                verdicts.push(format!("{message} {recipient} {verdict} {status}{relay}: {text}"));
            }
        }
        verdicts
    }

    pub(super) fn step(&mut self) -> Step {
        loop {
            match self.delivery.step(self.now) {
                Step::Ask(Question::Dns(query)) => {
                    self.tell(&query);
                }
                Step::Ask(Question::Native(name)) => {
                    self.delivery.handle_native(&name, Err(NativeLack::NotFound));
                }
                step @ (Step::Connect(_) | Step::Wait | Step::Done) => return step,
            }
        }
    }

    /// The next question, which has to be to the DNS.
    pub(super) fn question(&mut self) -> Query {
        let step = self.delivery.step(self.now);
        let Step::Ask(Question::Dns(query)) = step else { panic!("nothing is asked: {step:?}") };
        query
    }

    /// Answers a question.
    pub(super) fn tell(&mut self, query: &Query) {
        self.delivery.handle_answer(query, self.answer(query).into());
    }

    fn answer(&self, query: &Query) -> Answer {
        let found = match (query.name.as_str(), query.kind) {
            ("example.com", Kind::Mx) => {
                let mx = |n: u8| Mx {
                    preference: 10 * u16::from(n),
                    exchange: Some(format!("mx{n}.example.com").parse().unwrap()),
                };
                Ok(Records::Mx((1..=self.hosts).map(mx).collect()))
            }
            ("null.example", Kind::Mx) => {
                Ok(Records::Mx([Mx { preference: 0, exchange: None }].into_iter().collect()))
            }
            ("soft.example", Kind::Mx) => Err(Lack::TryAgain),
            (name, Kind::A) => {
                let number = name.strip_prefix("mx").and_then(|name| name.split('.').next());
                match number.and_then(|number| number.parse().ok()) {
                    Some(n) => Ok(Records::A([Ipv4Addr::new(192, 0, 2, n)].into_iter().collect())),
                    None => Err(Lack::NoName),
                }
            }
            (name, _) if name.starts_with("mx") => Err(Lack::NoData),
            (_, _) => Err(Lack::NoName),
        };
        Answer { records: found, canonical: None, ttl: 300, is_secure: false }
    }

    fn told(&mut self, message: usize, tell: impl FnOnce(&mut Ledger, &Peer)) {
        let Attempt { peer, messages, circumstances, .. } = self.attempt.as_ref().unwrap();
        let found = messages.iter().find(|(place, _)| *place == message);
        let (_, envelope) = found.expect("the message is in this conversation");
        let mut ledger = Ledger::new(envelope.clone(), *circumstances);
        ledger.set_relay(peer.to_string().into());
        tell(&mut ledger, peer);
        self.delivery.handle_report(message, ledger.close(Delays::default()));
    }
}

fn says(ledger: &mut Ledger, replies: &[&str], stage: Stage, peer: &Peer) {
    let recipients = ledger.envelope().recipients.len();
    let last = replies.last().unwrap();
    for place in 0..recipients {
        let reply = replies.get(place).unwrap_or(last).parse().unwrap();
        ledger.handle_event(&Event::Unavailable { stage, reply }, place..place + 1, peer);
    }
}

/// The host of a relay.
fn host(relay: &str) -> &str {
    let name = relay.split('[').next().unwrap();
    name.strip_suffix(".example.com").unwrap_or(name)
}

pub(super) fn envelope<const N: usize>(recipients: [&str; N]) -> Envelope {
    let recipient = |name: &str| format!("{name}@example.com").parse::<Recipient>().unwrap();
    Envelope::new("ann@client.example".parse().unwrap(), recipients.map(recipient).to_vec())
}

pub(super) fn addresses(envelope: &Envelope) -> Vec<String> {
    envelope.recipients.iter().map(|recipient| recipient.address.to_string()).collect()
}

pub(super) fn rules(policy: &mut Policy) -> &mut Rules {
    Arc::make_mut(&mut policy.rules)
}

/// When deliveries begin.
const START: Duration = Duration::from_secs(1_000_000);
