//! What routes and the answers that are kept for them cost, counted: allocations, memory, questions.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::alloc::System;
use std::net::Ipv4Addr;
use std::sync::Arc;

use envoi_blocking::Blocking;
use envoi_dns::{
    Answer, Asked, Cache, Destination, Host, Instant, Kind, Lack, Limits, Mx, Name, Query, Records,
    ResolvConf, Rules, Services, Syntax,
};
use envoi_driver::{Network, StubResolver};
use envoi_sink::NameServer;
use futures_lite::future::block_on;
use libtest_mimic::{Arguments, Trial};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations are counted for the whole process, so nothing else may run beside.
fn main() {
    let tests: [(&str, fn()); 6] = [
        ("a known route costs no allocation", a_known_route_costs_no_allocation),
        (
            "a route to one exchanger costs three questions",
            a_route_to_one_exchanger_costs_three_questions,
        ),
        ("each further exchanger costs two", each_further_exchanger_costs_two),
        ("a million domains take less than 512 MiB", a_million_domains_take_less_than_512_mib),
        ("the cache takes no more than it says", the_cache_takes_no_more_than_it_says),
        ("a known answer costs no allocation", a_known_answer_costs_no_allocation),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, tests.map(trial).into()).exit();
}

fn a_known_route_costs_no_allocation() {
    let bed = Bed::with_exchangers(1);
    let unknown = bed.route();
    let region = Region::new(ALLOCATOR);
    let known = bed.route();
    let change = region.change();
    assert_eq!(known, unknown);
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}

fn a_route_to_one_exchanger_costs_three_questions() {
    let bed = Bed::with_exchangers(1);
    bed.route();
    assert_eq!(bed.server.answered(), 3);
    bed.route();
    assert_eq!(bed.server.answered(), 3);
}

fn each_further_exchanger_costs_two() {
    for exchangers in 2..=20 {
        let bed = Bed::with_exchangers(exchangers);
        bed.route();
        assert_eq!(bed.server.answered(), 1 + 2 * exchangers, "{exchangers}");
    }
}

/// A name server, and a network that asks it about the way to one domain.
struct Bed {
    server: NameServer,
    network: Network<Blocking>,
    rules: Arc<Rules>,
    domain: Destination,
}

impl Bed {
    fn with_exchangers(count: u64) -> Self {
        let records =
            |n| format!("bed.example MX {n} mx{n}.example\nmx{n}.example A 127.0.0.{n}\n");
        let zone: String = (1..=count).map(records).collect();
        let server = NameServer::start(zone.parse().unwrap()).unwrap();
        let runtime = Blocking::default();
        let servers = ResolvConf::of([server.address()]);
        let resolver = StubResolver::new(runtime, servers, Limits::default()).unwrap();
        let network = Network { runtime, resolver, hosts: Arc::default() };
        let domain = Destination::parse("bed.example", Syntax::Smtp, &Services::default()).unwrap();
        Self { server, network, rules: Arc::default(), domain }
    }

    /// Finds the way, and gives the first host.
    fn route(&self) -> Host {
        let mut route = block_on(self.network.route(&self.domain, self.rules.clone()));
        route.poll_host().unwrap()
    }
}

fn a_million_domains_take_less_than_512_mib() {
    let region = Region::new(ALLOCATOR);
    let cache = filled(roomy());
    let held = held(&region.change());
    assert_eq!(known(cache), 3 * DOMAINS);
    let million = held * MILLION;
    assert!(million < 512 << 20, "{} MiB", million >> 20);
}

fn the_cache_takes_no_more_than_it_says() {
    for limits in
        [roomy(), Limits { bytes: 2 << 20, ..roomy() }, Limits { entries: 999, ..roomy() }]
    {
        let (entries, bytes) = (limits.entries, limits.bytes);
        let region = Region::new(ALLOCATOR);
        let cache = filled(limits);
        let (said, held) = (cache.bytes(), held(&region.change()));
        assert!(said <= bytes, "{said} of {bytes} bytes");
        // Pieces of the cache that are not full are not said.
        assert!(held <= said + (128 << 10), "{held} bytes, and it says {said}");
        assert!(known(cache) <= entries);
    }
}

fn a_known_answer_costs_no_allocation() {
    let mut cache = filled(roomy());
    let queries = [0, 1, DOMAINS - 1].map(queries);
    let region = Region::new(ALLOCATOR);
    for query in queries.iter().flatten() {
        assert!(cache.recall(query, NOW).is_some());
        assert!(matches!(cache.ask(query, NOW), Asked::Known(_)));
    }
    let change = region.change();
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}

/// Bytes that are held, with what an allocator adds to each allocation: a word, and on average
/// another one by which it is rounded up.
fn held(change: &Stats) -> usize {
    let count = change.allocations - change.deallocations;
    change.bytes_allocated - change.bytes_deallocated + 16 * count
}

/// A cache that was asked for all domains: each has an exchanger with an address.
fn filled(limits: Limits) -> Cache {
    let mut cache = Cache::new(limits, 1);
    for domain in 0..DOMAINS {
        let [mx, a, aaaa] = queries(domain);
        // Whoever asks for addresses has the name from the answer, and shares it.
        let exchanger = Mx { preference: 10, exchange: Some(a.name.clone()) };
        let address = Ipv4Addr::from_bits(u32::try_from(domain).unwrap());
        take(&mut cache, &mx, Ok(Records::Mx([exchanger].into_iter().collect())));
        take(&mut cache, &a, Ok(Records::A([address].into_iter().collect())));
        take(&mut cache, &aaaa, Err(Lack::NoData));
    }
    cache
}

fn take(cache: &mut Cache, query: &Query, records: Result<Records, Lack>) {
    assert_eq!(cache.ask(query, NOW), Asked::First);
    let answer = Answer { records, ttl: 3600, ..Answer::lacking(Lack::NoData) };
    cache.handle_answer(query, answer, NOW);
}

/// How many answers it knows.
fn known(mut cache: Cache) -> usize {
    let queries = (0..DOMAINS).flat_map(queries);
    queries.filter(|query| cache.recall(query, NOW).is_some()).count()
}

/// What is asked of a domain.
fn queries(domain: usize) -> [Query; 3] {
    let name: Name = format!("domain-{domain:07}.example").parse().unwrap();
    let host = || format!("mx1.domain-{domain:07}.example").parse().unwrap();
    [(name, Kind::Mx), (host(), Kind::A), (host(), Kind::Aaaa)]
        .map(|(name, kind)| Query { name, kind })
}

/// Room for all of them, if a million have room in 512 MiB.
fn roomy() -> Limits {
    Limits { entries: 3 * DOMAINS, bytes: (512 << 20) / MILLION, ..Limits::default() }
}

const DOMAINS: usize = 20_000;
/// As many times the domains are a million.
const MILLION: usize = 1_000_000 / DOMAINS;
const NOW: Instant = Instant::ORIGIN;
