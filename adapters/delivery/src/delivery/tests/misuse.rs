//! That nobody is lost, whatever the driver does wrong.

use super::bed::envelope;
use super::*;

#[test]
fn what_was_not_asked_for_changes_nothing() {
    let mut bed = Bed::batch(2, 2);
    bed.delivery.handle_unreachable("Connection refused", bed.now);
    bed.ends();
    bed.attempt("mx1");
    let foreign = Report { envelope: envelope(["eve"]).into(), outcomes: Vec::new() };
    bed.delivery.handle_report(2, foreign);
    bed.replies(0, ["250 ok"]);
    bed.replies(0, ["550 no"]);
    bed.replies(1, ["250 ok"]);
    bed.ends();
    bed.ends();
    assert_eq!(
        bed.verdicts(),
        ["0 bob sent 2.0.0 at mx1: 250 ok", "1 bob sent 2.0.0 at mx1: 250 ok"]
    );
    bed.is_done();
}

#[test]
fn what_was_reported_first_stands() {
    let mut bed = Bed::batch(2, 2);
    bed.attempt("mx1");
    bed.replies(0, ["421 later"]);
    bed.loses(1, Error::NoMore, Doubt::None);
    bed.replies(1, ["250 ok"]);
    bed.ends();
    let again = bed.attempt("mx1");
    assert_eq!(again.messages.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_message_that_was_not_reported_is_put_off_in_doubt() {
    let mut bed = Bed::batch(2, 2);
    bed.attempt("mx1");
    bed.replies(1, ["450 later"]);
    bed.ends();
    let (message, report) = bed.report();
    let outcome = &report.outcomes[0];
    assert_eq!((message, outcome.verdict, outcome.doubt), (0, Verdict::Deferred, Doubt::Uncertain));
    assert_eq!(
        &*outcome.text,
        "nothing is known of the conversation with mx1.example.com[192.0.2.1]:25"
    );
    let next = bed.attempt("mx2");
    assert_eq!(next.messages.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_report_with_too_few_outcomes_or_too_many_is_taken_as_far_as_it_goes() {
    let mut bed = Bed::batch(1, 2);
    let mut given = Vec::new();
    bed.attempt("mx1");
    bed.replies(0, ["250 ok"]);
    given.extend(bed.report().1.outcomes);
    let mut outcomes = vec![given[0].clone(), given[0].clone()];
    let envelope = Arc::new(envelope(["bob", "carol"]));
    bed.delivery
        .handle_report(1, Report { envelope: envelope.clone(), outcomes: outcomes.clone() });
    assert_eq!(bed.report().1.outcomes.len(), 1);

    let mut bed = Bed::new(1, ["bob", "carol"]);
    bed.attempt("mx1");
    outcomes.truncate(1);
    bed.delivery.handle_report(0, Report { envelope, outcomes });
    bed.ends();
    let verdicts: Vec<_> = bed.report().1.outcomes.iter().map(|o| o.verdict).collect();
    assert_eq!(verdicts, [Verdict::Sent, Verdict::Deferred]);
}

#[test]
fn a_success_is_the_last_word_whatever_remedy_it_has() {
    let mut bed = Bed::batch(1, 2);
    bed.attempt("mx1");
    bed.replies(0, ["250 ok"]);
    let (_, mut report) = bed.report();
    report.outcomes[0].remedy = Remedy::Plaintext;
    report.outcomes[0].failure = Some(Error::NoMore);
    bed.delivery.handle_report(1, report);
    bed.ends();
    assert_eq!(bed.verdicts(), ["1 bob sent 2.0.0 at mx1: 250 ok"]);
}

#[test]
fn while_a_conversation_is_under_way_there_is_no_other() {
    let mut bed = Bed::new(2, ["bob"]);
    bed.attempt("mx1");
    assert!(matches!(bed.delivery.step(bed.now), Step::Wait));
    assert!(matches!(bed.delivery.step(bed.now), Step::Wait));
}

#[test]
fn whoever_gives_up_has_all_messages_reported() {
    let mut bed = Bed::batch(2, 3);
    bed.attempt("mx1");
    bed.replies(0, ["250 ok"]);
    bed.replies(1, ["450 later"]);
    bed.delivery.give_up(bed.now);
    let verdicts = bed.verdicts();
    assert_eq!(verdicts.len(), 3);
    assert!(verdicts[1].starts_with("2 bob deferred 4.3.0: nothing is known"));
    assert!(verdicts[2].starts_with("1 bob deferred 4.0.0 at mx1: "));
    bed.delivery.give_up(bed.now);
    bed.is_done();
}

#[test]
fn whoever_gives_up_bounces_nothing() {
    let mut bed = Bed::to(&["nowhere.example", "example.com"], 1, vec![envelope(["bob"])], |_| {});
    loop {
        let query = bed.question();
        if query.name.as_str() == "example.com" {
            break;
        }
        bed.tell(&query);
    }
    bed.delivery.give_up(bed.now);
    let told = "server unavailable or unable to receive mail";
    assert_eq!(bed.verdicts(), [format!("0 bob deferred 4.3.0: {told}")]);
}

#[test]
fn a_message_without_recipients_is_reported_at_once() {
    let mut bed = Bed::to(&["example.com"], 1, vec![envelope([])], |_| {});
    assert!(matches!(bed.delivery.step(bed.now), Step::Done));
    assert!(bed.report().1.outcomes.is_empty());
}
