//! Real servers take real messages, and leave nothing behind.
//!
//! A server that cannot be installed fails its test.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::conversation::Conversation;
use super::*;

#[test]
fn postfix_keeps_content_byte_for_byte() {
    keeps_content(Server::Postfix);
}

#[test]
fn exim_keeps_content_byte_for_byte() {
    keeps_content(Server::Exim);
}

#[test]
fn sendmail_keeps_content_byte_for_byte() {
    keeps_content(Server::Sendmail);
}

#[test]
fn smtp_sink_keeps_content_byte_for_byte() {
    keeps_content(Server::SmtpSink);
}

#[test]
fn capabilities_are_what_ehlo_says() {
    for server in Server::ALL {
        let (_dir, running) = start(server);
        let talk = Conversation::open(running.address(), "client.example").unwrap();
        let has = |keyword: &str| talk.lines().iter().any(|line| line.get(4..) == Some(keyword));
        let capabilities = server.capabilities();
        assert_eq!(has("PIPELINING"), capabilities.pipelining, "{}", server.name());
        assert_eq!(has("CHUNKING"), capabilities.chunking, "{}", server.name());
        assert_eq!(has("8BITMIME"), capabilities.eight_bit_mime, "{}", server.name());
        assert_eq!(has("SMTPUTF8"), capabilities.smtputf8, "{}", server.name());
        assert_eq!(has("DSN"), capabilities.dsn, "{}", server.name());
        assert_eq!(has("SIZE 209715200"), capabilities.size, "{}", server.name());
    }
}

#[test]
fn refusals_are_as_asked_for() {
    for server in [Server::Postfix, Server::Exim, Server::Sendmail] {
        let (_dir, running) = start(server);
        let mut talk = Conversation::open(running.address(), "client.example").unwrap();
        assert_eq!(code(&talk.command("MAIL FROM:<a@client.example>").unwrap()), "250");
        let deferred = talk.command("RCPT TO:<defer1@test.example>").unwrap();
        assert!(deferred.starts_with("450 4.2.1"), "{}: {deferred}", server.name());
        let bounced = talk.command("RCPT TO:<bounce1@test.example>").unwrap();
        assert!(bounced.starts_with("550 5.1.1"), "{}: {bounced}", server.name());
        assert_eq!(code(&talk.command("RCPT TO:<r@test.example>").unwrap()), "250");
        assert_eq!(code(&talk.command("DATA").unwrap()), "354");
        let refused = talk.content(b"X-Refuse: yes\r\n\r\nno\r\n").unwrap();
        assert!(refused.starts_with("550 5.7.1"), "{}: {refused}", server.name());
        assert_eq!(running.messages().unwrap(), []);
    }
}

#[test]
fn dsn_parameters_leave_addresses_alone() {
    for server in Server::ALL {
        let (_dir, running) = start(server);
        let mut talk = Conversation::open(running.address(), "client.example").unwrap();
        talk.command("MAIL FROM:<> RET=HDRS ENVID=x").unwrap();
        let rcpt = "RCPT TO:<r@test.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;o@test.example";
        assert_eq!(code(&talk.command(rcpt).unwrap()), "250", "{}", server.name());
        talk.command("DATA").unwrap();
        assert_eq!(code(&talk.content(b"Subject: dsn\r\n\r\n").unwrap()), "250");
        let received = running.wait_for(1, PATIENCE).unwrap();
        assert_eq!(
            (received[0].sender.as_str(), &received[0].recipients[..]),
            ("", &["r@test.example".to_owned()][..])
        );
    }
}

#[test]
fn nothing_runs_on_after_a_server_with_an_open_session() {
    for server in Server::ALL {
        let (_dir, running) = start(server);
        let _session = Conversation::open(running.address(), "client.example").unwrap();
        let processes = running.processes();
        drop(running);
        assert_eq!(alive(&processes), [0_u32; 0], "{}", server.name());
    }
}

#[test]
fn smtp_source_costs_time_on_a_processor() {
    let dir = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start(&installed(), dir.path(), &["-c"]).unwrap();
    let address = sink.address().to_string();
    let cost = smtp_source(&installed(), &["-d", "-m", "200", "-l", "4096", &address]).unwrap();
    assert!(cost.cpu > Duration::ZERO);
    assert!(cost.elapsed >= cost.cpu);
}

#[test]
fn failed_run_of_smtp_source_says_why() {
    let error = smtp_source(&installed(), &["127.0.0.1:1"]).unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn second_installation_has_nothing_to_say() {
    installed();
    let mut said = Vec::new();
    let started = std::time::Instant::now();
    install(&cache(), &mut |line| said.push(line.to_owned())).unwrap();
    assert_eq!(said, [""; 0]);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn postfix_sends_along_each_route_what_was_submitted() {
    let (server_dir, server) = start(Server::Exim);
    let dir = tempfile::tempdir().unwrap();
    let dead = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let route = |name: &str, addresses: &[std::net::SocketAddr]| Route {
        name: name.to_owned(),
        protocol: Protocol::Smtp,
        next_hop: Route::next_hop(addresses),
        parameters: vec![("smtp_helo_name".to_owned(), format!("{name}.example"))],
    };
    let routes = [route("alive", &[dead, server.address()]), route("dead", &[dead])];
    let client = PostfixClient::start(&installed(), dir.path(), &routes).unwrap();
    let submission = Submission {
        route: "alive",
        sender: "",
        parameters: "BODY=8BITMIME RET=HDRS ENVID=x",
        recipients: &[
            ("zoe@test.example", "NOTIFY=NEVER"),
            ("bounce@test.example", ""),
            ("defer@test.example", ""),
            ("al@test.example", ""),
        ],
        content: CONTENT,
    };
    let message = client.submit(&submission).unwrap();
    let lost = client.submit(&Submission { route: "dead", ..submission }).unwrap();

    let outcomes = client.wait_for(&message, 4, PATIENCE).unwrap();
    let of = |name: &str| outcomes.iter().find(|outcome| outcome.recipient.starts_with(name));
    assert_eq!(of("zoe").unwrap().status, Status::Sent);
    assert_eq!(of("bounce").unwrap().status, Status::Bounced);
    assert_eq!(of("bounce").unwrap().dsn, "5.1.1");
    assert_eq!(of("defer").unwrap().status, Status::Deferred);
    let lost = client.wait_for(&lost, 4, PATIENCE).unwrap();
    assert!(lost.iter().all(|outcome| outcome.status == Status::Deferred));

    let received = server.wait_for(1, PATIENCE).unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].sender, "");
    assert_eq!(received[0].recipients, ["al@test.example", "zoe@test.example"]);
    assert_eq!(received[0].content, stored(CONTENT));
    let processes = client.processes();
    drop(client);
    assert_eq!(alive(&processes), [0_u32; 0]);
    drop(server_dir);
}

#[test]
fn postfix_speaks_lmtp_along_a_route_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start(&installed(), dir.path(), &["-L"]).unwrap();
    let route = Route {
        name: "lmtp-route".to_owned(),
        protocol: Protocol::Lmtp,
        next_hop: Route::next_hop(&[sink.address()]),
        parameters: Vec::new(),
    };
    let dir = tempfile::tempdir().unwrap();
    let client = PostfixClient::start(&installed(), dir.path(), &[route]).unwrap();
    let message = client.submit(&Submission {
        route: "lmtp-route",
        sender: "s@client.example",
        parameters: "",
        recipients: &[("a@test.example", ""), ("b@test.example", "")],
        content: CONTENT,
    });
    let outcomes = client.wait_for(&message.unwrap(), 2, PATIENCE).unwrap();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.status == Status::Sent), "{outcomes:?}");
}

fn keeps_content(server: Server) {
    let (_dir, running) = start(server);
    let mut talk = Conversation::open(running.address(), "client.example").unwrap();
    let messages = [CONTENT.to_vec(), long_lines(), nuls(), b"Subject: empty\r\n\r\n".to_vec()];
    for content in &messages {
        assert_eq!(code(&talk.command("MAIL FROM:<s@client.example>").unwrap()), "250");
        assert_eq!(code(&talk.command("RCPT TO:<b@test.example>").unwrap()), "250");
        assert_eq!(code(&talk.command("RCPT TO:<a@test.example>").unwrap()), "250");
        assert_eq!(code(&talk.command("DATA").unwrap()), "354");
        assert_eq!(code(&talk.content(content).unwrap()), "250");
    }
    let received = running.wait_for(messages.len(), PATIENCE).unwrap();
    assert_eq!(received.len(), messages.len());
    for (received, content) in received.iter().zip(&messages) {
        assert_eq!(received.sender, "s@client.example");
        assert_eq!(received.recipients, ["b@test.example", "a@test.example"]);
        let (found, wanted) = (received.content.escape_ascii(), stored(content));
        assert_eq!(found.to_string(), wanted.escape_ascii().to_string());
    }
}

fn start(server: Server) -> (tempfile::TempDir, Running) {
    let dir = tempfile::tempdir().unwrap();
    let running = server.start(&installed(), dir.path(), &ServerOptions::default()).unwrap();
    (dir, running)
}

fn installed() -> Installed {
    static INSTALLED: std::sync::Mutex<Option<Installed>> = std::sync::Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap();
    installed
        .get_or_insert_with(|| install(&cache(), &mut |line| println!("{line}")).unwrap())
        .clone()
}

fn cache() -> PathBuf {
    std::env::temp_dir().join("envoi-servers")
}

fn code(reply: &str) -> &str {
    &reply[..3]
}

/// Those processes that still run; what was killed may take its time to vanish.
fn alive(processes: &[u32]) -> Vec<u32> {
    let runs = |pid: &u32| Path::new("/proc").join(pid.to_string()).join("exe").exists();
    for _ in 0..100 {
        if !processes.iter().any(runs) {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    processes.iter().copied().filter(runs).collect()
}

fn long_lines() -> Vec<u8> {
    let lines = [998, 2000, 2047, 2048, 4096, 100_000].map(|length| vec![b'y'; length]);
    [b"Subject: long\r\n\r\n".to_vec(), lines.join(&b"\r\n"[..]), b"\r\n".to_vec()].concat()
}

fn nuls() -> Vec<u8> {
    let octets = (0..=255).filter(|octet| !b"\r\n".contains(octet));
    [b"Subject: octets\r\n\r\n".to_vec(), octets.collect(), b"\r\n".to_vec()].concat()
}

const PATIENCE: Duration = Duration::from_secs(20);

const CONTENT: &[u8] = b"Received: from elsewhere\r\n\tby somewhere\r\nReturn-Path: <x@y>\r\n\
    Bcc: z\r\nSubject: \xc3\xa9 \xff\r\nX-Empty:\r\nX-Folded: a@b,\r\n  c@d \r\nTo: a@b\r\n\r\n\
    .\r\n..\r\n.dot\r\nFrom here\r\n\r\n \r\ntrailing  \r\n\r\n\r\n";
