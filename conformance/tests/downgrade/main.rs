//! Somebody stands between client and server, and would have the mail go in plaintext.
//!
//! Each row of the table is an attack, and a test. At the levels `none` and `may` mail may leave
//! in plaintext; at all others no byte of it ever does, whatever is said.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod attack;
mod bed;
mod reference;
mod relay;

use std::time::Duration;

use attack::Attack;
use bed::Bed;
use envoi_driver::proto::TlsStart;
use envoi_driver::tls::Level;

/// What becomes of mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cell {
    /// Delivered in plaintext.
    Plain,
    /// Delivered under TLS.
    Secure,
    /// Deferred, nothing of it having been said.
    Defer,
    /// Bounced, nothing of it having been said.
    Bounce,
}

macro_rules! table {
    ($($fact:ident $attack:expr => [$($cell:ident)*] $status:literal $text:literal;)*) => {
        $(#[test]
        fn $fact() {
            Bed::new().shows($attack, &[$(Cell::$cell),*], $status, $text);
        })*

        /// Every attack, by what it shows.
        const ATTACKS: &[(&str, Attack)] = &[$((stringify!($fact), $attack)),*];
    };
}

// The columns: none, may, encrypt, fingerprint, verify, secure. The last two say how mail is
// deferred or bounced; what the text goes on with may be the engine's.
table! {
nothing_is_done_to_a_relayed_conversation
    Attack::None => [Plain Secure Secure Secure Secure Secure] "" "";
stripped_keyword_is_a_missing_one
    Attack::Strip => [Plain Plain Defer Defer Defer Defer]
    "4.7.4" "TLS is required, but was not offered by host mx.example[127.0.0.1]";
misspelt_keyword_is_a_missing_one
    Attack::Misspell => [Plain Plain Defer Defer Defer Defer]
    "4.7.4" "TLS is required, but was not offered by host mx.example[127.0.0.1]";
refused_ehlo_is_a_missing_keyword
    Attack::RefuseEhlo => [Plain Plain Defer Defer Defer Defer]
    "4.7.4" "TLS is required, but was not offered by host mx.example[127.0.0.1]";
starttls_put_off_defers
    Attack::Refuse("454 4.7.0 TLS not available due to local problem") =>
    [Plain Plain Defer Defer Defer Defer]
    "4.7.0" "TLS is required, but host mx.example[127.0.0.1] refused to start TLS: \
             454 4.7.0 TLS not available due to local problem";
starttls_refused_bounces
    Attack::Refuse("554 5.7.3 No TLS here") => [Plain Plain Bounce Bounce Bounce Bounce]
    "5.7.3" "TLS is required, but host mx.example[127.0.0.1] refused to start TLS: \
             554 5.7.3 No TLS here";
starttls_answered_with_354_bounces
    Attack::Refuse("354 Go ahead") => [Plain Plain Bounce Bounce Bounce Bounce]
    "5.5.0" "TLS is required, but host mx.example[127.0.0.1] refused to start TLS: 354 Go ahead";
reply_behind_the_220_is_no_reply
    Attack::Inject("250-mx.example\r\n250 PIPELINING\r\n") =>
    [Plain Defer Defer Defer Defer Defer]
    "4.7.0" "broken conversation with mx.example[127.0.0.1]: \
             protocol error: plaintext after the reply to STARTTLS";
half_a_reply_behind_the_220_is_no_reply
    Attack::Inject("2") => [Plain Defer Defer Defer Defer Defer]
    "4.7.0" "broken conversation with mx.example[127.0.0.1]: \
             protocol error: plaintext after the reply to STARTTLS";
reply_in_place_of_the_handshake_is_no_reply
    Attack::Answer(b"250-mx.example\r\n250 PIPELINING\r\n") =>
    [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: malformed TLS record or message";
second_thoughts_about_the_220_come_too_late
    Attack::Answer(b"454 4.7.0 TLS not available\r\n") => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: malformed TLS record or message";
garbage_is_no_handshake
    Attack::Answer(&[0xff; 64]) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: malformed TLS record or message";
alert_is_no_handshake
    Attack::Answer(&[21, 3, 3, 0, 2, 2, 40]) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: the server sent the alert ";
old_version_is_no_handshake
    Attack::Answer(OLD_SERVER_HELLO) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: ";
connection_cut_before_the_handshake_is_a_failed_one
    Attack::Cut(0) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: lost connection";
connection_cut_in_the_first_record_is_a_failed_handshake
    Attack::Cut(3) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: ";
connection_cut_in_the_server_hello_is_a_failed_handshake
    Attack::Cut(60) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: ";
connection_cut_in_the_certificate_is_a_failed_handshake
    Attack::Cut(400) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: ";
handshake_with_a_changed_byte_fails
    Attack::Flip(50) => [Plain Defer Defer Defer Defer Defer]
    "4.7.5" "Cannot start TLS: handshake failure: ";
}

#[test]
fn what_follows_the_220_in_another_packet_is_no_reply_either() {
    // Which of two failures it is depends on whether the client had read it before it began.
    for pause in [0, 1, 5, 20].map(Duration::from_millis) {
        for level in bed::LEVELS.into_iter().skip(1) {
            let attack = Attack::InjectLate("250 mx.example\r\n", pause);
            let report = Bed::new().attacked(attack, level, TlsStart::Starttls);
            let status = report.status.as_str();
            assert_eq!(report.cell, Cell::Defer, "{level}: {report:?}");
            assert!(["4.7.0", "4.7.5"].contains(&status), "{report:?}");
        }
    }
}

#[test]
fn greeting_in_plaintext_is_no_implicit_tls() {
    for level in bed::LEVELS {
        let report = Bed::new().attacked(Attack::None, level, TlsStart::Implicit);
        assert_eq!(report.cell, Cell::Defer, "{level}");
        assert_eq!(report.status, "4.7.5");
        let reason = "Cannot start TLS: handshake failure: malformed TLS record or message";
        assert_eq!(report.text, reason);
    }
}

#[test]
fn mail_is_sent_or_kept_wherever_the_connection_is_cut() {
    let bed = Bed::new();
    let [mut is_handshake_cut, mut is_lost, mut is_sent] = [false; 3];
    for n in (0..6000).step_by(101) {
        let seen = bed.attacked(Attack::Cut(n), Level::Encrypt, TlsStart::Starttls);
        match (seen.cell, &*seen.status) {
            (Cell::Secure, "2.0.0") => is_sent = true,
            (Cell::Defer, "4.7.5") => {
                assert!(seen.text.starts_with("Cannot start TLS: handshake failure: "), "{seen:?}");
                is_handshake_cut = true;
            }
            (Cell::Defer, "4.4.2") => {
                assert!(seen.text.starts_with("lost connection with mx.example"), "{seen:?}");
                is_lost = true;
            }
            _ => panic!("{n}: {seen:?}"),
        }
        // What the server has was sent, or may have been.
        assert!(seen.kept == 0 || seen.cell == Cell::Secure || seen.is_in_doubt, "{n}: {seen:?}");
    }
    assert_eq!([is_handshake_cut, is_lost, is_sent], [true; 3]);
}

/// A ServerHello of TLS 1.1, with a cipher suite of its time.
const OLD_SERVER_HELLO: &[u8] = &[
    22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 47, 0,
];
