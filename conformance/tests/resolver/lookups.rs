//! Questions and answers.

use std::net::{Ipv4Addr, UdpSocket};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::dns::{Hosts, Kind, Lack, NativeLack, Question};
use envoi_driver::{Found, Io, Lookups, Network, Resolver as _, Runtime};

use crate::bed::{LONG, all, config, is_one, network, one, poll_once, query, resolver};
use crate::server::{Record, Reply, Server};

pub(crate) async fn an_answer_is_found_and_then_known<R: Runtime>(runtime: R) {
    let server = Server::start(|_| one());
    let resolver = resolver(runtime, &[server.address], LONG);
    let query = query("mx.example", Kind::A);
    assert!(resolver.recall(&query).is_none());
    assert!(is_one(&resolver.lookup(query.clone()).await));
    assert!(is_one(&resolver.recall(&query).unwrap()));
    assert!(is_one(&resolver.lookup(query).await));
    assert_eq!(server.asked(), ["mx.example A"]);
}

pub(crate) async fn questions_leave_together<R: Runtime>(runtime: R) {
    let server = Server::start(|_| Reply::Held(vec![Record::A([192, 0, 2, 1].into())]));
    let resolver = resolver(runtime, &[server.address], LONG);
    let [first, second] =
        ["a.example", "b.example"].map(|name| resolver.lookup(query(name, Kind::A)));
    // The first answer comes only when both are asked.
    assert!(is_one(&first.await));
    assert!(is_one(&second.await));
}

pub(crate) async fn the_same_question_is_asked_once<R: Runtime>(runtime: R) {
    let server = Server::start(|_| one());
    let resolver = resolver(runtime, &[server.address], LONG);
    let answers = all((0..10).map(|_| resolver.lookup(query("mx.example", Kind::A)))).await;
    assert!(answers.iter().all(is_one));
    assert_eq!(server.asked().len(), 1);
}

pub(crate) async fn what_does_not_fit_in_a_datagram_comes_by_a_stream<R: Runtime>(runtime: R) {
    let many: Vec<_> = (0..200).map(|n| Record::A(Ipv4Addr::new(192, 0, 2, n))).collect();
    let server = Server::start(move |_| Reply::Long(many.clone()));
    let resolver = resolver(runtime, &[server.address], LONG);
    for name in ["a.example", "b.example"] {
        let answer = resolver.lookup(query(name, Kind::A)).await;
        let Ok(envoi_driver::dns::Records::A(found)) = &answer.records else {
            panic!("{answer:?}")
        };
        assert_eq!(found.len(), 200);
    }
    let asked = ["a.example A", "a.example A tcp", "b.example A", "b.example A tcp"];
    assert_eq!(server.asked(), asked);
}

pub(crate) async fn a_server_that_is_not_there_is_passed_over_at_once<R: Runtime>(runtime: R) {
    let gone = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(|_| one());
    let resolver = resolver(runtime.clone(), &[gone, server.address], LONG);
    let began = runtime.now();
    assert!(is_one(&resolver.lookup(query("mx.example", Kind::A)).await));
    assert!(runtime.now().since(began) < LONG / 2);
}

pub(crate) async fn what_nobody_answers_is_to_be_tried_again<R: Runtime>(runtime: R) {
    let server = Server::start(|_| Reply::Silence);
    let resolver = resolver(runtime.clone(), &[server.address], Duration::from_millis(100));
    let began = runtime.now();
    let answer = resolver.lookup(query("mx.example", Kind::A)).await;
    assert_eq!(answer.records, Err(Lack::TryAgain));
    // Two rounds, the second of which has twice the patience of the first.
    let took = runtime.now().since(began);
    assert!((Duration::from_millis(300)..LONG).contains(&took), "{took:?}");
    assert_eq!(server.asked().len(), 2);
}

pub(crate) async fn one_that_is_dropped_holds_up_nobody<R: Runtime>(runtime: R) {
    let server = Server::start(|question| match question {
        "silent.example A" => Reply::Silence,
        _ => one(),
    });
    let resolver = resolver(runtime.clone(), &[server.address], LONG);
    let began = runtime.now();
    let mut follower = Box::pin(resolver.lookup(query("mx.example", Kind::A)));
    {
        let mut leader = pin!(resolver.lookup(query("silent.example", Kind::A)));
        // A leader that blocks its thread would do so until its own answer is there.
        if !R::Io::BLOCKS {
            assert!(!poll_once(leader.as_mut()));
            assert!(!poll_once(follower.as_mut()));
        }
    }
    assert!(is_one(&follower.await));
    assert!(is_one(&resolver.lookup(query("mx2.example", Kind::A)).await));
    assert!(runtime.now().since(began) < LONG / 2);
}

pub(crate) async fn one_that_is_answered_waits_for_no_other<R: Runtime>(runtime: R) {
    let server = Server::start(|question| match question {
        "silent.example A" => Reply::Silence,
        _ => one(),
    });
    let network = network(runtime.clone(), server.address);
    let began = runtime.now();
    let mut lookups = Lookups::default();
    for name in ["silent.example", "mx.example"] {
        let question = Question::Dns(query(name, Kind::A));
        lookups.push(question.clone(), network.look_up(question));
    }
    let Some(Found::Dns(query, answer)) = lookups.next().await else { panic!() };
    assert_eq!(query.name.as_str(), "mx.example");
    assert!(is_one(&answer));
    assert!(runtime.now().since(began) < LONG / 2);
    let open: Vec<_> = lookups.abandon().collect();
    assert_eq!(open, [Question::Dns(crate::bed::query("silent.example", Kind::A))]);
}

pub(crate) async fn other_servers_take_over_what_is_under_way<R: Runtime>(runtime: R) {
    let [silent, server] = [Server::start(|_| Reply::Silence), Server::start(|_| one())];
    let resolver = resolver(runtime.clone(), &[silent.address], LONG);
    let began = runtime.now();
    let mut lookup = Box::pin(resolver.lookup(query("mx.example", Kind::A)));
    if !R::Io::BLOCKS {
        assert!(!poll_once(lookup.as_mut()));
    }
    resolver.set_servers(config(&[server.address], LONG, 2)).unwrap();
    assert!(is_one(&lookup.await));
    assert!(runtime.now().since(began) < LONG / 2);
}

pub(crate) async fn more_than_the_machine_takes_wait_for_their_turn<R: Runtime>(runtime: R) {
    let server = Server::start(|_| one());
    let resolver = resolver(runtime, &[server.address], LONG);
    let names = (0..5000).map(|number| format!("mx{number}.example"));
    let lookups: Vec<_> = names.map(|name| resolver.lookup(query(&name, Kind::A))).collect();
    // Some of those that wait for their turn give up.
    let lookups = lookups.into_iter().enumerate().filter(|(number, _)| number % 3 > 0);
    let answers = all(lookups.map(|(_, lookup)| lookup)).await;
    assert_eq!(answers.iter().filter(|answer| is_one(answer)).count(), 3333);
}

pub(crate) async fn hosts_come_before_the_system<R: Runtime>(runtime: R) {
    let hosts = Arc::new(Hosts::parse("192.0.2.7 localhost mx.example\n"));
    let resolver = resolver(runtime.clone(), &[], LONG);
    let network = Network { runtime, resolver, hosts };
    for (name, expected) in [("mx.example", [192, 0, 2, 7]), ("192.0.2.8", [192, 0, 2, 8])] {
        let found = network.addresses(name.parse().unwrap()).await;
        assert_eq!(found, Ok(vec![expected.into()]));
    }
    let lack = network.addresses("envoi.invalid".parse().unwrap()).await.unwrap_err();
    assert!(matches!(lack, NativeLack::NotFound | NativeLack::TryAgain), "{lack:?}");
}
