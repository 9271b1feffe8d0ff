//! Messages sorted by where their recipients are.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use envoi_dns::{Destination, Target};
use envoi_proto::{Circumstances, Doubt, Envelope, Fate, ForwardPath, Scope, Status, Verdict};

use crate::decision::Decision;
use crate::part::part;
use crate::report::{Outcome, Remedy, Report};

/// Messages on their way to the domains of their recipients: what goes to the same domain goes
/// together, and each message is reported once, with all its recipients in their order.
///
/// Domains are the same however they are written: in capitals or not, in Unicode or in ASCII. A
/// literal such as `[192.0.2.1]` is that address. Who has no domain, or one that is none, bounces:
/// no server has to be asked about that.
#[derive(Debug)]
pub struct Sorting {
    messages: Vec<Sorted>,
    batches: Vec<Batch>,
    /// Messages to be reported, by their place.
    settled: VecDeque<usize>,
}

/// Messages that go to one destination.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Where that is.
    pub destination: Destination,
    /// Which messages, by their place, each with its recipients there.
    pub messages: Vec<(usize, Arc<Envelope>)>,
    /// Of each, the places of these recipients in the whole envelope.
    places: Vec<Vec<usize>>,
}

/// What is known of a message.
#[derive(Debug)]
struct Sorted {
    envelope: Arc<Envelope>,
    /// One for each recipient, once it is known.
    outcomes: Vec<Option<Outcome>>,
    /// Recipients of which nothing is known.
    open: usize,
    /// Whether it was noted that there are none.
    is_settled: bool,
}

impl Sorting {
    /// Sorts messages. Destinations are in the order in which recipients name them.
    pub fn new(
        messages: impl IntoIterator<Item = Arc<Envelope>>,
        circumstances: Circumstances,
    ) -> Self {
        let mut sorting =
            Self { messages: Vec::new(), batches: Vec::new(), settled: VecDeque::new() };
        let mut known = BTreeMap::new();
        for envelope in messages {
            sorting.sort(envelope, &mut known, circumstances);
        }
        sorting
    }

    /// What goes where. A delivery of each batch takes its messages, and reports them by their
    /// place in it.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Takes what became of a message of a batch, both by their place.
    ///
    /// What is none, or was reported before, changes nothing. Of whoever is missing in the report
    /// nobody knows anything: it is deferred, and in doubt.
    pub fn handle_report(&mut self, batch: usize, message: usize, report: Report) {
        let Some(batch) = self.batches.get(batch) else { return };
        let Some((place, _)) = batch.messages.get(message) else { return };
        let mut outcomes = report.outcomes.into_iter();
        for recipient in &batch.places[message] {
            self.messages[*place].settle(*recipient, outcomes.next());
        }
        self.check(*place);
    }

    /// The next message of which all recipients are settled, by its place.
    pub fn poll_report(&mut self) -> Option<(usize, Report)> {
        let message = self.settled.pop_front()?;
        let Sorted { envelope, outcomes, .. } = &mut self.messages[message];
        let outcomes = mem::take(outcomes).into_iter().flatten().collect();
        Some((message, Report { envelope: envelope.clone(), outcomes }))
    }

    fn sort(
        &mut self,
        envelope: Arc<Envelope>,
        known: &mut BTreeMap<String, usize>,
        circumstances: Circumstances,
    ) {
        let message = self.messages.len();
        let mut sorted = Sorted::new(envelope);
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..sorted.open {
            match destination(&sorted.envelope.recipients[place].address) {
                Ok(destination) => {
                    let batch = self.batch(destination, known);
                    parts.entry(batch).or_default().push(place);
                }
                Err(flaw) => {
                    let (status, scope) = (Status::permanent(1, 3), Scope::Recipient);
                    let fate = Fate::of_failure(status, scope, circumstances);
                    let decision = Decision::new(fate, format!("bad address syntax: {flaw}"));
                    let outcome = decision.outcome(&sorted.envelope, place);
                    sorted.settle(place, Some(outcome));
                }
            }
        }
        for (batch, places) in parts {
            let batch = &mut self.batches[batch];
            batch.messages.push((message, part(&sorted.envelope, &places)));
            batch.places.push(places);
        }
        self.messages.push(sorted);
        self.check(message);
    }

    /// The batch that goes to a destination.
    fn batch(&mut self, destination: Destination, known: &mut BTreeMap<String, usize>) -> usize {
        let next = self.batches.len();
        let batch = *known.entry(name(destination.target())).or_insert(next);
        if batch == next {
            let (messages, places) = (Vec::new(), Vec::new());
            self.batches.push(Batch { destination, messages, places });
        }
        batch
    }

    /// Notes that a message can be reported, if it can, and was not noted before.
    fn check(&mut self, message: usize) {
        let sorted = &mut self.messages[message];
        if sorted.open == 0 && !mem::replace(&mut sorted.is_settled, true) {
            self.settled.push_back(message);
        }
    }
}

impl Sorted {
    fn new(envelope: Arc<Envelope>) -> Self {
        let outcomes: Vec<_> = envelope.recipients.iter().map(|_| None).collect();
        Self { envelope, open: outcomes.len(), outcomes, is_settled: false }
    }

    /// Takes what became of a recipient; none is a report that leaves it out.
    fn settle(&mut self, place: usize, outcome: Option<Outcome>) {
        let Some(settled @ None) = self.outcomes.get_mut(place) else { return };
        let missing = || {
            let status = Status::transient(3, 0);
            let (verdict, scope) = (Verdict::Deferred, Scope::Recipient);
            let fate = Fate { verdict, scope, status, is_softened: false };
            let decision = Decision::new(fate, "nothing is known of its delivery");
            Decision { doubt: Doubt::Uncertain, ..decision }.outcome(&self.envelope, place)
        };
        let outcome = Outcome { remedy: Remedy::None, ..outcome.unwrap_or_else(missing) };
        *settled = Some(outcome);
        self.open -= 1;
    }
}

/// Where a recipient's mail goes, or why it goes nowhere.
fn destination(recipient: &ForwardPath) -> Result<Destination, String> {
    let domain = recipient.mailbox().domain().ok_or("no domain; expected one behind an @")?;
    Destination::of_domain(domain).map_err(|bad| bad.flaw.to_string())
}

/// What is the same for the same destinations.
fn name(target: &Target) -> String {
    match target {
        Target::Domain(name) => name.to_string(),
        Target::Host(name) => format!("[{name}]"),
        Target::Address(address) => format!("[{address}]"),
        Target::Unix(path) => format!("unix:{path}"),
    }
}

#[cfg(test)]
mod tests {
    use envoi_proto::{Purpose, Recipient};

    use super::*;
    use crate::delays::Delays;
    use crate::ledger::Ledger;

    #[test]
    fn same_domains_go_together_however_they_are_written() {
        let sorting = sorting([&[
            "a@Example.com",
            "b@b\u{fc}cher.example",
            "c@[192.0.2.1]",
            "d@example.COM",
            "e@xn--bcher-kva.example",
            "f@[192.0.2.1]",
        ][..]]);
        assert_eq!(
            contents(&sorting),
            [
                "Example.com 0: a@Example.com d@example.COM",
                "b\u{fc}cher.example 0: b@b\u{fc}cher.example e@xn--bcher-kva.example",
                "[192.0.2.1] 0: c@[192.0.2.1] f@[192.0.2.1]",
            ]
        );
        assert!(matches!(sorting.batches()[2].destination.target(), Target::Address(_)));
    }

    #[test]
    fn messages_for_the_same_domain_go_together() {
        let sorting = sorting([
            &["a@one.example", "b@two.example"][..],
            &["c@two.example"],
            &[],
            &["d@one.example", "e@one.example"],
        ]);
        assert_eq!(
            contents(&sorting),
            [
                "one.example 0: a@one.example",
                "one.example 3: d@one.example e@one.example",
                "two.example 0: b@two.example",
                "two.example 1: c@two.example",
            ]
        );
        // A message for one domain alone is the same message.
        let [_, two] = sorting.batches() else { panic!("there are two domains") };
        assert!(Arc::ptr_eq(&two.messages[1].1, &sorting.messages[1].envelope));
    }

    #[test]
    fn a_report_has_all_recipients_in_their_order() {
        let addresses = ["a@one.example", "b@two.example", "c", "d@one.example", "e@a..b"];
        let mut sorting = sorting([&addresses[..]]);
        for batch in [1, 0] {
            assert!(sorting.poll_report().is_none());
            let (_, envelope) = sorting.batches()[batch].messages[0].clone();
            let mut ledger = Ledger::new(envelope, Circumstances::default());
            ledger.unreachable(Status::transient(4, 1), "nobody is there");
            sorting.handle_report(batch, 0, ledger.close(Delays::default()));
        }
        let (message, report) = sorting.poll_report().unwrap();
        assert_eq!((message, report.envelope.recipients.len()), (0, 5));
        let told: Vec<_> = report.outcomes.iter().map(|o| o.log_line().to_string()).collect();
        let line = |recipient, told| {
            format!("to=<{recipient}>, relay=none, delay=0, delays=0/0/0/0, {told}")
        };
        let deferred = "dsn=4.4.1, status=deferred (nobody is there)";
        assert_eq!(
            told,
            [
                line("a@one.example", deferred),
                line("b@two.example", deferred),
                line(
                    "c",
                    "dsn=5.1.3, status=bounced \
                     (bad address syntax: no domain; expected one behind an @)"
                ),
                line("d@one.example", deferred),
                line(
                    "e@a..b",
                    "dsn=5.1.3, status=bounced \
                     (bad address syntax: an empty label; expected something between dots)"
                ),
            ]
        );
        assert!(sorting.poll_report().is_none());
    }

    #[test]
    fn nobody_is_lost_however_wrong_reports_are() {
        let mut sorting = sorting([&["a@one.example", "b@one.example"][..], &[]]);
        assert_eq!(sorting.poll_report().map(|(message, _)| message), Some(1));
        let (_, envelope) = sorting.batches()[0].messages[0].clone();
        let empty = Report { envelope, outcomes: Vec::new() };
        sorting.handle_report(1, 0, empty.clone());
        sorting.handle_report(0, 1, empty.clone());
        assert!(sorting.poll_report().is_none());
        sorting.handle_report(0, 0, empty.clone());
        sorting.handle_report(0, 0, empty.clone());
        let (_, report) = sorting.poll_report().unwrap();
        assert_eq!(report.outcomes.len(), 2);
        for outcome in &report.outcomes {
            assert_eq!((outcome.verdict, outcome.doubt), (deferred(), Doubt::Uncertain));
        }
        sorting.handle_report(0, 0, empty);
        assert!(sorting.poll_report().is_none());
    }

    #[test]
    fn soft_bounce_keeps_who_has_no_domain() {
        let circumstances = Circumstances { soft_bounce: true, ..Circumstances::default() };
        let mut sorting = Sorting::new([envelope(&["bob"])], circumstances);
        let (_, report) = sorting.poll_report().unwrap();
        let outcome = &report.outcomes[0];
        assert_eq!((outcome.verdict, outcome.status), (deferred(), Status::transient(1, 3)));
    }

    #[test]
    fn who_is_probed_without_a_domain_is_undeliverable() {
        let mut probe = Envelope::clone(&envelope(&["bob"]));
        probe.purpose = Purpose::VerifyRecipients;
        let mut sorting = Sorting::new([probe.into()], Circumstances::default());
        let (_, report) = sorting.poll_report().unwrap();
        assert_eq!(report.outcomes[0].verdict, crate::Verdict::Undeliverable);
    }

    fn sorting<const N: usize>(messages: [&[&str]; N]) -> Sorting {
        Sorting::new(messages.map(envelope), Circumstances::default())
    }

    fn envelope(recipients: &[&str]) -> Arc<Envelope> {
        let recipient = |address: &&str| address.parse::<Recipient>().unwrap();
        let recipients = recipients.iter().map(recipient).collect();
        Envelope::new("ann@client.example".parse().unwrap(), recipients).into()
    }

    fn deferred() -> crate::Verdict {
        crate::Verdict::Deferred
    }

    /// Destinations, and who goes there.
    fn contents(sorting: &Sorting) -> Vec<String> {
        let mut lines = Vec::new();
        for Batch { destination, messages, .. } in sorting.batches() {
            for (message, envelope) in messages {
                let addresses = envelope.recipients.iter().map(|to| to.address.to_string());
                let addresses: Vec<_> = addresses.collect();
                lines.push(format!("{destination} {message}: {}", addresses.join(" ")));
            }
        }
        lines
    }
}
