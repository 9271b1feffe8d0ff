//! What a line of main.cf or an option sets, and where it does.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use super::lines::{trim, trim_start};

/// The value of a parameter, as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    /// The text after `=`, without white space around it; references stand in it.
    pub value: String,
    /// Where it was written.
    pub place: Place,
}

/// Where a setting, or a mistake, is. What is set later is greater.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// What holds where nothing is set.
    Default,
    /// A file as a whole.
    File(Arc<Path>),
    /// A line of a file, counted from 1: the first one, where others continue it.
    Line(Arc<Path>, usize),
    /// An option, `-o name=value`.
    Option,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
            Self::Option => f.write_str("-o"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A parameter that is set in place of what main.cf says: `name=value` or `{ name = value }`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Override {
    /// The parameter.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl FromStr for Override {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = trim_start(text);
        let text = match text.strip_prefix('{') {
            Some(rest) => trim(rest).strip_suffix('}').ok_or(Malformed::Brace)?,
            None => text,
        };
        let (name, value) = assignment(trim_start(text))?;
        Ok(Self { name: name.into(), value: value.into() })
    }
}

impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Why a line sets nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Malformed {
    /// There is no `=`, or there are several words before it.
    #[error("no = after the name; expected name = value")]
    Equals,
    /// There is nothing before `=`.
    #[error("no name before =; expected name = value")]
    Name,
    /// The closing brace is missing.
    #[error("no }} at the end; expected {{ name = value }}")]
    Brace,
}

/// Splits `name = value`.
pub(super) fn assignment(text: &str) -> Result<(&str, &str), Malformed> {
    let end = text.find(|char: char| char == '=' || trim(char.encode_utf8(&mut [0; 4])).is_empty());
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    if name.is_empty() {
        return Err(Malformed::Name);
    }
    let value = trim_start(rest).strip_prefix('=').ok_or(Malformed::Equals)?;
    Ok((name, trim(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_take_any_space_around_name_and_value() {
        for (text, name, value) in [
            ("a=b", "a", "b"),
            ("a\t = \t b c \x0b\r", "a", "b c"),
            ("a =", "a", ""),
            ("a == b", "a", "= b"),
            ("$x.y-z = d", "$x.y-z", "d"),
        ] {
            assert_eq!(assignment(text), Ok((name, value)), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_assignment_tells_what_is_missing() {
        for (text, error) in [
            ("a", Malformed::Equals),
            ("a b = c", Malformed::Equals),
            ("{ a = b }", Malformed::Equals),
            ("= x", Malformed::Name),
        ] {
            assert_eq!(assignment(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn overrides_may_be_in_braces() {
        let set = |text: &str| text.parse::<Override>().map(|set| (set.name, set.value));
        let ok = |value: &str| Ok(("a".to_string(), value.to_string()));
        assert_eq!(set("a=b c "), ok("b c"));
        assert_eq!(set(" a = b"), ok("b"));
        assert_eq!(set("{ a = b c }"), ok("b c"));
        assert_eq!(set("{a={b}} "), ok("{b}"));
        assert_eq!(set("a"), Err(Malformed::Equals));
        assert_eq!(set(""), Err(Malformed::Name));
        assert_eq!(set("{ a = b"), Err(Malformed::Brace));
    }
}
