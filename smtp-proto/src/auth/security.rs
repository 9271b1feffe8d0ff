//! What a mechanism must be proof against.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

/// A set of properties: those that a mechanism has, or those that it must have
/// (`smtp_sasl_security_options`).
///
/// Which mechanism has which is Cyrus SASL's table (its documentation, "Mechanisms", "Summary"),
/// as Postfix goes by it. The OAuth mechanisms are not in it: they show a token as PLAIN shows a
/// password.
///
/// | mechanism | properties |
/// |---|---|
/// | SCRAM | noplaintext noactive noanonymous mutual_auth |
/// | CRAM-MD5 | noplaintext noanonymous |
/// | EXTERNAL | noplaintext nodictionary noanonymous |
/// | OAUTHBEARER, XOAUTH2, PLAIN, LOGIN | noanonymous |
///
/// By default noplaintext and noanonymous are asked for, as Postfix does.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct SecurityOptions(u8);

impl SecurityOptions {
    /// Nothing is asked for.
    pub const NONE: Self = Self(0);
    /// `noplaintext`: whoever listens does not learn the secret.
    pub const NO_PLAINTEXT: Self = Self(1);
    /// `noactive`: whoever stands in the middle does not either, short of guessing.
    pub const NO_ACTIVE: Self = Self(2);
    /// `nodictionary`: whoever listens cannot try passwords on what was heard.
    pub const NO_DICTIONARY: Self = Self(4);
    /// `noanonymous`: the server learns who we are.
    pub const NO_ANONYMOUS: Self = Self(8);
    /// `mutual_auth`: the server proves itself as well.
    pub const MUTUAL_AUTH: Self = Self(16);
    /// `forward_secrecy`: who breaks one session has not broken the next.
    pub const FORWARD_SECRECY: Self = Self(32);

    /// All of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among these.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Postfix's default.
impl Default for SecurityOptions {
    fn default() -> Self {
        Self::NO_PLAINTEXT.and(Self::NO_ANONYMOUS)
    }
}

/// The words that `FromStr` reads, joined by a comma.
impl fmt::Display for SecurityOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (option, word) in WORDS {
            if self.includes(option) {
                write!(f, "{separator}{word}")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SecurityOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecurityOptions({self})")
    }
}

/// Parses a list such as `noplaintext, noanonymous`; an empty one asks for nothing.
impl FromStr for SecurityOptions {
    type Err = UnknownSecurityOption;

    fn from_str(text: &str) -> Result<Self, UnknownSecurityOption> {
        super::words(text).try_fold(Self::NONE, |options, word| {
            let known = WORDS.iter().find(|(_, known)| known.eq_ignore_ascii_case(word));
            let unknown = || UnknownSecurityOption(word.chars().take(SHOWN_MAX).collect());
            known.map(|(option, _)| options.and(*option)).ok_or_else(unknown)
        })
    }
}

/// The word is no security option.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown security option {0:?}: expected noplaintext, noactive, nodictionary, noanonymous, \
     mutual_auth or forward_secrecy"
)]
pub struct UnknownSecurityOption(String);

const WORDS: [(SecurityOptions, &str); 6] = [
    (SecurityOptions::NO_PLAINTEXT, "noplaintext"),
    (SecurityOptions::NO_ACTIVE, "noactive"),
    (SecurityOptions::NO_DICTIONARY, "nodictionary"),
    (SecurityOptions::NO_ANONYMOUS, "noanonymous"),
    (SecurityOptions::MUTUAL_AUTH, "mutual_auth"),
    (SecurityOptions::FORWARD_SECRECY, "forward_secrecy"),
];

/// Most characters of an unknown word that an error repeats.
const SHOWN_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn options_read_what_they_write() {
        for text in ["", "noplaintext", "noplaintext,noanonymous", "noactive,forward_secrecy"] {
            assert_eq!(text.parse::<SecurityOptions>().unwrap().to_string(), text);
        }
        let spaced: SecurityOptions = "NoPlaintext,  noanonymous".parse().unwrap();
        assert_eq!(spaced, SecurityOptions::default());
    }

    #[test]
    fn a_bad_word_is_named_and_cut_short() {
        let error = "noplaintext nosense".parse::<SecurityOptions>().unwrap_err();
        assert!(error.to_string().starts_with("unknown security option \"nosense\": expected"));
        let error = "x".repeat(SHOWN_MAX + 1).parse::<SecurityOptions>().unwrap_err();
        assert_eq!(error, UnknownSecurityOption("x".repeat(SHOWN_MAX)));
    }
}
