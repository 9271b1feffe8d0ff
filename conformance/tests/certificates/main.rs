//! What becomes of mail at each level of security, whatever certificate the server shows.
//!
//! Each row of the table is a test: a client of ours and the embedded sink on loopback.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod bed;
mod chains;

use bed::{Asked, Bed};
use chains::Shown;

/// What becomes of mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cell {
    /// Delivered in plaintext.
    Plain,
    /// Delivered under TLS, to an `Untrusted` server.
    Untru,
    /// Delivered under TLS, to a `Trusted` server.
    Trust,
    /// Delivered under TLS, to a `Verified` server.
    Verif,
    /// Deferred with 4.7.5: `Server certificate not verified`.
    Defer,
}

macro_rules! table {
    ($($fact:ident $shown:ident $([$($cell:ident)*])* $why:literal)*) => {
        $(#[test]
        fn $fact() {
            let row = [$($(Cell::$cell),*),*];
            Bed::with(Shown::$shown()).shows(&row, $why);
        })*
    };
}

// The server is mx.mail.example, the next-hop mail.example. The columns:
//   1. none, may, encrypt
//   2. fingerprint, with that of the certificate, of its key, and of another certificate
//   3. verify
//   4. secure, with match=nexthop, match=dot-nexthop, and both, which is the default
// The last is why verify has it so.
table! {
// fact                                   certificate
//   [none  may   encrypt] [cert  key   other] [verify] [nexthop dot   both]
good_is_verified_by_its_name              good
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
name_of_the_next_hop_is_no_server_s       next_hop
    [Plain Trust Trust] [Verif Verif Defer] [Defer] [Verif Defer Verif]
    "certificate is for mail.example"
wildcard_stands_for_a_label               wildcard
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
wildcard_does_not_stand_for_two_labels    wildcard_above
    [Plain Trust Trust] [Verif Verif Defer] [Defer] [Verif Defer Verif]
    "certificate is for *.example, *.sub.example"
one_of_several_names_is_enough            several
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Verif Verif Verif]
    ""
other_name_is_trusted_and_no_more         other_name
    [Plain Trust Trust] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "certificate is for mx.other.example"
name_that_only_ends_alike_is_another      ends_alike
    [Plain Trust Trust] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "certificate is for amx.mail.example.evil, evilmail.example"
common_name_is_no_name                    common_name
    [Plain Trust Trust] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "certificate without DNS names"
expired_is_not_trusted                    expired
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "certificate expired on 2021-01-01T00:00:00Z"
not_yet_valid_is_not_trusted              not_yet_valid
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "certificate not valid before 2099-01-01T00:00:00Z"
self_signed_is_not_trusted                self_signed
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "self-signed certificate"
self_signed_is_trusted_if_it_is_a_root    self_signed_root
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
unknown_root_is_not_trusted               unknown_root
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "unknown issuer \"Nobody\""
root_of_the_same_name_is_not_trusted      same_name_root
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "bad signature in the certificate chain"
missing_intermediate_is_missed            without_intermediate
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "unknown issuer \"Intermediate 1\""
intermediate_completes_the_chain          with_intermediate
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
six_intermediates_are_followed            six_intermediates
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
seven_intermediates_are_too_many          seven_intermediates
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "more than 7 certificates above the server's"
client_s_certificate_is_no_server_s       for_clients
    [Plain Untru Untru] [Verif Verif Defer] [Defer] [Defer Defer Defer]
    "certificate not made for servers"
revocation_is_not_asked_about             revocable
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
international_name_is_compared_in_ascii   international
    [Plain Trust Trust] [Verif Verif Defer] [Verif] [Defer Verif Verif]
    ""
}

#[test]
fn a_wildcard_stands_for_many_labels_if_it_may() {
    let bed = Bed::with(Shown::wildcard_above());
    let cell = bed.cell(Asked::Verify, |policy| {
        policy.wildcards = envoi_driver::tls::Wildcards::ManyLabels;
    });
    assert_eq!(cell.0, Cell::Verif);
}

#[test]
fn trust_anchors_of_a_policy_stand_for_the_roots() {
    let bed = Bed::with(Shown::good());
    let cell = bed.cell(Asked::Verify, |policy| {
        policy.trust_anchors = Some(chains::roots(&[chains::nobody()]).into());
    });
    assert_eq!(cell, (Cell::Defer, "unknown issuer \"Root\"".to_owned()));
    let bed = Bed::with(Shown::unknown_root());
    let cell = bed.cell(Asked::Verify, |policy| {
        policy.trust_anchors = Some(chains::roots(&[chains::nobody()]).into());
    });
    assert_eq!(cell.0, Cell::Verif);
}

#[test]
fn depth_of_a_policy_limits_the_chain() {
    let bed = Bed::with(Shown::with_intermediate());
    for (depth, expected) in [(1, Cell::Defer), (2, Cell::Verif)] {
        assert_eq!(bed.cell(Asked::Verify, |policy| policy.verify_depth = depth).0, expected);
    }
}

#[test]
fn every_adapter_judges_alike() {
    for shown in [Shown::good(), Shown::expired()] {
        let bed = Bed::with(shown);
        let blocking = bed.report(bed.peer(Asked::Verify, |_| {}));
        for report in bed.reports_of_other_adapters(Asked::Verify) {
            let (ours, theirs) = (&blocking.outcomes[0], &report.outcomes[0]);
            assert_eq!((ours.verdict, ours.status), (theirs.verdict, theirs.status));
            assert_eq!(
                ours.tls.as_ref().map(|info| &info.judgment),
                theirs.tls.as_ref().map(|info| &info.judgment)
            );
        }
    }
}
