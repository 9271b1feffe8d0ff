//! Which log of syslog's a line belongs to.

use std::fmt;
use std::str::FromStr;

use super::sink::Severity;

/// A facility of syslog(3) (`syslog_facility`, mail).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Facility(u8);

impl Facility {
    /// The number that a datagram begins with (RFC 3164, 4.1.1).
    pub(crate) fn priority(self, severity: Severity) -> u8 {
        self.0 * 8
            + match severity {
                Severity::Info => 6,
                Severity::Warning => 4,
                Severity::Error => 3,
            }
    }
}

/// That of mail.
impl Default for Facility {
    fn default() -> Self {
        Self(2)
    }
}

impl FromStr for Facility {
    type Err = UnknownFacility;

    fn from_str(word: &str) -> Result<Self, UnknownFacility> {
        let known = WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, number)| Self(*number)).ok_or_else(|| UnknownFacility(word.into()))
    }
}

impl fmt::Display for Facility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = WORDS.iter().find(|(_, number)| *number == self.0);
        f.write_str(known.map_or("?", |(word, _)| word))
    }
}

/// Syslog has no facility of this name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown syslog facility {0:?}; expected one such as mail, daemon or local0")]
pub struct UnknownFacility(String);

/// RFC 3164, 4.1.1, by the names of syslog(3).
const WORDS: [(&str, u8); 20] = [
    ("auth", 4),
    ("authpriv", 10),
    ("cron", 9),
    ("daemon", 3),
    ("ftp", 11),
    ("kern", 0),
    ("lpr", 6),
    ("mail", 2),
    ("news", 7),
    ("syslog", 5),
    ("user", 1),
    ("uucp", 8),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facilities_are_known_by_name() {
        assert_eq!(Facility::default().to_string(), "mail");
        for (word, priority) in [("mail", 22), ("kern", 6), ("local7", 190), ("authpriv", 86)] {
            let facility: Facility = word.parse().unwrap();
            assert_eq!(facility.priority(Severity::Info), priority, "{word}");
            assert_eq!(facility.to_string(), word);
        }
        assert_eq!(Facility::default().priority(Severity::Warning), 20);
        assert!("MAIL".parse::<Facility>().is_err() && "local8".parse::<Facility>().is_err());
    }
}
