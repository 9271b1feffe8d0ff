//! Why we do not use a server that would serve us.

use core::fmt;

use crate::auth::{self, Failure, Rejection};
use crate::config::Peer;
use crate::status::Status;

/// Why we do not use a server that would serve us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unsuitable {
    /// It has no TLS, which is asked for.
    TlsNotOffered,
    /// We have no TLS, which is asked for.
    NoTls,
    /// Its certificate is not the one that is asked for.
    NotVerified,
    /// We cannot authenticate to it.
    Auth(Failure),
    /// It has refused our credentials before (`smtp_sasl_auth_cache_name`).
    Rejected(Rejection),
    /// How to talk to it could not be looked up ([`Peer::unknown`]).
    LocalData,
}

impl Unsuitable {
    /// The status to report.
    pub fn status(&self) -> Status {
        match self {
            Self::TlsNotOffered => Status::transient(7, 4),
            Self::NoTls | Self::NotVerified => Status::transient(7, 5),
            Self::Auth(Failure::Loop) | Self::LocalData => Status::transient(3, 0),
            Self::Auth(
                Failure::NoMechanism(_)
                | Failure::InitialChallenge { .. }
                | Failure::Mechanism { .. },
            ) => Status::transient(7, 0),
            Self::Rejected(rejection) => rejection.status,
        }
    }
}

/// Why we do not use a server, as log lines and notifications word it.
#[derive(Clone, Copy, Debug)]
pub struct Unused<'a> {
    /// The server.
    pub peer: &'a Peer,
    /// Why.
    pub reason: &'a Unsuitable,
}

impl fmt::Display for Unused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.peer.host();
        match self.reason {
            Unsuitable::TlsNotOffered => {
                write!(f, "TLS is required, but was not offered by host {host}")
            }
            Unsuitable::NoTls => f.write_str("TLS is required, but our TLS engine is unavailable"),
            Unsuitable::NotVerified => f.write_str("Server certificate not verified"),
            Unsuitable::Auth(Failure::NoMechanism(auth::NoMechanism::DigestMd5)) => {
                write!(f, "SASL authentication failed; cannot authenticate to server {host}: ")?;
                auth::NoMechanism::DigestMd5.fmt(f)
            }
            Unsuitable::Auth(Failure::NoMechanism(_)) => write!(
                f,
                "SASL authentication failed: server {host} offered no compatible authentication \
                 mechanisms for this type of connection security"
            ),
            Unsuitable::Auth(Failure::InitialChallenge { mechanism }) => {
                write!(f, "SASL authentication failed; ")?;
                write!(f, "non-empty initial {mechanism} challenge from server {host}")
            }
            Unsuitable::Auth(Failure::Loop) => write!(
                f,
                "SASL authentication failed; authentication protocol loop with server {host}"
            ),
            Unsuitable::Auth(failure @ Failure::Mechanism { .. }) => write!(
                f,
                "SASL authentication failed; cannot authenticate to server {host}: {failure}"
            ),
            Unsuitable::Rejected(rejection) => {
                let text = &rejection.text;
                write!(f, "SASL [CACHED] authentication failed; server {host} said: {text}")
            }
            Unsuitable::LocalData => write!(f, "local data error while talking to {host}"),
        }
    }
}
