//! Which versions of TLS are spoken.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::level::SHOWN_MAX;

/// Which versions of TLS are spoken, at least one of those that rustls has.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Protocols {
    /// TLS 1.2 and 1.3.
    #[default]
    Both,
    /// TLS 1.2 alone.
    Tls12,
    /// TLS 1.3 alone.
    Tls13,
}

impl Protocols {
    /// The versions, as rustls takes them.
    pub fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Both => &BOTH,
            Self::Tls12 => &BOTH[1..],
            Self::Tls13 => &BOTH[..1],
        }
    }
}

impl fmt::Display for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => ">=TLSv1.2",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        })
    }
}

/// Takes what `smtp_tls_protocols` and `smtp_tls_mandatory_protocols` take: `>=TLSv1.2`,
/// `!SSLv2, !SSLv3`, `TLSv1.2 TLSv1.3`, `<=0303`. Case does not matter; nothing excludes nothing.
impl FromStr for Protocols {
    type Err = BadProtocols;

    fn from_str(text: &str) -> Result<Self, BadProtocols> {
        let (mut lowest, mut highest) = (0, u16::MAX);
        let (mut only, mut excluded) = (0, 0);
        for word in text.split([' ', '\t', '\r', '\n', ',', ':']).filter(|word| !word.is_empty()) {
            let unknown = || BadProtocols::Unknown(word.chars().take(SHOWN_MAX).collect());
            if let Some(version) = word.strip_prefix(">=") {
                lowest = bound(version).ok_or_else(unknown)?;
            } else if let Some(version) = word.strip_prefix("<=") {
                highest = bound(version).ok_or_else(unknown)?;
            } else if let Some(name) = word.strip_prefix('!') {
                excluded |= 1 << index(name).ok_or_else(unknown)?;
            } else {
                only |= 1 << index(word).ok_or_else(unknown)?;
            }
        }
        let is_spoken = |i: usize| {
            let is_named = only == 0 || only & (1 << i) != 0;
            is_named && excluded & (1 << i) == 0 && (lowest..=highest).contains(&KNOWN[i].1)
        };
        match (is_spoken(TLS12_INDEX), is_spoken(TLS13_INDEX)) {
            (true, true) => Ok(Self::Both),
            (true, false) => Ok(Self::Tls12),
            (false, true) => Ok(Self::Tls13),
            (false, false) => Err(BadProtocols::None(text.chars().take(SHOWN_MAX).collect())),
        }
    }
}

/// The version that a bound names, by its name or in hexadecimal.
fn bound(text: &str) -> Option<u16> {
    if let Some(i) = index(text) {
        return Some(KNOWN[i].1);
    }
    let hex = text.strip_prefix("0x").unwrap_or(text);
    let is_hex = hex.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(hex, 16).ok()).flatten()
}

fn index(name: &str) -> Option<usize> {
    KNOWN.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Protocols that cannot be spoken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadProtocols {
    /// A word has no meaning.
    #[error(
        "unknown TLS protocol {0:?}; expected SSLv2, SSLv3, TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3, \
         after !, >= or <= or by itself"
    )]
    Unknown(String),
    /// None is left.
    #[error("no protocol is left of {0:?}; there are TLSv1.2 and TLSv1.3")]
    None(String),
}

static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];

const KNOWN: [(&str, u16); 6] = [
    ("SSLv2", 0x0002),
    ("SSLv3", 0x0300),
    ("TLSv1", 0x0301),
    ("TLSv1.1", 0x0302),
    ("TLSv1.2", 0x0303),
    ("TLSv1.3", 0x0304),
];
const TLS12_INDEX: usize = 4;
const TLS13_INDEX: usize = 5;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn protocols_are_read_as_postfix_reads_them() {
        for (text, protocols) in [
            ("", Protocols::Both),
            (">=TLSv1", Protocols::Both),
            (">=TLSv1.2", Protocols::Both),
            (">=tlsv1.3", Protocols::Tls13),
            (">=0304", Protocols::Tls13),
            (">=0x303", Protocols::Both),
            (">=0", Protocols::Both),
            ("<=TLSv1.2", Protocols::Tls12),
            (">=TLSv1 <=0303", Protocols::Tls12),
            ("!SSLv2, !SSLv3", Protocols::Both),
            ("!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2", Protocols::Tls13),
            ("!TLSv1.3", Protocols::Tls12),
            ("TLSv1.2", Protocols::Tls12),
            ("TLSv1, TLSv1.3", Protocols::Tls13),
            ("TLSv1.2 TLSv1.3 !TLSv1.2", Protocols::Tls13),
        ] {
            assert_eq!(text.parse(), Ok(protocols), "{text}");
            assert_eq!(protocols.to_string().parse(), Ok(protocols));
        }
    }

    #[test]
    fn versions_are_those_of_rustls() {
        for (protocols, versions) in [
            (Protocols::Both, &[&TLS13, &TLS12][..]),
            (Protocols::Tls12, &[&TLS12]),
            (Protocols::Tls13, &[&TLS13]),
        ] {
            assert_eq!(protocols.versions(), versions);
        }
    }

    #[test]
    fn bad_protocols_are_told_what_there_is() {
        for text in ["SSLv3, TLSv1", "<=TLSv1.1", ">=0305", "!TLSv1.2 !TLSv1.3"] {
            assert_eq!(
                text.parse::<Protocols>().unwrap_err().to_string(),
                alloc::format!("no protocol is left of {text:?}; there are TLSv1.2 and TLSv1.3")
            );
        }
        for (text, word) in
            [("TLSv2", "TLSv2"), ("!", "!"), ("TLSv1.2 !x", "!x"), (">=", ">="), ("<=-1", "<=-1")]
        {
            assert_eq!(
                text.parse::<Protocols>().unwrap_err().to_string(),
                alloc::format!(
                    "unknown TLS protocol {word:?}; expected SSLv2, SSLv3, TLSv1, TLSv1.1, \
                     TLSv1.2 or TLSv1.3, after !, >= or <= or by itself"
                )
            );
        }
    }
}
