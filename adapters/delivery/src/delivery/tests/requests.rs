//! Messages that ask different things of TLS.

use envoi_proto::TlsRequest::{self, NotRequired, Required};

use super::bed::envelope;
use super::*;

fn bed(hosts: u8) -> Bed {
    let requests = [TlsRequest::None, Required, TlsRequest::None, NotRequired];
    let message = |tls_request| {
        let mut envelope = envelope(["bob"]);
        envelope.tls_request = tls_request;
        envelope
    };
    Bed::to(&["example.com"], hosts, requests.map(message).to_vec(), |_| {})
}

#[test]
fn messages_that_ask_different_things_of_tls_share_no_conversation() {
    let mut bed = bed(1);
    for messages in [&[0, 2][..], &[1], &[3]] {
        bed.attempt("mx1");
        assert_eq!(bed.messages(), messages);
        messages.iter().for_each(|message| bed.replies(*message, ["250 ok"]));
        bed.ends();
    }
    bed.is_done();
}

#[test]
fn each_kind_of_message_moves_on_by_itself() {
    let mut bed = bed(2);
    bed.attempt("mx1");
    bed.replies(0, ["450 later"]);
    bed.replies(2, ["250 ok"]);
    bed.ends();
    for message in [1, 3] {
        bed.attempt("mx1");
        bed.replies(message, ["250 ok"]);
        bed.ends();
    }
    bed.attempt("mx2");
    assert_eq!(bed.messages(), [0]);
}

#[test]
fn host_that_cannot_be_reached_is_tried_once_for_all() {
    let mut bed = bed(1);
    bed.attempt("mx1");
    bed.delivery.handle_unreachable("Connection refused", bed.now);
    bed.is_done();
    let verdicts = bed.verdicts();
    assert_eq!(verdicts.len(), 4);
    assert!(verdicts.iter().all(|told| told.contains("deferred 4.4.1")), "{verdicts:?}");
}

#[test]
fn host_that_is_left_out_for_one_kind_is_tried_for_the_others() {
    let mut bed = bed(1);
    bed.attempt("mx1");
    bed.delivery.handle_skipped(&Skip::bad_tls_policy(), bed.now);
    bed.attempt("mx1");
    assert_eq!(bed.messages(), [1]);
}

#[test]
fn plaintext_after_tls_has_failed_is_for_those_for_whom_it_failed() {
    let messages = [TlsRequest::None, Required].map(|tls_request| {
        let mut envelope = envelope(["bob"]);
        envelope.arrived = Some(Instant::ORIGIN);
        envelope.tls_request = tls_request;
        envelope
    });
    let may = |policy: &mut Policy| policy.peer.tls = tls::Policy::new(Level::May);
    let mut bed = Bed::to(&["example.com"], 1, messages.to_vec(), may);
    bed.attempt("mx1");
    bed.loses(0, Error::Lost(Stage::Handshake), Doubt::None);
    bed.ends();
    assert_eq!(bed.attempt("mx1").peer.level(), Level::None);
    assert_eq!(bed.messages(), [0]);
    bed.replies(0, ["250 ok"]);
    bed.ends();
    assert_eq!(bed.attempt("mx1").peer.level(), Level::May);
    assert_eq!(bed.messages(), [1]);
}
