//! Whole conversations over a network that loses, delays and cuts, each decided by one seed.
//!
//! A run holds a client with its application on one side and a server on the other, most often
//! one that misbehaves, under virtual time. A [`Witness`](crate::witness::Witness) follows every
//! byte, and at the end the reports are held against what the server really took.

mod application;
mod judge;
mod message;
mod network;
mod pipe;
mod rogue;
mod scenario;
mod server;
mod sink;

use envoi_delivery::Verdict;
use envoi_proto::{Doubt, Instant};

use application::{Application, Turn};
use judge::Judge;
use network::Network;
use scenario::Scenario;
use server::Taken;

use crate::seeded::{Failure, Random, Trace};
use crate::witness::{Violation, ensure};

/// Runs the conversation of a seed.
///
/// # Errors
/// If it breaks a rule; the failure tells how to see it again.
pub fn run(seed: u64) -> Result<Tally, Box<Failure>> {
    run_with(seed, |_| {})
}

/// Runs the conversation of a seed, the server's record of what it took being tampered with.
///
/// # Errors
/// As [`run`].
pub fn run_with(seed: u64, tamper: impl Fn(&mut Record)) -> Result<Tally, Box<Failure>> {
    Failure::find("simulation", seed, |trace| play(seed, &tamper, trace))
}

/// What a server took, as its own record has it.
#[derive(Debug)]
pub struct Record(Vec<Taken>);

impl Record {
    /// Forgets one of the messages.
    pub fn forget_one(&mut self) {
        self.0.pop();
    }

    /// Adds a message that nobody sent for a recipient that the first message may have.
    pub fn invent_one(&mut self) {
        let recipient = "bob.0.0@mx.example".into();
        self.0.retain(|taken| taken.recipient != recipient);
        self.0.push(Taken { recipient, content: b"invented\r\n".into() });
    }
}

/// What became of recipients.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// The message was sent.
    pub sent: usize,
    /// It was deferred, and cannot have arrived.
    pub deferred: usize,
    /// It was deferred, and may have arrived.
    pub uncertain: usize,
    /// It was returned.
    pub bounced: usize,
    /// It was a probe.
    pub probed: usize,
}

fn play(seed: u64, tamper: &impl Fn(&mut Record), trace: &mut Trace) -> Result<Tally, Violation> {
    let mut random = Random::new(seed);
    let scenario = Scenario::new(&mut random);
    let config = scenario.config.clone();
    let mut now = Instant::ORIGIN;
    trace.note(now, || format!("{scenario:#?}"));
    let mut network = Network::new(&scenario, &mut random);
    let mut application = Application::new(scenario, &mut random);
    let mut turns = 0;
    while !application.is_over {
        turns += 1;
        ensure(turns < TURNS_MAX, || "it goes on for ever".into())?;
        let Turn::Waits(until) = application.turn(&mut network, now, trace)? else {
            continue;
        };
        let next = network.next_event_after(now).into_iter().chain(until).min();
        let Some(next) = next else {
            ensure(application.is_lingering, || "nothing moves, and nobody waits".into())?;
            break;
        };
        now = next;
    }
    network.settle(trace);
    let is_consistent = network.is_consistent();
    let reports = application.finish()?;
    let mut record = Record(network.taken);
    tamper(&mut record);
    let mut tally = Tally::default();
    let judge = Judge::new(&config, record.0);
    for (message, report) in &reports {
        if is_consistent {
            judge.as_ref().map_err(Clone::clone)?.judge(message, report)?;
        }
        report.outcomes.iter().for_each(|outcome| tally.add(outcome.verdict, outcome.doubt));
    }
    Ok(tally)
}

impl Tally {
    fn add(&mut self, verdict: Verdict, doubt: Doubt) {
        let count = match (verdict, doubt) {
            (Verdict::Sent, _) => &mut self.sent,
            (Verdict::Deferred, Doubt::None) => &mut self.deferred,
            (Verdict::Deferred, Doubt::Uncertain) => &mut self.uncertain,
            (Verdict::Bounced, _) => &mut self.bounced,
            (Verdict::Deliverable | Verdict::Undeliverable, _) => &mut self.probed,
        };
        *count += 1;
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            deferred: self.deferred + other.deferred,
            uncertain: self.uncertain + other.uncertain,
            bounced: self.bounced + other.bounced,
            probed: self.probed + other.probed,
        }
    }
}

/// Most turns of a run: several for each byte, where bytes move one by one.
const TURNS_MAX: usize = 3_000_000;
