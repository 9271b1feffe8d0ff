//! STARTTLS, implicit TLS and AUTH, from a driver to the sink and back.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use envoi_driver::proto::auth::{Attempt, Credentials};
use envoi_driver::proto::{Config, Envelope, Peer, TlsStart};
use envoi_driver::tls::{self, Engine, Level, Policy, Roots};
use envoi_driver::{Message, Report, Verdict};
use envoi_sink::{Auth, Options, Sink, Tls};

#[test]
fn a_message_goes_through_starttls() {
    let tls = Tls::self_made("mx.example").unwrap();
    let engine = engine(&tls);
    let sink = sink(Options { tls: Some(tls), ..Options::default() });
    let report = send(&sink, peer(Level::Secure), engine);
    assert_eq!(report.outcomes[0].verdict, Verdict::Sent, "{}", report.outcomes[0].text);
    let info = report.tls.unwrap();
    assert_eq!((info.protocol, info.is_resumed), ("TLSv1.3", false));
    assert_eq!(sink.count(), 1);
}

#[test]
fn a_message_goes_through_implicit_tls_and_scram_plus() {
    let tls = Tls::self_made("mx.example").unwrap();
    let engine = engine(&tls);
    let tls = Tls { start: envoi_sink::TlsStart::Implicit, ..tls };
    let auth = Auth { is_required: true, ..Auth::new("ann", "secret") };
    let sink = sink(Options { tls: Some(tls), auth: Some(auth), ..Options::default() });
    let mut peer = peer(Level::Verify);
    peer.tls_start = TlsStart::Implicit;
    peer.auth = Some(attempt());
    let report = send(&sink, peer, engine);
    assert_eq!(report.outcomes[0].verdict, Verdict::Sent, "{}", report.outcomes[0].text);
}

fn attempt() -> Attempt {
    envoi_driver::attempt(Credentials::password("ann", "secret").unwrap()).unwrap()
}

fn sink(options: Options) -> Sink {
    Sink::listen("127.0.0.1:0", options).unwrap()
}

/// An engine that trusts the sink's certificate alone.
fn engine(tls: &Tls) -> Engine {
    let mut roots = Roots::default();
    let certificate = tls.certificate.der().to_vec();
    assert_eq!(roots.add([tls::pki_types::CertificateDer::from(certificate)]), 1);
    tls::engine(roots)
}

fn peer(level: Level) -> Peer {
    let mut peer = Peer::new("mx.example");
    peer.tls = Policy::new(level);
    peer
}

fn send(sink: &Sink, peer: Peer, engine: Engine) -> Report {
    let mut config = Config::new("client.example".parse().unwrap());
    config.tls = Some(Arc::new(engine));
    let envelope = Envelope::new(
        "ann@client.example".parse().unwrap(),
        vec!["bob@mx.example".parse().unwrap()],
    );
    let message = Message::new(envelope, "Subject: hello\r\n\r\nHello, Bob!\r\n");
    let connection = envoi_blocking::connect(sink.address(), peer, Arc::new(config)).unwrap();
    let mut reports = connection.send_all([message]);
    let report = reports.next().unwrap();
    assert!(reports.next().is_none());
    report
}
