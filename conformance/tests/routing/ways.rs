//! The way to each domain.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use conformance::servers::{Domain, OWN_ADDRESS, PLAIN, SIGNED};
use envoi_async_std::AsyncStd;
use envoi_blocking::Blocking;
use envoi_driver::dns::{ResolvConf, Rules};
use envoi_driver::{Network, Runtime};
use envoi_smol::Smol;
use envoi_tokio::Tokio;
use smol::future::block_on;

use crate::bed::{Bed, impatient, network};
use crate::{expected, told};

#[test]
fn every_domain_has_its_way() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    block_on(has_its_way(&network, Domain::ALL, true));
}

#[test]
fn every_runtime_finds_the_same() {
    let bed = Bed::start();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(has_its_way(&bed.network(Tokio::default()), Domain::ALL, true));
    smol::block_on(has_its_way(&bed.network(Smol::default()), Domain::ALL, true));
    let network = bed.network(AsyncStd::default());
    async_std::task::block_on(has_its_way(&network, Domain::ALL, true));
}

#[test]
fn nothing_is_secure_unless_the_resolver_is_trusted() {
    let bed = Bed::start();
    let network = network(Blocking::default(), impatient(bed.servers.resolver()));
    block_on(has_its_way(&network, Domain::ALL, false));
}

#[test]
fn the_way_is_the_same_over_tcp_alone() {
    let bed = Bed::start();
    let conf = ResolvConf { use_tcp: true, ..impatient(bed.servers.resolver()) };
    block_on(has_its_way(&network(Blocking::default(), conf), Domain::ALL, false));
}

#[test]
fn what_was_found_is_found_again_without_servers() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    let known: Vec<_> = Domain::ALL.iter().filter(|domain| is_lasting(domain)).copied().collect();
    assert!(known.len() > 60, "{}", known.len());
    block_on(has_its_way(&network, &known, true));
    drop(bed);
    let began = Instant::now();
    block_on(has_its_way(&network, &known, true));
    assert!(began.elapsed() < Duration::from_secs(1), "somebody was asked");
    let told = find(&network, "ttl-zero.plain.example");
    assert!(told.starts_with("4.4.3 "), "{told}: that was for once");
}

#[test]
fn a_hundred_addresses_come_by_tcp_and_five_are_tried() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (limit, count) in [(Some(5), 5), (None, 100), (Some(0), 100)] {
        let rules = Rules { address_limit: limit, ..Rules::default() };
        let told = block_on(told::find(&network, "spread.signed.example", rules));
        assert_eq!(told.matches("]*").count(), count, "{told}");
    }
}

#[test]
fn no_more_than_a_hundred_exchangers_are_looked_up() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (domain, count) in [("hundred", 100), ("crowd", 100), ("long", 70), ("nine", 9)] {
        let rules = Rules { address_limit: None, ..Rules::default() };
        let told = block_on(told::find(&network, &format!("{domain}.{PLAIN}"), rules));
        assert_eq!(told.matches(']').count(), count, "{domain}: {told}");
    }
}

#[test]
fn a_server_that_is_silent_costs_no_more_than_it_is_given() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    // One question after the other could take three times as long.
    for domain in ["silent-last", "silent", "mx.silent"] {
        let began = Instant::now();
        find(&network, &format!("{domain}.{SIGNED}"));
        let taken = began.elapsed();
        assert!(taken < Duration::from_millis(1900), "{domain}: {taken:?}");
    }
}

#[test]
fn a_resolver_that_is_silent_is_not_waited_for_where_there_is_another() {
    let bed = Bed::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent = socket.local_addr().unwrap();
    let one = impatient(silent);
    let two = ResolvConf { servers: vec![silent, bed.servers.resolver()], ..one.clone() };
    for (conf, told) in [
        (
            one,
            "4.4.3 Host or domain name not found. Name service error for name=one.plain.example \
             type=MX: Host not found, try again",
        ),
        (two, "10 h1.plain.example[127.0.7.1]"),
    ] {
        let network = network(Blocking::default(), conf);
        let began = Instant::now();
        assert_eq!(find(&network, "one.plain.example"), told);
        // Who was silent once is asked last from then on.
        assert!(began.elapsed() < Duration::from_millis(2900), "{:?}", began.elapsed());
    }
}

/// Whether what is told of a domain holds for longer than a test takes.
fn is_lasting(domain: &Domain) -> bool {
    let is_brief = matches!(domain.label, "ttl-zero" | "ttl-one" | "ttl-host");
    let has_unknown_host = matches!(
        domain.label,
        "dead-first" | "dead-last" | "silent-last" | "mx-loop-two" | "bogus-address"
    );
    let is_known = |zone| !expected::of(domain, zone, true).starts_with("4.4.3");
    let is_in_table = domain.label != "spread";
    !is_brief && !has_unknown_host && is_in_table && [SIGNED, PLAIN].into_iter().all(is_known)
}

/// Asserts where mail for domains of both zones goes, if port 25 of one address is ours.
async fn has_its_way<R: Runtime>(network: &Network<R>, domains: &[Domain], is_trusting: bool) {
    let own_addresses = vec![OWN_ADDRESS.into()];
    let rules = Rules { own_addresses, ..Rules::default() };
    // Which of its addresses are tried differs from time to time.
    for domain in domains.iter().filter(|domain| domain.label != "spread") {
        for zone in [SIGNED, PLAIN] {
            let name = domain.in_zone(zone).replace('*', "anything");
            let told = told::find(network, &name, rules.clone()).await;
            assert_eq!(told, expected::of(domain, zone, is_trusting), "{name}: {}", domain.fact);
        }
    }
}

fn find(network: &Network<Blocking>, destination: &str) -> String {
    block_on(told::find(network, destination, Rules::default()))
}
