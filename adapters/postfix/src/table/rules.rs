//! Files of patterns: what `regexp:` and `pcre:` have in common.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::blocks::{Blocks, Grammar, Part, marks};
use super::error::{Failure, Fault};
use super::file::Snapshot;
use super::lines::{Problem, is_space};
use super::lookup::{Lookup, Shape};
use super::patience::Overdue;
use super::replacement::{Groups, Replacement};

/// A kind of regular expressions.
pub(super) trait Engine: fmt::Debug + Send + Sync + Sized + 'static {
    type Options: Copy + Default;

    /// Whether `/pattern/!/exception/` is one pattern.
    const HAS_EXCEPTIONS: bool;

    fn toggle(options: &mut Self::Options, letter: u8) -> Toggle;

    /// Compiles a pattern; nobody asks for its groups unless they are wanted.
    fn compile(pattern: &[u8], options: Self::Options, with_groups: bool) -> Result<Self, String>;

    /// How many groups a pattern has.
    fn groups(&self) -> usize;

    /// Whether looking for the pattern may take so long that nobody should wait for its end.
    fn is_costly(&self, key: &[u8]) -> bool;

    /// Looks for the pattern, and for its groups if they were wanted.
    fn find(&self, key: &[u8]) -> Result<Option<Groups>, Failure>;
}

/// What a letter behind a pattern does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Toggle {
    Done,
    Obsolete,
    Unknown,
}

/// A table of rules.
#[derive(Debug)]
pub(super) struct Rules<E> {
    blocks: Blocks<Condition<E>, Rule<E>>,
}

#[derive(Debug)]
pub(super) struct Rule<E> {
    condition: Condition<E>,
    exception: Option<Condition<E>>,
    replacement: Replacement,
}

/// A pattern, and whether it has to match or not to.
#[derive(Debug)]
pub(super) struct Condition<E> {
    pattern: Arc<E>,
    is_negated: bool,
    line: usize,
    overdue: Overdue,
}

impl<E: Engine> Condition<E> {
    /// The groups if the condition holds.
    fn holds(&self, key: &[u8]) -> Result<Option<Groups>, Failure> {
        let found = self.find(key).map_err(|failure| failure.at(self.line))?;
        Ok(match self.is_negated {
            true => found.is_none().then(Groups::new),
            false => found,
        })
    }

    fn find(&self, key: &[u8]) -> Result<Option<Groups>, Failure> {
        if !self.pattern.is_costly(key) {
            return self.pattern.find(key);
        }
        let (pattern, key) = (Arc::clone(&self.pattern), key.to_owned());
        let found = self.overdue.wait_for(WAIT_MAX, move || pattern.find(&key));
        found.map_err(Failure::Pattern)?
    }
}

impl<E: Engine> Rule<E> {
    /// What becomes of a key, if anything does.
    fn apply(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let Some(groups) = self.condition.holds(key)? else { return Ok(None) };
        if let Some(exception) = &self.exception
            && exception.holds(key)?.is_none()
        {
            return Ok(None);
        }
        Ok(Some(self.replacement.fill(key, &groups)))
    }
}

impl<E: Engine> Rules<E> {
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        Ok(Self { blocks: Blocks::open::<Self>(path)? })
    }
}

impl<E: Engine> Lookup for Rules<E> {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.blocks.find(|condition| Ok(condition.holds(key)?.is_some()), |rule| rule.apply(key))
    }

    fn shape(&self) -> Shape {
        Shape::Pattern
    }

    fn file(&self) -> Option<&Snapshot> {
        self.blocks.file.as_ref()
    }

    fn problems(&self) -> &[Problem] {
        &self.blocks.problems
    }
}

impl<E: Engine> Grammar for Rules<E> {
    type Condition = Condition<E>;
    type Rule = Rule<E>;

    const ENDIF_TAKES_TEXT: bool = true;

    fn condition(mut part: Part<'_, '_>) -> Result<Condition<E>, String> {
        let (source, rest) = Source::<E>::parse(part.text)?;
        if source.is_obsolete {
            part.warn(OBSOLETE);
        }
        if !rest.trim_ascii_start().is_empty() {
            part.warn(
                "expected nothing behind the pattern of if; rules in a block start in the first \
                 column",
            );
        }
        source.compile(false, part.line)
    }

    fn rule(mut part: Part<'_, '_>) -> Result<Rule<E>, String> {
        if part.text.first().is_some_and(u8::is_ascii_alphanumeric) {
            return Err("expected /pattern/flags text, if /pattern/flags or endif".to_owned());
        }
        let (first, mut rest) = Source::<E>::parse(part.text)?;
        let mut second = None;
        if E::HAS_EXCEPTIONS && rest.starts_with(b"!") {
            let (source, behind) = Source::<E>::parse(rest)?;
            (second, rest) = (Some(source), behind);
        }
        if first.is_obsolete {
            part.warn(OBSOLETE);
        }
        let text = rest.trim_ascii_start();
        if text.is_empty() {
            part.warn("expected text behind the pattern; the result is empty");
        }
        let replacement = Replacement::parse(text)?;
        let wanted = replacement.groups();
        if first.is_negated && wanted > 0 {
            return Err(format!("${wanted} is of no pattern that matches: the pattern is negated"));
        }
        let condition = first.compile(wanted > 0, part.line)?;
        let groups = condition.pattern.groups();
        if wanted > groups {
            return Err(format!("${wanted} is of no group: the pattern has {groups}"));
        }
        let exception = second.map(|second| second.compile(false, part.line)).transpose()?;
        Ok(Rule { condition, exception, replacement })
    }
}

/// A pattern as it is written.
struct Source<'a, E: Engine> {
    pattern: &'a [u8],
    options: E::Options,
    is_negated: bool,
    is_obsolete: bool,
}

impl<'a, E: Engine> Source<'a, E> {
    /// Reads `!/pattern/flags`, and gives back what is behind it.
    fn parse(text: &'a [u8]) -> Result<(Self, &'a [u8]), String> {
        let (is_negated, text) = marks(text);
        let (&delimiter, text) = text.split_first().ok_or("expected a pattern, such as /text/")?;
        let end = end_of_pattern(text, delimiter).ok_or_else(|| {
            format!("expected {:?} at the end of the pattern", char::from(delimiter))
        })?;
        let (pattern, text) = (&text[..end], &text[end + 1..]);
        let is_end = |byte: &u8| is_space(*byte) || (E::HAS_EXCEPTIONS && *byte == b'!');
        let (letters, rest) = text.split_at(text.iter().position(is_end).unwrap_or(text.len()));
        let mut source =
            Self { pattern, options: E::Options::default(), is_negated, is_obsolete: false };
        for letter in letters {
            match E::toggle(&mut source.options, *letter) {
                Toggle::Done => {}
                Toggle::Obsolete => source.is_obsolete = true,
                Toggle::Unknown => {
                    return Err(format!("unknown flag {:?} of a pattern", char::from(*letter)));
                }
            }
        }
        Ok((source, rest))
    }

    fn compile(self, with_groups: bool, line: usize) -> Result<Condition<E>, String> {
        let pattern = E::compile(self.pattern, self.options, with_groups).map_err(|error| {
            format!("bad pattern {:?}: {error}", String::from_utf8_lossy(self.pattern))
        })?;
        let (pattern, overdue) = (Arc::new(pattern), Overdue::default());
        Ok(Condition { pattern, is_negated: self.is_negated, line, overdue })
    }
}

/// Where a pattern ends: at the first delimiter without a backslash.
fn end_of_pattern(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut is_escaped = false;
    text.iter().position(|byte| {
        let is_end = *byte == delimiter && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })
}

/// How long a pattern may take.
const WAIT_MAX: Duration = Duration::from_secs(5);
const OBSOLETE: &str = "the flag X has no effect: PCRE2 refuses unknown escapes anyway";
