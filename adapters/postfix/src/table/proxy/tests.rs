//! A proxymap(8) of our own, which answers as it is told.

use std::fs;
use std::io::{BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::thread::{self, JoinHandle};

use super::super::{KeptTable, Table};
use super::*;

#[test]
fn table_is_opened_and_asked_over_one_connection() {
    let replies = [
        "status\x000\0flags\x0016\0\0",
        "status\x000\0value\0found\0\0",
        "status\x001\0value\0\0\0",
    ];
    let (dir, server) = server(&[(ANNOUNCEMENT, &replies)]);
    let table = Table::open("proxy:texthash:/x", &context(&dir)).unwrap();
    assert!(table.blocks() && !table.is_pattern());
    assert_eq!(table.lookup("A").unwrap().as_deref(), Some("found"));
    assert_eq!(table.lookup("b").unwrap(), None);
    drop(table);
    let asked = server.join().unwrap();
    assert_eq!(asked[0], "request\0open\0table\0texthash:/x\0flags\x000\0\0");
    let flags = (1 << 6) | (1 << 19);
    let lookup = "request\0lookup\0table\0texthash:/x\0flags";
    assert_eq!(asked[1], format!("{lookup}\0{flags}\0key\0a\0\0"));
}

#[test]
fn server_without_announcement_is_understood() {
    let replies = ["status\x000\0flags\x0032\0\0", "status\x000\0value\0x\0\0"];
    let (dir, server) = server(&[("", &replies)]);
    let table = Table::open("proxy:pcre:/x", &context(&dir)).unwrap();
    assert!(table.is_pattern());
    assert_eq!(table.lookup("A").unwrap().as_deref(), Some("x"));
    drop(table);
    assert!(server.join().unwrap()[1].contains("key\0A\0"));
}

#[test]
fn server_that_ended_meanwhile_is_asked_again() {
    let open = ["status\x000\0flags\x0016\0\0"];
    let found = ["status\x000\0value\0x\0\0"];
    let (dir, server) = server(&[(ANNOUNCEMENT, &open), (ANNOUNCEMENT, &found)]);
    let table = Table::open("proxy:texthash:/x", &context(&dir)).unwrap();
    assert_eq!(table.lookup("a").unwrap().as_deref(), Some("x"));
    drop(table);
    server.join().unwrap();
}

#[test]
fn refusals_say_what_is_wrong() {
    let cases = [
        (
            "status\x004\0flags\x000\0\0",
            "proxymap(8) denies proxy:texthash:/x: no parameter that proxy_read_maps lists has it",
        ),
        ("status\x003\0flags\x000\0\0", "proxymap(8) takes this for a bad request"),
        ("status\x002\0flags\x000\0\0", "proxymap(8) cannot look this up"),
        ("status\x005\0flags\x000\0\0", "proxymap(8) says that the table is broken"),
        ("status\x009\0\0", "proxymap(8) says what nobody expects: {\"status\": \"9\"}"),
    ];
    for (reply, expected) in cases {
        let (dir, server) = server(&[(ANNOUNCEMENT, &[reply])]);
        let error = Table::open("proxy:texthash:/x", &context(&dir)).unwrap_err();
        assert_eq!(error.to_string(), format!("table proxy:texthash:/x: {expected}"));
        server.join().unwrap();
    }
}

#[test]
fn table_that_is_kept_is_changed_by_another_service() {
    let replies = [
        "status\x000\0flags\x0016\0\0",
        "status\x000\0\0",
        "status\x000\0value\0v\0\0",
        "status\x001\0\0",
        "status\x004\0\0",
    ];
    let (dir, server) = server_at("proxywrite", &[(ANNOUNCEMENT, &replies)]);
    let table = KeptTable::open("proxy:btree:/x", &context(&dir)).unwrap();
    table.update("K", "v").unwrap();
    assert_eq!(table.lookup("K").unwrap().as_deref(), Some("v"));
    table.delete("K").unwrap();
    assert_eq!(
        table.update("K", "v").unwrap_err().to_string(),
        "table proxy:btree:/x: proxywrite(8) denies proxy:btree:/x: no parameter that \
         proxy_write_maps lists has it"
    );
    drop(table);
    let flags = (1 << 6) | (1 << 7) | (1 << 8) | (1 << 19);
    let asked = server.join().unwrap();
    let about = |request| format!("request\0{request}\0table\0btree:/x\0flags\0{flags}\0key\0K\0");
    assert_eq!(asked[0], "request\0open\0table\0btree:/x\0flags\x000\0\0");
    assert_eq!(asked[1], about("update") + "value\0v\0\0");
    assert_eq!(asked[2], about("lookup") + "\0");
    assert_eq!(asked[3], about("delete") + "\0");
}

#[test]
fn table_that_is_kept_is_shared() {
    let error = KeptTable::open("btree:/x", &Context::new("/nonexistent")).unwrap_err();
    let expected = "table btree:/x: expected proxy:type:name, which processes can share";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn another_service_on_the_socket_is_told() {
    // The client leaves at once.
    let (dir, server) = server(&[("protocol\0tlsmgr_protocol\0\0", &[])]);
    let error = Table::open("proxy:texthash:/x", &context(&dir)).unwrap_err().to_string();
    assert!(error.ends_with("expected proxymap_protocol, found \"tlsmgr_protocol\""), "{error}");
    server.join().unwrap();
}

#[test]
fn silent_server_fails_the_table_in_time() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("private")).unwrap();
    let _listener = UnixListener::bind(dir.path().join("private/proxymap")).unwrap();
    let context = Context { ipc_timeout: Duration::from_millis(1), ..context(&dir) };
    let error = Table::open("proxy:texthash:/x", &context).unwrap_err().to_string();
    assert!(error.ends_with("/private/proxymap: timed out"), "{error}");
}

#[test]
fn reply_without_an_end_fails_the_table() {
    let endless = "x".repeat(2 << 20).leak();
    let (dir, _server) = server(&[(endless, &[])]);
    let error = Table::open("proxy:texthash:/x", &context(&dir)).unwrap_err().to_string();
    assert!(error.ends_with("a list of attributes without an end"), "{error}");
}

#[test]
fn absent_server_fails_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let error = Table::open("proxy:texthash:/x", &context(&dir)).unwrap_err().to_string();
    assert!(
        error.ends_with("/private/proxymap: No such file or directory (os error 2)"),
        "{error}"
    );
}

/// Connections that a server takes, one after the other, with what it says at once, and then to
/// each question. It gives back what it was asked.
fn server(
    talks: &[(&'static str, &[&'static str])],
) -> (tempfile::TempDir, JoinHandle<Vec<String>>) {
    server_at("proxymap", talks)
}

/// The same by another name.
fn server_at(
    service: &str,
    talks: &[(&'static str, &[&'static str])],
) -> (tempfile::TempDir, JoinHandle<Vec<String>>) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("private")).unwrap();
    let listener = UnixListener::bind(dir.path().join("private").join(service)).unwrap();
    let talks: Vec<_> = talks.iter().map(|(first, replies)| (*first, replies.to_vec())).collect();
    let server = thread::spawn(move || {
        let mut asked = Vec::new();
        for (first, replies) in talks {
            let (mut stream, _) = listener.accept().unwrap();
            // A client that has heard enough closes the connection.
            let _ = stream.write_all(first.as_bytes());
            let mut input = BufReader::new(stream.try_clone().unwrap());
            for reply in replies {
                asked.push(question(&mut input));
                stream.write_all(reply.as_bytes()).unwrap();
            }
        }
        asked
    });
    (dir, server)
}

/// One list of attributes.
fn question(input: &mut impl std::io::BufRead) -> String {
    let mut question = Vec::new();
    while !question.ends_with(b"\0\0") {
        input.read_until(0, &mut question).unwrap();
    }
    String::from_utf8(question).unwrap()
}

fn context(dir: &tempfile::TempDir) -> Context {
    Context { queue_directory: dir.path().to_owned(), ..Context::new("/nonexistent") }
}

const ANNOUNCEMENT: &str = "protocol\0proxymap_protocol\0\0";
