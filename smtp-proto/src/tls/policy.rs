//! What is asked of one conversation's TLS.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use core::str::FromStr;

use rustls::pki_types::DnsName;

use super::ciphers::Ciphers;
use super::fingerprint::{Digest, Fingerprints};
use super::level::Level;
use super::names::{BadName, Name, NameRule, NameRules, Wildcards};
use super::protocols::Protocols;
use super::roots::Roots;

/// What is asked of one conversation's TLS.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How much is asked.
    pub level: Level,
    /// Names of which a certificate must have one, at [`Level::Verify`] and [`Level::Secure`].
    pub names: NameRules,
    /// What the `*.` in a certificate's name stands for.
    pub wildcards: Wildcards,
    /// Fingerprints of which one must be the certificate's or its key's, at
    /// [`Level::Fingerprint`].
    pub fingerprints: Fingerprints,
    /// How fingerprints are made that are reported.
    pub digest: Digest,
    /// Versions of TLS that are spoken (`smtp_tls_protocols`, `smtp_tls_mandatory_protocols`).
    pub protocols: Protocols,
    /// Cipher suites that are offered (`smtp_tls_ciphers`, `smtp_tls_mandatory_ciphers`).
    pub ciphers: Ciphers,
    /// The name that the server is told it is called by.
    pub sni: Sni,
    /// Whom to trust where it is not those that the [`Judge`](super::Judge) trusts
    /// (`smtp_tls_trust_anchor_file`).
    pub trust_anchors: Option<Arc<Roots>>,
    /// Most certificates above the server's, the trust anchor among them
    /// (`smtp_tls_scert_verifydepth`, 9). No chain is followed beyond 7.
    pub verify_depth: usize,
}

impl Policy {
    /// Postfix's defaults at a level, but that a wildcard stands for one label.
    ///
    /// [`Level::Fingerprint`] lacks its fingerprints still. Names are those of this level: whoever
    /// changes the level later sees to them.
    pub fn new(level: Level) -> Self {
        let names = match level {
            Level::Verify => vec![NameRule::Hostname],
            Level::Secure => vec![NameRule::NextHop, NameRule::DotNextHop],
            Level::None
            | Level::May
            | Level::Encrypt
            | Level::Fingerprint
            | Level::Dane
            | Level::DaneOnly => vec![],
        };
        Self {
            level,
            names: NameRules(names),
            wildcards: Wildcards::default(),
            fingerprints: Fingerprints::default(),
            digest: Digest::default(),
            protocols: Protocols::default(),
            ciphers: Ciphers::default(),
            sni: Sni::default(),
            trust_anchors: None,
            verify_depth: 9,
        }
    }
}

/// Where a conversation goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Destination<'a> {
    /// The server's name.
    pub host: &'a str,
    /// The next-hop's domain, without brackets and port.
    pub next_hop: &'a str,
}

/// The name that the server is told it is called by (`smtp_tls_servername`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Sni {
    /// None.
    #[default]
    Off,
    /// The server's (`hostname`).
    Hostname,
    /// The next-hop's (`nexthop`).
    NextHop,
    /// This one.
    Name(Name),
}

impl Sni {
    /// The name, unless there is none to tell: an address is no name.
    pub fn name(&self, destination: Destination<'_>) -> Option<DnsName<'static>> {
        let name = match self {
            Self::Off => return None,
            Self::Hostname => destination.host.parse().ok()?,
            Self::NextHop => destination.next_hop.parse().ok()?,
            Self::Name(name) => name.clone(),
        };
        DnsName::try_from(String::from(name.as_str())).ok()
    }
}

/// The empty text is [`Sni::Off`].
impl FromStr for Sni {
    type Err = BadName;

    fn from_str(word: &str) -> Result<Self, BadName> {
        match word.to_ascii_lowercase().as_str() {
            "" => Ok(Self::Off),
            "hostname" => Ok(Self::Hostname),
            "nexthop" => Ok(Self::NextHop),
            _ => word.parse().map(Self::Name),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn defaults_are_postfix_s() {
        for (level, names) in [
            (Level::May, ""),
            (Level::Fingerprint, ""),
            (Level::Verify, "hostname"),
            (Level::Secure, "nexthop:dot-nexthop"),
        ] {
            let policy = Policy::new(level);
            assert_eq!(policy.level, level);
            assert_eq!(policy.names.to_string(), names);
            assert_eq!(policy.digest.to_string(), "sha256");
            assert_eq!(policy.verify_depth, 9);
        }
    }

    #[test]
    fn server_is_told_its_name() {
        let there = Destination { host: "MX.bücher.example.", next_hop: "example.org" };
        for (sni, name) in [
            ("", None),
            ("hostname", Some("mx.xn--bcher-kva.example")),
            ("NextHop", Some("example.org")),
            ("mail.example", Some("mail.example")),
        ] {
            let sni: Sni = sni.parse().unwrap();
            assert_eq!(sni.name(there).as_ref().map(AsRef::as_ref), name);
        }
        let address = Destination { host: "192.0.2.1", next_hop: "2001:db8::1" };
        assert_eq!(Sni::Hostname.name(address), None);
        assert_eq!(Sni::NextHop.name(address), None);
        assert!("a..b".parse::<Sni>().is_err());
    }
}
