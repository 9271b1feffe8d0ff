//! A client and a server for one row of the table.

use std::sync::Arc;

use conformance::certificates::Credential;
use envoi_driver::proto::{Config, Envelope, Peer};
use envoi_driver::tls::{self, Digest, Fingerprints, Level, NameRules, Policy, Status};
use envoi_driver::{Message, Report, Verdict};
use envoi_sink::{Certificate, Options, Sink, Tls};

use crate::Cell;
use crate::chains::Shown;

/// What is asked of the server: the columns of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    Level(Level),
    /// The fingerprint of the certificate.
    Certificate,
    /// The fingerprint of its key.
    Key,
    /// The fingerprint of another.
    Other,
    Verify,
    /// A name of these.
    Secure(&'static str),
}

pub(crate) struct Bed {
    sink: Sink,
    host: &'static str,
    next_hop: &'static str,
    credential: Credential,
    config: Arc<Config>,
}

impl Bed {
    pub(crate) fn with(shown: Shown) -> Self {
        let Shown { credential, host, next_hop, roots } = shown;
        let chain = credential.chain();
        let certificate = Certificate::from_pem(chain.as_bytes(), credential.key().as_bytes());
        let tls = Some(Tls::new(certificate.unwrap()));
        let sink = Sink::listen("127.0.0.1:0", Options { tls, ..Options::default() }).unwrap();
        let mut config = Config::new("client.example".parse().unwrap());
        config.tls = Some(Arc::new(tls::engine(roots)));
        Self { sink, host, next_hop, credential, config: Arc::new(config) }
    }

    /// Asserts a row of the table, and why `verify` does not verify.
    pub(crate) fn shows(&self, row: &[Cell], why: &str) {
        let found: Vec<_> = COLUMNS.iter().map(|asked| self.cell(*asked, |_| {})).collect();
        let cells: Vec<_> = found.iter().map(|(cell, _)| *cell).collect();
        assert_eq!(cells, row, "{found:#?}");
        assert_eq!(found[VERIFY].1, why);
    }

    /// What becomes of mail, and what there is to say against the certificate.
    pub(crate) fn cell(&self, asked: Asked, edit: impl FnOnce(&mut Policy)) -> (Cell, String) {
        let before = self.sink.messages().len();
        let report = self.report(self.peer(asked, edit));
        let kept = self.sink.messages();
        let outcome = &report.outcomes[0];
        let reason = outcome.tls.as_ref().and_then(|info| info.judgment.reason.as_ref());
        let reason = reason.map(ToString::to_string).unwrap_or_default();
        if outcome.verdict == Verdict::Deferred {
            assert_eq!(outcome.status.to_string(), "4.7.5");
            assert_eq!(&*outcome.text, "Server certificate not verified");
            assert_eq!(kept.len(), before, "deferred and delivered");
            return (Cell::Defer, reason);
        }
        assert_eq!(outcome.verdict, Verdict::Sent, "{asked:?}: {}", outcome.text);
        assert_eq!(kept.len(), before + 1);
        assert_eq!(kept[before].tls.is_some(), outcome.tls.is_some(), "{asked:?}");
        let cell = match outcome.tls.as_ref().map(|info| info.judgment.status) {
            None => Cell::Plain,
            Some(Status::Anonymous) => panic!("the server has a certificate"),
            Some(Status::Untrusted) => Cell::Untru,
            Some(Status::Trusted) => Cell::Trust,
            Some(Status::Verified) => Cell::Verif,
        };
        (cell, reason)
    }

    pub(crate) fn peer(&self, asked: Asked, edit: impl FnOnce(&mut Policy)) -> Peer {
        let mut peer = Peer::new(self.host);
        peer.next_hop = self.next_hop.to_owned();
        peer.tls = Policy::new(match asked {
            Asked::Level(level) => level,
            Asked::Certificate | Asked::Key | Asked::Other => Level::Fingerprint,
            Asked::Verify => Level::Verify,
            Asked::Secure(_) => Level::Secure,
        });
        let fingerprint = |der| Fingerprints(vec![Digest::Sha256.of(der)]);
        match asked {
            Asked::Level(_) | Asked::Verify => {}
            Asked::Certificate => peer.tls.fingerprints = fingerprint(self.credential.der()),
            Asked::Key => peer.tls.fingerprints = fingerprint(self.credential.public_key()),
            Asked::Other => peer.tls.fingerprints = fingerprint(b"another"),
            Asked::Secure(names) => peer.tls.names = names.parse::<NameRules>().unwrap(),
        }
        edit(&mut peer.tls);
        peer
    }

    pub(crate) fn report(&self, peer: Peer) -> Report {
        let connection = envoi_blocking::connect(self.sink.address(), peer, self.config.clone());
        let mut reports = connection.unwrap().send_all([message()]);
        reports.next().unwrap()
    }

    /// Sends the same with tokio, smol and async-std, each with an engine of its own.
    pub(crate) fn reports_of_other_adapters(&self, asked: Asked) -> [Report; 3] {
        let address = self.sink.address();
        let peer = || self.peer(asked, |_| {});
        let config = || self.config.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let tokio = runtime.block_on(async {
            let mut connection = envoi_tokio::connect(address, peer(), config()).await.unwrap();
            connection.send(message()).await
        });
        let smol = smol::block_on(async {
            let mut connection = envoi_smol::connect(address, peer(), config()).await.unwrap();
            connection.send(message()).await
        });
        let async_std = async_std::task::block_on(async {
            let connection = envoi_async_std::connect(address, peer(), config()).await;
            connection.unwrap().send(message()).await
        });
        [tokio, smol, async_std]
    }
}

fn message() -> Message {
    let recipients = vec!["bob@mail.example".parse().unwrap()];
    let envelope = Envelope::new("ann@client.example".parse().unwrap(), recipients);
    Message::new(envelope, "Subject: hello\r\n\r\nHello, Bob!\r\n")
}

const COLUMNS: [Asked; 10] = [
    Asked::Level(Level::None),
    Asked::Level(Level::May),
    Asked::Level(Level::Encrypt),
    Asked::Certificate,
    Asked::Key,
    Asked::Other,
    Asked::Verify,
    Asked::Secure("nexthop"),
    Asked::Secure("dot-nexthop"),
    Asked::Secure("nexthop, dot-nexthop"),
];

/// Which of them is [`Asked::Verify`].
const VERIFY: usize = 6;
