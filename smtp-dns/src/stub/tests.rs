//! Questions to name servers that answer as they like.

mod bounds;
mod bystanders;
mod retries;
mod streams;
mod talk;

use crate::answer::{Answer, Lack, Records};
use crate::query::Kind;
use talk::{ADDRESS, Talk, config};

#[test]
fn a_question_goes_out_in_a_datagram_and_its_answer_comes_back() {
    let mut talk = Talk::new(config(1));
    talk.ask("mx.example", Kind::A);
    let question = talk.hears();
    assert_eq!((question.server, question.is_stream), (0, false));
    talk.says(&question, |draft| draft.answer("mx.example 60 A 192.0.2.1"));
    let (query, answer) = talk.answer();
    assert_eq!((query.name.as_str(), query.kind), ("mx.example", Kind::A));
    assert_eq!(answer.records, Ok(Records::A(smallvec::smallvec![ADDRESS])));
    talk.is_over();
}

#[test]
fn the_same_question_is_asked_once() {
    let mut talk = Talk::new(config(1));
    for _ in 0..2 {
        talk.ask("mx.example", Kind::A);
    }
    talk.ask("mx.example", Kind::Mx);
    let [first, second] = [talk.hears(), talk.hears()];
    assert_eq!((first.kind(), second.kind()), (1, 15));
    talk.says_nothing_more();
    for question in [first, second] {
        talk.says(&question, |draft| draft);
        assert_eq!(talk.answer().1, Answer::lacking(Lack::NoData));
    }
    talk.ask("mx.example", Kind::A);
    talk.hears();
}

#[test]
fn a_question_that_is_given_up_is_not_answered() {
    let mut talk = Talk::new(config(1));
    talk.ask("a.example", Kind::A);
    talk.ask("b.example", Kind::A);
    let [first, second] = [talk.hears(), talk.hears()];
    assert!(talk.abandon("a.example", Kind::A));
    assert!(!talk.abandon("a.example", Kind::A));
    talk.says(&first, |draft| draft);
    assert_eq!(talk.try_answer(), None);
    talk.says(&second, |draft| draft);
    assert_eq!(talk.answer().0.name.as_str(), "b.example");
    talk.is_over();
    // It can be asked anew.
    talk.ask("a.example", Kind::A);
    let third = talk.hears();
    talk.says(&third, |draft| draft);
    assert_eq!(talk.answer().0.name.as_str(), "a.example");
    talk.is_over();
}

#[test]
fn questions_of_one_moment_share_a_socket_and_later_ones_do_not() {
    let mut talk = Talk::new(config(1));
    talk.ask("a.example", Kind::A);
    talk.ask("a.example", Kind::Aaaa);
    let [first, second] = [talk.hears(), talk.hears()];
    talk.says_nothing_more();
    talk.ask("b.example", Kind::A);
    let third = talk.hears();
    assert_eq!(first.socket, second.socket);
    assert_ne!(first.socket, third.socket);
    assert_eq!(talk.open(), 2);
    talk.says(&first, |draft| draft);
    assert_eq!(talk.open(), 2, "its other question waits");
    talk.says(&second, |draft| draft);
    assert_eq!(talk.open(), 1);
}

#[test]
fn nobody_foresees_a_question() {
    let ask = |seed| {
        let mut talk = Talk::seeded(config(1), seed);
        talk.ask("mail-exchanger.example", Kind::A);
        let question = talk.hears();
        (question.id(), question.message[12..].to_vec())
    };
    let [first, again, other] = [1, 1, 2].map(ask);
    assert_eq!(first, again, "a seed decides everything");
    assert_ne!(first.0, other.0);
    assert_ne!(first.1, other.1);
    assert!(first.1.eq_ignore_ascii_case(&other.1));
}

#[test]
fn secure_is_only_what_a_trusted_server_says() {
    for is_trusted in [false, true] {
        let mut config = config(1);
        config.trust_ad = is_trusted;
        let mut talk = Talk::new(config);
        talk.ask("mx.example", Kind::A);
        let question = talk.hears();
        assert_eq!(question.message[3] & 0x20 != 0, is_trusted);
        talk.says(&question, |draft| draft.turn(0, 0x20).answer("mx.example 60 A 192.0.2.1"));
        assert_eq!(talk.answer().1.is_secure, is_trusted);
    }
}

#[test]
fn a_chain_of_cnames_is_followed_from_answer_to_answer() {
    for (ttls, secure) in [
        ([50, 40, 60], [true, true, true]),
        ([40, 50, 60], [false, true, true]),
        ([60, 50, 40], [true, false, true]),
        ([60, 40, 50], [true, true, false]),
    ] {
        let mut config = config(1);
        config.trust_ad = true;
        let mut talk = Talk::new(config);
        talk.ask("a.example", Kind::A);
        for (place, record) in
            ["CNAME b.example", "CNAME c.example", "A 192.0.2.1"].iter().enumerate()
        {
            let question = talk.hears();
            assert_eq!(question.name(), ["a.example", "b.example", "c.example"][place]);
            let record = std::format!("{} {} {record}", question.name(), ttls[place]);
            let ad = if secure[place] { 0x20 } else { 0 };
            talk.says(&question, |draft| draft.turn(0, ad).answer(&record));
        }
        let (query, answer) = talk.answer();
        assert_eq!(query.name.as_str(), "a.example");
        assert_eq!(answer.canonical.unwrap().as_str(), "c.example");
        assert_eq!((answer.ttl, answer.is_secure), (40, secure == [true; 3]));
        talk.is_over();
    }
}

#[test]
fn cnames_in_a_circle_of_answers_make_no_sense() {
    let mut talk = Talk::new(config(1));
    talk.ask("a.example", Kind::A);
    for next in ["b.example", "c.example", "b.example"] {
        let question = talk.hears();
        let cname = std::format!("{} 60 CNAME {next}", question.name());
        talk.says(&question, |draft| draft.answer(&cname));
    }
    assert_eq!(talk.answer().1.records, Err(Lack::Malformed));
    talk.is_over();
}

#[test]
fn names_are_completed_where_that_is_asked_for() {
    let mut config = config(1);
    config.search = ["a.example", "b.example"].map(|name| name.parse().unwrap()).into();
    let completion = super::Completion { undotted: true, search: true };
    let mut talk = Talk::new(config).completing(completion);
    talk.ask("mx", Kind::A);
    for (name, rcode, ttl) in [("mx.a.example", 0, 60), ("mx.b.example", 3, 30)] {
        let question = talk.hears();
        assert_eq!(question.name(), name);
        let soa = std::format!("example {ttl} SOA 900");
        talk.says(&question, |draft| draft.rcode(rcode).authority(&soa));
    }
    let question = talk.hears();
    assert_eq!(question.name(), "mx");
    talk.says(&question, |draft| draft.rcode(3).authority("example 40 SOA 900"));
    let (query, answer) = talk.answer();
    assert_eq!(query.name.as_str(), "mx");
    assert_eq!((answer.records, answer.ttl), (Err(Lack::NoData), 30));

    talk.ask("mx", Kind::A);
    let question = talk.hears();
    talk.says(&question, |draft| draft.answer("mx.a.example 60 A 192.0.2.1"));
    let answer = talk.answer().1;
    assert_eq!(answer.canonical.unwrap().as_str(), "mx.a.example");
}

#[test]
fn a_name_that_is_complete_decides_what_is_lacking() {
    let mut config = config(1);
    config.search = ["a.example".parse().unwrap()].into();
    let completion = super::Completion { undotted: false, search: true };
    let mut talk = Talk::new(config).completing(completion);
    talk.ask("mx.test", Kind::A);
    let question = talk.hears();
    talk.says(&question, |draft| draft.rcode(3));
    let question = talk.hears();
    assert_eq!(question.name(), "mx.test.a.example");
    talk.says(&question, |draft| draft);
    assert_eq!(talk.answer().1.records, Err(Lack::NoName));
}

#[test]
fn trouble_leads_to_no_other_name() {
    let mut config = config(1);
    config.search = ["a.example".parse().unwrap()].into();
    let completion = super::Completion { undotted: false, search: true };
    let mut talk = Talk::new(config).completing(completion);
    talk.ask("mx.test", Kind::A);
    let question = talk.hears();
    talk.says(&question, |draft| draft.rcode(2));
    assert_eq!(talk.answer().1, Answer::lacking(Lack::TryAgain));
    talk.is_over();
}
