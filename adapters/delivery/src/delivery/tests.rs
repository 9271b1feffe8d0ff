//! What a delivery does, told by what it asks for and what it is told.

use alloc::format;
use alloc::vec;
use core::time::Duration;

use envoi_proto::auth::Credentials;
use envoi_proto::tls::{self, Fault, Level};
use envoi_proto::{Error, Purpose, Stage};

use super::*;
use crate::report::Verdict;

mod bed;
mod chance;
mod misuse;
mod next_hops;
mod requests;
mod skips;
mod time;

use bed::{Bed, addresses, rules};

#[test]
fn a_soft_failure_moves_on_and_a_hard_one_does_not() {
    let mut bed = Bed::new(2, ["bob", "carol", "dan"]);
    bed.attempt("mx1");
    bed.replies(0, ["450 later", "550 no", "250 ok"]);
    bed.ends();
    let attempt = bed.attempt("mx2");
    assert_eq!(addresses(&attempt.messages[0].1), ["bob@example.com"]);
    bed.replies(0, ["250 taken"]);
    bed.ends();
    assert_eq!(
        bed.verdicts(),
        [
            "0 bob sent 2.0.0 at mx2: 250 taken",
            "0 carol bounced 5.0.0 at mx1: host mx1.example.com[192.0.2.1] said: 550 no \
             (in reply to end of DATA command)",
            "0 dan sent 2.0.0 at mx1: 250 ok",
        ]
    );
}

#[test]
fn the_last_host_decides_how_mail_is_put_off() {
    let mut bed = Bed::with(3, ["bob"], |policy| policy.session_limit = None);
    bed.attempt("mx1");
    bed.replies(0, ["450 4.2.0 first"]);
    bed.ends();
    bed.attempt("mx2");
    bed.replies(0, ["451 4.3.0 second"]);
    bed.ends();
    bed.attempt("mx3");
    bed.delivery.handle_unreachable("Connection refused", bed.now);
    let told = "connect to mx3.example.com[192.0.2.3]:25: Connection refused";
    assert_eq!(bed.verdicts(), [format!("0 bob deferred 4.4.1: {told}")]);
}

#[test]
fn doubt_stays_until_somebody_takes_the_message() {
    let mut bed = Bed::new(2, ["bob", "carol", "dan"]);
    bed.attempt("mx1");
    bed.loses(0, Error::Lost(Stage::EndOfData), Doubt::Uncertain);
    bed.ends();
    bed.attempt("mx2");
    bed.replies(0, ["450 later", "550 no", "250 ok"]);
    bed.ends();
    bed.is_done();
    let (_, report) = bed.report();
    let doubts: Vec<_> = report.outcomes.iter().map(|o| (o.verdict, o.doubt)).collect();
    assert_eq!(
        doubts,
        [
            (Verdict::Deferred, Doubt::Uncertain),
            (Verdict::Bounced, Doubt::Uncertain),
            (Verdict::Sent, Doubt::None),
        ]
    );
}

#[test]
fn addresses_count_when_connections_are_begun() {
    let mut bed = Bed::with(4, ["bob"], |policy| rules(policy).address_limit = Some(3));
    for host in ["mx1", "mx2", "mx3"] {
        bed.attempt(host);
        bed.delivery.handle_unreachable("Connection refused", bed.now);
    }
    bed.is_done();
}

#[test]
fn sessions_count_when_handshakes_are_completed() {
    let mut bed = Bed::new(5, ["bob"]);
    for (host, was_ready) in [("mx1", true), ("mx2", false), ("mx3", true)] {
        bed.attempt(host);
        bed.replies(0, ["450 later"]);
        bed.delivery.handle_ended(was_ready, bed.now);
    }
    bed.is_done();
}

#[test]
fn limits_are_those_of_each_next_hop() {
    let one = |policy: &mut Policy| {
        policy.session_limit = Some(1);
        policy.fallback_relay = vec!["[192.0.2.9]".parse().unwrap()];
    };
    let mut bed = Bed::with(2, ["bob"], one);
    bed.attempt("mx1");
    bed.replies(0, ["450 later"]);
    bed.ends();
    bed.attempt("192.0.2.9");
    bed.replies(0, ["250 ok"]);
    bed.ends();
    assert_eq!(bed.verdicts(), ["0 bob sent 2.0.0 at 192.0.2.9: 250 ok"]);
}

#[test]
fn without_limits_all_hosts_are_tried() {
    for no_limit in [None, Some(0)] {
        let unlimited = |policy: &mut Policy| {
            rules(policy).address_limit = no_limit;
            policy.session_limit = no_limit;
        };
        let mut bed = Bed::with(9, ["bob"], unlimited);
        for host in 1..=9 {
            bed.attempt(&format!("mx{host}"));
            bed.replies(0, ["450 later"]);
            bed.ends();
        }
        bed.is_done();
    }
}

#[test]
fn a_batch_goes_on_with_the_same_host_while_that_takes_mail() {
    let mut bed = Bed::batch(1, 5);
    for (given, sent) in [(5, 2), (3, 2), (1, 1)] {
        let attempt = bed.attempt("mx1");
        let messages: Vec<_> = attempt.messages.iter().map(|(place, _)| *place).collect();
        assert_eq!(messages.len(), given);
        for (nth, message) in messages.into_iter().enumerate() {
            if nth < sent {
                bed.replies(message, ["250 ok"]);
            } else {
                bed.loses(message, Error::NoMore, Doubt::None);
            }
        }
        bed.ends();
    }
    assert_eq!(bed.verdicts().len(), 5);
}

#[test]
fn two_conversations_in_a_row_that_send_nothing_are_enough() {
    let mut bed = Bed::batch(2, 3);
    bed.attempt("mx1");
    bed.replies(0, ["421 later"]);
    bed.loses(1, Error::Lost(Stage::Mail), Doubt::None);
    bed.loses(2, Error::NoMore, Doubt::None);
    bed.ends();
    let again = bed.attempt("mx1");
    assert_eq!(again.messages.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2]);
    bed.replies(1, ["421 later"]);
    bed.loses(2, Error::NoMore, Doubt::None);
    bed.ends();
    let next = bed.attempt("mx2");
    assert_eq!(next.messages.len(), 3);
}

#[test]
fn who_may_have_a_message_is_not_given_it_again() {
    let mut bed = Bed::batch(2, 2);
    bed.attempt("mx1");
    bed.loses(0, Error::Lost(Stage::EndOfData), Doubt::Uncertain);
    bed.loses(1, Error::Lost(Stage::Mail), Doubt::None);
    bed.ends();
    let again = bed.attempt("mx1");
    assert_eq!(again.messages.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1]);
    bed.replies(1, ["250 ok"]);
    bed.ends();
    let next = bed.attempt("mx2");
    assert_eq!(next.messages.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_conversation_without_any_answer_is_the_last_with_its_host() {
    for error in [Error::Lost(Stage::Greeting), Error::TimedOut(Stage::Mail)] {
        let mut bed = Bed::batch(2, 2);
        bed.attempt("mx1");
        bed.loses(0, error, Doubt::None);
        bed.loses(1, error, Doubt::None);
        bed.ends();
        bed.attempt("mx2");
    }
}

#[test]
fn a_message_of_which_anything_was_said_waits_for_another_host() {
    let mut bed = Bed::new(2, ["bob", "carol"]);
    bed.attempt("mx1");
    bed.says_and_loses(0, ["450 later"], Error::Lost(Stage::Recipient));
    bed.ends();
    assert_eq!(addresses(&bed.attempt("mx2").messages[0].1).len(), 2);
}

#[test]
fn old_mail_goes_to_the_same_host_in_plaintext_after_tls_has_failed() {
    let one = |policy: &mut Policy| {
        rules(policy).address_limit = Some(1);
        policy.session_limit = Some(1);
        policy.peer.tls = tls::Policy::new(Level::May);
    };
    let error = Error::Tls(Stage::Handshake, Fault::Misbehaved);
    let mut bed = Bed::aged(2, [300, 299], one);
    assert_eq!(bed.attempt("mx1").peer.level(), Level::May);
    bed.loses(0, error, Doubt::None);
    bed.loses(1, error, Doubt::None);
    bed.delivery.handle_ended(false, bed.now);
    let plain = bed.attempt("mx1");
    assert_eq!((plain.peer.level(), plain.peer.tls_failure), (Level::None, Some(error)));
    assert_eq!(plain.messages.len(), 1);
    bed.replies(0, ["250 ok"]);
    bed.ends();
    assert_eq!(
        bed.verdicts(),
        [
            "0 bob sent 2.0.0 at mx1: 250 ok",
            "1 bob deferred 4.7.5 at mx1: Cannot start TLS: handshake failure: \
             the server broke the protocol",
        ]
    );
}

#[test]
fn nobody_whose_password_would_show_goes_in_plaintext() {
    let may = |policy: &mut Policy| policy.peer.tls = tls::Policy::new(Level::May);
    let mut bed = Bed::aged(2, [9999], may);
    bed.attempt("mx1");
    let credentials = Credentials::password("ann", "secret").unwrap();
    bed.peer().auth = Some(envoi_proto::auth::Attempt::new(credentials, [0; 18]));
    bed.loses(0, Error::Lost(Stage::Handshake), Doubt::None);
    bed.ends();
    assert_eq!(bed.attempt("mx2").peer.level(), Level::May);
}

#[test]
fn time_spent_on_dead_hosts_is_spent_connecting() {
    let mut bed = Bed::new(2, ["bob"]);
    bed.attempt("mx1");
    bed.pass(30);
    bed.delivery.handle_unreachable("Connection timed out", bed.now);
    assert_eq!(bed.attempt("mx2").began, Instant::from_origin(Duration::from_secs(1_000_000)));
    bed.pass(30);
    bed.delivery.handle_unreachable("Connection timed out", bed.now);
    bed.is_done();
    let (_, report) = bed.report();
    assert_eq!(report.outcomes[0].delays.connecting, Duration::from_secs(60));
}

#[test]
fn the_best_host_is_tried_while_others_are_looked_up() {
    let mut bed = Bed::new(2, ["bob"]);
    let exchangers = bed.question();
    bed.tell(&exchangers);
    let mut waiting = Vec::new();
    for query in [(); 4].map(|()| bed.question()) {
        if query.name.as_str() == "mx1.example.com" {
            bed.tell(&query);
        } else {
            waiting.push(query);
        }
    }
    bed.attempt("mx1");
    assert!(matches!(bed.delivery.step(bed.now), Step::Wait));
    bed.delivery.handle_unreachable("Connection refused", bed.now);
    assert!(matches!(bed.delivery.step(bed.now), Step::Wait));
    waiting.iter().for_each(|query| bed.tell(query));
    bed.attempt("mx2");
}

#[test]
fn no_relay_is_tried_before_it_is_known_whether_this_machine_is_among_the_hosts() {
    let one = |policy: &mut Policy| {
        policy.session_limit = Some(1);
        policy.fallback_relay = vec!["[192.0.2.9]".parse().unwrap()];
    };
    let mut bed = Bed::with(2, ["bob"], one);
    let exchangers = bed.question();
    bed.tell(&exchangers);
    let queries = [(); 4].map(|()| bed.question());
    queries[..2].iter().for_each(|query| bed.tell(query));
    bed.attempt("mx1");
    bed.replies(0, ["450 later"]);
    bed.ends();
    assert!(matches!(bed.delivery.step(bed.now), Step::Wait));
    queries[2..].iter().for_each(|query| bed.tell(query));
    bed.attempt("192.0.2.9");
}

#[test]
fn each_message_is_reported_as_soon_as_it_is_settled() {
    let mut bed = Bed::batch(1, 2);
    bed.attempt("mx1");
    bed.replies(1, ["250 ok"]);
    assert_eq!(bed.report().0, 1);
    assert!(bed.delivery.poll_report().is_none());
    bed.replies(0, ["250 ok"]);
    assert_eq!(bed.report().0, 0);
    assert!(matches!(bed.delivery.step(bed.now), Step::Wait), "the conversation is not over");
    bed.ends();
    bed.is_done();
}

#[test]
fn probes_move_on_as_mail_does() {
    let mut bed = Bed::probing(2, ["bob", "carol"], Purpose::VerifyData);
    bed.attempt("mx1");
    bed.probed(0, ["450 later", "550 no"]);
    bed.ends();
    bed.attempt("mx2");
    bed.probed(0, ["354 go"]);
    bed.ends();
    let verdicts = bed.verdicts();
    assert_eq!(verdicts[0], "0 bob deliverable 2.0.0 at mx2: 354 go");
    assert!(verdicts[1].starts_with("0 carol undeliverable 5.0.0 at mx1: "));
}

#[test]
fn what_another_server_cannot_help_does_not_move_on() {
    let mut bed = Bed::new(2, ["bob"]);
    bed.attempt("mx1");
    bed.refuses(0, envoi_proto::Refusal::Unreadable);
    bed.ends();
    bed.is_done();
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.3.0 at mx1: local data error"));
}

#[test]
fn conversations_are_told_that_another_server_may_come() {
    let edit = |policy: &mut Policy| {
        policy.circumstances.soft_bounce = true;
        let credentials = Credentials::password("ann", "secret").unwrap();
        policy.peer.auth = Some(envoi_proto::auth::Attempt::new(credentials, [0; 18]));
    };
    let mut bed = Bed::with(1, ["bob"], edit);
    let attempt = bed.attempt("mx1");
    assert!(attempt.peer.auth.is_none(), "a nonce is used once");
    assert_eq!(attempt.circumstances.server, Server::OneOfSeveral);
    assert!(attempt.circumstances.soft_bounce);
    assert_eq!(attempt.peer.to_string(), "mx1.example.com[192.0.2.1]:25");
    assert_eq!(attempt.peer.next_hop, "example.com");
}
