//! Servers that mean no good: each is one clear error, and never a panic.

use conformance::certificates::Authority;
use conformance::dialogue::{Certificate, tls_config, tls_config_of};
use envoi_proto::tls::Fault;
use envoi_proto::{Error, Stage};
use rustls::version::{TLS12, TLS13};

use super::bed::{Attack, Pair, Portions, Told, config};

#[test]
fn a_message_without_end_is_too_long() {
    // A ServerHello of nearly 16 MiB, in records as long as they may be.
    let record = [&[22, 3, 3, 0x40, 0][..], &[2, 0xff, 0xff, 0xff], &[0; 0x3ffc]].concat();
    assert_error(&attacked(0, &record, 100), Stage::Handshake, Fault::Malformed);
}

#[test]
fn a_message_that_says_it_is_short_enough_is_awaited() {
    // A ServerHello of 65535 bytes, of which one comes in each record.
    let first = [22, 3, 3, 0, 4, 2, 0, 0xff, 0xff];
    let told = attacked(0, &first, 1);
    assert_eq!(told.errors, [Error::Lost(Stage::Handshake)]);
}

#[test]
fn a_record_that_is_too_long_is_malformed() {
    assert_error(&attacked(0, &[22, 3, 3, 0xff, 0xff], 1), Stage::Handshake, Fault::Malformed);
}

#[test]
fn records_without_content_are_malformed() {
    assert_error(&attacked(0, &[22, 3, 3, 0, 0], 100_000), Stage::Handshake, Fault::Malformed);
}

#[test]
fn warnings_without_end_are_misbehavior() {
    // user_canceled, which means nothing.
    let warning = [21, 3, 3, 0, 2, 1, 90];
    assert_error(&attacked(0, &warning, 100_000), Stage::Handshake, Fault::Misbehaved);
}

#[test]
fn an_alert_of_an_unknown_level_is_an_alert() {
    let alert = [21, 3, 3, 0, 2, 7, 40];
    let fault = Fault::Alert("HandshakeFailure");
    assert_error(&attacked(0, &alert, 1), Stage::Handshake, fault);
}

#[test]
fn an_alert_that_nobody_knows_is_an_alert() {
    let alert = [21, 3, 3, 0, 2, 2, 250];
    assert_error(&attacked(0, &alert, 1), Stage::Handshake, Fault::Alert("unknown"));
}

#[test]
fn an_alert_of_one_byte_is_malformed() {
    assert_error(&attacked(0, &[21, 3, 3, 0, 1, 2], 1), Stage::Handshake, Fault::Malformed);
}

#[test]
fn application_data_before_the_handshake_is_malformed() {
    let record = [23, 3, 3, 0, 4, b'2', b'2', b'0', b' '];
    assert_error(&attacked(0, &record, 1), Stage::Handshake, Fault::Malformed);
}

#[test]
fn plaintext_where_records_belong_is_malformed() {
    for after in 0..5 {
        let told = attacked(after, b"250 2.0.0 Ok\r\n", 1);
        let [Error::Tls(_, Fault::Malformed)] = told.errors[..] else {
            panic!("after {after} flights: {told:?}");
        };
    }
}

#[test]
fn an_alert_in_plaintext_does_not_end_what_is_encrypted() {
    let told = attacked(3, &[21, 3, 3, 0, 2, 1, 0], 1);
    let [Error::Tls(_, fault)] = told.errors[..] else { panic!("{told:?}") };
    assert!(matches!(fault, Fault::Decryption | Fault::Misbehaved), "{fault:?}");
}

#[test]
fn a_certificate_that_fills_memory_is_refused() {
    let root = Authority::root("Root");
    for version in [&TLS12, &TLS13] {
        // Above the server's own, so that its server takes them.
        let mut chain = vec![root.sign(&["mx.example"], |_| {})];
        chain.extend((0..200).map(|n| root.below(&format!("Large {n}")).sign(&["x"], |_| {})));
        let server = tls_config_of(&chain, &[version]).into();
        let (told, _) = Pair::new(&config(), &server, WHOLE, b"").run();
        assert_error(&told, Stage::Handshake, Fault::Malformed);
    }
}

/// What becomes of a conversation whose server says something without TLS, so often, after so
/// many flights of the client.
fn attacked(after: usize, says: &[u8], times: usize) -> Told {
    let server = tls_config(Certificate::Good, &[&TLS13]).into();
    let mut pair = Pair::new(&config(), &server, WHOLE, b"Subject: x\r\n");
    pair.attack = Some(Attack { after, says: says.to_vec(), times });
    let (told, _) = pair.run();
    assert!(told.space_max <= SPACE_MAX, "{} bytes of room", told.space_max);
    assert!(told.settled.len() <= 1 && told.ends == told.settled.len(), "{told:?}");
    told
}

fn assert_error(told: &Told, stage: Stage, fault: Fault) {
    assert_eq!(told.errors, [Error::Tls(stage, fault)]);
    assert!(told.space_max <= SPACE_MAX, "{} bytes of room", told.space_max);
}

const WHOLE: (Portions, Portions) = (Portions::Whole, Portions::Whole);

/// A message of TLS, and a byte.
const SPACE_MAX: usize = (64 << 10) + 1;
