//! How long a delivery may take.

use core::time::Duration;

use super::*;

fn hasty(hosts: u8) -> Bed {
    Bed::with(hosts, ["bob"], |policy| policy.time_limit = Some(Duration::from_secs(60)))
}

#[test]
fn no_host_is_tried_when_the_time_is_up() {
    let mut bed = hasty(2);
    let attempt = bed.attempt("mx1");
    assert_eq!(attempt.deadline, Some(bed.now + Duration::from_secs(60)));
    bed.replies(0, ["450 later"]);
    bed.pass(60);
    bed.ends();
    bed.is_done();
    let text = "delivery takes too long: not over after 60 s";
    assert_eq!(bed.verdicts(), [["0 bob deferred 4.3.0: ", text].concat()]);
}

#[test]
fn conversation_that_was_given_up_says_so_and_keeps_its_doubt() {
    let mut bed = hasty(2);
    bed.attempt("mx1");
    bed.loses(0, Error::GivenUp(Stage::EndOfData), Doubt::Uncertain);
    bed.pass(60);
    bed.ends();
    bed.is_done();
    let (_, report) = bed.report();
    let outcome = &report.outcomes[0];
    assert_eq!((outcome.status, outcome.doubt), (Status::transient(3, 0), Doubt::Uncertain));
    let text = "delivery takes too long: gave up on mx1.example.com[192.0.2.1] while sending end \
                of data";
    assert!(outcome.text.starts_with(text), "{}", outcome.text);
}

#[test]
fn whoever_has_a_verdict_keeps_it() {
    let mut bed = Bed::with(1, ["bob", "carol"], |policy| {
        policy.time_limit = Some(Duration::from_secs(60));
    });
    bed.attempt("mx1");
    bed.replies(0, ["250 ok", "450 later"]);
    bed.pass(61);
    bed.ends();
    let verdicts = bed.verdicts();
    assert_eq!(verdicts[0], "0 bob sent 2.0.0 at mx1: 250 ok");
    assert!(verdicts[1].starts_with("0 carol deferred 4.3.0"), "{verdicts:?}");
}

#[test]
fn an_answer_that_comes_too_late_leads_nowhere() {
    let mut bed = hasty(1);
    assert!(matches!(bed.delivery.step(bed.now), Step::Ask(_)));
    bed.pass(60);
    assert!(matches!(bed.delivery.step(bed.now), Step::Done));
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.3.0"));
}
