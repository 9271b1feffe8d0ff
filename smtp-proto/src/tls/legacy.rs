//! The settings that came before levels.

use alloc::string::String;
use core::str::FromStr;

use super::level::{Level, SHOWN_MAX};

/// The level and the switches that came before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Switches {
    /// `smtp_tls_security_level`, which overrides the others.
    pub security_level: Option<Level>,
    /// `smtp_use_tls`, no.
    pub use_tls: bool,
    /// `smtp_enforce_tls`, no.
    pub enforce_tls: bool,
    /// `smtp_tls_enforce_peername`, yes.
    pub enforce_peername: bool,
}

impl Switches {
    /// The level that they ask for.
    pub fn level(self) -> Level {
        match self.security_level {
            Some(level) => level,
            None if self.enforce_tls && self.enforce_peername => Level::Verify,
            None if self.enforce_tls => Level::Encrypt,
            None if self.use_tls => Level::May,
            None => Level::None,
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self { security_level: None, use_tls: false, enforce_tls: false, enforce_peername: true }
    }
}

/// What `smtp_tls_per_site` says of a next-hop or host, the weakest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PerSite {
    /// TLS where it is offered.
    May,
    /// No TLS.
    None,
    /// TLS with any certificate.
    MustNoPeerMatch,
    /// TLS with a trusted certificate for the server's name.
    Must,
}

impl PerSite {
    /// The level that follows from what the table says of the next-hop and of the host, in either
    /// order, and from the level for all others.
    pub fn level(next_hop: Option<Self>, host: Option<Self>, global: Level) -> Level {
        match next_hop.max(host) {
            None => global,
            Some(Self::May) => global.max(Level::May),
            Some(Self::None) => Level::None,
            Some(Self::MustNoPeerMatch) => Level::Encrypt,
            Some(Self::Must) => Level::Verify,
        }
    }
}

/// Case does not matter.
impl FromStr for PerSite {
    type Err = UnknownSetting;

    fn from_str(word: &str) -> Result<Self, UnknownSetting> {
        [
            ("NONE", Self::None),
            ("MAY", Self::May),
            ("MUST_NOPEERMATCH", Self::MustNoPeerMatch),
            ("MUST", Self::Must),
        ]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, setting)| setting)
        .ok_or_else(|| UnknownSetting(word.chars().take(SHOWN_MAX).collect()))
    }
}

/// A word that `smtp_tls_per_site` may not hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown TLS setting {0:?}; expected NONE, MAY, MUST_NOPEERMATCH or MUST")]
pub struct UnknownSetting(String);

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn switches_make_a_level() {
        for (security_level, use_tls, enforce_tls, enforce_peername, level) in [
            (None, false, false, false, "none"),
            (None, false, false, true, "none"),
            (None, true, false, false, "may"),
            (None, true, false, true, "may"),
            (None, false, true, false, "encrypt"),
            (None, false, true, true, "verify"),
            (None, true, true, false, "encrypt"),
            (None, true, true, true, "verify"),
            (Some(Level::None), true, true, true, "none"),
            (Some(Level::May), false, true, true, "may"),
            (Some(Level::Secure), false, false, false, "secure"),
        ] {
            let switches = Switches { security_level, use_tls, enforce_tls, enforce_peername };
            assert_eq!(switches.level().to_string(), level, "{switches:?}");
        }
        assert_eq!(Switches::default().level(), Level::None);
    }

    /// Columns: what is said of one, of the other, and the level for a global level of …
    const TRUTH: &str = "
        -                -                 none     may      encrypt  verify   secure
        -                NONE              none     none     none     none     none
        -                MAY               may      may      encrypt  verify   secure
        -                MUST_NOPEERMATCH  encrypt  encrypt  encrypt  encrypt  encrypt
        -                MUST              verify   verify   verify   verify   verify
        NONE             NONE              none     none     none     none     none
        NONE             MAY               none     none     none     none     none
        NONE             MUST_NOPEERMATCH  encrypt  encrypt  encrypt  encrypt  encrypt
        NONE             MUST              verify   verify   verify   verify   verify
        MAY              MAY               may      may      encrypt  verify   secure
        MAY              MUST_NOPEERMATCH  encrypt  encrypt  encrypt  encrypt  encrypt
        MAY              MUST              verify   verify   verify   verify   verify
        MUST_NOPEERMATCH MUST_NOPEERMATCH  encrypt  encrypt  encrypt  encrypt  encrypt
        MUST_NOPEERMATCH MUST              verify   verify   verify   verify   verify
        MUST             MUST              verify   verify   verify   verify   verify";

    #[test]
    fn next_hop_and_host_are_combined() {
        let globals = [Level::None, Level::May, Level::Encrypt, Level::Verify, Level::Secure];
        for row in TRUTH.lines().skip(1) {
            let words: Vec<&str> = row.split_whitespace().collect();
            let (one, other) = (words[0].parse().ok(), words[1].parse().ok());
            for (global, level) in globals.into_iter().zip(&words[2..]) {
                assert_eq!(PerSite::level(one, other, global).to_string(), *level, "{row}");
                assert_eq!(PerSite::level(other, one, global).to_string(), *level, "{row}");
            }
        }
    }

    #[test]
    fn unknown_setting_is_told_what_there_is() {
        assert_eq!("must".parse(), Ok(PerSite::Must));
        assert_eq!(
            "encrypt".parse::<PerSite>().unwrap_err().to_string(),
            "unknown TLS setting \"encrypt\"; expected NONE, MAY, MUST_NOPEERMATCH or MUST"
        );
    }
}
