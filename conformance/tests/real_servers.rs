//! What real servers make of our deliveries: they take what they should, byte for byte, also when
//! transactions overlap, when chunks fly several at once, and when some in the middle are refused.
//!
//! `ENVOI_FULL=1` adds messages of 100 MB. A server that cannot be had fails its tests.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use conformance::servers::{self, Installed, Running, Server, ServerOptions};
use envoi_driver::proto::{Config, Envelope, ForwardPath, Peer};
use envoi_driver::{Message, Report, Verdict};

macro_rules! servers {
    ($($name:ident: $server:ident),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn takes_overlapping_transactions() {
                delivers(Server::$server, |_| {});
            }

            #[test]
            fn takes_one_transaction_after_another() {
                delivers(Server::$server, |peer| peer.overlap = false);
            }

            #[test]
            fn takes_chunks_where_it_offers_them() {
                delivers(Server::$server, |peer| peer.chunking = NonZeroUsize::new(8));
            }

            #[test]
            fn takes_large_messages() {
                let largest = if std::env::var_os("ENVOI_FULL").is_some() { 100 << 20 } else { 10 << 20 };
                for chunking in [None, NonZeroUsize::new(2)] {
                    takes_large(Server::$server, largest, chunking);
                }
            }
        })*
    };
}

servers!(postfix: Postfix, exim: Exim, sendmail: Sendmail, smtp_sink: SmtpSink);

/// A message and what is to become of it.
struct Letter {
    to: Vec<&'static str>,
    /// What the sender has.
    content: Vec<u8>,
    /// What the server ends up with.
    kept: Vec<u8>,
}

/// Delivers all kinds of messages over one conversation.
fn delivers(server: Server, peculiarity: fn(&mut Peer)) {
    let (_folder, running) = start(server);
    let letters = letters();
    let reports = send(&running, &letters, peculiarity);
    let is_refusing = server.capabilities().recipient_refusal;
    let mut expected = Vec::new();
    for (letter, report) in letters.iter().zip(&reports) {
        let taken = expect(letter, report, is_refusing);
        if !taken.is_empty() {
            expected.push((taken, servers::stored(&letter.kept)));
        }
    }
    assert_eq!(reports.len(), letters.len());
    let mut received = running.wait_for(expected.len(), PATIENCE).unwrap();
    assert_eq!(received.len(), expected.len(), "{}", server.name());
    // Some servers tell the age of their files in whole seconds.
    received.sort_by(|a, b| (&a.recipients, &a.content).cmp(&(&b.recipients, &b.content)));
    expected.sort();
    for (received, (recipients, kept)) in received.iter().zip(&expected) {
        assert_eq!(&received.recipients, recipients, "{}", server.name());
        assert_eq!(received.sender, "ann@client.example");
        assert_same(&received.content, kept);
    }
}

fn takes_large(server: Server, largest: usize, chunking: Option<NonZeroUsize>) {
    let (_folder, running) = start(server);
    let mut letters = Vec::new();
    for size in [1, 1000, 65_536, 1 << 20, largest] {
        let body = "All lines of this are as long as each other, give or take.\n";
        let body = body.repeat(size / body.len() + 1);
        letters.push(Letter::plain(&body[..size]));
    }
    let config = |peer: &mut Peer| peer.chunking = chunking;
    for report in send(&running, &letters, config) {
        assert!(report.is_sent(), "{}: {report:?}", server.name());
    }
    let mut received = running.wait_for(letters.len(), PATIENCE).unwrap();
    received.sort_by_key(|received| received.content.len());
    for (received, letter) in received.iter().zip(&letters) {
        assert_same(&received.content, &servers::stored(&letter.kept));
    }
}

/// Checks the verdicts of one message and says whom the server has it for.
fn expect(letter: &Letter, report: &Report, is_refusing: bool) -> Vec<String> {
    let is_refused = is_refusing && letter.content.starts_with(b"X-Refuse");
    let mut taken = Vec::new();
    for (name, outcome) in letter.to.iter().zip(&report.outcomes) {
        let expected = match *name {
            "bounce" if is_refusing => Verdict::Bounced,
            "defer" if is_refusing => Verdict::Deferred,
            _ if is_refused => Verdict::Bounced,
            _ => Verdict::Sent,
        };
        assert_eq!(outcome.verdict, expected, "{outcome:?}");
        if expected == Verdict::Sent {
            taken.push(format!("{name}@test.example"));
        }
    }
    taken
}

/// Messages with what is hard in content, and refusals of all kinds between them.
fn letters() -> Vec<Letter> {
    let mut every_byte: Vec<u8> = (0..=255).filter(|b| !b"\r\n".contains(b)).collect();
    every_byte.push(b'\n');
    let long: String = (0..300).fold(String::new(), |mut line, n| {
        // Writing to a String does not fail.
        let _ = write!(line, "{n:05} ");
        line
    });
    vec![
        Letter::plain("Hello\n"),
        Letter::plain(""),
        Letter::plain("no line end"),
        Letter { to: vec!["bounce"], ..Letter::plain("for nobody\n") },
        Letter::plain(".\n..\n.dot\n...\n\n.\n"),
        Letter { to: vec!["bob", "bounce", "defer", "eve"], ..Letter::plain("for some\n") },
        Letter::with_header("X-Refuse: yes\n", "refused\n"),
        Letter { to: vec!["bounce", "defer"], ..Letter::plain("for nobody either\n") },
        Letter::with_header("X-Refuse: yes\n", "refused again\n"),
        Letter::of(every_byte.repeat(3)),
        Letter { kept: folded(&long), ..Letter::plain(&long) },
        Letter {
            kept: b"Subject: t\r\n\r\na b c\r\n . \r\n".to_vec(),
            ..Letter::plain("a\rb\rc\n\r.\r\r\n")
        },
        Letter { to: vec!["defer"], ..Letter::plain("for nobody at last\n") },
        Letter::plain("MAIL FROM:<x@y>\r\nQUIT\r\n"),
        Letter::with_header("X-Refuse: yes\n", "refused at last\n"),
        Letter::plain("the end\n"),
    ]
}

impl Letter {
    fn plain(body: &str) -> Self {
        Self::of(body.as_bytes().to_vec())
    }

    fn of(body: Vec<u8>) -> Self {
        Self::new(b"Subject: t\n\n", &body)
    }

    fn with_header(header: &str, body: &str) -> Self {
        Self::new(format!("{header}Subject: t\n\n").as_bytes(), body.as_bytes())
    }

    fn new(header: &[u8], body: &[u8]) -> Self {
        let content = [header, body].concat();
        let mut kept = Vec::new();
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            kept.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            kept.extend_from_slice(b"\r\n");
        }
        Self { to: vec!["bob"], content, kept }
    }
}

/// A message of one long line, as it leaves: broken after 998 bytes, and every 997 from there.
fn folded(line: &str) -> Vec<u8> {
    let (first, rest) = line.as_bytes().split_at(998);
    let mut kept = [b"Subject: t\r\n\r\n", first].concat();
    for part in rest.chunks(997) {
        kept.extend_from_slice(b"\r\n ");
        kept.extend_from_slice(part);
    }
    kept.extend_from_slice(b"\r\n");
    kept
}

fn send(running: &Running, letters: &[Letter], peculiarity: impl Fn(&mut Peer)) -> Vec<Report> {
    let mut peer = Peer::new("mx.test.example");
    peculiarity(&mut peer);
    let config = Config::new("client.example".parse().unwrap());
    let connection = envoi_blocking::connect(running.address(), peer, config.into()).unwrap();
    let messages = letters.iter().map(|letter| {
        let path = |name| format!("{name}@test.example").parse::<ForwardPath>().unwrap();
        let recipients = letter.to.iter().map(|name| path(name).into()).collect();
        let envelope = Envelope::new("ann@client.example".parse().unwrap(), recipients);
        Message::new(envelope, letter.content.clone())
    });
    connection.send_all(messages).collect()
}

fn start(server: Server) -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().unwrap();
    let running = server.start(installed(), folder.path(), &ServerOptions::default());
    let running = running.unwrap_or_else(|error| panic!("{}: {error}", server.name()));
    (folder, running)
}

/// The servers, installed once for all tests.
fn installed() -> &'static Installed {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("servers");
        let installed = servers::install(&cache, &mut |line| eprintln!("{line}"));
        installed.unwrap_or_else(|error| panic!("a real server is missing: {error}"))
    })
}

/// Compares without printing megabytes.
fn assert_same(found: &[u8], expected: &[u8]) {
    let differs = found.iter().zip(expected).position(|(a, b)| a != b);
    let at = differs.unwrap_or_else(|| found.len().min(expected.len()));
    let around = |bytes: &[u8]| {
        let end = bytes.len().min(at + 40);
        bytes[at.saturating_sub(40).min(end)..end].escape_ascii().to_string()
    };
    let is_same = differs.is_none() && found.len() == expected.len();
    assert!(is_same, "at {at}: {} instead of {}", around(found), around(expected));
}

const PATIENCE: Duration = Duration::from_secs(120);
