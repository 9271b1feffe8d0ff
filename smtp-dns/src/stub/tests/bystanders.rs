//! Messages that are no answers.

use std::vec::Vec;

use super::talk::{Question, Talk, config};
use crate::answer::{Answer, Lack};
use crate::message::Draft;
use crate::query::Kind;
use crate::stub::hearing::WRONG_MAX;

const RECORD: &str = "mail-exchanger.example 60 A 192.0.2.1";

fn asked() -> (Talk, Question) {
    let mut talk = Talk::new(config(1));
    talk.ask("mail-exchanger.example", Kind::A);
    let question = talk.hears();
    (talk, question)
}

/// An answer with another number.
fn wrong(question: &Question) -> Vec<u8> {
    let mut answer = Draft::to(&question.message).answer(RECORD).bytes();
    answer[1] ^= 1;
    answer
}

#[test]
fn what_answers_another_question_does_not_count() {
    let (mut talk, question) = asked();
    let mut other = question.clone();
    other.message[13] = b'x';
    let other = Draft::to(&other.message).answer(RECORD).bytes();
    for bytes in [&wrong(&question), &other, &question.message, &b""[..], b"\0\0\0", &[0; 600]] {
        talk.says_bytes(&question, bytes);
        assert_eq!(talk.try_answer(), None);
    }
    talk.says(&question, |draft| draft.answer(RECORD));
    assert!(talk.answer().1.records.is_ok());
    talk.is_over();
}

#[test]
fn what_comes_too_late_does_not_count() {
    let (mut talk, question) = asked();
    talk.waits();
    let again = talk.hears();
    assert_ne!((question.socket, question.id()), (again.socket, again.id()));
    talk.says(&question, |draft| draft.answer(RECORD));
    assert_eq!(talk.try_answer(), None);
    talk.says(&again, |draft| draft);
    assert_eq!(talk.answer().1, Answer::lacking(Lack::NoData));
}

#[test]
fn too_many_wrong_messages_lead_to_a_stream() {
    let mut talk = Talk::new(config(1));
    talk.ask("mail-exchanger.example", Kind::A);
    talk.ask("mail-exchanger.example", Kind::Mx);
    let questions = [talk.hears(), talk.hears()];
    for _ in 0..WRONG_MAX {
        talk.says_bytes(&questions[0], &wrong(&questions[0]));
    }
    talk.says_nothing_more();
    talk.says_bytes(&questions[0], &wrong(&questions[0]));
    for question in questions {
        let again = talk.hears();
        assert!(again.is_stream);
        assert_eq!(again.name(), question.name());
        talk.says(&again, |draft| draft);
        assert_eq!(talk.answer().1, Answer::lacking(Lack::NoData));
    }
    assert_eq!(talk.open(), 1, "the stream");
}

#[test]
fn a_second_answer_does_no_harm() {
    let mut talk = Talk::new(config(1));
    talk.ask("mail-exchanger.example", Kind::A);
    talk.ask("mail-exchanger.example", Kind::Mx);
    let [first, second] = [talk.hears(), talk.hears()];
    for _ in 0..3 * WRONG_MAX {
        talk.says(&first, |draft| draft);
    }
    talk.says_nothing_more();
    talk.says(&second, |draft| draft);
    assert_eq!([talk.answer().0.kind, talk.answer().0.kind], [Kind::A, Kind::Mx]);
    talk.is_over();
}

#[test]
fn who_does_not_repeat_the_case_is_asked_over_tcp() {
    let (mut talk, question) = asked();
    talk.says(&question, |draft| draft.in_lower_case().answer("mx.example 60 A 192.0.2.66"));
    assert_eq!(talk.try_answer(), None);
    let again = talk.hears();
    assert!(again.is_stream);
    assert_eq!(again.server, 0);
    talk.says(&again, |draft| draft.answer(RECORD));
    assert!(talk.answer().1.records.is_ok());

    talk.ask("b.example", Kind::A);
    let next = talk.hears();
    assert!(next.is_stream, "it is known by now");
    talk.fails(&next);
    let again = talk.hears();
    assert!(again.is_stream);
    talk.fails(&again);
    assert!(!talk.hears().is_stream, "but not if it takes no streams");
}

#[test]
fn an_error_without_question_is_believed_over_tcp_alone() {
    let (mut talk, question) = asked();
    let error = |question: &Question, rcode: u8| {
        let [high, low] = question.id();
        [high, low, 0x81, 0x80 | rcode, 0, 0, 0, 0, 0, 0, 0, 0]
    };
    talk.says_bytes(&question, &error(&question, 5));
    let again = talk.hears();
    assert!(again.is_stream);
    talk.says_bytes(&again, &error(&again, 1));
    let plain = talk.hears();
    assert!(plain.is_stream && !plain.has_edns());
    talk.says_bytes(&plain, &error(&plain, 5));
    assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
}
