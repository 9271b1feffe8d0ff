//! Scenarios of TLS and authentication.

use std::sync::Arc;
use std::time::Duration;

use envoi_driver::Verdict;
use envoi_driver::proto::auth::{Credentials, Rejections};
use envoi_driver::proto::{Config, Error, Peer, Stage, TlsStart};
use envoi_driver::tls::{Engine, Fault, Level, Policy, Roots, engine, pki_types};
use envoi_driver::{Connection, Io};
use envoi_sink::{Auth, Mechanism, Options, Sink, Tls};

use crate::Connect;
use crate::bed::*;

pub(crate) async fn messages_go_through_starttls<I: Io>(connect: impl Connect<I>) {
    let bed = Bed::new(Options::default());
    for is_resumed in [false, true] {
        let connection = bed.connect(&connect, peer_at(Level::Secure)).await;
        let content = b"A line.\r\n.\r\n".repeat(20_000);
        let reports = send_all(connection, vec![message(&["bob"], content); 3]).await;
        assert!(reports.iter().all(|report| report.is_sent()), "{reports:?}");
        let tls = reports[2].outcomes[0].tls.as_ref().unwrap();
        assert_eq!((tls.protocol, tls.is_resumed), ("TLSv1.3", is_resumed));
        assert_eq!(tls.judgment.status.to_string(), "Verified");
    }
    assert_eq!(bed.sink.count(), 6);
}

pub(crate) async fn a_password_goes_through_implicit_tls<I: Io>(connect: impl Connect<I>) {
    let start = envoi_sink::TlsStart::Implicit;
    for mechanism in Mechanism::ALL {
        if matches!(mechanism, Mechanism::External | Mechanism::OauthBearer | Mechanism::Xoauth2) {
            continue;
        }
        let auth =
            Auth { is_required: true, under_tls: vec![mechanism], ..Auth::new("ann", "secret") };
        let bed = Bed::new(Options { auth: Some(auth), ..tls_options(start) });
        let mut peer = peer_at(Level::Verify);
        peer.tls_start = TlsStart::Implicit;
        peer.auth = Some(attempt("secret"));
        let connection = bed.connect(&connect, peer).await;
        let reports = send_all(connection, [message(&["bob"], "hello\r\n")]).await;
        assert!(reports[0].is_sent(), "{mechanism}: {reports:?}");
    }
}

pub(crate) async fn a_refused_password_is_remembered<I: Io>(connect: impl Connect<I>) {
    let auth = Auth { is_required: true, ..Auth::new("ann", "secret") };
    let bed = Bed::new(Options { auth: Some(auth), ..Options::default() });
    let now = Duration::from_secs(1_800_000_000);
    let mut rejections = Rejections::new(Duration::from_secs(60));
    for said in ["SASL authentication failed; server ", "SASL [CACHED] authentication failed"] {
        let mut attempt = attempt("wrong");
        let known = rejections.find("mx.example", &attempt.credentials, now);
        attempt.rejection = known.cloned();
        let mut peer = peer_at(Level::Encrypt);
        peer.auth = Some(attempt);
        let mut reports = bed.connect(&connect, peer).await.send_all([message(&["bob"], "hi")]);
        let report = reports.next().await.unwrap();
        assert_eq!(verdicts(&report), [Verdict::Deferred]);
        let text = &report.outcomes[0].text;
        assert!(text.starts_with(said) && text.contains("said: 535 5.7.8"), "{text}");
        if let Some(rejection) = reports.rejection(now) {
            rejections.insert("mx.example", &credentials("wrong"), rejection);
        }
        assert!(reports.next().await.is_none());
    }
    assert_eq!(bed.sink.count(), 0);
}

pub(crate) async fn a_failed_handshake_is_told<I: Io>(connect: impl Connect<I>) {
    for (fault, expected) in [
        ("handshake:garbage", Error::Tls(Stage::Handshake, Fault::Malformed)),
        ("handshake:disconnect", Error::Lost(Stage::Handshake)),
        ("starttls:inject", Error::Injected),
    ] {
        let faults = vec![fault.parse().unwrap()];
        let bed = Bed::new(Options { faults, ..Options::default() });
        let connection = bed.connect(&connect, peer_at(Level::May)).await;
        let reports = send_all(connection, [message(&["bob"], "hi")]).await;
        assert_eq!(verdicts(&reports[0]), [Verdict::Deferred]);
        assert_eq!(reports[0].outcomes[0].failure, Some(expected), "{fault}");
        assert_eq!(bed.sink.count(), 0);
    }
}

/// A sink with a certificate, and whoever trusts it.
struct Bed {
    sink: Sink,
    config: Arc<Config>,
}

impl Bed {
    /// A sink that speaks STARTTLS, unless the options say otherwise.
    fn new(mut options: Options) -> Self {
        let tls = options.tls.take().unwrap_or_else(tls);
        let mut config = Config::clone(&config());
        config.tls = Some(Arc::new(trusting(&tls)));
        let sink = sink(Options { tls: Some(tls), ..options });
        Self { sink, config: config.into() }
    }

    async fn connect<I: Io>(&self, connect: &impl Connect<I>, peer: Peer) -> Connection<I> {
        connect(self.sink.address(), peer, self.config.clone()).await.unwrap()
    }
}

fn tls() -> Tls {
    Tls::self_made("mx.example").unwrap()
}

fn tls_options(start: envoi_sink::TlsStart) -> Options {
    Options { tls: Some(Tls { start, ..tls() }), ..Options::default() }
}

fn trusting(tls: &Tls) -> Engine {
    let mut roots = Roots::default();
    let certificate = tls.certificate.der().to_vec();
    assert_eq!(roots.add([pki_types::CertificateDer::from(certificate)]), 1);
    engine(roots)
}

fn peer_at(level: Level) -> Peer {
    let mut peer = peer();
    peer.tls = Policy::new(level);
    peer
}

fn attempt(password: &str) -> envoi_driver::proto::auth::Attempt {
    envoi_driver::attempt(credentials(password)).unwrap()
}

fn credentials(password: &str) -> Credentials {
    Credentials::password("ann", password).unwrap()
}
