//! What a route does with answers in any order, and with any answers.

use alloc::string::{String, ToString as _};
use alloc::vec;
use std::format;

use super::candidates::ADDRESSES_MAX;
use super::exchangers::EXCHANGERS_MAX;
use super::*;
use crate::answer::{Mx, Srv};
use crate::host::Omission;
use crate::rules::{Families, Family, HostLookup};

#[test]
fn hosts_do_not_depend_on_the_order_of_answers() {
    let (mut early, mut hosts, mut failures) = (0, 0, 0);
    for seed in 0..3000 {
        let zone = Zone::new(seed);
        let (expected, _) = zone.play(0);
        hosts += usize::from(!expected.hosts.is_empty());
        failures += usize::from(expected.hosts.is_empty());
        for order in 1..8 {
            let (seen, was_early) = zone.play(order);
            assert_eq!(seen, expected, "seed {seed}, order {order}: {zone:#?}");
            early += usize::from(was_early);
        }
    }
    // Nothing is shown unless all of this happens.
    assert!(early > 1000 && hosts > 1000 && failures > 300, "{early} {hosts} {failures}");
}

#[test]
fn a_host_is_better_than_we_are_or_is_not_tried() {
    for seed in 0..3000 {
        let zone = Zone::new(seed);
        let (seen, _) = zone.play(0);
        let limit = zone.rules.address_limit.unwrap_or(usize::MAX);
        assert!(seen.hosts.len() <= limit);
        assert!(seen.hosts.is_sorted_by_key(|host| host.preference));
        assert_eq!(seen.hosts.is_empty(), seen.failure.is_some());
        let ours = seen.left_out.iter().filter(|left_out| left_out.reason == Omission::Ourselves);
        let ours = ours.map(|left_out| left_out.preference).min();
        assert_eq!(seen.leads_here, ours.is_some());
        for host in &seen.hosts {
            let Address::Ip(address) = host.address else { panic!("a path") };
            assert!(!zone.rules.is_own(address) || zone.destination.service().is_some());
            assert!(ours.is_none_or(|ours| host.preference < ours));
            assert!(zone.rules.families.include(Family::of(address)));
        }
    }
}

#[test]
fn the_first_host_comes_before_worse_ones_are_known() {
    let mut route = mail_route("example.com", Rules::default());
    tell(&mut route, "example.com", mx(&[(10, "a"), (20, "b")]));
    assert_eq!(asked(&mut route), ["a A", "a AAAA", "b A", "b AAAA"]);
    tell(&mut route, "a", a(&["192.0.2.1"]));
    assert_eq!(route.poll_host(), None);
    tell(&mut route, "a", lacking_aaaa());
    assert_eq!(route.poll_host().unwrap().name.to_string(), "a");
    assert_eq!((route.poll_host(), route.is_complete()), (None, false));
    tell(&mut route, "b", a(&["192.0.2.2"]));
    tell(&mut route, "b", lacking_aaaa());
    assert_eq!(route.poll_host().unwrap().name.to_string(), "b");
    assert_eq!((route.poll_host(), route.is_complete()), (None, true));
}

#[test]
fn the_first_host_waits_for_others_of_its_preference() {
    let mut route = mail_route("example.com", ipv4());
    tell(&mut route, "example.com", mx(&[(10, "a"), (10, "b")]));
    asked(&mut route);
    tell(&mut route, "a", a(&["192.0.2.1"]));
    assert_eq!(route.poll_host(), None);
    tell(&mut route, "b", a(&["192.0.2.2"]));
    assert!(route.poll_host().is_some());
}

#[test]
fn the_first_host_waits_where_we_are_one_of_the_best() {
    let own_addresses = vec!["192.0.2.1".parse().unwrap()];
    let mut route = mail_route("example.com", Rules { own_addresses, ..ipv4() });
    tell(&mut route, "example.com", mx(&[(10, "a"), (20, "b")]));
    asked(&mut route);
    tell(&mut route, "a", a(&["192.0.2.1", "192.0.2.2"]));
    assert_eq!((route.poll_host(), route.failure()), (None, None));
    tell(&mut route, "b", a(&["192.0.2.3"]));
    assert_eq!(route.poll_host(), None);
    assert!(route.leads_here() && route.is_best_here());
}

#[test]
fn each_host_of_a_preference_is_first_as_often_as_any_other() {
    let mut first = [0; 3];
    let rules = Arc::new(Rules { shuffle: true, ..ipv4() });
    for seed in 0..3000 {
        let mut route = Route::new(&"example.com".parse().unwrap(), rules.clone(), seed);
        asked(&mut route);
        tell(&mut route, "example.com", mx(&[(10, "a"), (10, "b"), (10, "c")]));
        asked(&mut route);
        for name in ["a", "b", "c"] {
            tell(&mut route, name, a(&["192.0.2.1"]));
        }
        let name = route.poll_host().unwrap().name;
        first[usize::from(name.as_bytes()[0] - b'a')] += 1;
    }
    assert!(first.iter().all(|times| (870..1130).contains(times)), "{first:?}");
}

#[test]
fn what_was_not_asked_changes_nothing() {
    let mut route = Route::new(&"example.com".parse().unwrap(), ipv4().into(), 0);
    tell(&mut route, "example.com", mx(&[(10, "a")]));
    assert_eq!(asked(&mut route), ["example.com MX"], "it had not been asked");
    tell(&mut route, "example.org", mx(&[(10, "a")]));
    tell(&mut route, "example.com", a(&["192.0.2.1"]));
    assert_eq!(asked(&mut route), [""; 0]);
    tell(&mut route, "example.com", mx(&[(10, "a"), (20, "b")]));
    tell(&mut route, "a", a(&["192.0.2.1"]));
    assert_eq!(asked(&mut route), ["a A", "b A"]);
    tell(&mut route, "a", a(&["192.0.2.1"]));
    tell(&mut route, "a", a(&["192.0.2.2"]));
    tell(&mut route, "example.com", mx(&[(10, "c")]));
    route.handle_native(&"b".parse().unwrap(), Ok(vec!["192.0.2.9".parse().unwrap()]));
    tell(&mut route, "b", lacking_aaaa());
    assert!(!route.is_complete());
    tell(&mut route, "b", a(&["192.0.2.3"]));
    let addresses: Vec<_> = core::iter::from_fn(|| route.poll_host()).map(|h| h.address).collect();
    let expected = ["192.0.2.1", "192.0.2.3"].map(|a| Address::Ip(a.parse().unwrap()));
    assert_eq!(addresses, expected);
}

#[test]
fn there_is_a_bound_on_exchangers_and_addresses() {
    let mut route = mail_route("example.com", Rules { address_limit: None, ..ipv4() });
    let names: Vec<String> = (0..EXCHANGERS_MAX * 3).map(|i| format!("mx{i}")).collect();
    let named: Vec<_> = names.iter().enumerate().map(|(i, n)| (i as u16, n.as_str())).collect();
    tell(&mut route, "example.com", mx(&named));
    assert_eq!(asked(&mut route).len(), EXCHANGERS_MAX);
    let addresses = ["192.0.2.1"; 3];
    for name in &names {
        tell(&mut route, name, a(&addresses));
    }
    assert_eq!(core::iter::from_fn(|| route.poll_host()).count(), ADDRESSES_MAX);
    // Names that were not asked for, the one of which one address was kept, and those after it.
    let beyond = EXCHANGERS_MAX + EXCHANGERS_MAX - ADDRESSES_MAX / addresses.len();
    assert_eq!(route.left_out().len(), beyond);
    assert!(route.left_out().iter().all(|left_out| left_out.reason == Omission::Beyond));
}

#[test]
fn our_address_is_seen_even_beyond_the_bound() {
    let own_addresses = vec!["192.0.2.1".parse().unwrap()];
    let mut route = mail_route("example.com", Rules { own_addresses, ..ipv4() });
    let mut addresses = vec!["192.0.2.2"; ADDRESSES_MAX * 2];
    addresses.push("192.0.2.1");
    tell(&mut route, "example.com", mx(&[(10, "a")]));
    asked(&mut route);
    tell(&mut route, "a", a(&addresses));
    assert!(route.is_best_here() && route.leads_here());
    assert_eq!(route.poll_host(), None);
}

#[test]
fn any_kind_of_records_may_come_for_any_question() {
    let srv = Srv { priority: 0, weight: 0, port: 1, target: None };
    for records in [
        Records::A([core::net::Ipv4Addr::LOCALHOST].into_iter().collect()),
        Records::A(Default::default()),
        Records::Aaaa(Default::default()),
        Records::Mx(Default::default()),
        Records::Srv([srv].into()),
        Records::Tlsa([].into()),
        Records::Txt([].into()),
    ] {
        for destination in ["example.com", "example.com:submission", "[a]"] {
            let rules = Rules { srv_services: vec!["submission".into()], ..Rules::default() };
            let destination = destination.parse().unwrap();
            let mut route = Route::new(&destination, rules.into(), 0);
            while let Some(Question::Dns(query)) = route.poll_question() {
                let answer =
                    Answer { records: Ok(records.clone()), ..Answer::lacking(Lack::NoName) };
                route.handle_answer(&query, answer.into());
            }
            assert!(route.is_complete());
            assert_eq!(route.poll_host().is_none(), route.failure().is_some());
        }
    }
}

/// A destination, and what there is to be found.
#[derive(Debug)]
struct Zone {
    destination: Destination,
    rules: Arc<Rules>,
    seed: u64,
}

/// All that a route comes to.
#[derive(Debug, PartialEq)]
struct Seen {
    hosts: Vec<Host>,
    failure: Option<Failure>,
    left_out: Vec<LeftOut>,
    leads_here: bool,
}

impl Zone {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut any = |bound| random.below(bound);
        let destination = ["example.com", "example.com:submission", "[a]", "example.com:26"];
        let rules = Rules {
            host_lookup: [HostLookup::Dns, HostLookup::Native, HostLookup::DnsThenNative]
                [any(5).saturating_sub(2) as usize],
            families: [Families::All, Families::Ipv4, Families::Ipv6][any(3) as usize],
            prefers: [None, Some(Family::Ipv4), Some(Family::Ipv6)][any(3) as usize],
            balance: any(4) > 0,
            shuffle: any(4) > 0,
            address_limit: [None, Some(1), Some(2), Some(5)][any(4) as usize],
            defer_without_address: any(4) == 0,
            srv_services: vec!["submission".into()],
            srv_fallback: any(2) == 0,
            own_addresses: vec![own(any(2)), own(any(2))],
            ..Rules::default()
        };
        let destination = destination[any(8).saturating_sub(4) as usize].parse().unwrap();
        Self { destination, rules: rules.into(), seed }
    }

    /// Plays all answers, in an order that a number stands for; says whether a host came early.
    fn play(&self, order: u64) -> (Seen, bool) {
        let mut route = Route::new(&self.destination, self.rules.clone(), self.seed);
        let mut random = Random::new(order);
        let (mut open, mut hosts, mut was_early) = (Vec::new(), Vec::new(), false);
        loop {
            open.extend(core::iter::from_fn(|| route.poll_question()));
            hosts.extend(core::iter::from_fn(|| route.poll_host()));
            was_early |= !hosts.is_empty() && !route.is_complete();
            if open.is_empty() {
                break;
            }
            let next = if order == 0 { 0 } else { random.below(open.len() as u32) as usize };
            match open.remove(next) {
                Question::Dns(query) => route.handle_answer(&query, self.answer(&query).into()),
                Question::Native(name) => route.handle_native(&name, self.native(&name)),
            }
        }
        assert!(route.is_complete());
        let (failure, left_out) = (route.failure().cloned(), route.left_out().to_vec());
        (Seen { hosts, failure, left_out, leads_here: route.leads_here() }, was_early)
    }

    fn random(&self, name: &Name, salt: u64) -> Random {
        let sum =
            name.as_str().bytes().fold(salt, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
        Random::new(self.seed.wrapping_mul(7919).wrapping_add(sum))
    }

    fn answer(&self, query: &Query) -> Answer {
        let mut random = self.random(&query.name, query.kind as u64);
        let count = random.below(4);
        let host =
            |random: &mut Random| name(["a", "b", "c", "192.0.2.1"][random.below(4) as usize]);
        let records = match query.kind {
            _ if count == 0 => {
                let lacks = [Lack::NoName, Lack::NoData, Lack::TryAgain, Lack::Refused];
                return Answer::lacking(lacks[random.below(4) as usize]);
            }
            Kind::A => Records::A((0..count).map(|_| v4(random.below(5))).collect()),
            Kind::Aaaa => {
                Records::Aaaa((0..count).map(|_| v4(random.below(5)).to_ipv6_mapped()).collect())
            }
            Kind::Srv => Records::Srv(
                (0..count)
                    .map(|_| {
                        let (priority, weight) = (random.below(2) as u16, random.below(3) as u16);
                        Srv { priority, weight, port: 587, target: Some(host(&mut random)) }
                    })
                    .collect(),
            ),
            Kind::Mx | Kind::Tlsa | Kind::Txt => Records::Mx(
                (0..count + 1)
                    .map(|_| {
                        let preference = random.below(3) as u16;
                        Mx {
                            preference,
                            exchange: (random.below(8) > 0).then(|| host(&mut random)),
                        }
                    })
                    .collect(),
            ),
        };
        Answer { records: Ok(records), ttl: 1, is_secure: random.below(2) == 0, canonical: None }
    }

    fn native(&self, name: &Name) -> Result<Vec<IpAddr>, NativeLack> {
        let mut random = self.random(name, 0);
        match random.below(3) {
            0 => Err([NativeLack::NotFound, NativeLack::TryAgain][random.below(2) as usize]),
            count => Ok((0..count).map(|_| own(random.below(5))).collect()),
        }
    }
}

fn own(last: u32) -> IpAddr {
    v4(last).into()
}

fn v4(last: u32) -> core::net::Ipv4Addr {
    core::net::Ipv4Addr::new(192, 0, 2, last as u8)
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn ipv4() -> Rules {
    Rules { families: Families::Ipv4, shuffle: false, ..Rules::default() }
}

/// A route that has asked its first question.
fn mail_route(destination: &str, rules: Rules) -> Route {
    let mut route = Route::new(&destination.parse().unwrap(), rules.into(), 0);
    asked(&mut route);
    route
}

/// What a route asks.
fn asked(route: &mut Route) -> Vec<String> {
    let text = |question| match question {
        Question::Dns(Query { name, kind }) => format!("{name} {kind}"),
        Question::Native(name) => format!("{name} native"),
    };
    core::iter::from_fn(|| route.poll_question()).map(text).collect()
}

/// Tells an answer to the question for what it has.
fn tell(route: &mut Route, subject: &str, (kind, records): (Kind, Option<Records>)) {
    let records = records.ok_or(Lack::NoData);
    let answer = Answer { records, ..Answer::lacking(Lack::NoData) };
    route.handle_answer(&Query { name: name(subject), kind }, answer.into());
}

fn mx(named: &[(u16, &str)]) -> (Kind, Option<Records>) {
    let mx = |(preference, host): &(u16, &str)| Mx {
        preference: *preference,
        exchange: Some(name(host)),
    };
    (Kind::Mx, Some(Records::Mx(named.iter().map(mx).collect())))
}

fn a(addresses: &[&str]) -> (Kind, Option<Records>) {
    let addresses = addresses.iter().map(|address| address.parse().unwrap());
    (Kind::A, Some(Records::A(addresses.collect())))
}

fn lacking_aaaa() -> (Kind, Option<Records>) {
    (Kind::Aaaa, None)
}
