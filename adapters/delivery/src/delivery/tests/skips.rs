//! Hosts that are left out.

use envoi_proto::tls::{Fault, Level, Policy as TlsPolicy};
use envoi_proto::{Error, Stage};

use super::bed::envelope;
use super::*;

#[test]
fn a_host_that_is_left_out_is_followed_by_the_next() {
    let mut bed = Bed::new(2, ["bob"]);
    bed.attempt("mx1");
    bed.delivery.handle_skipped(&Skip::bad_tls_policy(), bed.now);
    bed.attempt("mx2");
    bed.replies(0, ["250 2.0.0 taken"]);
    bed.ends();
    assert_eq!(bed.verdicts(), ["0 bob sent 2.0.0 at mx2: 250 2.0.0 taken"]);
}

#[test]
fn mail_whose_hosts_are_all_left_out_has_the_verdict_of_the_last() {
    let hard = Skip { status: Status::permanent(7, 0), text: "no".into() };
    for (skips, verdict) in [
        ([hard.clone(), Skip::bad_tls_policy()], "4.7.5: client TLS configuration problem"),
        ([hard.clone(), Skip::bad_source()], "4.4.0: server configuration error"),
        ([Skip::bad_tls_policy(), Skip::lookup_failed("oops")], "4.3.0: oops"),
    ] {
        let mut bed = Bed::new(2, ["bob"]);
        for (host, skip) in ["mx1", "mx2"].iter().zip(&skips) {
            bed.attempt(host);
            bed.delivery.handle_skipped(skip, bed.now);
        }
        assert_eq!(bed.verdicts(), [format!("0 bob deferred {verdict}")]);
    }
    let mut bed = Bed::new(1, ["bob"]);
    bed.attempt("mx1");
    bed.delivery.handle_skipped(&hard, bed.now);
    assert_eq!(bed.verdicts(), ["0 bob bounced 5.7.0: no"]);
}

#[test]
fn a_host_that_is_left_out_counts_as_an_address() {
    let mut bed = Bed::with(3, ["bob"], |policy| rules(policy).address_limit = Some(2));
    for host in ["mx1", "mx2"] {
        bed.attempt(host);
        bed.delivery.handle_skipped(&Skip::bad_tls_policy(), bed.now);
    }
    bed.is_done();
}

#[test]
fn an_attempt_tells_the_destination_as_it_was_given() {
    let bob = vec![envelope(["bob"])];
    let mut bed = Bed::to(&["[192.0.2.7]:2525"], 0, bob, |_| {});
    assert_eq!(bed.attempt("192.0.2.7").destination.as_str(), "[192.0.2.7]:2525");
}

#[test]
fn plaintext_follows_tls_that_was_asked_for_of_this_host_alone() {
    let mut bed = Bed::aged(1, [300], |_| {});
    bed.attempt("mx1");
    bed.peer().tls = TlsPolicy::new(Level::May);
    bed.loses(0, Error::Tls(Stage::Handshake, Fault::Misbehaved), Doubt::None);
    bed.delivery.handle_ended(false, bed.now);
    let attempt = bed.attempt("mx1");
    assert_eq!(attempt.peer.tls_failure, Some(Error::Tls(Stage::Handshake, Fault::Misbehaved)));
}
