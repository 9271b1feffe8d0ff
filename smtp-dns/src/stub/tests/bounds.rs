//! The limits, reached.

use std::format;
use std::vec::Vec;

use super::talk::{Talk, config};
use crate::answer::{Answer, Lack};
use crate::query::Kind;
use crate::stub::LOOKUPS_MAX;
use crate::stub::lookup::{DETOURS_MAX, PATIENCE_MAX, QUERIES_MAX};
use crate::stub::socket::{DATAGRAMS_MAX, QUESTIONS_MAX};

#[test]
fn a_question_takes_no_longer_than_the_limit() {
    let mut config = config(3);
    config.timeout = core::time::Duration::from_secs(30);
    config.attempts = 5;
    let mut talk = Talk::new(config);
    talk.ask("mx.example", Kind::A);
    let mut waited = 0;
    while talk.try_answer().is_none() {
        waited += talk.waits();
    }
    assert_eq!(waited, PATIENCE_MAX.as_secs());
    talk.hears();
}

#[test]
fn a_question_takes_no_more_messages_than_the_limit() {
    let mut config = config(3);
    config.attempts = 1000;
    let mut talk = Talk::new(config);
    talk.ask("mx.example", Kind::A);
    for _ in 0..QUERIES_MAX {
        let question = talk.hears();
        talk.fails(&question);
    }
    assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
    talk.is_over();
}

#[test]
fn a_chain_takes_no_more_detours_than_the_limit() {
    let mut talk = Talk::new(config(1));
    talk.ask("c.example", Kind::A);
    for n in 0..=DETOURS_MAX {
        let question = talk.hears();
        let cname = format!("{} 60 CNAME c{n}.example", question.name());
        talk.says(&question, |draft| draft.answer(&cname));
    }
    assert_eq!(talk.answer().1.records, Err(Lack::NoData));
    talk.is_over();
}

#[test]
fn a_chain_has_no_more_links_than_the_limit_in_all_answers_together() {
    for (links, lack) in [(8, Lack::NoData), (9, Lack::Malformed)] {
        let mut talk = Talk::new(config(1));
        talk.ask("c0.example", Kind::A);
        for (first, links) in [(0, 8), (8, links)] {
            let question = talk.hears();
            let link = |n| format!("c{n}.example 60 CNAME c{}.example", n + 1);
            let links = first..first + links;
            talk.says(&question, |draft| links.fold(draft, |draft, n| draft.answer(&link(n))));
        }
        if lack == Lack::NoData {
            let question = talk.hears();
            talk.says(&question, |draft| draft);
        }
        assert_eq!(talk.answer().1.records, Err(lack));
        talk.is_over();
    }
}

#[test]
fn no_more_questions_are_under_way_than_the_limit() {
    let mut talk = Talk::new(config(1));
    for n in 0..LOOKUPS_MAX {
        talk.ask(&format!("m{n}.example"), Kind::A);
    }
    assert_eq!(talk.try_answer(), None);
    talk.ask("mx.example", Kind::A);
    assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
    let questions: Vec<_> = (0..LOOKUPS_MAX).map(|_| talk.hears()).collect();
    assert_eq!(talk.open(), LOOKUPS_MAX / QUESTIONS_MAX);
    for question in &questions {
        talk.says(question, |draft| draft);
        assert_eq!(talk.answer().0.name.as_str(), question.name());
    }
    talk.is_over();
}

#[test]
fn no_more_sockets_are_open_than_the_limit_and_each_takes_a_share() {
    let mut talk = Talk::new(config(1));
    let ask = |talk: &mut Talk, n: usize| {
        talk.ask(&format!("m{n}.example"), Kind::A);
        let question = talk.hears();
        talk.says_nothing_more();
        question
    };
    let datagrams = DATAGRAMS_MAX * QUESTIONS_MAX;
    assert!(datagrams > LOOKUPS_MAX);
    let mut open: Vec<_> = (0..DATAGRAMS_MAX).map(|n| ask(&mut talk, n)).collect();
    assert_eq!(talk.open(), DATAGRAMS_MAX);
    // Every question but the first one of its socket is answered.
    for n in DATAGRAMS_MAX..datagrams {
        let question = ask(&mut talk, n);
        assert!(!question.is_stream);
        talk.says(&question, |draft| draft);
        talk.answer();
    }
    assert_eq!(talk.open(), DATAGRAMS_MAX);
    let beyond = ask(&mut talk, datagrams);
    assert!(beyond.is_stream, "every port has had its share");
    assert_eq!(talk.open(), DATAGRAMS_MAX + 1);
    let last = open.pop().unwrap();
    talk.says(&last, |draft| draft);
    assert!(!ask(&mut talk, datagrams + 1).is_stream);
    assert_eq!(talk.open(), DATAGRAMS_MAX + 1);
}
