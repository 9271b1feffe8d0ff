//! How references are written.

use super::level::{BadLevel, Level};
use super::lines::trim_start;

/// What is in the braces of `${…}`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reference<'a> {
    pub(super) condition: Condition<'a>,
    /// What it stands for, where that is not the value of the name.
    pub(super) branches: Option<Branches<'a>>,
}

/// What decides between the branches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Condition<'a> {
    /// Whether this parameter has a value that is not empty.
    Name(&'a str),
    Comparison(Comparison<'a>),
}

/// Texts to expand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Branches<'a> {
    pub(super) yes: &'a str,
    pub(super) no: &'a str,
}

/// `{left} == {right}`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Comparison<'a> {
    pub(super) operands: [&'a str; 2],
    /// Which orderings make it true: less, equal, greater.
    holds_if: [bool; 3],
    of_levels: bool,
}

impl<'a> Reference<'a> {
    pub(super) fn parse(body: &'a str) -> Result<Self, BadReference> {
        let body = trim_start(body);
        if body.starts_with('{') {
            let (comparison, rest) = Comparison::parse(body)?;
            let branches = branches(rest)?;
            if branches.is_none() && !rest.is_empty() {
                return Err(BadReference::no_choice(rest));
            }
            return Ok(Self { condition: Condition::Comparison(comparison), branches });
        }
        let (name, rest) = word(body);
        let rest = trim_start(rest);
        let branches = branches(rest)?;
        if branches.is_none() && !rest.is_empty() {
            return Err(BadReference::bad_name(body));
        }
        Ok(Self { condition: Condition::Name(name), branches })
    }
}

impl<'a> Comparison<'a> {
    fn parse(text: &'a str) -> Result<(Self, &'a str), BadReference> {
        let (left, rest) = operand(text)?;
        let rest = trim_start(rest);
        let end = rest.find(|char| !OPERATOR_CHARACTERS.contains(char)).unwrap_or(rest.len());
        let (operator, rest) = rest.split_at(end);
        let found = OPERATORS.iter().find(|(name, _)| *name == operator);
        let (_, holds_if) = found.ok_or_else(|| BadReference::no_operator(operator))?;
        let (suffix, rest) = word(rest);
        let of_levels = match suffix {
            "" => false,
            "level" => true,
            _ => return Err(BadReference::no_operator(suffix)),
        };
        let (right, rest) = operand(trim_start(rest))?;
        let comparison = Self { operands: [left, right], holds_if: *holds_if, of_levels };
        Ok((comparison, trim_start(rest)))
    }

    /// Compares what the operands expand to: numbers as such, other texts byte by byte.
    pub(super) fn holds(&self, left: &str, right: &str) -> Result<bool, BadReference> {
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let ordering = if self.of_levels {
            level(left)?.cmp(&level(right)?)
        } else if is_number(left) && is_number(right) {
            number(left)?.cmp(&number(right)?)
        } else {
            left.cmp(right)
        };
        Ok(self.holds_if[match ordering {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => 1,
            std::cmp::Ordering::Greater => 2,
        }])
    }
}

/// Splits off a text in braces.
fn operand(text: &str) -> Result<(&str, &str), BadReference> {
    if !text.starts_with('{') {
        return Err(BadReference::no_operand(text));
    }
    enclosed(text, ('{', '}')).ok_or_else(|| BadReference::unfinished(text))
}

/// The texts after `?` and `:`, where there is one of them.
fn branches(text: &str) -> Result<Option<Branches<'_>>, BadReference> {
    if let Some(after) = text.strip_prefix('?') {
        let Some((yes, rest)) = braced(after)? else {
            return Ok(Some(Branches { yes: after, no: "" }));
        };
        let no = match rest.strip_prefix(':') {
            Some(after) => last(after)?,
            None if rest.is_empty() => "",
            None => return Err(BadReference::no_choice(rest)),
        };
        Ok(Some(Branches { yes, no }))
    } else if let Some(after) = text.strip_prefix(':') {
        Ok(Some(Branches { yes: "", no: last(after)? }))
    } else {
        Ok(None)
    }
}

/// A text in braces that nothing follows, or else all of it.
fn last(text: &str) -> Result<&str, BadReference> {
    match braced(text)? {
        Some((text, "")) => Ok(text),
        Some((_, rest)) => Err(BadReference::unexpected(rest)),
        None => Ok(text),
    }
}

/// Splits off a text in braces, and white space around it, if that is what it begins with.
fn braced(text: &str) -> Result<Option<(&str, &str)>, BadReference> {
    let text = trim_start(text);
    if !text.starts_with('{') {
        return Ok(None);
    }
    let (text, rest) = operand(text)?;
    Ok(Some((text, trim_start(rest))))
}

/// Splits off a name.
pub(super) fn word(text: &str) -> (&str, &str) {
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    text.split_at(end.unwrap_or(text.len()))
}

/// Splits what is in brackets from what follows them; `text` begins with the opening one.
pub(super) fn enclosed(text: &str, (open, close): (char, char)) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, char) in text.match_indices([open, close]) {
        if char.starts_with(open) {
            depth += 1;
        } else {
            depth -= 1;
        }
        if depth == 0 {
            return Some((&text[1..at], &text[at + 1..]));
        }
    }
    None
}

fn level(text: &str) -> Result<Level, BadReference> {
    text.parse().map_err(|BadLevel| BadReference::bad(text, "a version such as 3.6"))
}

fn number(text: &str) -> Result<i64, BadReference> {
    text.parse().map_err(|_| BadReference::bad(text, "a smaller number"))
}

/// Where a reference is malformed, and what was expected there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("malformed reference at {at:?}; expected {expected}")]
pub struct BadReference {
    /// What is there, shortened.
    pub at: String,
    /// What would have been right.
    pub expected: &'static str,
}

impl BadReference {
    fn bad(at: &str, expected: &'static str) -> Self {
        let end = at.char_indices().nth(EXCERPT_MAX).map_or(at.len(), |(end, _)| end);
        Self { at: at[..end].into(), expected }
    }

    pub(super) fn no_name(at: &str) -> Self {
        Self::bad(at, "a name, or $$ for a dollar sign")
    }

    pub(super) fn unfinished(at: &str) -> Self {
        Self::bad(at, "a bracket that closes it")
    }

    fn bad_name(at: &str) -> Self {
        Self::bad(at, "a name of letters, digits and _, and nothing else before ?, : or the end")
    }

    fn no_operator(at: &str) -> Self {
        Self::bad(at, "==, !=, <, <=, >= or >, or one with level behind it")
    }

    fn no_operand(at: &str) -> Self {
        Self::bad(at, "a text in braces")
    }

    fn no_choice(at: &str) -> Self {
        Self::bad(at, "?, : or the end")
    }

    fn unexpected(at: &str) -> Self {
        Self::bad(at, "nothing more")
    }
}

const OPERATOR_CHARACTERS: &str = "<>!=+-*/~&|%";
const OPERATORS: [(&str, [bool; 3]); 6] = [
    ("==", [false, true, false]),
    ("!=", [true, false, true]),
    ("<", [true, false, false]),
    ("<=", [true, true, false]),
    (">=", [false, true, true]),
    (">", [false, false, true]),
];
/// How much of a malformed reference is shown.
const EXCERPT_MAX: usize = 40;
