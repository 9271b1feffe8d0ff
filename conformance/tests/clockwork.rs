//! Plays every delivery file by the driver's own loop, with time as the file tells it.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use conformance::clockwork::{Clockwork, Known, Wire};
use conformance::delivery::Round;
use envoi_delivery::{Attempt, Delivery, Skip, Sorting};
use envoi_driver::proto::Envelope;
use envoi_driver::{Application, Connection, Content, Network, Report, Runtime as _};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deliveries");
    let rounds = match Round::read_all(&folder) {
        Ok(rounds) => rounds,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let trials = rounds.into_iter().filter(|round| !is_left_out(round)).map(Arc::new);
    let trials = trials.map(|round| Trial::test(round.name().to_owned(), move || play(&round)));
    let mut trials: Vec<_> = trials.collect();
    trials.push(Trial::test("what_goes_another_way_is_found_out", || {
        what_goes_another_way_is_found_out();
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Whether content cannot be read, which takes a source of its own.
fn is_left_out(round: &Round) -> bool {
    round.dialogue.messages.iter().any(|message| message.breaks_after.is_some())
}

fn play(round: &Arc<Round>) -> Result<(), Failed> {
    let clockwork = Clockwork::new(round.clone());
    let resolver = Known(round.zone.clone());
    let network = Network { runtime: clockwork.clone(), resolver, hosts: Arc::default() };
    let mut reports = smol::block_on(deliver(&network, round));
    drop(network);
    clockwork.finish().map_err(|mismatch| format!("\n{mismatch}"))?;
    reports.sort_by_key(|(message, _)| *message);
    let outcomes: Vec<_> = reports.into_iter().flat_map(|(_, report)| report.outcomes).collect();
    let checked = round.dialogue.check(&outcomes, "by clockwork");
    Ok(checked.map_err(|mismatch| format!("\n{mismatch}"))?)
}

async fn deliver(network: &Network<Clockwork, Known>, round: &Round) -> Vec<(usize, Report)> {
    let envelopes = round.envelopes(network.runtime.now());
    let Some(destinations) = &round.destinations else {
        let mut sorting = Sorting::new(envelopes, round.policy.circumstances);
        for (number, batch) in sorting.batches().to_vec().into_iter().enumerate() {
            let mut guest = Guest::new(round, &network.runtime, &batch.messages);
            let envelopes = batch.messages.into_iter().map(|(_, envelope)| envelope);
            guest.visit(network, vec![batch.destination], envelopes.collect()).await;
            for (message, report) in guest.reports {
                sorting.handle_report(number, message, report);
            }
        }
        return std::iter::from_fn(|| sorting.poll_report()).collect();
    };
    let messages: Vec<_> = envelopes.iter().cloned().enumerate().collect();
    let mut guest = Guest::new(round, &network.runtime, &messages);
    guest.visit(network, destinations.clone(), envelopes).await;
    guest.reports
}

/// Sends the messages of a file.
struct Guest<'a> {
    round: &'a Round,
    clockwork: Clockwork,
    /// Where the messages that are delivered stand in the file.
    places: Vec<usize>,
    reports: Vec<(usize, Report)>,
}

impl<'a> Guest<'a> {
    fn new(round: &'a Round, clockwork: &Clockwork, messages: &[(usize, Arc<Envelope>)]) -> Self {
        let places = messages.iter().map(|(place, _)| *place).collect();
        Self { round, clockwork: clockwork.clone(), places, reports: Vec::new() }
    }

    async fn visit(
        &mut self,
        network: &Network<Clockwork, Known>,
        to: Vec<envoi_driver::dns::Destination>,
        envelopes: Vec<Arc<Envelope>>,
    ) {
        let (policy, now) = (self.round.policy.clone(), network.runtime.now());
        network.deliver(Delivery::new(to, envelopes, policy, 0, now), self).await;
    }
}

impl Application<Wire> for Guest<'_> {
    type Io = Wire;

    async fn prepare(&mut self, _: &mut Attempt) -> Result<(), Skip> {
        self.clockwork.skip().map_or(Ok(()), Err)
    }

    fn begin(&mut self, attempt: &Attempt, io: Wire) -> io::Result<Connection<Wire>> {
        let setup = &self.round.dialogue.setup;
        let mut peer = attempt.peer.clone();
        peer.auth.clone_from(&setup.peer.auth);
        Ok(Connection::over(io, peer, Arc::new(setup.config()), attempt.began))
    }

    fn content(&mut self, message: usize) -> Content {
        self.round.dialogue.messages[self.places[message]].content().to_vec().into()
    }

    fn settled(&mut self, message: usize, report: Report) {
        self.reports.push((message, report));
    }
}

/// Each line of a delivery changed in turn.
fn what_goes_another_way_is_found_out() {
    for (line, other, what) in [
        ("", "", None),
        ("timeout 30s", "timeout 20s", Some("waits otherwise")),
        ("[192.0.2.1]", "[192.0.2.3]", Some("connects elsewhere")),
        ("[192.0.2.2]:25\n", "[192.0.2.2]:25 from 192.0.2.9\n", Some("connects elsewhere")),
        ("C: EHLO client.example", "C: HELO client.example", Some("says something else")),
        ("C: HELO client.example\n", "", Some("says more than that")),
        ("wait 299s", "wait 301s", Some("does not wait so long")),
        ("wait 299s", "timeout", Some("does not give up waiting")),
        ("\ntimeout\n", "\nwait 1s\n", Some("the client leaves")),
        ("\ntimeout\n", "\nC: QUIT\n", Some("says something else")),
        ("\n= ", "\nconnect x[192.0.2.3]:25 refused\n= ", Some("does not connect")),
        ("deferred 4.4.2", "deferred 4.4.1", Some("the verdict is another")),
    ] {
        assert!(DELIVERY.contains(line), "{line:?}");
        let text = DELIVERY.replacen(line, other, 1);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, &text).unwrap();
        let found = Round::read(file.path()).map_err(|error| error.to_string());
        let found = found.and_then(|round| {
            play(&Arc::new(round)).map_err(|failed| failed.message().unwrap_or_default().to_owned())
        });
        match what {
            None => assert_eq!(found, Ok(()), "{text}"),
            Some(what) => {
                assert!(found.clone().is_err_and(|f| f.contains(what)), "{text}{found:?}")
            }
        }
    }
}

const DELIVERY: &str = "\
# x
with nexthop=[192.0.2.1],[192.0.2.2]
connect 192.0.2.1[192.0.2.1]:25 timeout 30s
connect 192.0.2.2[192.0.2.2]:25
S: 220 mx
C: EHLO client.example
S: 500 no
C: HELO client.example
wait 299s
wait 1s
timeout
= bob@mx.example deferred 4.4.2 relay=192.0.2.2[192.0.2.2]:25
";
