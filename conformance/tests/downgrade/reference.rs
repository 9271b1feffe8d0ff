//! Postfix's smtp(8) under the same attacks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use conformance::servers::{self, PostfixClient, Protocol, Route, Status, Submission};
use envoi_driver::proto::TlsStart;
use envoi_driver::tls::Level;
use envoi_sink::Sink;

use crate::attack::Attack;
use crate::bed::{self, Bed};
use crate::relay::Relay;
use crate::{ATTACKS, Cell};

#[test]
fn postfix_does_the_same_but_goes_on_after_injections() {
    let bed = Bed::new();
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("root.pem");
    std::fs::write(&authorities, bed.root()).unwrap();
    let victims: Vec<_> = ATTACKS
        .iter()
        .enumerate()
        .flat_map(|(n, (fact, attack))| {
            bed::LEVELS.map(|level| Victim::new(&bed, n, fact, *attack, level))
        })
        .collect();
    let routes: Vec<_> = victims.iter().map(|victim| victim.route(&bed, &authorities)).collect();
    let instance = folder.path().join("postfix");
    let client = PostfixClient::start(&installed(), &instance, &routes).unwrap();
    let submitted: Vec<_> = routes.iter().map(|route| submit(&client, &route.name)).collect();
    for (victim, id) in victims.into_iter().zip(submitted) {
        let theirs = client.wait_for(&id, 1, PATIENCE).unwrap().remove(0);
        let ours = bed.attacked(victim.attack, victim.level, TlsStart::Starttls);
        let seen = format!("{} {}: {ours:?} {theirs:?}", victim.fact, victim.level);
        let is_injected = victim.is_injected();
        let cell = victim.cell(theirs.status);
        if is_injected {
            // What follows the 220 is dropped, and the handshake begins.
            assert_eq!((cell, ours.cell), (Cell::Secure, Cell::Defer), "{seen}");
            continue;
        }
        assert_eq!((cell, &theirs.dsn), (ours.cell, &ours.status), "{seen}");
        // Our texts say more, and name the server.
        let text = ours.text.replace(bed::HOST, "127.0.0.1");
        assert!(theirs.status == Status::Sent || text.starts_with(&theirs.text), "{seen}");
    }
}

/// One conversation of smtp(8)'s.
struct Victim {
    fact: &'static str,
    attack: Attack,
    level: Level,
    /// The route to it.
    name: String,
    sink: Sink,
    relay: Relay,
}

impl Victim {
    fn new(bed: &Bed, n: usize, fact: &'static str, attack: Attack, level: Level) -> Self {
        let sink = bed.sink();
        let relay = Relay::to(sink.address(), attack);
        Self { fact, attack, level, name: format!("attack-{n}-{level}"), sink, relay }
    }

    fn route(&self, bed: &Bed, authorities: &Path) -> Route {
        let parameters = [
            ("smtp_tls_security_level", self.level.to_string()),
            ("smtp_tls_CAfile", authorities.display().to_string()),
            ("smtp_tls_verify_cert_match", bed::HOST.to_owned()),
            ("smtp_tls_secure_cert_match", bed::HOST.to_owned()),
            ("smtp_tls_fingerprint_digest", "sha256".to_owned()),
            ("smtp_tls_fingerprint_cert_match", bed.fingerprint().to_string()),
        ];
        Route {
            name: self.name.clone(),
            protocol: Protocol::Smtp,
            next_hop: Route::next_hop(&[self.relay.address]),
            parameters: parameters.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        }
    }

    /// Whether somebody says something behind the 220 that is heard.
    fn is_injected(&self) -> bool {
        matches!(self.attack, Attack::Inject(_)) && self.level > Level::None
    }

    /// What became of the mail, by what was seen of it.
    fn cell(self, status: Status) -> Cell {
        let says_mail = bed::says_mail(&self.relay.heard());
        let is_sent = status == Status::Sent;
        assert_eq!(self.sink.count(), u64::from(is_sent), "{} {}", self.fact, self.level);
        match status {
            Status::Sent if says_mail => Cell::Plain,
            Status::Sent => Cell::Secure,
            Status::Bounced => Cell::Bounce,
            Status::Deferred => Cell::Defer,
            Status::SoftBounced | Status::Expired => panic!("{status:?}"),
        }
    }
}

fn submit(client: &PostfixClient, route: &str) -> servers::QueueId {
    let content = format!("Subject: {0}\r\n\r\n{0}\r\n", bed::SECRET);
    let submission = Submission {
        route,
        sender: "ann@client.example",
        parameters: "",
        recipients: &[("bob@mx.example", "")],
        content: content.as_bytes(),
    };
    client.submit(&submission).unwrap()
}

fn installed() -> servers::Installed {
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("servers");
    let installed = servers::install(&cache, &mut |line| eprintln!("{line}"));
    installed.unwrap_or_else(|error| panic!("a real server is missing: {error}"))
}

const PATIENCE: Duration = Duration::from_secs(60);
