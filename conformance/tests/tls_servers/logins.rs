//! AUTH with Cyrus SASL, as Postfix has it, and with Exim.

use std::sync::Arc;

use conformance::servers::{Server, ServerAuth};
use envoi_driver::Verdict;
use envoi_driver::proto::Config;
use envoi_driver::tls::Level;

use crate::bed::*;

#[test]
fn cyrus_takes_the_password_by_each_mechanism() {
    takes(Server::Postfix, CYRUS);
}

#[test]
fn exim_takes_the_password_by_each_mechanism() {
    takes(Server::Exim, EXIM);
}

#[test]
fn cyrus_is_asked_by_the_strongest_mechanism() {
    let all = "LOGIN PLAIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
    let started = start(Server::Postfix, Some(starttls()), Some(ann(all)));
    delivered(&send(started.server.address(), login(peer(Level::Encrypt), PASSWORD)));
    started.server.log_lines("sasl_method=SCRAM-SHA-256", 1, PATIENCE).unwrap();
}

#[test]
fn password_crosses_a_wire_in_plaintext_by_challenge_alone() {
    for (mechanisms, method) in
        [("PLAIN LOGIN CRAM-MD5", "CRAM-MD5"), ("SCRAM-SHA-1", "SCRAM-SHA-1")]
    {
        let started = start(Server::Postfix, None, Some(ann(mechanisms)));
        let report = send(started.server.address(), login(peer(Level::None), PASSWORD));
        assert_eq!(report.outcomes[0].verdict, Verdict::Sent, "{}", report.outcomes[0].text);
        started.server.log_lines(&format!("sasl_method={method}"), 1, PATIENCE).unwrap();
    }
    let started = start(Server::Postfix, None, Some(ann("PLAIN LOGIN")));
    let report = send(started.server.address(), login(peer(Level::None), PASSWORD));
    let outcome = deferred(&report);
    assert_eq!(outcome.status.to_string(), "4.7.0");
    assert_eq!(
        &*outcome.text,
        "SASL authentication failed: server mx.test.example[127.0.0.1] offered no compatible \
         authentication mechanisms for this type of connection security"
    );
}

#[test]
fn wrong_password_is_refused_and_mail_is_kept() {
    for (server, mechanisms, status) in
        [(Server::Postfix, CYRUS, "4.7.8"), (Server::Exim, EXIM, "4.0.0")]
    {
        let started = start(server, Some(starttls()), Some(ann(mechanisms)));
        for mechanism in mechanisms.split(' ') {
            let peer = login(peer(Level::Encrypt), "wrong");
            let report = send_with(started.server.address(), peer, using(mechanism));
            let outcome = deferred(&report);
            let refused = "SASL authentication failed; server mx.test.example[127.0.0.1] said: 535";
            assert!(outcome.text.starts_with(refused), "{mechanism}: {}", outcome.text);
            assert_eq!(outcome.status.to_string(), status, "{mechanism}");
        }
        assert_eq!(started.server.messages().unwrap(), []);
    }
}

#[test]
fn unknown_user_is_refused_and_mail_is_kept() {
    let bob = ServerAuth { user: "bob".to_owned(), ..ann(CYRUS) };
    let started = start(Server::Postfix, Some(starttls()), Some(bob));
    for mechanism in CYRUS.split(' ') {
        let peer = login(peer(Level::Encrypt), PASSWORD);
        let report = send_with(started.server.address(), peer, using(mechanism));
        let outcome = deferred(&report);
        let refused = "SASL authentication failed; server mx.test.example[127.0.0.1] said: 535";
        assert!(outcome.text.starts_with(refused), "{mechanism}: {}", outcome.text);
    }
}

#[test]
fn mail_from_nobody_is_refused() {
    for server in [Server::Postfix, Server::Exim] {
        let started = start(server, Some(starttls()), Some(ann("PLAIN")));
        let report = send(started.server.address(), peer(Level::Encrypt));
        assert_eq!(report.outcomes[0].verdict, Verdict::Bounced, "{}", server.name());
    }
}

#[test]
fn many_messages_follow_one_login() {
    let started = start(Server::Postfix, Some(implicit()), Some(ann("SCRAM-SHA-256")));
    let peer = login(implicit_peer(Level::Verify), PASSWORD);
    let contents = (0..50).map(|n| format!("Subject: {n}\r\n\r\n{n}\r\n").into());
    let reports = send_all(started.server.address(), peer, config(engine()), contents);
    assert!(reports.iter().all(|report| report.is_sent()));
    assert_eq!(started.server.wait_for(50, PATIENCE).unwrap().len(), 50);
}

fn takes(server: Server, mechanisms: &str) {
    for (tls, peer) in
        [(starttls(), peer(Level::Verify)), (implicit(), implicit_peer(Level::Verify))]
    {
        let started = start(server, Some(tls), Some(ann(mechanisms)));
        for mechanism in mechanisms.split(' ') {
            let peer = login(peer.clone(), PASSWORD);
            delivered(&send_with(started.server.address(), peer, using(mechanism)));
            let seen = match server {
                Server::Postfix => {
                    format!("sasl_method={mechanism}, sasl_username=ann@postfix.test.example")
                }
                Server::Exim => {
                    format!("A={}:ann", mechanism.to_ascii_lowercase().replace('-', "_"))
                }
                Server::Sendmail | Server::SmtpSink => unreachable!("they have no AUTH here"),
            };
            started.server.log_lines(&seen, 1, PATIENCE).unwrap();
        }
        let expected = mechanisms.split(' ').count();
        assert_eq!(started.server.wait_for(expected, PATIENCE).unwrap().len(), expected);
    }
}

/// A configuration that knows one mechanism alone.
fn using(mechanism: &str) -> Arc<Config> {
    let mut config = Arc::unwrap_or_clone(config(engine()));
    config.auth.filter = mechanism.parse().unwrap();
    Arc::new(config)
}

const CYRUS: &str = "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
const EXIM: &str = "PLAIN LOGIN CRAM-MD5";
