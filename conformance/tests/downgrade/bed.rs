//! A client, a server, and somebody between them.

use std::sync::Arc;

use conformance::certificates::{Authority, Credential};
use envoi_driver::proto::{Config, Doubt, Envelope, Peer, TlsStart};
use envoi_driver::tls::{self, Digest, Fingerprint, Fingerprints, Level, Policy, Roots};
use envoi_driver::{Message, Verdict};
use envoi_sink::{Certificate, Options, Sink, Tls};

use crate::Cell;
use crate::attack::Attack;
use crate::relay::Relay;

pub(crate) struct Bed {
    /// Who vouches for the server.
    root: Authority,
    credential: Credential,
    config: Arc<Config>,
}

/// What was seen of one conversation.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) cell: Cell,
    pub(crate) status: String,
    pub(crate) text: String,
    /// Whether it may have arrived all the same.
    pub(crate) is_in_doubt: bool,
    /// How many messages the server has.
    pub(crate) kept: u64,
}

impl Bed {
    pub(crate) fn new() -> Self {
        let root = Authority::root("Root");
        let credential = root.sign(&[HOST], |_| {});
        let mut roots = Roots::default();
        roots.add_pem(root.pem().as_bytes()).unwrap();
        let mut config = Config::new("client.example".parse().unwrap());
        config.tls = Some(Arc::new(tls::engine(roots)));
        Self { root, credential, config: Arc::new(config) }
    }

    /// A server of its own, for one conversation.
    pub(crate) fn sink(&self) -> Sink {
        let (chain, key) = (self.credential.chain(), self.credential.key());
        let certificate = Certificate::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        let tls = Some(Tls::new(certificate));
        Sink::listen("127.0.0.1:0", Options { tls, ..Options::default() }).unwrap()
    }

    /// The certificate of whoever vouches for the server, in PEM.
    pub(crate) fn root(&self) -> String {
        self.root.pem()
    }

    /// The fingerprint of the server's certificate.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Digest::Sha256.of(self.credential.der())
    }

    /// Asserts a row of the table.
    pub(crate) fn shows(&self, attack: Attack, row: &[Cell], status: &str, text: &str) {
        let attacked = |level| self.attacked(attack, level, TlsStart::Starttls);
        let seen = LEVELS.map(attacked);
        for seen in &seen {
            let is_sent = matches!(seen.cell, Cell::Plain | Cell::Secure);
            assert_eq!((seen.kept, seen.is_in_doubt), (u64::from(is_sent), false), "{seen:?}");
        }
        assert_eq!(seen.each_ref().map(|seen| seen.cell), row, "{seen:#?}");
        for seen in seen.iter().filter(|seen| matches!(seen.cell, Cell::Defer | Cell::Bounce)) {
            assert_eq!(seen.status, status, "{seen:?}");
            assert!(seen.text.starts_with(text), "{seen:?}");
        }
    }

    /// Sends a message through the attack.
    pub(crate) fn attacked(&self, attack: Attack, level: Level, start: TlsStart) -> Seen {
        let sink = self.sink();
        let relay = Relay::to(sink.address(), attack);
        let peer = self.peer(level, start);
        let connection = envoi_blocking::connect(relay.address, peer, self.config.clone());
        let mut reports = connection.unwrap().send_all([message()]);
        let report = reports.next().unwrap();
        assert!(reports.next().is_none());
        drop(reports);
        let heard = relay.heard();
        let says_mail = says_mail(&heard);
        let outcome = &report.outcomes[0];
        let cell = match outcome.verdict {
            Verdict::Sent if says_mail => Cell::Plain,
            Verdict::Sent => Cell::Secure,
            Verdict::Bounced => Cell::Bounce,
            Verdict::Deferred => Cell::Defer,
            Verdict::Deliverable | Verdict::Undeliverable => panic!("it was no probe"),
        };
        assert_eq!(says_mail, cell == Cell::Plain, "{level}: {}", heard.escape_ascii());
        assert!(!says_mail || !level.requires_tls(), "{level}: {}", heard.escape_ascii());
        Seen {
            cell,
            status: outcome.status.to_string(),
            text: outcome.text.to_string(),
            is_in_doubt: outcome.doubt == Doubt::Uncertain,
            kept: sink.count(),
        }
    }

    fn peer(&self, level: Level, start: TlsStart) -> Peer {
        let mut peer = Peer::new(HOST);
        peer.tls_start = start;
        peer.tls = Policy::new(level);
        peer.tls.fingerprints = Fingerprints(vec![self.fingerprint()]);
        peer
    }
}

fn message() -> Message {
    let recipients = vec!["bob@mx.example".parse().unwrap()];
    let envelope = Envelope::new("ann@client.example".parse().unwrap(), recipients);
    Message::new(envelope, format!("Subject: {SECRET}\r\n\r\n{SECRET}\r\n"))
}

/// Whether there is anything of the message in what the client said.
pub(crate) fn says_mail(heard: &[u8]) -> bool {
    let has = |text: &str| heard.windows(text.len()).any(|window| window == text.as_bytes());
    has("MAIL FROM") || has(SECRET)
}

pub(crate) const LEVELS: [Level; 6] =
    [Level::None, Level::May, Level::Encrypt, Level::Fingerprint, Level::Verify, Level::Secure];

pub(crate) const HOST: &str = "mx.example";
pub(crate) const SECRET: &str = "nobody is to read this";
