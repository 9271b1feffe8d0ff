//! The names of the mechanisms.

use std::fmt;

/// A SASL mechanism.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mechanism {
    /// SCRAM-SHA-256-PLUS: RFC 7677, bound to the TLS connection.
    ScramSha256Plus,
    /// SCRAM-SHA-256: RFC 7677.
    ScramSha256,
    /// SCRAM-SHA-1-PLUS: RFC 5802, bound to the TLS connection.
    ScramSha1Plus,
    /// SCRAM-SHA-1: RFC 5802.
    ScramSha1,
    /// CRAM-MD5: RFC 2195.
    CramMd5,
    /// PLAIN: RFC 4616.
    Plain,
    /// LOGIN: draft-murchison-sasl-login.
    Login,
    /// OAUTHBEARER: RFC 7628.
    OauthBearer,
    /// XOAUTH2: Google's and Microsoft's forerunner of OAUTHBEARER.
    Xoauth2,
    /// EXTERNAL: RFC 4422, appendix A; the client's certificate is the proof.
    External,
}

impl Mechanism {
    /// Every mechanism, from the strongest on.
    pub const ALL: [Self; 10] = [
        Self::ScramSha256Plus,
        Self::ScramSha256,
        Self::ScramSha1Plus,
        Self::ScramSha1,
        Self::CramMd5,
        Self::Plain,
        Self::Login,
        Self::OauthBearer,
        Self::Xoauth2,
        Self::External,
    ];

    /// Its name in EHLO and AUTH.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::CramMd5 => "CRAM-MD5",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
            Self::External => "EXTERNAL",
        }
    }

    /// The mechanism of that name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
