//! How much a conversation asks of TLS.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

/// How much a conversation asks of TLS (`smtp_tls_security_level`), the least first.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// No TLS.
    #[default]
    None,
    /// TLS where it is offered, plaintext otherwise.
    May,
    /// TLS with any server.
    Encrypt,
    /// TLS with a server whose certificate or key is listed by its fingerprint.
    Fingerprint,
    /// TLS as the server's TLSA records ask for, and less where it has none.
    Dane,
    /// TLS as the server's TLSA records ask for, and no delivery where it has none.
    DaneOnly,
    /// TLS with a trusted certificate for the server's own name.
    Verify,
    /// TLS with a trusted certificate for a name that does not come from DNS.
    Secure,
}

impl Level {
    /// Whether nothing is sent in plaintext.
    pub fn requires_tls(self) -> bool {
        self > Self::May
    }

    /// Whether the server's certificate must be the right one.
    pub fn requires_match(self) -> bool {
        self > Self::Encrypt
    }

    /// The level, if it can be used.
    ///
    /// # Errors
    /// If it needs DANE.
    pub fn supported(self) -> Result<Self, NotSupported> {
        match self {
            Self::Dane | Self::DaneOnly => Err(NotSupported(self)),
            Self::None
            | Self::May
            | Self::Encrypt
            | Self::Fingerprint
            | Self::Verify
            | Self::Secure => Ok(self),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::May => "may",
            Self::Encrypt => "encrypt",
            Self::Fingerprint => "fingerprint",
            Self::Dane => "dane",
            Self::DaneOnly => "dane-only",
            Self::Verify => "verify",
            Self::Secure => "secure",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Case does not matter.
impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(word: &str) -> Result<Self, UnknownLevel> {
        LEVELS
            .into_iter()
            .find(|level| level.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownLevel(word.chars().take(SHOWN_MAX).collect()))
    }
}

/// A word that is no level.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown TLS security level {0:?}; expected none, may, encrypt, fingerprint, dane, dane-only, \
     verify or secure"
)]
pub struct UnknownLevel(String);

/// A level that can be named, but not used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the TLS security level {0} is not supported yet")]
pub struct NotSupported(pub Level);

/// Most characters of a bad setting shown in an error.
pub(super) const SHOWN_MAX: usize = 80;

const LEVELS: [Level; 8] = [
    Level::None,
    Level::May,
    Level::Encrypt,
    Level::Fingerprint,
    Level::Dane,
    Level::DaneOnly,
    Level::Verify,
    Level::Secure,
];

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn levels_are_read_and_written_in_postfix_words() {
        for (word, requires_tls, requires_match, is_supported) in [
            ("none", false, false, true),
            ("may", false, false, true),
            ("encrypt", true, false, true),
            ("fingerprint", true, true, true),
            ("dane", true, true, false),
            ("dane-only", true, true, false),
            ("verify", true, true, true),
            ("secure", true, true, true),
        ] {
            let level: Level = word.to_uppercase().parse().unwrap();
            assert_eq!(level.to_string(), word);
            assert_eq!(level.requires_tls(), requires_tls, "{word}");
            assert_eq!(level.requires_match(), requires_match, "{word}");
            assert_eq!(level.supported().is_ok(), is_supported, "{word}");
        }
    }

    #[test]
    fn later_levels_are_stronger() {
        assert!(LEVELS.is_sorted());
    }

    #[test]
    fn errors_say_what_there_is() {
        assert_eq!(
            "must".parse::<Level>().unwrap_err().to_string(),
            "unknown TLS security level \"must\"; expected none, may, encrypt, fingerprint, dane, \
             dane-only, verify or secure"
        );
        assert_eq!(
            Level::DaneOnly.supported().unwrap_err().to_string(),
            "the TLS security level dane-only is not supported yet"
        );
    }
}
