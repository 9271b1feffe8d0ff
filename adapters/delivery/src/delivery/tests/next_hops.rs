//! Which next hop follows which.

use super::bed::envelope;
use super::*;

#[test]
fn destinations_are_tried_in_order_and_then_fallback_relays() {
    let relays =
        |policy: &mut Policy| policy.fallback_relay = parsed(["[192.0.2.8]", "[192.0.2.9]"]);
    let bob = vec![envelope(["bob"])];
    let mut bed = Bed::to(&["nowhere.example", "[192.0.2.7]"], 0, bob, relays);
    for host in ["192.0.2.7", "192.0.2.8", "192.0.2.9"] {
        bed.attempt(host);
        bed.delivery.handle_unreachable("No route to host", bed.now);
    }
    let told = "connect to 192.0.2.9[192.0.2.9]:25: No route to host";
    assert_eq!(bed.verdicts(), [format!("0 bob deferred 4.4.1: {told}")]);
}

#[test]
fn a_next_hop_that_is_not_found_bounces_mail_if_it_is_the_last() {
    for (domain, verdict) in [
        ("nowhere.example", "bounced 5.4.4: Host or domain name not found."),
        ("null.example", "bounced 5.1.0: Domain null.example does not accept mail (nullMX)"),
        ("soft.example", "deferred 4.4.3: Host or domain name not found."),
    ] {
        let mut bed = Bed::to(&[domain], 0, vec![envelope(["bob"])], |_| {});
        let verdicts = bed.verdicts();
        assert!(verdicts[0].starts_with(&format!("0 bob {verdict}")), "{verdicts:?}");
    }
}

#[test]
fn a_next_hop_that_is_not_found_bounces_no_mail_that_another_put_off() {
    let bob = || vec![envelope(["bob"])];
    let mut bed = Bed::to(&["[192.0.2.7]", "nowhere.example"], 0, bob(), |_| {});
    bed.attempt("192.0.2.7");
    bed.replies(0, ["450 later"]);
    bed.ends();
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.0.0 at 192.0.2.7: "));
    let mut bed = Bed::to(&["soft.example", "nowhere.example"], 0, bob(), |_| {});
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.4.3: "));
}

#[test]
fn a_relay_of_our_own_that_is_not_found_bounces_no_mail() {
    let relay = |policy: &mut Policy| policy.fallback_relay = parsed(["nowhere.example"]);
    let bob = || vec![envelope(["bob"])];
    let mut bed = Bed::to(&["null.example"], 0, bob(), relay);
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.3.5: Host or domain name not found."));
    let relayhost = |policy: &mut Policy| policy.relayhost = "nowhere.example".parse().ok();
    let mut bed = Bed::to(&["nowhere.example"], 0, bob(), relayhost);
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.3.5: Host or domain name not found."));
}

#[test]
fn soft_bounce_keeps_mail_whose_next_hop_is_not_found() {
    let soft = |policy: &mut Policy| policy.circumstances.soft_bounce = true;
    let mut bed = Bed::to(&["nowhere.example"], 0, vec![envelope(["bob"])], soft);
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.4.4: "));
}

#[test]
fn no_relay_is_tried_when_this_machine_is_among_the_hosts() {
    let second = |policy: &mut Policy| {
        rules(policy).own_addresses = vec![core::net::Ipv4Addr::new(192, 0, 2, 2).into()];
        policy.fallback_relay = parsed(["[192.0.2.9]"]);
    };
    let bob = vec![envelope(["bob"])];
    let mut bed = Bed::to(&["example.com", "[192.0.2.7]"], 3, bob, second);
    bed.attempt("mx1");
    bed.replies(0, ["450 later"]);
    bed.ends();
    assert!(bed.verdicts()[0].starts_with("0 bob deferred 4.0.0 at mx1: "));
}

#[test]
fn no_relay_is_tried_when_mail_loops() {
    let first = |policy: &mut Policy| {
        rules(policy).own_addresses = vec![core::net::Ipv4Addr::new(192, 0, 2, 1).into()];
        policy.fallback_relay = parsed(["[192.0.2.9]"]);
    };
    let mut bed = Bed::with(2, ["bob"], first);
    let told = "mail for example.com loops back to myself";
    assert_eq!(bed.verdicts(), [format!("0 bob bounced 5.4.6: {told}")]);
}

#[test]
fn there_are_only_so_many_next_hops() {
    let all = ["[192.0.2.7]"; NEXT_HOPS_MAX + 1];
    let mut bed = Bed::to(&all, 0, vec![envelope(["bob"])], |_| {});
    for _ in 0..NEXT_HOPS_MAX {
        bed.attempt("192.0.2.7");
        bed.delivery.handle_unreachable("Connection refused", bed.now);
    }
    bed.is_done();
}

#[test]
fn without_any_host_mail_is_put_off() {
    let mut bed = Bed::to(&[], 0, vec![envelope(["bob"])], |_| {});
    let told = "server unavailable or unable to receive mail";
    assert_eq!(bed.verdicts(), [format!("0 bob deferred 4.3.0: {told}")]);
}

#[test]
fn a_socket_is_named_by_its_path() {
    let services = envoi_dns::Services::default();
    let socket = Destination::parse("unix:/run/lmtp", envoi_dns::Syntax::Lmtp, &services).unwrap();
    let policy = Policy { fallback_relay: vec![socket], ..Policy::default() };
    let mut bed = Bed::to(&[], 0, vec![envelope(["bob"])], |own| *own = policy);
    let Step::Connect(attempt) = bed.step() else { panic!("the socket is not tried") };
    assert_eq!(attempt.peer.to_string(), "localhost[/run/lmtp]");
    bed.delivery.handle_unreachable("No such file or directory", bed.now);
    let told = "connect to localhost[/run/lmtp]: No such file or directory";
    assert_eq!(bed.verdicts(), [format!("0 bob deferred 4.4.1: {told}")]);
}

fn parsed<const N: usize>(destinations: [&str; N]) -> Vec<Destination> {
    destinations.map(|to| to.parse().unwrap()).to_vec()
}
