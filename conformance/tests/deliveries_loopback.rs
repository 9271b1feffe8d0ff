//! Plays delivery files over loopback, with every runtime: a server on a port of its own for each
//! connection, and the driver's own loop from host to host.

#[path = "loopback/content.rs"]
mod content;
#[path = "loopback/visitor.rs"]
mod visitor;

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use conformance::delivery::{Round, Zone};
use conformance::dialogue::{Dialogue, Manner, Obstacle};
use envoi_delivery::{Delivery, Sorting};
use envoi_driver::dns::{Answer, Destination, Query};
use envoi_driver::proto::{Circumstances, Envelope};
use envoi_driver::{Network, Report, Resolver, Runtime};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::visitor::Visitor;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deliveries");
    let rounds = match Round::read_all(&folder) {
        Ok(rounds) => rounds,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    let mut left_out: BTreeMap<_, usize> = BTreeMap::new();
    for round in rounds.into_iter().map(Arc::new) {
        match obstacle(&round) {
            Some(obstacle) => *left_out.entry(obstacle).or_default() += 1,
            None => trials.extend(RUNTIMES.map(|(name, run)| {
                let (title, round) = (format!("{name}::{}", round.name()), round.clone());
                Trial::test(title, move || play(&round, run))
            })),
        }
    }
    let total: usize = left_out.values().sum();
    eprintln!("{} deliveries for {} runtimes", trials.len() / RUNTIMES.len(), RUNTIMES.len());
    for (obstacle, count) in left_out {
        eprintln!("{count:4} are left out: {obstacle}");
    }
    trials.push(Trial::test("few_deliveries_are_left_out", move || {
        if total > LEFT_OUT_MAX { Err(format!("there are {total}").into()) } else { Ok(()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Why a delivery cannot be played over connections, if it cannot.
fn obstacle(round: &Round) -> Option<Obstacle> {
    let mut dialogue = round.dialogue.clone();
    // The driver has them from the delivery.
    dialogue.setup.circumstances = Circumstances::default();
    let lines = round.visits.iter().map(|visit| visit.lines().to_vec());
    let mut talks = lines.map(|lines| Dialogue { lines, ..dialogue.clone() });
    talks.find_map(|talk| talk.obstacle_to_connections())
}

/// Delivers the messages of a round, and gives what became of each, by its place.
type Run = fn(&Round) -> Result<Vec<(usize, Report)>, Failed>;

const RUNTIMES: [(&str, Run); 4] = [
    ("blocking", |round| smol::block_on(deliver(envoi_blocking::Blocking::default(), round))),
    ("tokio", |round| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(deliver(envoi_tokio::Tokio::default(), round))
    }),
    ("smol", |round| smol::block_on(deliver(envoi_smol::Smol::default(), round))),
    ("async_std", |round| {
        async_std::task::block_on(deliver(envoi_async_std::AsyncStd::default(), round))
    }),
];

fn play(round: &Round, run: Run) -> Result<(), Failed> {
    let mut reports = run(round)?;
    reports.sort_by_key(|(message, _)| *message);
    let outcomes: Vec<_> = reports.into_iter().flat_map(|(_, report)| report.outcomes).collect();
    let how = Manner::Flights.to_string();
    Ok(round.dialogue.check(&outcomes, &how).map_err(|mismatch| format!("\n{mismatch}"))?)
}

async fn deliver<R: Runtime>(runtime: R, round: &Round) -> Result<Vec<(usize, Report)>, Failed> {
    let resolver = Known(round.zone.clone());
    let network = Network { runtime, resolver, hosts: Arc::default() };
    let mut visitor = Visitor::new(round);
    let envelopes = round.envelopes(network.runtime.now());
    let reports = match &round.destinations {
        Some(destinations) => {
            let messages: Vec<_> = envelopes.into_iter().enumerate().collect();
            visit(&network, destinations.clone(), &messages, &mut visitor).await
        }
        None => {
            let mut sorting = Sorting::new(envelopes, round.policy.circumstances);
            for (number, batch) in sorting.batches().to_vec().into_iter().enumerate() {
                let to = vec![batch.destination];
                for (message, report) in visit(&network, to, &batch.messages, &mut visitor).await {
                    sorting.handle_report(number, message, report);
                }
            }
            std::iter::from_fn(|| sorting.poll_report()).collect()
        }
    };
    visitor.finish()?;
    Ok(reports)
}

/// Delivers messages, each with its place in the file, and gives what became of them, by their
/// place among those that were given.
async fn visit<R: Runtime>(
    network: &Network<R, Known>,
    to: Vec<Destination>,
    messages: &[(usize, Arc<Envelope>)],
    visitor: &mut Visitor<'_>,
) -> Vec<(usize, Report)> {
    let (places, envelopes): (Vec<_>, Vec<_>) = messages.iter().cloned().unzip();
    let (policy, now) = (visitor.round.policy.clone(), network.runtime.now());
    visitor.places = places;
    network.deliver(Delivery::new(to, envelopes, policy, 0, now), visitor).await;
    std::mem::take(&mut visitor.reports)
}

/// A resolver that knows what a file says of the DNS.
struct Known(Zone);

impl Resolver for Known {
    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
        ready(self.0.answer(&query).into())
    }
}

/// How many deliveries may need more than connections and real time.
const LEFT_OUT_MAX: usize = 6;
