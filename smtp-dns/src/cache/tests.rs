use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::net::Ipv4Addr;
use core::time::Duration;

use smallvec::smallvec;

use super::entries::PASSED_MAX;
use super::entry::Entry;
use super::flights::FLIGHTS_MAX;
use super::*;
use crate::answer::{Mx, Records};
use crate::name::Name;
use crate::query::Kind;

#[test]
fn answer_is_known_for_as_long_as_its_ttl() {
    let mut cache = cache(Limits::default());
    assert_eq!(cache.ask(&mx("a.example"), at(100)), Asked::First);
    let answer = cache.handle_answer(&mx("a.example"), records(60), at(100));
    assert_eq!(cache.ask(&mx("a.example"), at(159)), Asked::Known(answer.clone()));
    assert_eq!(cache.recall(&mx("a.example"), at(159)), Some(answer));
    assert_eq!(cache.recall(&mx("a.example"), at(160)), None);
    assert_eq!(cache.ask(&mx("a.example"), at(160)), Asked::First);
}

#[test]
fn fraction_of_a_second_makes_no_answer_hold_for_longer() {
    let mut cache = cache(Limits::default());
    let now = Instant::from_origin(Duration::from_millis(900));
    cache.handle_answer(&mx("a.example"), records(1), now);
    assert!(cache.recall(&mx("a.example"), now).is_some());
    assert_eq!(cache.recall(&mx("a.example"), now + Duration::from_secs(1)), None);
}

#[test]
fn names_and_kinds_are_told_apart() {
    let mut cache = cache(Limits::default());
    let kinds = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Srv, Kind::Tlsa, Kind::Txt];
    for (n, kind) in (1..).zip(kinds) {
        cache.handle_answer(&query("a.example", kind), lack(Lack::NoData, n), at(0));
    }
    for (n, kind) in (1..).zip(kinds) {
        assert_eq!(cache.recall(&query("a.example", kind), at(0)).unwrap().ttl, n);
        assert_eq!(cache.recall(&query("b.example", kind), at(0)), None);
    }
}

#[test]
fn later_answer_takes_the_place_of_the_earlier() {
    let mut cache = cache(Limits::default());
    cache.handle_answer(&mx("a.example"), records(60), at(0));
    let bytes = cache.bytes();
    let later = cache.handle_answer(&mx("a.example"), records(30), at(0));
    assert_eq!(cache.recall(&mx("a.example"), at(29)), Some(later));
    assert_eq!(cache.bytes(), bytes);
    cache.handle_answer(&mx("a.example"), records(0), at(29));
    assert_eq!(cache.recall(&mx("a.example"), at(29)), None);
}

#[test]
fn trouble_does_not_drive_out_what_still_holds() {
    let mut cache = cache(Limits::default());
    for known in [records(60), lack(Lack::NoName, 60)] {
        let known = cache.handle_answer(&mx("a.example"), known, at(0));
        let told = cache.handle_answer(&mx("a.example"), lack(Lack::Refused, 0), at(1));
        assert_eq!(told, known);
        assert_eq!(cache.recall(&mx("a.example"), at(59)), Some(known));
    }
}

#[test]
fn nothing_is_stale_unless_that_is_asked_for() {
    let mut cache = cache(Limits::default());
    cache.handle_answer(&mx("a.example"), records(60), at(0));
    let trouble = lack(Lack::TryAgain, 0);
    assert_eq!(*cache.handle_answer(&mx("a.example"), trouble.clone(), at(60)), trouble);
}

#[test]
fn stale_records_stand_in_where_servers_have_trouble() {
    let mut cache = stale();
    let known = cache.handle_answer(&mx("a.example"), records(60), at(0));
    for lack in [Lack::TryAgain, Lack::Refused] {
        assert_eq!(cache.ask(&mx("a.example"), at(100)), Asked::First);
        let told = cache.handle_answer(&mx("a.example"), Answer::lacking(lack), at(100));
        assert_eq!(told, known);
        cache.clear();
        cache.handle_answer(&mx("a.example"), records(60), at(0));
    }
    for lack in [Lack::NoName, Lack::NoData, Lack::Malformed, Lack::Filtered] {
        let fresh = Answer { ttl: 5, ..Answer::lacking(lack) };
        let told = cache.handle_answer(&mx("a.example"), fresh.clone(), at(100));
        assert_eq!(*told, fresh);
        cache.handle_answer(&mx("a.example"), records(60), at(0));
    }
}

#[test]
fn stale_lack_of_records_is_no_answer() {
    let mut cache = stale();
    let trouble = lack(Lack::TryAgain, 0);
    for known in [Lack::NoName, Lack::NoData, Lack::Refused, Lack::Malformed] {
        cache.handle_answer(&mx("a.example"), lack(known, 60), at(0));
        let told = cache.handle_answer(&mx("a.example"), trouble.clone(), at(61));
        assert_eq!(*told, trouble, "{known:?}");
    }
}

#[test]
fn stale_answer_rests_as_long_as_trouble_is_kept() {
    let mut cache = stale();
    let known = cache.handle_answer(&mx("a.example"), records(60), at(0));
    cache.handle_answer(&mx("a.example"), lack(Lack::TryAgain, 0), at(70));
    assert_eq!(cache.ask(&mx("a.example"), at(74)), Asked::Known(known.clone()));
    assert_eq!(cache.ask(&mx("a.example"), at(75)), Asked::First);
    cache.handle_answer(&mx("a.example"), lack(Lack::TryAgain, 0), at(75));
    assert_eq!(cache.ask(&mx("a.example"), at(79)), Asked::Known(known));
}

#[test]
fn stale_answers_end_however_often_they_are_told() {
    let mut cache = stale();
    let known = cache.handle_answer(&mx("a.example"), records(60), at(0));
    let trouble = lack(Lack::TryAgain, 0);
    for now in 60..160 {
        let told = match cache.ask(&mx("a.example"), at(now)) {
            Asked::Known(answer) => answer,
            Asked::First | Asked::Joined => {
                cache.handle_answer(&mx("a.example"), trouble.clone(), at(now))
            }
        };
        assert_eq!(told, known, "{now}");
    }
    assert_eq!(cache.ask(&mx("a.example"), at(160)), Asked::First);
    assert_eq!(*cache.handle_answer(&mx("a.example"), trouble.clone(), at(160)), trouble);
}

#[test]
fn same_question_is_asked_once() {
    let mut cache = cache(Limits::default());
    assert_eq!(cache.ask(&mx("a.example"), at(0)), Asked::First);
    assert_eq!(cache.ask(&mx("a.example"), at(1)), Asked::Joined);
    assert_eq!(cache.ask(&query("a.example", Kind::A), at(1)), Asked::First);
    cache.handle_answer(&mx("a.example"), records(0), at(2));
    assert_eq!(cache.ask(&mx("a.example"), at(2)), Asked::First);
}

#[test]
fn question_is_asked_again_when_whoever_asked_has_given_up() {
    let mut cache = cache(Limits::default());
    cache.ask(&mx("a.example"), at(0));
    cache.abandon(&mx("a.example"));
    cache.abandon(&mx("never-asked.example"));
    assert_eq!(cache.ask(&mx("a.example"), at(0)), Asked::First);
    assert_eq!(cache.ask(&mx("a.example"), at(0)), Asked::Joined);
}

#[test]
fn clear_forgets_answers_and_not_what_is_under_way() {
    let mut cache = cache(Limits::default());
    let empty = cache.bytes();
    cache.handle_answer(&mx("a.example"), records(60), at(0));
    cache.ask(&mx("b.example"), at(0));
    cache.clear();
    assert_eq!(cache.bytes(), empty);
    assert_eq!(cache.ask(&mx("a.example"), at(0)), Asked::First);
    assert_eq!(cache.ask(&mx("b.example"), at(0)), Asked::Joined);
}

#[test]
fn flights_beyond_the_limit_are_not_shared() {
    let mut cache = cache(Limits::default());
    for n in 0..FLIGHTS_MAX {
        assert_eq!(cache.ask(&domain(n), at(0)), Asked::First);
    }
    assert_eq!(cache.ask(&domain(0), at(0)), Asked::Joined);
    assert_eq!(cache.ask(&domain(FLIGHTS_MAX), at(0)), Asked::First);
    assert_eq!(cache.ask(&domain(FLIGHTS_MAX), at(0)), Asked::First);
    let answer = cache.handle_answer(&domain(FLIGHTS_MAX), records(60), at(0));
    assert_eq!(cache.ask(&domain(FLIGHTS_MAX), at(0)), Asked::Known(answer));
    cache.abandon(&domain(0));
    assert_eq!(cache.ask(&domain(FLIGHTS_MAX + 1), at(0)), Asked::First);
    assert_eq!(cache.ask(&domain(FLIGHTS_MAX + 1), at(0)), Asked::Joined);
}

#[test]
fn answers_are_as_many_as_allowed() {
    let mut cache = cache(Limits { entries: 10, ..Limits::default() });
    for n in 0..100 {
        cache.handle_answer(&domain(n), records(60), at(0));
        assert!(cache.recall(&domain(n), at(0)).is_some());
    }
    assert_eq!(known(&mut cache, 0..100, 0).len(), 10);
}

#[test]
fn answers_take_as_many_bytes_as_allowed() {
    let bytes = 10_000;
    let mut cache = cache(Limits { bytes, ..Limits::default() });
    for n in 0..100 {
        let answer = if n % 7 == 0 { many_records(n) } else { records(60) };
        cache.handle_answer(&domain(n), answer, at(0));
        assert!(cache.recall(&domain(n), at(0)).is_some());
        assert!(cache.bytes() <= bytes);
    }
    assert!(cache.bytes() > bytes / 2);
}

#[test]
fn what_is_larger_than_the_cache_drives_nothing_out() {
    let mut cache = cache(Limits { bytes: 3000, ..Limits::default() });
    let small = cache.handle_answer(&domain(0), records(60), at(0));
    cache.handle_answer(&domain(1), many_records(100), at(0));
    assert_eq!(cache.recall(&domain(1), at(0)), None);
    assert_eq!(cache.recall(&domain(0), at(0)), Some(small));
}

#[test]
fn cache_without_room_still_shares_flights() {
    for limits in [
        Limits { entries: 0, ..Limits::default() },
        Limits { bytes: 0, ..Limits::default() },
        Limits { bytes: 100, ..Limits::default() },
    ] {
        let mut cache = cache(limits);
        cache.ask(&domain(0), at(0));
        assert_eq!(cache.ask(&domain(0), at(0)), Asked::Joined);
        cache.handle_answer(&domain(0), records(60), at(0));
        assert_eq!(cache.recall(&domain(0), at(0)), None);
    }
}

#[test]
fn names_asked_for_once_do_not_drive_out_those_asked_for_often() {
    let mut cache = cache(Limits { entries: 100, ..Limits::default() });
    for n in 0..1000 {
        cache.handle_answer(&domain(n), records(60), at(0));
        for often in 0..50.min(n) {
            assert!(cache.recall(&domain(often), at(0)).is_some(), "{often} after {n}");
        }
    }
}

#[test]
fn expired_answers_go_first() {
    let mut cache = cache(Limits { entries: 60, ..Limits::default() });
    for n in 0..60 {
        cache.handle_answer(&domain(n), records(if n < 30 { 60 } else { 10 }), at(0));
        cache.recall(&domain(n), at(0));
    }
    for n in 60..89 {
        cache.handle_answer(&domain(n), records(60), at(20));
        cache.recall(&domain(n), at(20));
    }
    assert_eq!(known(&mut cache, 0..60, 20), (0..30).collect::<Vec<_>>());
}

#[test]
fn hand_passes_a_limited_number_of_used_answers() {
    let mut cache = cache(Limits { entries: 1000, ..Limits::default() });
    for n in 0..1000 {
        cache.handle_answer(&domain(n), records(60), at(0));
        cache.recall(&domain(n), at(0));
    }
    cache.handle_answer(&domain(1000), records(60), at(0));
    let used = (0..1000).filter(|&place| cache.entries.at(place).is_used()).count();
    assert_eq!(used, 1000 - PASSED_MAX - 1);
}

#[test]
fn expired_answer_gives_its_room_back_when_it_is_asked_for() {
    let mut cache = cache(Limits::default());
    let empty = cache.bytes();
    cache.handle_answer(&domain(0), many_records(100), at(0));
    assert!(cache.bytes() > empty + 100 * 24);
    cache.recall(&domain(0), at(60));
    assert_eq!(cache.bytes(), empty);
}

#[test]
fn both_families_of_a_host_share_its_name() {
    let mut cache = cache(Limits::default());
    let [a, aaaa] = [Kind::A, Kind::Aaaa].map(|kind| query("mx.example", kind));
    let empty = cache.bytes();
    cache.handle_answer(&a, records(60), at(0));
    let one = cache.bytes();
    cache.handle_answer(&aaaa, records(30), at(0));
    assert!(cache.bytes() - one < one - empty);
    cache.recall(&aaaa, at(30));
    assert_eq!(cache.bytes(), one);
    cache.handle_answer(&aaaa, records(60), at(30));
    cache.recall(&a, at(60));
    assert_eq!(cache.bytes(), one);
    cache.recall(&aaaa, at(90));
    assert_eq!(cache.bytes(), empty);
}

#[test]
fn what_is_kept_does_not_depend_on_the_seed() {
    let run = |seed| {
        let limits = Limits { entries: 200, bytes: 60_000, ..Limits::default() };
        let mut cache = Cache::new(limits, seed);
        let mut random = 1_u64;
        for now in 0..5000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let n = (random >> 33) as usize;
            let query = domain(n % 400);
            if cache.ask(&query, at(now)) == Asked::First {
                let answer = if n.is_multiple_of(11) { many_records(n % 30) } else { records(300) };
                cache.handle_answer(&query, answer, at(now));
            }
        }
        known(&mut cache, 0..400, 5000)
    };
    let kept = run(1);
    assert!(kept.len() > 50);
    assert!((2..6).all(|seed| run(seed) == kept));
}

#[test]
fn time_without_end_is_borne() {
    let mut cache = cache(Limits { stale: Duration::MAX, ..Limits::default() });
    for now in [u64::from(u32::MAX) - 1, u64::from(u32::MAX), u64::MAX] {
        cache.handle_answer(&domain(0), records(60), at(now));
        let told = cache.handle_answer(&domain(0), lack(Lack::TryAgain, 0), at(now));
        assert!(told.records.is_ok() || now >= u64::from(u32::MAX));
    }
}

#[test]
fn entries_are_small() {
    assert_eq!(size_of::<Entry>(), 4 * size_of::<usize>());
}

fn cache(limits: Limits) -> Cache {
    Cache::new(limits, 7)
}

/// A cache whose records may be told for a hundred seconds beyond their time.
fn stale() -> Cache {
    cache(Limits { stale: Duration::from_secs(100), ..Limits::default() })
}

/// Which domains a cache knows.
fn known(cache: &mut Cache, domains: core::ops::Range<usize>, now: u64) -> Vec<usize> {
    domains.filter(|&n| cache.recall(&domain(n), at(now)).is_some()).collect()
}

fn domain(n: usize) -> Query {
    mx(&format!("domain-{n}.example"))
}

fn mx(name: &str) -> Query {
    query(name, Kind::Mx)
}

fn query(name: &str, kind: Kind) -> Query {
    Query { name: name.parse().unwrap(), kind }
}

fn records(ttl: u32) -> Answer {
    let records = Ok(Records::A(smallvec![Ipv4Addr::LOCALHOST]));
    Answer { records, ttl, ..Answer::lacking(Lack::NoData) }
}

fn many_records(n: usize) -> Answer {
    let exchange: Name = "mx.example".parse().unwrap();
    let mx = |preference| Mx { preference, exchange: Some(exchange.clone()) };
    let exchangers = Records::Mx((0..=n as u16).map(mx).collect());
    let canonical = Some(Box::new(exchange.clone()));
    Answer { records: Ok(exchangers), canonical, ..records(60) }
}

fn lack(lack: Lack, ttl: u32) -> Answer {
    Answer { ttl, ..Answer::lacking(lack) }
}

fn at(seconds: u64) -> Instant {
    Instant::from_origin(Duration::from_secs(seconds))
}
