//! SRV, and what the DNS tells beside hosts.

use std::sync::Arc;

use conformance::servers::{PLAIN, SIGNED};
use envoi_blocking::Blocking;
use envoi_driver::dns::{Answer, Kind, Lack, Query, Records, Rules};
use envoi_driver::{Network, Resolver as _};
use smol::future::block_on;

use crate::bed::Bed;
use crate::told;

#[test]
fn services_lead_to_their_hosts() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (label, told) in [
        ("srv", "10 h1.ZONE[127.0.7.1]:587 h2.ZONE[127.0.7.2]:1587 20 h3.ZONE[127.0.7.3]:587"),
        ("srv-alias", "0 alias.ZONE[127.0.7.1]:587"),
        ("srv-none", "5.1.0 Domain _submission._tcp.srv-none.ZONE does not support SRV requests"),
        (
            "srv-gone",
            "5.4.4 Host or domain name not found. Name service error for name=gone.ZONE \
             type=AAAA: Host not found",
        ),
        (
            "one",
            "5.4.4 Host or domain name not found. Name service error for \
             name=_submission._tcp.one.ZONE type=SRV: Host not found",
        ),
    ] {
        for (zone, mark) in [(SIGNED, "*"), (PLAIN, "")] {
            let told = told.replace("87 ", &format!("87{mark} ")).replace("ZONE", zone);
            let told = if told.ends_with("87") { told + mark } else { told };
            assert_eq!(find(&network, label, zone, false), told, "{label}");
        }
    }
}

#[test]
fn exchangers_do_where_a_service_is_not_there_if_that_is_allowed() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (label, host) in [("srv-none", "h9.ZONE[127.0.7.9]"), ("one", "h1.ZONE[127.0.7.1]")] {
        let told = format!("10 {host}:587").replace("ZONE", PLAIN);
        assert_eq!(find(&network, label, PLAIN, true), told, "{label}");
    }
}

#[test]
fn keys_of_servers_are_found() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (label, count) in [("h1", 2), ("h2", 1), ("h3", 2)] {
        let answer = ask(&network, &format!("_25._tcp.{label}.{SIGNED}"), Kind::Tlsa);
        let Ok(Records::Tlsa(keys)) = &answer.records else { panic!("{answer:?}") };
        assert_eq!((keys.len(), answer.is_secure), (count, true), "{label}");
    }
    let answer = ask(&network, &format!("_25._tcp.h2.{SIGNED}"), Kind::Tlsa);
    let Ok(Records::Tlsa(keys)) = &answer.records else { panic!("{answer:?}") };
    let key = &keys[0];
    assert_eq!((key.usage, key.selector, key.matching), (3, 1, 2));
    assert_eq!((key.data.len(), key.data.last()), (64, Some(&3)));
    let answer = ask(&network, &format!("_25._tcp.h1.{PLAIN}"), Kind::Tlsa);
    assert!(answer.records.is_ok() && !answer.is_secure);
    let answer = ask(&network, &format!("_25._tcp.h9.{SIGNED}"), Kind::Tlsa);
    assert_eq!((&answer.records, answer.is_secure), (&Err(Lack::NoName), true));
}

#[test]
fn texts_are_found_however_long_they_are() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (label, text) in [
        ("_mta-sts.one", "v=STSv1; id=1;"),
        ("_smtp._tls.one", "v=TLSRPTv1; rua=mailto:tls@one.example"),
    ] {
        let answer = ask(&network, &format!("{label}.{PLAIN}"), Kind::Txt);
        let expected = Records::Txt([text.as_bytes().into()].into());
        assert_eq!(answer.records, Ok(expected), "{label}");
    }
    let answer = ask(&network, &format!("texts.{SIGNED}"), Kind::Txt);
    let Ok(Records::Txt(texts)) = &answer.records else { panic!("{answer:?}") };
    let length: usize = texts.iter().map(|text| text.len()).sum();
    assert_eq!((texts.len(), length > 4000, answer.is_secure), (16, true, true));
}

#[test]
fn what_is_signed_wrongly_is_not_known() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (label, kind) in [("bogus", Kind::Mx), ("bogus-host", Kind::A), ("bogus-null", Kind::Mx)] {
        let answer = ask(&network, &format!("{label}.{SIGNED}"), kind);
        assert_eq!((&answer.records, answer.is_secure), (&Err(Lack::TryAgain), false), "{label}");
        assert!(ask(&network, &format!("{label}.{PLAIN}"), kind).records.is_ok(), "{label}");
    }
}

#[test]
fn answers_hold_as_long_as_their_records() {
    let bed = Bed::start();
    let network = bed.network(Blocking::default());
    for (label, ttl) in [("ttl-zero", 0), ("ttl-one", 1), ("ttl-week", DAY), ("one", 300)] {
        let answer = ask(&network, &format!("{label}.{PLAIN}"), Kind::Mx);
        assert_eq!(answer.ttl, ttl, "{label}");
    }
    // RFC 2308, 5: the SOA record's minimum.
    for label in ["absent", "no-data"] {
        assert_eq!(ask(&network, &format!("{label}.{PLAIN}"), Kind::Mx).ttl, 60, "{label}");
    }
}

/// How long unbound keeps anything, and says that it holds.
const DAY: u32 = 86_400;

fn find(network: &Network<Blocking>, label: &str, zone: &str, srv_fallback: bool) -> String {
    let srv_services = vec!["submission".into()];
    let rules = Rules { srv_services, srv_fallback, ..Rules::default() };
    block_on(told::find(network, &format!("{label}.{zone}:submission"), rules))
}

fn ask(network: &Network<Blocking>, name: &str, kind: Kind) -> Arc<Answer> {
    block_on(network.resolver.lookup(Query { name: name.parse().unwrap(), kind }))
}
