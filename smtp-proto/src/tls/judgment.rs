//! What a server's certificates are worth.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use der::DateTime;
use rustls::pki_types::UnixTime;

use super::fingerprint::Fingerprint;
use super::level::{Level, NotSupported};

/// What a server's certificates are worth.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Judgment {
    /// In a word.
    pub status: Status,
    /// Whether the certificate is the right one, as the policy's level understands it.
    pub matched: bool,
    /// Why it is not trusted or, where the level asks for a match, why it is not the right one.
    pub reason: Option<Reason>,
    /// The certificate's fingerprint, if there is one.
    pub certificate: Option<Fingerprint>,
    /// The fingerprint of its key, if it can be read.
    pub key: Option<Fingerprint>,
    /// What the certificate's subject is called: a common name or an organization, or nothing.
    pub subject: String,
    /// What its issuer is called.
    pub issuer: String,
}

impl Judgment {
    /// Whether mail may go to this server at a level.
    pub fn satisfies(&self, level: Level) -> bool {
        self.matched || !level.requires_match()
    }
}

/// What a server's certificates are worth, in a word; the word that begins a log line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// There is no certificate.
    Anonymous,
    /// Nobody whom we trust vouches for it.
    Untrusted,
    /// Somebody whom we trust vouches for it.
    Trusted,
    /// It is the one that was asked for.
    Verified,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Anonymous => "Anonymous",
            Self::Untrusted => "Untrusted",
            Self::Trusted => "Trusted",
            Self::Verified => "Verified",
        })
    }
}

/// Why a certificate is not good enough, worded for
/// `certificate verification failed for NAME[ADDRESS]:PORT: `.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Reason {
    /// There is none.
    #[error("the server has no certificate")]
    NoCertificate,
    /// It cannot be read.
    #[error("malformed certificate")]
    Malformed,
    /// It, or one above it, has expired.
    #[error("certificate expired on {}", date(*.0))]
    Expired(UnixTime),
    /// It, or one above it, is of the future.
    #[error("certificate not valid before {}", date(*.0))]
    NotYetValid(UnixTime),
    /// It vouches for itself.
    #[error("self-signed certificate")]
    SelfSigned,
    /// Its chain ends with one whose issuer, named here, is not known.
    #[error("unknown issuer {0:?}")]
    UnknownIssuer(String),
    /// Its chain ends with a root, named here, that is not trusted.
    #[error("untrusted root {0:?}")]
    UntrustedRoot(String),
    /// Its chain is longer than this.
    #[error("more than {0} certificates above the server's")]
    TooLong(usize),
    /// It, or one above it, may not be used for servers.
    #[error("certificate not made for servers")]
    Purpose,
    /// A signature in its chain is wrong.
    #[error("bad signature in the certificate chain")]
    Signature,
    /// A signature in its chain is of a kind that is not verified, such as those with SHA-1.
    #[error("unsupported signature in the certificate chain")]
    Algorithm,
    /// It is that of an authority.
    #[error("certificate of an authority, used as a server's")]
    Authority,
    /// Something else, in webpki's word.
    #[error("bad certificate chain: {0}")]
    Chain(String),
    /// It has no alternative name of the kind dNSName; other names do not count.
    #[error("certificate without DNS names")]
    NoNames,
    /// It is for others, named here.
    #[error("certificate is for {0}")]
    OtherNames(String),
    /// Neither it nor its key is listed.
    #[error("neither the certificate's fingerprint nor its key's is listed")]
    Fingerprint,
    /// The level cannot be used.
    #[error(transparent)]
    Level(#[from] NotSupported),
}

/// `2026-11-22T12:00:00Z`.
fn date(time: UnixTime) -> String {
    match DateTime::from_unix_duration(Duration::from_secs(time.as_secs())) {
        Ok(date) => format!("{date}"),
        Err(_) => "a day beyond the calendar".into(),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn dates_are_shown_to_the_second() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        for (seconds, text) in [
            (0, "certificate expired on 1970-01-01T00:00:00Z"),
            (1_800_000_000, "certificate expired on 2027-01-15T08:00:00Z"),
            (u64::MAX, "certificate expired on a day beyond the calendar"),
        ] {
            assert_eq!(Reason::Expired(at(seconds)).to_string(), text);
        }
    }
}
