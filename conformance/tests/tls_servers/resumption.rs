//! Sessions that go on where another ended.

use std::net::SocketAddr;

use conformance::servers::{OpensslServer, Server, ServerTls};
use envoi_driver::proto::Peer;
use envoi_driver::tls::{Level, Status};
use envoi_sink::TlsVersions;

use crate::bed::*;

#[test]
fn postfix_resumes_a_session_of_version_1_2() {
    let tls = ServerTls { versions: TlsVersions::Only12, ..starttls() };
    let started = start(Server::Postfix, Some(tls), None);
    assert_eq!(resumed(started.server.address(), &peer(Level::Verify)), [false, true, true, true]);
    started.server.log_lines("Reusing old session", 3, PATIENCE).unwrap();
}

#[test]
fn postfix_resumes_every_other_session_of_version_1_3() {
    // It gives one ticket with a full handshake, and none with a resumed one; a ticket is used
    // once (RFC 8446, C.4).
    let tls = ServerTls { versions: TlsVersions::Only13, ..starttls() };
    let started = start(Server::Postfix, Some(tls), None);
    assert_eq!(resumed(started.server.address(), &peer(Level::Verify)), [false, true, false, true]);
    started.server.log_lines("Reusing old session", 2, PATIENCE).unwrap();
}

#[test]
fn exim_resumes_a_session_or_begins_another() {
    let started = start(Server::Exim, Some(starttls()), None);
    let config = config(engine());
    for _ in 0..3 {
        let report = send_with(started.server.address(), peer(Level::Verify), config.clone());
        assert_eq!(delivered(&report).judgment.status, Status::Verified);
    }
}

#[test]
fn openssl_resumes_a_session() {
    for options in [
        &["-tls1_2"][..],
        // By the session's id.
        &["-tls1_2", "-no_ticket"],
        &["-tls1_3"],
        // What a ticket says is in the server's memory.
        &["-tls1_3", "-no_ticket"],
        &["-tls1_3", "-num_tickets", "1"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = OpensslServer::start(installed(), folder.path(), &starttls(), options);
        let server = server.unwrap();
        let resumed = resumed(server.address(), &implicit_peer(Level::Verify));
        assert_eq!(resumed, [false, true, true, true], "{options:?}");
        server.log_lines("Reused session-id", 3, PATIENCE).unwrap();
    }
}

#[test]
fn server_without_tickets_resumes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["-tls1_3", "-num_tickets", "0"];
    let server = OpensslServer::start(installed(), folder.path(), &starttls(), &options).unwrap();
    let config = config(engine());
    for _ in 0..2 {
        let report = send_with(server.address(), implicit_peer(Level::Verify), config.clone());
        assert!(!delivered(&report).is_resumed);
    }
}

#[test]
fn session_of_one_level_is_none_for_another() {
    let started = start(Server::Postfix, Some(starttls()), None);
    let config = config(engine());
    for level in [Level::May, Level::Encrypt, Level::Verify, Level::Secure] {
        let report = send_with(started.server.address(), peer(level), config.clone());
        assert!(!delivered(&report).is_resumed, "{level}");
    }
}

#[test]
fn session_with_an_unsuitable_server_is_forgotten() {
    let started = start(Server::Postfix, Some(starttls()), None);
    let config = config(engine());
    for _ in 0..2 {
        let mut peer = peer(Level::Verify);
        peer.tls.names = "other.example".parse().unwrap();
        let report = send_with(started.server.address(), peer, config.clone());
        assert_eq!(&*deferred(&report).text, "Server certificate not verified");
    }
    started.server.log_lines("TLS connection established", 2, PATIENCE).unwrap();
    assert_eq!(started.server.log_lines("Reusing old session", 0, PATIENCE).unwrap(), [""; 0]);
}

/// Delivers four times, and says which of the deliveries resumed a session. All are judged alike.
fn resumed(address: SocketAddr, peer: &Peer) -> [bool; 4] {
    let config = config(engine());
    [(); 4].map(|()| {
        let report = send_with(address, peer.clone(), config.clone());
        let info = delivered(&report);
        assert_eq!(info.judgment.status, Status::Verified);
        assert!(info.judgment.certificate.is_some());
        info.is_resumed
    })
}
