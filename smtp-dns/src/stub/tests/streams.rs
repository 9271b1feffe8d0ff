//! Questions over TCP.

use super::talk::{Question, Talk, config};
use crate::answer::{Answer, Lack};
use crate::query::Kind;
use crate::stub::hearing::{IDLE_MAX, WRONG_MAX};

/// A resolver with so many servers that asks over TCP from the start.
fn streaming(servers: u16) -> Talk {
    let mut config = config(servers);
    config.use_tcp = true;
    Talk::new(config)
}

fn ask<const N: usize>(talk: &mut Talk, names: [&str; N]) -> [Question; N] {
    names.iter().for_each(|name| talk.ask(name, Kind::A));
    let questions = names.map(|_| talk.hears());
    assert!(questions.iter().all(|question| question.is_stream));
    questions
}

#[test]
fn what_does_not_fit_in_a_datagram_is_asked_over_tcp() {
    let mut talk = Talk::new(config(2));
    talk.ask("mx.example", Kind::A);
    let question = talk.hears();
    talk.says(&question, |draft| draft.turn(2, 0).answer("mx.example 60 A 192.0.2.66"));
    let again = talk.hears();
    assert_eq!((again.server, again.is_stream), (0, true));
    assert_eq!(again.name(), "mx.example");
    talk.says(&again, |draft| draft.answer("mx.example 60 A 192.0.2.1"));
    assert!(talk.answer().1.records.is_ok());
    assert_eq!(talk.open(), 1);
    assert_eq!(talk.waits(), IDLE_MAX.as_secs());
    talk.is_over();
}

#[test]
fn questions_share_a_stream_and_their_answers_come_in_any_order() {
    let mut talk = streaming(1);
    let questions = ask(&mut talk, ["a.example", "b.example", "c.example"]);
    assert_eq!((talk.open(), talk.sends), (1, 1), "in one piece");
    for place in [2, 0, 1] {
        talk.says(&questions[place], |draft| draft);
        assert_eq!(talk.answer().0.name.as_str(), questions[place].name());
    }
    let [next] = ask(&mut talk, ["d.example"]);
    assert_eq!(next.socket, questions[0].socket);
    talk.says(&next, |draft| draft);
    assert_eq!(talk.waits(), IDLE_MAX.as_secs());
    talk.answer();
    talk.is_over();
}

#[test]
fn an_idle_stream_that_is_used_again_is_not_closed() {
    let mut talk = streaming(1);
    let [first] = ask(&mut talk, ["a.example"]);
    talk.says(&first, |draft| draft);
    talk.wait_for(IDLE_MAX / 2);
    let [second] = ask(&mut talk, ["b.example"]);
    talk.wait_for(IDLE_MAX / 2);
    assert_eq!(talk.open(), 1);
    talk.says(&second, |draft| draft);
    assert_eq!([talk.answer().1, talk.answer().1], [0; 2].map(|_| Answer::lacking(Lack::NoData)));
}

#[test]
fn what_a_stream_leaves_open_is_asked_once_more_and_then_of_the_next_server() {
    let mut talk = streaming(2);
    let [first, second] = ask(&mut talk, ["a.example", "b.example"]);
    talk.says(&first, |draft| draft);
    talk.answer();
    talk.fails(&second);
    let again = talk.hears();
    assert_eq!((again.server, again.is_stream), (0, true));
    assert_eq!(again.name(), "b.example");
    talk.fails(&again);
    let other = talk.hears();
    assert_eq!((other.server, other.is_stream), (1, true));
    talk.says(&other, |draft| draft);
    assert_eq!(talk.answer().0.name.as_str(), "b.example");
    assert_eq!(talk.open(), 1);
}

#[test]
fn half_an_answer_does_not_leak_into_the_next_stream() {
    let mut talk = streaming(1);
    let [question] = ask(&mut talk, ["a.example"]);
    talk.says_part(&question, b"\x01\x00half");
    talk.fails(&question);
    let again = talk.hears();
    talk.says(&again, |draft| draft);
    assert_eq!(talk.answer().1, Answer::lacking(Lack::NoData));
}

#[test]
fn a_stream_on_which_nothing_comes_is_given_up_by_all_its_questions() {
    let mut talk = streaming(2);
    let [first] = ask(&mut talk, ["a.example"]);
    talk.wait_for(core::time::Duration::from_secs(3));
    ask(&mut talk, ["b.example"]);
    talk.waits();
    let [one, other] = [talk.hears(), talk.hears()];
    assert_eq!((one.name(), one.server), ("b.example".into(), 0));
    assert_eq!((other.name(), other.server), ("a.example".into(), 1));
    assert_ne!(one.socket, first.socket);
    assert_eq!(talk.open(), 2);
}

#[test]
fn a_stream_on_which_others_are_answered_is_kept() {
    let mut talk = streaming(2);
    let [slow, fast] = ask(&mut talk, ["a.example", "b.example"]);
    talk.wait_for(core::time::Duration::from_secs(3));
    talk.says(&fast, |draft| draft);
    assert_eq!(talk.waits(), 2);
    assert_eq!(talk.hears().server, 1);
    assert_eq!(talk.open(), 2);
    talk.says(&slow, |draft| draft.answer("a.example 60 A 192.0.2.1"));
    assert_eq!(talk.answer().0.name.as_str(), "b.example");
    assert_eq!(talk.try_answer(), None, "it came too late");
}

#[test]
fn a_stream_of_wrong_messages_is_given_up() {
    let mut talk = streaming(1);
    let [question] = ask(&mut talk, ["a.example"]);
    for _ in 0..WRONG_MAX {
        talk.says_bytes(&question, b"\0");
    }
    talk.says_nothing_more();
    talk.says_bytes(&question, b"\0");
    assert_ne!(talk.hears().socket, question.socket);
    assert_eq!(talk.open(), 1);
}

#[test]
fn an_answer_cut_short_on_a_stream_is_trouble() {
    let mut talk = streaming(2);
    let [question] = ask(&mut talk, ["a.example"]);
    talk.says(&question, |draft| draft.turn(2, 0));
    assert_eq!(talk.hears().server, 1);
}
