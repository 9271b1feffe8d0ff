//! OpenSSL's cipher expressions.
//!
//! An expression is a program. It works on a list that begins with all suites in OpenSSL's order,
//! each of them off: words switch suites on, off or away, and move them. The suites that rustls
//! lacks do not change how the others move, so the list holds none of them.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use rustls::CipherSuite;

use super::words::{NAMES, SUITE_B, SUITES, Suites, suites_of};
use crate::tls::level::SHOWN_MAX;

/// A cipher expression as OpenSSL has them (`smtp_tls_cipherlist`): `HIGH:!RC4:@STRENGTH`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expression(Vec<Rule>);

impl Expression {
    /// The suites that it leaves, in its order.
    pub(super) fn select(&self, exclude: &Exclusions) -> Vec<CipherSuite> {
        let mut list: Vec<Entry> = (0..SUITES.len()).map(|i| Entry { i, is_on: false }).collect();
        let kills = exclude.0.iter().map(|suites| Rule::Kill(*suites));
        for rule in self.0.iter().copied().chain(kills) {
            rule.apply(&mut list);
        }
        list.into_iter().filter(|entry| entry.is_on).map(|entry| SUITES[entry.i].1).collect()
    }
}

/// Suites of TLS 1.2, each by its place in the table.
#[derive(Clone, Copy)]
struct Entry {
    i: usize,
    is_on: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Rule {
    /// Switches on what is off, at the end.
    Add(Suites),
    /// Switches off (`-`), so that a later word can bring it back.
    Remove(Suites),
    /// Takes away for good (`!`).
    Kill(Suites),
    /// Moves what is on to the end (`+`).
    Last(Suites),
    /// Sorts what is on, the strongest first (`@STRENGTH`).
    Strength,
}

impl Rule {
    fn apply(self, list: &mut Vec<Entry>) {
        let is_hit = |entry: &Entry| match self {
            Self::Add(suites) => !entry.is_on && suites & (1 << entry.i) != 0,
            Self::Remove(suites) | Self::Last(suites) => {
                entry.is_on && suites & (1 << entry.i) != 0
            }
            Self::Kill(suites) => suites & (1 << entry.i) != 0,
            Self::Strength => entry.is_on,
        };
        let (mut hit, mut rest): (Vec<_>, Vec<_>) = list.drain(..).partition(is_hit);
        match self {
            Self::Add(_) => hit.iter_mut().for_each(|entry| entry.is_on = true),
            Self::Remove(_) => hit.iter_mut().for_each(|entry| entry.is_on = false),
            Self::Strength => hit.sort_by_key(|entry| core::cmp::Reverse(SUITES[entry.i].2)),
            Self::Kill(_) => hit.clear(),
            Self::Last(_) => {}
        }
        if matches!(self, Self::Remove(_)) {
            core::mem::swap(&mut hit, &mut rest);
        }
        list.extend(rest);
        list.extend(hit);
    }
}

impl FromStr for Expression {
    type Err = BadCiphers;

    fn from_str(text: &str) -> Result<Self, BadCiphers> {
        let mut elements = elements(text, [':', ',', ';', ' ']).peekable();
        let Some(first) = elements.peek() else {
            return Err(BadCiphers::Empty);
        };
        if let Some((_, suites)) = SUITE_B.iter().find(|(word, _)| word == first) {
            // Nothing else in the expression counts.
            return Ok(Self(suites.iter().map(|suites| Rule::Add(*suites)).collect()));
        }
        let mut rules = Vec::new();
        if elements.next_if_eq(&"DEFAULT").is_some() {
            rules.push(Rule::Add(suites_of("ALL").expect("it is in the table")));
        }
        for element in elements {
            rules.extend(rule(element)?);
        }
        Ok(Self(rules))
    }
}

fn rule(element: &str) -> Result<Option<Rule>, BadCiphers> {
    let (build, words): (fn(Suites) -> Rule, _) = match element.split_at_checked(1) {
        Some(("!", words)) => (Rule::Kill, words),
        Some(("-", words)) => (Rule::Remove, words),
        Some(("+", words)) => (Rule::Last, words),
        Some(("@", "STRENGTH")) => return Ok(Some(Rule::Strength)),
        // Security levels are about keys and digests, of which rustls has the strong ones alone.
        Some(("@", command)) if is_security_level(command) => return Ok(None),
        Some(("@", _)) => return Err(BadCiphers::Command(shown(element))),
        _ => (Rule::Add, element),
    };
    intersection(words).map(|suites| Some(build(suites)))
}

fn is_security_level(command: &str) -> bool {
    matches!(command.strip_prefix("SECLEVEL="), Some("0" | "1" | "2" | "3" | "4" | "5"))
}

/// The suites that all words between plus signs name.
fn intersection(words: &str) -> Result<Suites, BadCiphers> {
    words.split('+').try_fold(Suites::MAX, |all, word| {
        suites_of(word).map(|suites| all & suites).ok_or_else(|| BadCiphers::Unknown(shown(word)))
    })
}

fn elements<const N: usize>(text: &str, separators: [char; N]) -> impl Iterator<Item = &str> {
    text.split(separators).filter(|element| !element.is_empty())
}

fn shown(word: &str) -> String {
    word.chars().take(SHOWN_MAX).collect()
}

/// Ciphers that are not used, whatever the expression says (`smtp_tls_exclude_ciphers`,
/// `smtp_tls_mandatory_exclude_ciphers`, `exclude=`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Exclusions(Vec<Suites>);

/// Takes words of cipher expressions without signs before them, separated by spaces, commas or
/// colons.
impl FromStr for Exclusions {
    type Err = BadCiphers;

    fn from_str(text: &str) -> Result<Self, BadCiphers> {
        let suites = |element: &str| match element.starts_with(['!', '-', '+', '@']) {
            true => Err(BadCiphers::Sign(shown(element))),
            false => intersection(element),
        };
        elements(text, [' ', '\t', '\r', '\n', ',', ':'])
            .map(suites)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Ciphers that cannot be understood.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadCiphers {
    /// A word that OpenSSL does not know.
    #[error("OpenSSL knows no cipher {0:?}; for TLS 1.2 there are {NAMES}")]
    Unknown(String),
    /// A command that OpenSSL does not know.
    #[error("unknown command {0:?} in a cipher expression; there are @STRENGTH and @SECLEVEL=n")]
    Command(String),
    /// An exclusion with a sign before it.
    #[error("the exclusion {0:?} begins with a sign; excluded ciphers are named without")]
    Sign(String),
    /// An expression without a word.
    #[error("empty cipher expression; for TLS 1.2 there are {NAMES}")]
    Empty,
    /// A grade that Postfix does not know.
    #[error("unknown cipher grade {0:?}; expected high, medium, low, export or null")]
    Grade(String),
    /// A suite of TLS 1.3 that is not there.
    #[error(
        "unknown TLS 1.3 cipher suite {0:?}; there are TLS_AES_256_GCM_SHA384, \
         TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256"
    )]
    Tls13(String),
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    /// Expressions, and what OpenSSL 3.0 makes of them: see the first lines.
    const ORACLE: &str = include_str!("../../../testdata/tls/ciphers.txt");

    #[test]
    fn expressions_mean_what_openssl_takes_them_for() {
        let mut count = 0;
        for line in ORACLE.lines().filter(|line| !line.starts_with('#')) {
            let (text, expected) = line.split_once(" = ").unwrap();
            let expression: Expression = text.parse().unwrap();
            let selected = expression.select(&Exclusions::default());
            let letter = |suite| {
                let i = SUITES.iter().position(|(_, known, _)| *known == suite).unwrap();
                "123456".as_bytes()[i] as char
            };
            assert_eq!(selected.into_iter().map(letter).collect::<String>(), expected, "{text}");
            count += 1;
        }
        assert!(count > 100, "the file is read");
    }

    #[test]
    fn exclusions_are_final() {
        let expression: Expression = "HIGH".parse().unwrap();
        for (exclude, left) in [
            ("", 6),
            ("aNULL, MD5:RC4 EXPORT,LOW", 6),
            ("AES256", 4),
            ("aRSA+AESGCM", 4),
            ("ECDHE-RSA-AES128-GCM-SHA256", 5),
            ("ECDHE", 0),
        ] {
            assert_eq!(expression.select(&exclude.parse().unwrap()).len(), left, "{exclude}");
        }
    }

    #[test]
    fn bad_expressions_are_told_what_is_wrong() {
        for word in ["FOO", "high", "TLSv1.3", "ECDHE-RSA-AES128-GCM-SHA257", "DEFAULT", ""] {
            for text in [format!("HIGH:!{word}"), format!("HIGH:AES+{word}")] {
                assert_eq!(
                    text.parse::<Expression>().unwrap_err().to_string(),
                    format!(
                        "OpenSSL knows no cipher {word:?}; for TLS 1.2 there are \
                         ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, \
                         ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-CHACHA20-POLY1305, \
                         ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256"
                    )
                );
            }
        }
        for command in ["@", "@FOO", "@SECLEVEL=6", "@SECLEVEL=", "@STRENGTHS"] {
            assert_eq!(
                format!("HIGH:{command}").parse::<Expression>().unwrap_err().to_string(),
                format!(
                    "unknown command {command:?} in a cipher expression; there are @STRENGTH and \
                     @SECLEVEL=n"
                )
            );
        }
        assert!(
            ": ,".parse::<Expression>().unwrap_err().to_string().starts_with("empty cipher expres")
        );
        assert_eq!(
            "RC4, !MD5".parse::<Exclusions>().unwrap_err().to_string(),
            "the exclusion \"!MD5\" begins with a sign; excluded ciphers are named without"
        );
    }
}
