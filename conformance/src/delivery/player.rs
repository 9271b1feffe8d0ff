//! Plays a delivery file in memory: the delivery on one side, the file on the other.

use std::sync::Arc;
use std::time::Duration;

use envoi_delivery::{Attempt, Delivery, Report, Sorting, Step};
use envoi_dns::{Destination, NativeLack, Question};
use envoi_proto::{Envelope, Instant};

use super::{Ending, Round, Visit};
use crate::dialogue::{Mismatch, Pace, START, hold};

/// Plays a delivery once.
///
/// # Errors
/// If it connects, or says, or comes to something else than the file has.
pub fn play(round: &Round, pace: Pace) -> Result<(), Box<Mismatch>> {
    let now = Instant::from_origin(START);
    let mut player = Player { round, pace, now, visits: round.visits.iter() };
    let envelopes = round.envelopes(now);
    let mut reports = match &round.destinations {
        Some(destinations) => {
            let messages = envelopes.into_iter().enumerate().collect();
            player.deliver(destinations.clone(), messages)?
        }
        None => player.sort(envelopes)?,
    };
    if let Some(visit) = player.visits.next() {
        return Err(player.mismatch(visit, "the client does not connect", Vec::new()));
    }
    reports.sort_by_key(|(message, _)| *message);
    let outcomes: Vec<_> = reports.into_iter().flat_map(|(_, report)| report.outcomes).collect();
    round.dialogue.check(&outcomes, &pace.to_string())
}

struct Player<'a> {
    round: &'a Round,
    pace: Pace,
    now: Instant,
    /// Connections that are still to come.
    visits: std::slice::Iter<'a, Visit>,
}

/// Messages by their place in the file.
type Messages = Vec<(usize, Arc<Envelope>)>;

/// Reports by the place of their message among those that were given.
type Reports = Result<Vec<(usize, Report)>, Box<Mismatch>>;

impl Player<'_> {
    /// Delivers messages to the domains of their recipients.
    fn sort(&mut self, envelopes: Vec<Arc<Envelope>>) -> Reports {
        let mut sorting = Sorting::new(envelopes, self.round.policy.circumstances);
        for batch in 0..sorting.batches().len() {
            let given = &sorting.batches()[batch];
            let (to, messages) = (vec![given.destination.clone()], given.messages.clone());
            for (message, report) in self.deliver(to, messages)? {
                sorting.handle_report(batch, message, report);
            }
        }
        Ok(std::iter::from_fn(|| sorting.poll_report()).collect())
    }

    /// Delivers messages to a next hop.
    fn deliver(&mut self, to: Vec<Destination>, messages: Messages) -> Reports {
        let (places, envelopes): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        let policy = self.round.policy.clone();
        let mut delivery = Delivery::new(to, envelopes, policy, 0, self.now);
        let mut reports = Vec::new();
        loop {
            let step = delivery.step(self.now);
            reports.extend(std::iter::from_fn(|| delivery.poll_report()));
            match step {
                Step::Ask(Question::Dns(query)) => {
                    delivery.handle_answer(&query, self.round.zone.answer(&query).into());
                }
                Step::Ask(Question::Native(name)) => {
                    delivery.handle_native(&name, Err(NativeLack::NotFound));
                }
                Step::Connect(attempt) => self.connect(&attempt, &places, &mut delivery)?,
                Step::Wait => unreachable!("every question is answered and no conversation lasts"),
                Step::Done => return Ok(reports),
            }
        }
    }

    /// Connects, and talks if there is somebody.
    fn connect(
        &mut self,
        attempt: &Attempt,
        places: &[usize],
        delivery: &mut Delivery,
    ) -> Result<(), Box<Mismatch>> {
        let relay = attempt.peer.to_string();
        let last = self.round.visits.last();
        let Some(visit) = self.visits.next() else {
            let what = "the client connects once more";
            return Err(self.other(last.map_or(0, |visit| visit.number), what, vec![relay]));
        };
        if relay != visit.relay {
            return Err(self.mismatch(visit, "the client connects elsewhere", vec![relay]));
        }
        match &visit.ending {
            Ending::Unreachable(reason) => delivery.handle_unreachable(reason, self.now),
            Ending::Silent(after) => {
                self.now = self.now + after.unwrap_or(CONNECT_TIMEOUT);
                delivery.handle_unreachable("Connection timed out", self.now);
            }
            Ending::Skipped(skip) => delivery.handle_skipped(skip, self.now),
            Ending::Talk(_) => self.talk(visit, attempt, places, delivery)?,
        }
        Ok(())
    }

    fn talk(
        &mut self,
        visit: &Visit,
        attempt: &Attempt,
        places: &[usize],
        delivery: &mut Delivery,
    ) -> Result<(), Box<Mismatch>> {
        let dialogue = self.round.conversation(visit, attempt, places, self.now);
        let held = hold(&dialogue, self.pace, self.now)?;
        self.now = held.now;
        for ((message, _), report) in attempt.messages.iter().zip(held.reports) {
            delivery.handle_report(*message, report);
        }
        delivery.handle_ended(held.was_ready, self.now);
        Ok(())
    }

    /// The client does something else than the file has.
    fn mismatch(&self, visit: &Visit, what: &'static str, seen: Vec<String>) -> Box<Mismatch> {
        let mut mismatch = self.other(visit.number, what, seen);
        mismatch.expected = vec![(visit.number, format!("connect {}", visit.relay))];
        mismatch
    }

    fn other(&self, line: usize, what: &'static str, seen: Vec<String>) -> Box<Mismatch> {
        let (file, how) = (self.round.dialogue.file.clone(), self.pace.to_string());
        let seen = seen.into_iter().map(|relay| format!("connect {relay}")).collect();
        Box::new(Mismatch { file, line, how, what, expected: Vec::new(), seen })
    }
}

/// How long it takes until nobody has answered.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::delivery::parser::parse;

    #[test]
    fn a_delivery_that_goes_another_way_is_found_out() {
        for (visits, verdict, what) in [
            (&[1, 2][..], "deferred 4.4.1", None),
            (&[1], "deferred 4.4.1", Some("the client connects once more")),
            (&[2, 1], "deferred 4.4.1", Some("the client connects elsewhere")),
            (&[1, 2, 3], "deferred 4.4.1", Some("the client does not connect")),
            (&[1, 2], "bounced 5.4.1", Some("the verdict is another")),
        ] {
            let mut text = "# x\nwith nexthop=[192.0.2.1],[192.0.2.2]\n".to_owned();
            for host in visits {
                text += &format!("connect 192.0.2.{host}[192.0.2.{host}]:25 refused\n");
            }
            text += &format!("= bob@mx.example {verdict} relay=none\n");
            let round = parse(Path::new("x"), &text).unwrap();
            let found = play(&round, Pace::Whole).err().map(|mismatch| mismatch.what);
            assert_eq!(found, what, "{visits:?}");
        }
    }

    #[test]
    fn a_verdict_of_another_relay_is_found_out() {
        let text = "# x\nwith nexthop=[192.0.2.1]\nconnect 192.0.2.1[192.0.2.1]:25\n\
            S: 421 busy\nC: QUIT\n= bob@mx.example deferred 4.0.0 relay=none\n";
        let round = parse(Path::new("x"), text).unwrap();
        let mismatch = play(&round, Pace::Whole).unwrap_err();
        assert!(mismatch.seen[0].contains(" relay=192.0.2.1[192.0.2.1]:25 ("), "{mismatch}");
    }
}
