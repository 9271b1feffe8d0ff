//! Domain names.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use crate::excerpt::beginning;

/// A domain name as hosts and mail domains have it: labels of ASCII letters, digits, hyphens and
/// underscores (RFC 1123, 2.1; RFC 2782 for the underscores), in lower case, without the last dot.
///
/// The root has no `Name`. Clones share their text.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(Arc<str>);

impl Name {
    /// The name in text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many dots are in it.
    pub fn dots(&self) -> usize {
        self.0.matches('.').count()
    }

    /// Whether it ends in a number, as no name of the internet does (RFC 1123, 2.1). What reads
    /// addresses in old ways takes such a name for one: `127.1`, `0x7f000001`, `192.0.2.1`.
    pub fn is_numeric(&self) -> bool {
        let mut labels = self.0.as_bytes().rsplit(|byte| *byte == b'.');
        let last = labels.next().unwrap_or_default();
        last.iter().all(u8::is_ascii_digit)
            || last.strip_prefix(b"0x").is_some_and(|rest| rest.iter().all(u8::is_ascii_hexdigit))
    }

    /// This name below another one: `www` below `example.com` is `www.example.com`.
    ///
    /// # Errors
    /// If that is too long.
    pub fn below(&self, parent: &Self) -> Result<Self, BadName> {
        let mut text = String::with_capacity(self.0.len() + 1 + parent.0.len());
        text.push_str(&self.0);
        text.push('.');
        text.push_str(&parent.0);
        text.parse()
    }
}

impl FromStr for Name {
    type Err = BadName;

    /// Reads ASCII text; a single last dot is left out.
    fn from_str(text: &str) -> Result<Self, BadName> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.len() > NAME_MAX {
            let at = beginning(text, NAME_MAX).len();
            return Err(BadName { at, flaw: NameFlaw::TooLong });
        }
        let mut start = 0;
        for label in text.split('.') {
            check(label).map_err(|(at, flaw)| BadName { at: start + at, flaw })?;
            start += label.len() + 1;
        }
        let has_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        Ok(Self(if has_upper { text.to_ascii_lowercase().into() } else { text.into() }))
    }
}

/// Finds what is wrong with a label, and at which byte.
fn check(label: &str) -> Result<(), (usize, NameFlaw)> {
    if label.is_empty() {
        return Err((0, NameFlaw::EmptyLabel));
    }
    let is_good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if let Some((at, c)) = label.char_indices().find(|(_, c)| !is_good(*c)) {
        return Err((at, NameFlaw::Character(c)));
    }
    if label.len() > LABEL_MAX {
        return Err((LABEL_MAX, NameFlaw::LongLabel));
    }
    if label.starts_with('-') {
        return Err((0, NameFlaw::Hyphen));
    }
    if label.ends_with('-') {
        return Err((label.len() - 1, NameFlaw::Hyphen));
    }
    Ok(())
}

impl From<&Name> for Arc<str> {
    /// The text, shared.
    fn from(name: &Name) -> Self {
        name.0.clone()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{flaw}")]
pub struct BadName {
    /// The byte where it goes wrong.
    pub at: usize,
    /// What is wrong.
    pub flaw: NameFlaw,
}

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameFlaw {
    /// RFC 1035, 2.3.4.
    #[error("the name is too long; expected at most 253 characters")]
    TooLong,
    /// RFC 1035, 2.3.4.
    #[error("the label is too long; expected at most 63 characters between dots")]
    LongLabel,
    /// Two dots in a row, or none but dots.
    #[error("an empty label; expected something between dots")]
    EmptyLabel,
    /// Neither a letter, a digit, a hyphen nor an underscore.
    #[error("{0:?} in a name; expected letters, digits, hyphens and dots")]
    Character(char),
    /// At an end of a label.
    #[error("a hyphen at the end of a label; expected a letter or digit")]
    Hyphen,
}

/// Longest name in text (RFC 1035, 2.3.4: 255 bytes on the wire).
const NAME_MAX: usize = 253;

/// Longest label (RFC 1035, 2.3.4).
const LABEL_MAX: usize = 63;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn names_are_read_in_lower_case() {
        for (text, name) in [
            ("mx.example", "mx.example"),
            ("MX.Example.", "mx.example"),
            ("_25._tcp.mx.example", "_25._tcp.mx.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("1", "1"),
        ] {
            assert_eq!(text.parse::<Name>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_told_apart() {
        let (label, name) = ("a".repeat(64), "a.".repeat(127) + "a");
        for (text, at, flaw) in [
            ("", 0, NameFlaw::EmptyLabel),
            (".", 0, NameFlaw::EmptyLabel),
            ("mx..example", 3, NameFlaw::EmptyLabel),
            ("mx.example..", 11, NameFlaw::EmptyLabel),
            ("mx example", 2, NameFlaw::Character(' ')),
            ("bücher.example", 1, NameFlaw::Character('ü')),
            ("mx.-a", 3, NameFlaw::Hyphen),
            ("mx-.a", 2, NameFlaw::Hyphen),
            (&label, 63, NameFlaw::LongLabel),
            (&name, 253, NameFlaw::TooLong),
            (&"ü".repeat(127), 252, NameFlaw::TooLong),
        ] {
            assert_eq!(text.parse::<Name>(), Err(BadName { at, flaw }), "{text}");
        }
        assert!("a.".repeat(126).parse::<Name>().is_ok());
    }

    #[test]
    fn a_name_that_could_be_an_address_is_known() {
        for text in ["192.0.2.1", "127.1", "2130706433", "0177.1.", "0x7F000001", "a.0x", "mx.1"] {
            assert!(text.parse::<Name>().unwrap().is_numeric(), "{text}");
        }
        for text in ["1.example", "mx.1a", "0xg", "x1", "1_", "xn--1", "0x1.a"] {
            assert!(!text.parse::<Name>().unwrap().is_numeric(), "{text}");
        }
    }

    #[test]
    fn a_name_goes_below_another() {
        let [service, domain]: [Name; 2] =
            ["_submission._tcp", "example.com"].map(|name| name.parse().unwrap());
        let name = service.below(&domain).unwrap();
        assert_eq!(name.to_string(), "_submission._tcp.example.com");
        let long: Name = format!("{}a", "a.".repeat(120)).parse().unwrap();
        assert_eq!(service.below(&long).unwrap_err().flaw, NameFlaw::TooLong);
    }
}
