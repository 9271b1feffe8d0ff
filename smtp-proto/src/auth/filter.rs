//! Which mechanisms may be used at all.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

/// Which mechanisms may be used (`smtp_sasl_mechanism_filter`): all, unless some are named.
///
/// The list is read from the left and the first match decides; `!name` forbids. What matches
/// nothing is forbidden, so that `!gssapi` alone allows nothing; `!gssapi, static:rest` allows
/// everything else.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MechanismFilter(Vec<Pattern>);

impl MechanismFilter {
    /// Whether the mechanism may be used; case does not matter.
    pub fn allows(&self, name: &str) -> bool {
        let first = self.0.iter().find(|pattern| pattern.matches(name));
        self.0.is_empty() || first.is_some_and(|pattern| pattern.is_allowed)
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Pattern {
    is_allowed: bool,
    /// `None` is any.
    name: Option<String>,
}

impl Pattern {
    fn matches(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Parses a list such as `!gssapi, plain, login`.
impl FromStr for MechanismFilter {
    type Err = BadFilter;

    fn from_str(text: &str) -> Result<Self, BadFilter> {
        super::words(text).map(pattern).collect::<Result<_, _>>().map(Self)
    }
}

fn pattern(word: &str) -> Result<Pattern, BadFilter> {
    let name = word.trim_start_matches('!');
    let is_allowed = (word.len() - name.len()).is_multiple_of(2);
    // A table that holds everything, and the only one that needs no look-up.
    if name.starts_with("static:") {
        return Ok(Pattern { is_allowed, name: None });
    }
    // RFC 4422, 3.1.
    let is_name = (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let bad = || BadFilter(word.chars().take(SHOWN_MAX).collect());
    is_name.then(|| Pattern { is_allowed, name: Some(name.into()) }).ok_or_else(bad)
}

/// The word cannot be the name of a mechanism.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad mechanism {0:?}: expected a name such as PLAIN or !PLAIN")]
pub struct BadFilter(String);

/// Longest name of a mechanism (RFC 4422, 3.1).
const NAME_MAX: usize = 20;

/// Most characters of a bad word that an error repeats.
const SHOWN_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn the_first_match_decides() {
        for (filter, plain, login) in [
            ("", true, true),
            ("plain", true, false),
            ("PLAIN,login", true, true),
            ("!plain", false, false),
            ("!plain, static:rest", false, true),
            ("!!plain", true, false),
            ("!plain plain static:all", false, true),
            ("login !static:all", false, true),
        ] {
            let parsed: MechanismFilter = filter.parse().unwrap();
            assert_eq!(
                (parsed.allows("PLAIN"), parsed.allows("Login")),
                (plain, login),
                "{filter}"
            );
        }
    }

    #[test]
    fn a_bad_name_is_repeated_and_cut_short() {
        for bad in ["!", "hash:/etc/filter", "pl\u{e4}in", &"x".repeat(NAME_MAX + 1)] {
            let error = bad.parse::<MechanismFilter>().unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
        }
        assert!("x".repeat(NAME_MAX).parse::<MechanismFilter>().is_ok());
        let error = "x".repeat(SHOWN_MAX + 1).parse::<MechanismFilter>().unwrap_err();
        assert_eq!(error, BadFilter("x".repeat(SHOWN_MAX)));
    }
}
