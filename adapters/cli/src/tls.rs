//! How conversations are protected.

use std::path::PathBuf;
use std::sync::Arc;

use envoi_driver::proto::TlsStart;
use envoi_driver::tls::{
    self, BadFile, Ciphers, Engine, Expression, Fingerprint, Fingerprints, Grade, Level, NameRules,
    Policy, Protocols, Roots, Sni,
};

use crate::error::Error;

/// How much is asked of TLS, whom it trusts, and what it shows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArguments {
    /// How much is asked: none, may, encrypt, fingerprint, verify or secure; see below.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    tls: Option<Level>,
    /// Certificates of authorities to trust, instead of the system's.
    #[arg(long, value_name = "FILE|DIR")]
    tls_ca: Option<PathBuf>,
    /// Names of which the certificate must have one: hostname, nexthop, dot-nexthop, a domain or
    /// .domain; separated by commas.
    #[arg(long, value_name = "NAMES")]
    tls_match: Option<NameRules>,
    /// The fingerprint of the certificate or its key, such as 5A:0C:...; can be given several
    /// times.
    #[arg(long, value_name = "HEX")]
    tls_fingerprint: Vec<Fingerprint>,
    /// Our certificate, or chain of them, for servers that ask for one.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The key of our certificate; by default it is in the same file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Versions to speak, such as '>=TLSv1.3'.
    #[arg(long, value_name = "LIST")]
    tls_protocols: Option<Protocols>,
    /// Cipher suites to offer in TLS 1.2, as OpenSSL selects them: 'HIGH:!CHACHA20'.
    #[arg(long, value_name = "EXPR", value_parser = ciphers)]
    tls_ciphers: Option<Ciphers>,
    /// The name that the server is told it is called by (SNI); by default its name.
    #[arg(long, value_name = "NAME")]
    tls_servername: Option<Sni>,
    /// Begins TLS at once, without STARTTLS.
    #[arg(long)]
    implicit_tls: bool,
}

/// How conversations are protected, and what they have in common for it.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    pub(crate) policy: Policy,
    pub(crate) start: TlsStart,
    pub(crate) engine: Arc<Engine>,
}

impl TlsArguments {
    /// Reads what the level needs. Whoever authenticates does not do so to anybody, and whose mail
    /// requires TLS does not send it by names that can be forged.
    pub(crate) fn tls(&self, authenticates: bool, requires: bool) -> Result<Option<Tls>, Error> {
        let level = self.level(authenticates, requires);
        self.check(level)?;
        if level == Level::None {
            return Ok(None);
        }
        let roots = self.roots(level)?;
        let identity = self.tls_cert.as_ref().map(|certificate| {
            let key = self.tls_key.as_ref().unwrap_or(certificate);
            tls::read_identity(certificate, key, &roots).map_err(|error| self.bad_identity(error))
        });
        let identity = identity.transpose()?;
        let mut engine = tls::engine(roots);
        if let Some(identity) = identity {
            engine = engine.with_identity(&identity);
        }
        let start = self.start();
        Ok(Some(Tls { policy: self.policy(level), start, engine: Arc::new(engine) }))
    }

    /// Whether anything was said of TLS.
    pub(crate) fn is_given(&self) -> bool {
        self.tls.is_some() || self.given().iter().any(|(_, is_given)| *is_given)
    }

    /// When TLS begins, if it does.
    pub(crate) fn start(&self) -> TlsStart {
        if self.implicit_tls { TlsStart::Implicit } else { TlsStart::Starttls }
    }

    /// The level that is meant where none is named: whoever says more of TLS, or shows a password,
    /// wants the right server.
    fn level(&self, authenticates: bool, requires: bool) -> Level {
        let is_careful =
            authenticates || self.implicit_tls || self.tls_ca.is_some() || self.tls_match.is_some();
        match self.tls {
            Some(level) => level,
            None if !self.tls_fingerprint.is_empty() => Level::Fingerprint,
            None if requires => Level::Secure,
            None if is_careful => Level::Verify,
            None => Level::May,
        }
    }

    /// Options that need TLS, each with whether it is given.
    fn given(&self) -> [(&'static str, bool); 8] {
        [
            ("--tls-ca", self.tls_ca.is_some()),
            ("--tls-match", self.tls_match.is_some()),
            ("--tls-fingerprint", !self.tls_fingerprint.is_empty()),
            ("--tls-cert", self.tls_cert.is_some()),
            ("--tls-protocols", self.tls_protocols.is_some()),
            ("--tls-ciphers", self.tls_ciphers.is_some()),
            ("--tls-servername", self.tls_servername.is_some()),
            ("--implicit-tls", self.implicit_tls),
        ]
    }

    /// Finds options that the level has no use for.
    fn check(&self, level: Level) -> Result<(), Error> {
        let useless = |option, expected| Err(Error::Useless { option, level, expected });
        let unused =
            self.given().into_iter().find(|(_, is_given)| *is_given && level == Level::None);
        if let Some((option, _)) = unused {
            return useless(option, "a level with TLS");
        }
        let by_fingerprint = level == Level::Fingerprint;
        match self.tls_fingerprint.is_empty() {
            true if by_fingerprint => return Err(Error::NoFingerprint),
            false if !by_fingerprint => return useless("--tls-fingerprint", "--tls fingerprint"),
            true | false => {}
        }
        if self.tls_match.is_some() && !needs_roots(level) {
            return useless("--tls-match", "--tls verify or secure");
        }
        Ok(())
    }

    fn roots(&self, level: Level) -> Result<Roots, Error> {
        if let Some(path) = &self.tls_ca {
            let bad = |error| Error::BadFile { option: "--tls-ca", expected: AUTHORITIES, error };
            return tls::read_roots(path).map_err(bad);
        }
        if !needs_roots(level) {
            return Ok(Roots::default());
        }
        let roots = tls::system_roots();
        if roots.certificates().is_empty() {
            return Err(Error::NoRoots(level));
        }
        Ok(roots)
    }

    fn policy(&self, level: Level) -> Policy {
        let mut policy = Policy::new(level);
        policy.names = self.tls_match.clone().unwrap_or(policy.names);
        policy.fingerprints = Fingerprints(self.tls_fingerprint.clone());
        policy.protocols = self.tls_protocols.unwrap_or_default();
        policy.ciphers = self.tls_ciphers.clone().unwrap_or_default();
        // Servers with many names show the wrong certificate to those who ask for none.
        policy.sni = self.tls_servername.clone().unwrap_or(Sni::Hostname);
        policy
    }

    fn bad_identity(&self, error: BadFile) -> Error {
        let of_key = self.tls_key.as_ref() == Some(&error.path);
        let (option, expected) =
            if of_key { ("--tls-key", KEY) } else { ("--tls-cert", CERTIFICATE) };
        Error::BadFile { option, expected, error }
    }
}

/// Whether a level trusts nobody but authorities.
fn needs_roots(level: Level) -> bool {
    level >= Level::Verify
}

fn level(text: &str) -> Result<Level, String> {
    let level: Level = text.parse().map_err(|error| format!("{error}"))?;
    let expected = "expected none, may, encrypt, fingerprint, verify or secure";
    level.supported().map_err(|error| format!("{error}; {expected}"))
}

fn ciphers(text: &str) -> Result<Ciphers, String> {
    let expression = match text.parse::<Grade>() {
        Ok(grade) => grade.into(),
        Err(_) => text.parse::<Expression>().map_err(|error| error.to_string())?,
    };
    let ciphers = Ciphers { expression, ..Ciphers::default() };
    let suites = ciphers.suites(&tls::default_provider());
    suites.map(|_| ciphers).map_err(|error| error.to_string())
}

const AUTHORITIES: &str = "a file with certificates in PEM, or a folder of them";
const CERTIFICATE: &str = "a file with a certificate and its key in PEM";
const KEY: &str = "a file with the certificate's key in PEM";
