//! Name servers that lie, fail and fall silent, over a network that does the same, each run
//! decided by one seed.
//!
//! A run holds the stub resolver on one side and a few servers on the other, with somebody
//! between them who forges answers, under virtual time. Every answer is held against what the
//! honest servers have to tell; the resolver reads and writes with a library, the servers with a
//! slow codec of their own.

mod entry;
mod forger;
mod host;
mod judge;
mod network;
mod scenario;
mod socket;
mod wire;

use envoi_dns::{Instant, Stub};

use judge::Judge;
use network::{Delivery, Network};
use scenario::Scenario;

use crate::seeded::{Failure, Random, Trace};
use crate::witness::{Violation, ensure};

/// Runs the questions of a seed.
///
/// # Errors
/// If a rule is broken; the failure tells how to see it again.
pub fn run(seed: u64) -> Result<Tally, Box<Failure>> {
    run_with(seed, Tampering::None)
}

/// Runs the questions of a seed, with an attacker who can do what none can, or a witness who is
/// mistaken.
///
/// # Errors
/// As [`run`].
pub fn run_with(seed: u64, tampering: Tampering) -> Result<Tally, Box<Failure>> {
    Failure::find("name_service", seed, |trace| play(seed, tampering, trace))
}

/// What makes a run break the rules.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tampering {
    /// Nothing.
    None,
    /// The attacker sees the questions.
    Eavesdrop,
    /// The driver forgets to close a socket.
    Leak,
}

/// What became of questions.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// There were records.
    pub found: usize,
    /// There were none, for certain.
    pub lacking: usize,
    /// What there is made no sense.
    pub malformed: usize,
    /// Nobody could tell, or would.
    pub failed: usize,
    /// Questions that had to be answered, since a server could be reached that could tell.
    pub certain: usize,
    /// Messages that the servers got.
    pub queries: usize,
    /// Of these, those over TCP.
    pub streamed: usize,
    /// Messages that were forged.
    pub forged: usize,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            found: self.found + other.found,
            lacking: self.lacking + other.lacking,
            malformed: self.malformed + other.malformed,
            failed: self.failed + other.failed,
            certain: self.certain + other.certain,
            queries: self.queries + other.queries,
            streamed: self.streamed + other.streamed,
            forged: self.forged + other.forged,
        }
    }
}

fn play(seed: u64, tampering: Tampering, trace: &mut Trace) -> Result<Tally, Violation> {
    let mut random = Random::new(seed);
    let mut scenario = Scenario::new(&mut random);
    scenario.forger.sees |= tampering == Tampering::Eavesdrop;
    let key = std::array::from_fn(|_| random.next() as u8);
    let mut stub = Stub::new(scenario.config.clone().into(), key);
    let mut network = Network::new(&scenario, &mut random, trace);
    let mut judge = Judge::new(&scenario);
    let mut asks = scenario.asks.iter().peekable();
    let mut now = Instant::ORIGIN;
    network.note(now, || format!("{scenario:#?}"));
    for turn in 0.. {
        ensure(turn < TURNS_MAX, || "it goes on for ever".into())?;
        while let Some(action) = stub.poll_action() {
            network.act(action, now)?;
        }
        network.pause();
        while let Some((query, answer)) = stub.poll_answer() {
            network.note(now, || format!("   {query:?}: {answer:?}"));
            judge.answered(&query, &answer, network.queries_for(&query), now)?;
        }
        let next_ask = asks.peek().map(|(at, _)| *at);
        let next =
            [next_ask, network.next_event(), stub.poll_timeout()].into_iter().flatten().min();
        let Some(next) = next else { break };
        now = now.max(next);
        while let Some((_, query)) = asks.next_if(|(at, _)| *at <= now) {
            network.note(now, || format!("A: {query:?}"));
            judge.asked(query, now);
            stub.ask(query.clone(), now);
        }
        while let Some(delivery) = network.deliver(now)? {
            match delivery {
                Delivery::Input(socket, bytes) => stub.handle_input(socket, &bytes, now),
                Delivery::Failed(socket) => stub.handle_failed(socket, now),
            }
            if random.chance(500) {
                break;
            }
        }
        if stub.poll_timeout().is_some_and(|at| at <= now) {
            stub.handle_timeout(now);
            let is_later = stub.poll_timeout().is_none_or(|at| at > now);
            ensure(is_later, || "what was due is due for ever".into())?;
        }
    }
    network.finish(tampering == Tampering::Leak)?;
    Ok(network.tally().and(judge.finish()?))
}

/// Most turns of a run.
const TURNS_MAX: usize = 100_000;
