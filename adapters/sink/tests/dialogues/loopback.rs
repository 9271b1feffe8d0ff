//! Dialogues over a socket.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use envoi_sink::{Keep, Options, Sink};

use crate::talk::failing;

const ENVELOPE: &[u8] = b"EHLO client.example\r\nMAIL FROM:<ann@client.example> SIZE=7\r\n\
    RCPT TO:<bob@mx.example>\r\nRCPT TO:<eve@mx.example> NOTIFY=NEVER\r\nDATA\r\n";

#[test]
fn message_is_kept_before_its_reply() {
    let sink = sink(Options::default());
    let mut client = client(&sink);
    client.write_all(ENVELOPE).expect("sent");
    hears(&mut client, "354 End data with <CR><LF>.<CR><LF>\r\n");
    client.write_all(b"hello\r\n.\r\n").expect("sent");
    hears(&mut client, "250 2.0.0 Ok: queued as 1\r\n");
    assert_eq!(sink.messages()[0].content, b"hello\r\n");
    assert_eq!((sink.count(), sink.recipients(), sink.connections()), (1, 2, 1));
    assert_eq!(sink.reads(), 2);
}

#[test]
fn quit_closes_the_connection() {
    let sink = sink(Options::default());
    let mut client = client(&sink);
    client.write_all(b"QUIT\r\n").expect("sent");
    assert!(rest(&mut client).ends_with("221 2.0.0 Bye\r\n"));
}

#[test]
fn large_message_arrives_byte_for_byte() {
    let sink = sink(Options::default());
    let mut client = client(&sink);
    let content = b"some text\r\n.\r.more\n.\r\n".repeat(100_000);
    let unstuffed = b"some text\r\n\r.more\n.\r\n".repeat(100_000);
    client.write_all(ENVELOPE).expect("sent");
    client.write_all(&content).expect("sent");
    client.write_all(b".\r\nQUIT\r\n").expect("sent");
    assert!(rest(&mut client).ends_with("221 2.0.0 Bye\r\n"));
    assert!(sink.messages()[0].content == unstuffed);
}

#[test]
fn many_connections_are_served_at_once() {
    let sink = sink(Options { keep: Keep::Nothing, ..Options::default() });
    let mut clients: Vec<_> = (0..100).map(|_| client(&sink)).collect();
    for client in &mut clients {
        client.write_all(ENVELOPE).expect("sent");
    }
    for client in &mut clients {
        client.write_all(b"hello\r\n.\r\nQUIT\r\n").expect("sent");
    }
    for client in &mut clients {
        assert!(rest(client).ends_with("221 2.0.0 Bye\r\n"));
    }
    assert_eq!((sink.count(), sink.recipients()), (100, 200));
    assert!(sink.messages().is_empty());
}

#[test]
fn client_that_does_not_read_is_not_read() {
    let sink = sink(Options::default());
    let mut client = client(&sink);
    client.set_nonblocking(true).expect("a socket");
    let group = b"NOOP\r\n".repeat(10_000);
    let mut sent = 0;
    let mut patience = 20;
    while patience > 0 {
        match client.write(&group[sent % group.len()..]) {
            Ok(written) => sent += written,
            Err(_) => {
                std::thread::sleep(Duration::from_millis(10));
                patience -= 1;
            }
        }
        assert!(sent < 100 << 20, "the sink reads on and on");
    }
    client.set_nonblocking(false).expect("a socket");
    client.shutdown(Shutdown::Write).expect("a socket");
    let replies = rest(&mut client);
    assert_eq!(replies.matches("250 2.0.0 Ok\r\n").count(), sent / 6);
}

#[test]
fn stalled_connection_stays_open() {
    let sink = sink(failing("noop:stall"));
    let mut client = client(&sink);
    hears(&mut client, "220 sink.example ESMTP Envoi sink\r\n");
    client.write_all(b"EHLO client.example\r\nNOOP\r\n").expect("sent");
    hears(&mut client, "250 CHUNKING\r\n");
    client.set_read_timeout(Some(Duration::from_millis(50))).expect("a socket");
    assert!(client.read(&mut [0]).is_err());
    drop(sink);
    assert!(matches!(client.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn last_reply_survives_unread_content() {
    let sink = sink(failing("content:421"));
    let mut client = client(&sink);
    client.write_all(ENVELOPE).expect("sent");
    client.write_all(&b"some text\r\n".repeat(200_000)).expect("sent");
    assert!(rest(&mut client).ends_with("421 4.3.2 Closing the connection\r\n"));
}

#[test]
fn severed_connection_ends_without_a_reply() {
    let sink = sink(failing("mail:disconnect"));
    let mut client = client(&sink);
    client.write_all(b"EHLO client.example\r\nMAIL FROM:<a@b>\r\n").expect("sent");
    assert!(rest(&mut client).ends_with("250 CHUNKING\r\n"));
}

#[test]
fn directory_has_content_and_envelope() {
    let directory = Scratch::new("directory_has_content_and_envelope");
    let options = || Options { keep: Keep::Directory(directory.0.clone()), ..Options::default() };
    for number in 1..=2 {
        let sink = sink(options());
        let mut client = client(&sink);
        client.write_all(ENVELOPE).expect("sent");
        client.write_all(b"..hello\r\n.\r\nQUIT\r\n").expect("sent");
        assert!(rest(&mut client).contains(&format!("queued as {number}")));
        assert_eq!(sink.failure(), None);
    }
    assert_eq!(
        directory.files(),
        ["000001.eml", "000001.envelope", "000002.eml", "000002.envelope"]
    );
    assert_eq!(directory.text("000002.eml"), ".hello\r\n");
    assert_eq!(
        directory.text("000002.envelope"),
        "helo client.example\nmail <ann@client.example> SIZE=7\n\
         rcpt <bob@mx.example>\nrcpt <eve@mx.example> NOTIFY=NEVER\n",
    );
}

#[test]
fn message_that_cannot_be_kept_is_not_acknowledged() {
    let directory = Scratch::new("message_that_cannot_be_kept_is_not_acknowledged");
    let sink = sink(Options { keep: Keep::Directory(directory.0.clone()), ..Options::default() });
    fs::remove_dir_all(&directory.0).expect("a directory");
    let mut client = client(&sink);
    client.write_all(ENVELOPE).expect("sent");
    client.write_all(b"hello\r\n.\r\n").expect("sent");
    assert!(!rest(&mut client).contains("queued"));
    assert_eq!(sink.count(), 0);
    assert!(sink.failure().is_some());
}

fn sink(options: Options) -> Sink {
    Sink::listen("127.0.0.1:0", options).expect("a free port")
}

fn client(sink: &Sink) -> TcpStream {
    let client = TcpStream::connect(sink.address()).expect("a sink that listens");
    client.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    client
}

/// Reads until what was read ends with `expected`.
#[track_caller]
fn hears(client: &mut TcpStream, expected: &str) {
    let mut heard = Vec::new();
    while !heard.ends_with(expected.as_bytes()) {
        let mut byte = [0];
        let read = client.read(&mut byte).expect("a reply");
        assert_eq!(read, 1, "closed after {:?}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&byte);
    }
}

/// Reads until the sink closes.
#[track_caller]
fn rest(client: &mut TcpStream) -> String {
    let mut heard = String::new();
    client.read_to_string(&mut heard).expect("an orderly end");
    heard
}

/// A directory that goes when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let name = format!("envoi-sink-{}-{test}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().expect("ASCII")).collect();
        names.sort();
        names
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).expect("a file")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A test that removed it itself, or failed, has nothing to say here.
        let _ = fs::remove_dir_all(&self.0);
    }
}
