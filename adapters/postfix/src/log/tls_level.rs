//! How much is logged of TLS.

use std::str::FromStr;

/// How much is logged of TLS (`smtp_tls_loglevel`, 0).
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum TlsLogLevel {
    /// Nothing.
    #[default]
    Off,
    /// One line for each handshake, and why a certificate is not the one that was asked for.
    Summary,
    /// The server's certificate too.
    Negotiation,
    /// The bytes of the handshake too, as they are on the wire.
    HandshakeDump,
    /// All bytes, as they are on the wire: nothing of what they protect is seen.
    Dump,
}

impl FromStr for TlsLogLevel {
    type Err = UnknownTlsLogLevel;

    fn from_str(word: &str) -> Result<Self, UnknownTlsLogLevel> {
        match word {
            "0" => Ok(Self::Off),
            "1" => Ok(Self::Summary),
            "2" => Ok(Self::Negotiation),
            "3" => Ok(Self::HandshakeDump),
            "4" => Ok(Self::Dump),
            _ => Err(UnknownTlsLogLevel),
        }
    }
}

/// There is no such level.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a number from 0 to 4")]
pub struct UnknownTlsLogLevel;
