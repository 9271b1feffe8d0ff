//! A delivery that smtp(8) makes as well as we do.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use conformance::servers::{self, PostfixClient, Protocol, Route, Submission};
use envoi_driver::Verdict;
use envoi_driver::proto::auth::SecurityOptions;
use envoi_driver::proto::{Config, Peer};
use envoi_driver::tls::{Digest, Fingerprints, Level, Policy, Protocols};

use crate::bed::*;

/// One delivery, for both to make.
#[derive(Clone)]
pub(crate) struct Case<'a> {
    /// In lower case letters, digits and hyphens.
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) asked: Asked<'a>,
    pub(crate) protocols: Protocols,
    pub(crate) login: Option<Login<'a>>,
    /// Whether the server has the groups of OpenSSL, which both of us share.
    pub(crate) is_openssl: bool,
    /// Whether smtp(8) may do without certificates, as is its default.
    pub(crate) takes_anonymous: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Asked<'a> {
    Level(Level),
    Names(Level, &'a str),
    /// That of this in DER.
    Fingerprint(&'a [u8]),
}

#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) mechanism: &'a str,
    pub(crate) password: &'a str,
    /// Whether passwords may be shown under TLS.
    pub(crate) is_lenient: bool,
}

/// What is said of a delivery.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Told {
    pub(crate) outcome: servers::Status,
    pub(crate) dsn: String,
    /// The reason; of what was sent, nothing.
    pub(crate) text: String,
    /// `Verified`, or whatever the certificate is worth; nothing without TLS.
    pub(crate) status: String,
    /// From the protocol to the bits of the cipher, or to the group.
    pub(crate) parameters: String,
}

/// Asserts that both say the same.
pub(crate) fn agree(cases: &[Case<'_>]) {
    for (case, (theirs, ours)) in cases.iter().zip(both(cases)) {
        assert_eq!(ours, theirs, "ours and theirs, {}", case.name);
    }
}

/// What smtp(8) says, and what we say.
pub(crate) fn both(cases: &[Case<'_>]) -> Vec<(Told, Told)> {
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("root.pem");
    std::fs::write(&authorities, ROOT.pem()).unwrap();
    let routes: Vec<_> = cases.iter().map(|case| case.route(&authorities)).collect();
    let instance = folder.path().join("postfix");
    let client = PostfixClient::start(installed(), &instance, &routes).unwrap();
    let submitted: Vec<_> = routes
        .iter()
        .map(|route| {
            let recipients = &[("bob@test.example", "")];
            let (sender, content) = ("ann@client.example", CONTENT.as_bytes());
            let (route, parameters) = (&*route.name, "");
            client.submit(&Submission { route, sender, parameters, recipients, content }).unwrap()
        })
        .collect();
    let told = cases.iter().zip(&submitted).map(|(case, id)| {
        let mut outcomes = client.wait_for(id, 1, PATIENCE).unwrap_or_else(|error| {
            panic!("{error}: {:#?}", client.log_lines("postfix", 0, PATIENCE))
        });
        let outcome = outcomes.remove(0);
        let said = format!("postfix/{}/", case.name);
        let lines = client.log_lines(&said, 0, PATIENCE).unwrap();
        let line = lines.iter().find_map(|line| line.split_once(" TLS connection established to "));
        let (status, parameters) = line.map_or_else(Default::default, |(before, after)| {
            let status = before.rsplit(' ').next().unwrap().to_owned();
            let (_, parameters) = after.split_once(&format!(":{}: ", case.address.port())).unwrap();
            (status, case.part(parameters))
        });
        let text = if outcome.status == servers::Status::Sent { "" } else { &*outcome.text };
        Told {
            outcome: outcome.status,
            dsn: outcome.dsn,
            text: text.to_owned(),
            status,
            parameters,
        }
    });
    told.zip(cases.iter().map(Case::deliver)).collect()
}

impl<'a> Case<'a> {
    pub(crate) fn new(name: &str, address: SocketAddr, asked: Asked<'a>) -> Self {
        let (name, protocols) = (name.to_owned(), Protocols::Both);
        Self {
            name,
            address,
            asked,
            protocols,
            login: None,
            is_openssl: false,
            takes_anonymous: false,
        }
    }

    /// How smtp(8) is told.
    fn route(&self, authorities: &Path) -> Route {
        let (level, names, fingerprint) = match self.asked {
            Asked::Level(level) => (level, String::new(), String::new()),
            Asked::Names(level, names) => (level, names.to_owned(), String::new()),
            Asked::Fingerprint(der) => {
                (Level::Fingerprint, String::new(), Digest::Sha256.of(der).to_string())
            }
        };
        let exclude = if self.takes_anonymous { "" } else { "aNULL" };
        let mut parameters = vec![
            ("syslog_name", format!("postfix/{}", self.name)),
            ("smtp_tls_loglevel", "1".to_owned()),
            ("smtp_tls_CAfile", authorities.display().to_string()),
            ("smtp_tls_security_level", level.to_string()),
            ("smtp_tls_verify_cert_match", names.clone()),
            ("smtp_tls_secure_cert_match", names),
            ("smtp_tls_fingerprint_digest", "sha256".to_owned()),
            ("smtp_tls_fingerprint_cert_match", fingerprint),
            ("smtp_tls_exclude_ciphers", exclude.to_owned()),
            ("smtp_tls_protocols", self.protocols.to_string()),
            ("smtp_tls_mandatory_protocols", self.protocols.to_string()),
        ];
        if let Some(Login { mechanism, password, is_lenient }) = self.login {
            let lenient = if is_lenient { "noanonymous" } else { "noplaintext, noanonymous" };
            parameters.extend([
                ("smtp_sasl_auth_enable", "yes".to_owned()),
                ("smtp_sasl_password_maps", format!("static:{{ann:{password}}}")),
                ("smtp_sasl_mechanism_filter", mechanism.to_owned()),
                ("smtp_sasl_tls_security_options", lenient.to_owned()),
            ]);
        }
        // What may not be empty is left as it is.
        parameters.retain(|(_, value)| !value.is_empty());
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value));
        Route {
            name: self.name.clone(),
            protocol: Protocol::Smtp,
            next_hop: Route::next_hop(&[self.address]),
            parameters: parameters.collect(),
        }
    }

    /// Delivers ourselves.
    fn deliver(&self) -> Told {
        let report = send_with(self.address, self.peer(), self.config());
        let outcome = &report.outcomes[0];
        let verdict = match outcome.verdict {
            Verdict::Sent => servers::Status::Sent,
            Verdict::Deferred => servers::Status::Deferred,
            Verdict::Bounced => servers::Status::Bounced,
            Verdict::Deliverable | Verdict::Undeliverable => panic!("it was no probe"),
        };
        let info = outcome.tls.as_ref();
        Told {
            outcome: verdict,
            dsn: outcome.status.to_string(),
            text: if report.is_sent() { String::new() } else { outcome.text.to_string() },
            status: info.map(|info| info.judgment.status.to_string()).unwrap_or_default(),
            parameters: info.map(|info| self.part(&info.to_string())).unwrap_or_default(),
        }
    }

    fn peer(&self) -> Peer {
        // smtp(8) knows no other name of it.
        let mut peer = Peer::new("127.0.0.1");
        match self.asked {
            Asked::Level(level) => peer.tls = Policy::new(level),
            Asked::Names(level, names) => {
                peer.tls = Policy::new(level);
                peer.tls.names = names.parse().unwrap();
            }
            Asked::Fingerprint(der) => {
                peer.tls = Policy::new(Level::Fingerprint);
                peer.tls.fingerprints = Fingerprints(vec![Digest::Sha256.of(der)]);
            }
        }
        peer.tls.protocols = self.protocols;
        match self.login {
            Some(Login { password, .. }) => login(peer, password),
            None => peer,
        }
    }

    fn config(&self) -> Arc<Config> {
        let mut config = Arc::unwrap_or_clone(config(engine()));
        if let Some(Login { mechanism, is_lenient, .. }) = self.login {
            config.auth.filter = mechanism.parse().unwrap();
            if !is_lenient {
                config.auth.tls = SecurityOptions::default();
            }
        }
        Arc::new(config)
    }

    /// The part of the parameters that is the same whoever has the library.
    fn part(&self, parameters: &str) -> String {
        // smtp(8) names the group with TLS 1.3 alone.
        let has_group = self.is_openssl && parameters.starts_with("TLSv1.3");
        let end = if has_group { " server-signature " } else { " key-exchange " };
        parameters.split(end).next().unwrap_or_default().to_owned()
    }
}
