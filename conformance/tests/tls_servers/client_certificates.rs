//! Certificates of ours, for servers that ask.

use conformance::certificates::Credential;
use conformance::servers::{Server, ServerTls};
use envoi_driver::tls::{self, Digest, Identity, Level};
use envoi_sink::{ClientCertificate, TlsVersions};

use crate::bed::*;

#[test]
fn postfix_sees_the_certificate_that_it_requires() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        let ours = ROOT.sign(&["client.example"], |_| {});
        let started =
            start(Server::Postfix, Some(asking(ClientCertificate::Required, versions)), None);
        let config = config(engine().with_identity(&identity(&ours)));
        let report = send_with(started.server.address(), peer(Level::Verify), config);
        delivered(&report);
        let certificate = Digest::Sha256.of(ours.der());
        let key = Digest::Sha256.of(ours.public_key());
        let seen = format!("fingerprint={certificate}, pkey_fingerprint={key}");
        started.server.log_lines(&seen, 1, PATIENCE).unwrap();
        started.server.log_lines("Trusted TLS connection established from", 1, PATIENCE).unwrap();
    }
}

#[test]
fn postfix_sees_the_certificate_that_it_asks_for() {
    let ours = Credential::self_signed(&["client.example"]);
    let asking = asking(ClientCertificate::Asked, TlsVersions::All);
    let started = start(Server::Postfix, Some(asking), None);
    let config = config(engine().with_identity(&identity(&ours)));
    delivered(&send_with(started.server.address(), peer(Level::Verify), config));
    let seen = format!("fingerprint={}", Digest::Sha256.of(ours.der()));
    started.server.log_lines(&seen, 1, PATIENCE).unwrap();
    started.server.log_lines("Untrusted TLS connection established from", 1, PATIENCE).unwrap();
}

#[test]
fn postfix_takes_mail_without_the_certificate_that_it_asks_for() {
    let asking = asking(ClientCertificate::Asked, TlsVersions::All);
    let started = start(Server::Postfix, Some(asking), None);
    delivered(&send(started.server.address(), peer(Level::Verify)));
    started.server.log_lines("Anonymous TLS connection established from", 1, PATIENCE).unwrap();
}

#[test]
fn server_that_misses_a_certificate_takes_no_mail() {
    let host = "mx.test.example[127.0.0.1]";
    for (server, versions, status, text) in [
        // Postfix does the handshake, and then says what is missing.
        (
            Server::Postfix,
            TlsVersions::All,
            "4.7.1",
            "refused to talk to me: 421 4.7.1 postfix.test.example Error: No client certificate",
        ),
        // With TLS 1.3 the handshake is over for us before the server has read its end.
        (Server::Exim, TlsVersions::Only12, "4.7.5", "Cannot start TLS: handshake failure: "),
        (Server::Exim, TlsVersions::Only13, "4.4.2", &format!("lost connection with {host} ")),
    ] {
        let asking = asking(ClientCertificate::Required, versions);
        let started = start(server, Some(asking), None);
        let report = send(started.server.address(), peer(Level::Verify));
        let outcome = deferred(&report);
        assert_eq!(outcome.status.to_string(), status, "{}: {outcome:?}", server.name());
        assert!(outcome.text.contains(text), "{}: {}", server.name(), outcome.text);
        assert_eq!(started.server.messages().unwrap(), []);
    }
}

#[test]
fn exim_sees_the_certificate_that_it_requires() {
    let ours = ROOT.sign(&["client.example"], |_| {});
    let asking = asking(ClientCertificate::Required, TlsVersions::All);
    let started = start(Server::Exim, Some(asking), None);
    let config = config(engine().with_identity(&identity(&ours)));
    delivered(&send_with(started.server.address(), peer(Level::Verify), config));
    started.server.log_lines("CV=yes", 1, PATIENCE).unwrap();
    started.server.log_lines("DN=\"CN=client.example\"", 1, PATIENCE).unwrap();
}

fn asking(client_certificate: ClientCertificate, versions: TlsVersions) -> ServerTls {
    ServerTls { client_certificate, versions, authorities: ROOT.pem(), ..starttls() }
}

fn identity(ours: &Credential) -> Identity {
    let provider = tls::default_provider();
    Identity::from_pem(ours.chain().as_bytes(), ours.key().as_bytes(), &[], &provider).unwrap()
}
