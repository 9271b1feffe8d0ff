//! Compatibility levels: whose defaults hold.

use std::fmt;
use std::str::FromStr;

/// A version of Postfix: `MAJOR`, `MAJOR.MINOR` or `MAJOR.MINOR.PATCH`.
///
/// `compatibility_level`: defaults are those of this version.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Level {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Level {
    /// The level that holds where main.cf names none.
    pub const LATEST: Self = Self { major: 3, minor: 11, patch: 0 };

    /// Whether the defaults are those of Postfix 2.2.
    pub fn is_of_2_2(self) -> bool {
        (self.major, self.minor) == (2, 2)
    }
}

impl FromStr for Level {
    type Err = BadLevel;

    fn from_str(text: &str) -> Result<Self, BadLevel> {
        let mut numbers = text.split('.').map(|number| {
            let number = super::lines::trim_start(number);
            number.parse::<u64>().map_err(|_| BadLevel)
        });
        let major = numbers.next().unwrap_or(Err(BadLevel))?;
        let minor = numbers.next().unwrap_or(Ok(0))?;
        let patch = numbers.next().unwrap_or(Ok(0))?;
        let fits = major <= MAJOR_MAX && minor <= PART_MAX && patch <= PART_MAX;
        if fits && numbers.next().is_none() {
            Ok(Self { major, minor, patch })
        } else {
            Err(BadLevel)
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch } = self;
        match (minor, patch) {
            (0, 0) => write!(f, "{major}"),
            (_, 0) => write!(f, "{major}.{minor}"),
            (_, _) => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

/// What a level is not.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad compatibility level; expected a version such as 3.6")]
pub struct BadLevel;

const MAJOR_MAX: u64 = i64::MAX as u64 >> 20;
const PART_MAX: u64 = 1023;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_compare_as_versions_do() {
        let level = |text: &str| text.parse::<Level>().unwrap();
        for (less, more) in
            [("3.6", "3.10"), ("2", "2.2"), ("3.5.9", "3.6"), ("3.6", "3.6.1"), ("0", "1")]
        {
            assert!(level(less) < level(more), "{less} {more}");
        }
        assert_eq!(level("3"), level("3.0.0"));
        assert_eq!(level(" 03. 6"), level("3.6"));
    }

    #[test]
    fn what_is_no_version_is_no_level() {
        for bad in ["", "x", "3x", "3.", "-3", "3.6.1.1", "3.1024", "3.6.1024", "8796093022208"] {
            assert_eq!(bad.parse::<Level>(), Err(BadLevel), "{bad}");
        }
    }

    #[test]
    fn a_level_prints_without_zeros_at_its_end() {
        for text in ["3", "3.6", "3.6.1", "3.0.1"] {
            assert_eq!(text.parse::<Level>().unwrap().to_string(), text);
        }
        assert_eq!("3.0".parse::<Level>().unwrap().to_string(), "3");
    }

    #[test]
    fn only_2_2_has_the_defaults_of_2_2() {
        let of_2_2 = |text: &str| text.parse::<Level>().unwrap().is_of_2_2();
        assert_eq!(["2.2", "2.2.12", "2", "3.6"].map(of_2_2), [true, true, false, false]);
    }
}
