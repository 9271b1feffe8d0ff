//! Servers that do not tell.

use core::time::Duration;

use super::talk::{Talk, config};
use crate::answer::{Answer, Lack};
use crate::message::Draft;
use crate::query::Kind;

#[test]
fn servers_that_are_silent_are_asked_in_turn_with_more_patience_in_each_round() {
    let mut talk = Talk::new(config(2));
    talk.ask("mx.example", Kind::A);
    for (server, patience) in [(0, 5), (1, 5), (0, 10), (1, 10)] {
        assert_eq!(talk.hears().server, server);
        assert_eq!(talk.try_answer(), None);
        assert_eq!(talk.waits(), patience);
    }
    assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
    talk.is_over();
}

#[test]
fn a_server_that_was_silent_is_asked_last() {
    let mut talk = Talk::new(config(2));
    talk.ask("a.example", Kind::A);
    talk.hears();
    talk.waits();
    let question = talk.hears();
    talk.says(&question, |draft| draft);
    for (after, server) in [(0, 1), (29, 1), (1, 0), (0, 1)] {
        talk.wait_for(Duration::from_secs(after));
        talk.ask(&std::format!("b{}.example", talk.sends), Kind::A);
        let question = talk.hears();
        assert_eq!(question.server, server, "after {after} s");
        if server == 1 {
            talk.says(&question, |draft| draft);
        }
    }
}

#[test]
fn a_server_that_answers_others_is_not_taken_to_be_silent() {
    let mut talk = Talk::new(config(2));
    talk.ask("slow.example", Kind::A);
    talk.hears();
    talk.wait_for(Duration::from_secs(1));
    talk.ask("fast.example", Kind::A);
    let question = talk.hears();
    talk.says(&question, |draft| draft);
    talk.waits();
    assert_eq!(talk.hears().server, 1);
    talk.ask("next.example", Kind::A);
    assert_eq!(talk.hears().server, 0);
}

#[test]
fn a_port_that_is_closed_leads_to_the_next_server_at_once() {
    let mut talk = Talk::new(config(2));
    talk.ask("mx.example", Kind::A);
    for server in [0, 1, 0, 1] {
        let question = talk.hears();
        assert_eq!(question.server, server);
        talk.fails(&question);
    }
    assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
    talk.is_over();
}

#[test]
fn a_server_in_trouble_leads_to_the_next_one_and_is_not_asked_again() {
    type Write = fn(Draft) -> Draft;
    let failing: Write = |draft| draft.rcode(2);
    let lame: Write = |draft| draft.turn(0, 0x80).authority("example 60 NS ns.example");
    let garbled: Write = |draft| draft.answer(&("x".repeat(70) + " 60 A 192.0.2.1"));
    for write in [failing, lame, garbled] {
        let mut talk = Talk::new(config(2));
        talk.ask("mx.example", Kind::A);
        for server in [0, 1] {
            let question = talk.hears();
            assert_eq!(question.server, server);
            talk.says(&question, write);
        }
        assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
        talk.is_over();
    }
}

#[test]
fn a_question_of_which_all_servers_make_nothing_fails_for_good() {
    for (first, second, lack) in [
        (9, 9, Lack::Refused),
        (9, 6, Lack::Refused),
        (9, 2, Lack::TryAgain),
        (2, 9, Lack::TryAgain),
        (9, 5, Lack::TryAgain),
        (5, 5, Lack::TryAgain),
        (4, 4, Lack::TryAgain),
    ] {
        let mut talk = Talk::new(config(2));
        talk.ask("mx.example", Kind::A);
        for rcode in [first, second] {
            let question = talk.hears();
            talk.says(&question, |draft| draft.rcode(rcode));
        }
        assert_eq!(talk.answer().1, Answer::lacking(lack));
        talk.is_over();
    }
}

#[test]
fn a_server_that_does_not_know_edns_is_asked_without() {
    let mut talk = Talk::new(config(2));
    talk.ask("mx.example", Kind::A);
    let question = talk.hears();
    assert!(question.has_edns());
    talk.says(&question, |draft| draft.rcode(1));
    let again = talk.hears();
    assert_eq!((again.server, again.has_edns(), again.is_stream), (0, false, false));
    talk.says(&again, |draft| draft);
    assert_eq!(talk.answer().1, Answer::lacking(Lack::NoData));
    talk.ask("b.example", Kind::A);
    assert!(!talk.hears().has_edns(), "it is known by now");
}

#[test]
fn a_server_that_understands_nothing_refuses() {
    let mut talk = Talk::new(config(1));
    talk.ask("mx.example", Kind::A);
    for _ in 0..2 {
        let question = talk.hears();
        talk.says(&question, |draft| draft.rcode(1));
    }
    assert_eq!(talk.answer().1, Answer::lacking(Lack::Refused));
    talk.ask("b.example", Kind::A);
    assert!(talk.hears().has_edns(), "that was not about EDNS");
}

#[test]
fn servers_take_turns_where_that_is_asked_for() {
    let mut config = config(3);
    config.rotate = true;
    let mut talk = Talk::new(config);
    for (name, server) in [("a", 0), ("b", 1), ("c", 2), ("d", 0)] {
        talk.ask(name, Kind::A);
        let question = talk.hears();
        assert_eq!(question.server, server);
        talk.says(&question, |draft| draft);
    }
}

#[test]
fn without_servers_nobody_can_tell() {
    for rotate in [false, true] {
        let mut config = config(0);
        config.rotate = rotate;
        let mut talk = Talk::new(config);
        talk.ask("mx.example", Kind::A);
        assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
        talk.is_over();
    }
}
