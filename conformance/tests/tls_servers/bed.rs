//! Servers, and a client to deliver to them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use conformance::certificates::{Authority, Credential};
use conformance::servers::{
    self, Installed, Running, Server, ServerAuth, ServerOptions, ServerTls,
};
use envoi_driver::proto::auth::Credentials;
use envoi_driver::proto::{Config, Envelope, Peer, TlsStart};
use envoi_driver::tls::{self, Engine, Info, Level, Policy, Roots};
use envoi_driver::{Content, Message, Outcome, Report, Verdict};

/// Who vouches for everybody here.
pub(crate) static ROOT: LazyLock<Authority> = LazyLock::new(|| Authority::root("Root"));

/// What servers show: it is signed by an intermediate authority, which they show too.
pub(crate) static SERVER: LazyLock<Credential> =
    LazyLock::new(|| ROOT.below("Intermediate").sign(&[HOST], |_| {}));

/// A server of the suite's with its folder.
pub(crate) struct Started {
    pub(crate) server: Running,
    _folder: tempfile::TempDir,
}

pub(crate) fn start(server: Server, tls: Option<ServerTls>, auth: Option<ServerAuth>) -> Started {
    let folder = tempfile::Builder::new().prefix("envoi").tempdir().unwrap();
    let options = ServerOptions { tls, auth, ..ServerOptions::default() };
    let running = server.start(installed(), folder.path(), &options);
    let running = running.unwrap_or_else(|error| panic!("{}: {error}", server.name()));
    Started { server: running, _folder: folder }
}

/// The servers, installed once for all tests.
pub(crate) fn installed() -> &'static Installed {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("servers");
        let installed = servers::install(&cache, &mut |line| eprintln!("{line}"));
        installed.unwrap_or_else(|error| panic!("a real server is missing: {error}"))
    })
}

pub(crate) fn starttls() -> ServerTls {
    ServerTls::new(SERVER.clone())
}

pub(crate) fn implicit() -> ServerTls {
    ServerTls { start: envoi_sink::TlsStart::Implicit, ..starttls() }
}

/// The one user of servers with AUTH.
pub(crate) fn ann(mechanisms: &str) -> ServerAuth {
    ServerAuth {
        user: "ann".to_owned(),
        password: PASSWORD.to_owned(),
        mechanisms: mechanisms.to_owned(),
    }
}

/// A server that is to be verified.
pub(crate) fn peer(level: Level) -> Peer {
    let mut peer = Peer::new(HOST);
    peer.tls = Policy::new(level);
    peer
}

/// The same, with TLS from the first byte.
pub(crate) fn implicit_peer(level: Level) -> Peer {
    let mut peer = peer(level);
    peer.tls_start = TlsStart::Implicit;
    peer
}

pub(crate) fn login(mut peer: Peer, password: &str) -> Peer {
    let credentials = Credentials::password("ann", password).unwrap();
    peer.auth = Some(envoi_driver::attempt(credentials).unwrap());
    peer
}

/// An engine that trusts our authority.
pub(crate) fn engine() -> Engine {
    let mut roots = Roots::default();
    roots.add_pem(ROOT.pem().as_bytes()).unwrap();
    tls::engine(roots)
}

pub(crate) fn config(engine: Engine) -> Arc<Config> {
    let mut config = Config::new("client.example".parse().unwrap());
    config.tls = Some(Arc::new(engine));
    Arc::new(config)
}

/// Sends a message, with an engine that has seen nothing yet.
pub(crate) fn send(address: SocketAddr, peer: Peer) -> Report {
    send_with(address, peer, config(engine()))
}

pub(crate) fn send_with(address: SocketAddr, peer: Peer, config: Arc<Config>) -> Report {
    let mut reports = send_all(address, peer, config, [CONTENT.into()]);
    reports.pop().unwrap()
}

pub(crate) fn send_all(
    address: SocketAddr,
    peer: Peer,
    config: Arc<Config>,
    contents: impl IntoIterator<Item = Content>,
) -> Vec<Report> {
    let connection = envoi_blocking::connect(address, peer, config).unwrap();
    let messages = contents.into_iter().map(|content| {
        let recipients = vec!["bob@test.example".parse().unwrap()];
        let envelope = Envelope::new("ann@client.example".parse().unwrap(), recipients);
        Message::new(envelope, content)
    });
    connection.send_all(messages).collect()
}

/// The only outcome, which is a delivery under TLS.
pub(crate) fn delivered(report: &Report) -> &Info {
    let outcome = &report.outcomes[0];
    assert_eq!(outcome.verdict, Verdict::Sent, "{}", outcome.text);
    outcome.tls.as_ref().expect("it went by TLS")
}

/// The only outcome, which is a deferral.
pub(crate) fn deferred(report: &Report) -> &Outcome {
    let outcome = &report.outcomes[0];
    assert_eq!(outcome.verdict, Verdict::Deferred, "{}", outcome.text);
    outcome
}

pub(crate) const HOST: &str = "mx.test.example";
pub(crate) const PASSWORD: &str = "p\u{e4}ss w\u{f6}rd";
pub(crate) const CONTENT: &str = "Subject: hello\r\n\r\nHello, Bob!\r\n";
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
