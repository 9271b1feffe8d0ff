//! `envoi sink`, as a program of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::program::{command, run, text, verdicts};

/// A running sink, killed when dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start<const N: usize>(arguments: [&str; N]) -> Self {
        let mut command = command();
        command.args(["sink", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").unwrap().trim_end().into();
        Self { child, address }
    }

    fn next_hop(&self) -> String {
        self.address.replace("127.0.0.1", "[127.0.0.1]")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn messages_are_kept_byte_by_byte_with_their_envelopes() {
    let folder = TempDir::new().unwrap();
    let dump = folder.path().join("received");
    let sink = Running::start(["--dump", dump.to_str().unwrap()]);
    let content = b"Subject: hello\r\n\r\n.\r\n\xff\r\n";
    let hop = sink.next_hop();
    let file = folder.path().join("a.eml");
    std::fs::write(&file, content).unwrap();
    let sent = run([
        "send",
        "--from",
        "ann@client.example",
        "--to",
        "bob@mx.example",
        "--to",
        "carol@mx.example",
        "--helo",
        "client.example",
        "--notify",
        "never",
        "--nexthop",
        &hop,
        file.to_str().unwrap(),
    ]);
    assert_eq!(sent.status, 0);
    assert_eq!(std::fs::read(dump.join("000001.eml")).unwrap(), content);
    assert_eq!(
        text(&dump.join("000001.envelope")),
        "helo client.example\n\
         tls TLSv1.3 TLS13_AES_256_GCM_SHA384\n\
         mail <ann@client.example> SIZE=24 BODY=8BITMIME\n\
         rcpt <bob@mx.example> NOTIFY=NEVER\n\
         rcpt <carol@mx.example> NOTIFY=NEVER\n"
    );
}

#[test]
fn sink_fails_as_it_is_told() {
    let sink = Running::start([
        "--by-name",
        "--no",
        "pipelining",
        "--no",
        "8BITMIME",
        "--size",
        "1000",
        "--mail-max",
        "5",
        "--fault",
        "rcpt:tempfail@2=451 4.7.1 Greylisted",
        "--host",
        "mx.example",
    ]);
    let hop = sink.next_hop();
    let sent = run([
        "send",
        "--from",
        "ann@x",
        "--to",
        "bob@x",
        "--to",
        "carol@x",
        "--to",
        "bounce@x",
        "--transcript",
        "--nexthop",
        &hop,
        "-",
    ]);
    assert_eq!(verdicts(&sent.out), ["sent", "deferred", "bounced"]);
    assert!(sent.out.contains("451 4.7.1 Greylisted"));
    assert!(sent.err.contains("S: 250-mx.example\nS: 250-SIZE 1000\n"));
    assert!(sent.err.contains("LIMITS MAILMAX=5\n"));
    assert!(!sent.err.contains("PIPELINING") && !sent.err.contains("8BITMIME"));
}

#[test]
fn sink_speaks_lmtp() {
    let sink = Running::start(["--lmtp"]);
    let hop = sink.next_hop();
    let sent = run(["send", "--lmtp", "--from", "ann@x", "--to", "bob", "--nexthop", &hop, "-"]);
    assert_eq!(verdicts(&sent.out), ["sent"]);
}
