//! A client under TLS and a server in memory: bytes move in every portion that there is, and end
//! or change at every place.

mod bed;
mod hostile;

use std::sync::Arc;

use bed::{Pair, Portions, Told, config};
use conformance::dialogue::{Certificate, tls_config};
use envoi_proto::{Config, Error};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

#[test]
fn tls_13_may_be_cut_anywhere() {
    every_split(&TLS13);
}

#[test]
fn tls_12_may_be_cut_anywhere() {
    every_split(&TLS12);
}

#[test]
fn messages_in_many_records_may_be_cut_anywhere() {
    for version in [&TLS12, &TLS13] {
        let mut server = tls_config(Certificate::Good, &[version]);
        // Session tickets, too, come in parts, and commands are written in between.
        server.max_fragment_size = Some(64);
        let (config, server) = (config(), server.into());
        let (_, [_, down]) = talk(&server, &config, WHOLE, CONTENT);
        for at in 1..down {
            let split = (Portions::Whole, Portions::SplitAt(at));
            let (told, _) = talk(&server, &config, split, CONTENT);
            told.assert_sent(CONTENT);
        }
    }
}

#[test]
fn single_bytes_make_a_conversation() {
    for version in [&TLS12, &TLS13] {
        let content = b"Subject: x\r\n\r\n.\r\n".repeat(10);
        let (told, _) = talk(&server(version), &config(), SINGLE, &content);
        told.assert_sent(&content);
    }
}

#[test]
fn a_second_conversation_resumes_the_session_of_the_first() {
    for version in [&TLS12, &TLS13] {
        let (config, server) = (config(), server(version));
        for is_resumed in [false, true, true] {
            let (told, _) = talk(&server, &config, WHOLE, CONTENT);
            told.assert_sent(CONTENT);
            assert_eq!(told.is_resumed, Some(is_resumed), "{version:?}");
        }
    }
}

#[test]
fn large_content_arrives_as_it_was_and_fills_no_memory() {
    let content = b"0123456789 abcdef\r\n".repeat(4 << 20 >> 4);
    for version in [&TLS12, &TLS13] {
        for length in [100 << 10, content.len()] {
            let content = &content[..length / 19 * 19];
            let (told, _) = talk(&server(version), &config(), WHOLE, content);
            told.assert_sent(content);
            assert!(told.out_max <= OUT_MAX, "{} bytes wait", told.out_max);
            assert!(told.space_max <= SPACE_MAX, "{} bytes of room", told.space_max);
        }
    }
}

#[test]
fn a_connection_that_ends_at_any_byte_is_lost_once() {
    for version in [&TLS12, &TLS13] {
        let (config, server) = (config(), server(version));
        let (_, [_, down]) = talk(&server, &config, WHOLE, CONTENT);
        for end in 0..down {
            let ending = (Portions::Whole, Portions::EndAt(end));
            let (told, _) = talk(&server, &config, ending, CONTENT);
            assert_settled(&told, &format!("{version:?}, the end at {end}"));
        }
    }
}

#[test]
fn a_server_that_falls_silent_at_any_byte_is_given_up() {
    for version in [&TLS12, &TLS13] {
        let mut server = tls_config(Certificate::Good, &[version]);
        server.max_fragment_size = Some(64);
        let (config, server) = (config(), server.into());
        let (_, [_, down]) = talk(&server, &config, WHOLE, CONTENT);
        for end in 0..down {
            let silence = (Portions::Whole, Portions::SilentAt(end));
            let (told, _) = talk(&server, &config, silence, CONTENT);
            assert_settled(&told, &format!("{version:?}, silence at {end}"));
            let is_late = |error: &Error| matches!(error, Error::TimedOut(_));
            assert!(told.errors.iter().all(is_late), "{version:?}, silence at {end}: {told:?}");
        }
    }
}

#[test]
fn a_connection_that_breaks_at_any_byte_is_not_written_to_for_ever() {
    for version in [&TLS12, &TLS13] {
        let (config, server) = (config(), server(version));
        let (_, [up, _]) = talk(&server, &config, WHOLE, CONTENT);
        for end in 0..up {
            let breaking = (Portions::BrokenAt(end), Portions::Whole);
            let (told, _) = talk(&server, &config, breaking, CONTENT);
            assert!(told.errors.len() <= 1, "{version:?}, broken at {end}: {told:?}");
            assert_eq!(told.settled.len(), told.ends, "{version:?}, broken at {end}: {told:?}");
        }
    }
}

#[test]
fn a_byte_that_was_changed_is_noticed() {
    for version in [&TLS12, &TLS13] {
        let (config, server) = (config(), server(version));
        let (_, [_, down]) = talk(&server, &config, WHOLE, CONTENT);
        for at in 0..down {
            let flip = (Portions::Whole, Portions::Flip(at));
            let (told, _) = talk(&server, &config, flip, CONTENT);
            assert_settled(&told, &format!("{version:?}, another byte at {at}"));
        }
    }
}

/// A full handshake and a resumed one, each with a gap before every byte in either direction.
fn every_split(version: &'static SupportedProtocolVersion) {
    let server = server(version);
    let fresh = || talk(&server, &config(), WHOLE, CONTENT).1;
    let [up, down] = fresh();
    let splits = |up: usize, down: usize| {
        let up = (1..up).map(|at| (Portions::SplitAt(at), Portions::Whole));
        up.chain((1..down).map(|at| (Portions::Whole, Portions::SplitAt(at))))
    };
    for split in splits(up, down) {
        let (told, _) = talk(&server, &config(), split, CONTENT);
        told.assert_sent(CONTENT);
        assert_eq!(told.is_resumed, Some(false), "{split:?}");
    }
    let config = config();
    talk(&server, &config, WHOLE, CONTENT);
    let (_, [up, down]) = talk(&server, &config, WHOLE, CONTENT);
    for split in splits(up, down) {
        let (told, _) = talk(&server, &config, split, CONTENT);
        told.assert_sent(CONTENT);
        assert_eq!(told.is_resumed, Some(true), "{split:?}");
    }
}

/// There is one end, and if there was a message, one verdict of it that is true.
fn assert_settled(told: &Told, when: &str) {
    assert!(told.errors.len() <= 1, "{when}: {told:?}");
    assert!(told.settled.len() <= 1 && told.ends == told.settled.len(), "{when}: {told:?}");
    let is_sent = told.settled.first().is_some_and(|said| said.starts_with("250 "));
    assert!(is_sent || told.errors.len() == 1, "{when}: {told:?}");
    assert!(!is_sent || told.taken == [CONTENT], "{when}: {told:?}");
}

fn talk(
    server: &Arc<ServerConfig>,
    config: &Arc<Config>,
    portions: (Portions, Portions),
    content: &[u8],
) -> (Told, [usize; 2]) {
    Pair::new(config, server, portions, content).run()
}

fn server(version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    tls_config(Certificate::Good, &[version]).into()
}

const WHOLE: (Portions, Portions) = (Portions::Whole, Portions::Whole);
const SINGLE: (Portions, Portions) = (Portions::Single, Portions::Single);

const CONTENT: &[u8] = b"Subject: x\r\n\r\nHello\r\n";

/// Records of an output buffer.
const OUT_MAX: usize = 160 << 10;

/// A message of TLS.
const SPACE_MAX: usize = 64 << 10;
