//! Files of patterns: what `regexp:` and `pcre:` have in common.
//!
//! Rules are tried from the first to the last. `if` and `endif` surround rules that are passed over
//! unless a pattern matches, or does not for `if !`.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::{Failure, Fault};
use super::file::{Snapshot, read_rules};
use super::lines::{self, Line, Problem, Problems, is_space};
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
    rules: Vec<Rule<E>>,
    /// None if the rules are in the name.
    file: Option<Snapshot>,
    problems: Vec<Problem>,
}

#[derive(Debug)]
enum Rule<E> {
    Match {
        condition: Condition<E>,
        exception: Option<Condition<E>>,
        replacement: Replacement,
        line: usize,
    },
    If {
        condition: Condition<E>,
        /// The first rule behind the block.
        end: usize,
        line: usize,
    },
}

/// A pattern, and whether it has to match or not to.
#[derive(Debug)]
struct Condition<E> {
    pattern: Arc<E>,
    is_negated: bool,
    overdue: Overdue,
}

impl<E: Engine> Condition<E> {
    /// The groups if the condition holds.
    fn holds(&self, key: &[u8], line: usize) -> Result<Option<Groups>, Failure> {
        let found = self.find(key).map_err(|failure| failure.at(line))?;
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

impl<E: Engine> Rules<E> {
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let (file, content) = read_rules(path)?;
        let mut problems = Problems::of(path);
        let lines = lines::lines(&content, &mut problems);
        let mut reader = Reader { rules: Vec::new(), open: Vec::new(), problems };
        for line in &lines {
            if let Err(problem) = reader.line(line) {
                reader.problems.push(line.number, format!("{problem}; the rule is ignored"));
            }
        }
        for (_, line) in &reader.open {
            reader.problems.push(*line, "expected endif behind the last rule of this if");
        }
        Ok(Self { rules: reader.rules, file, problems: reader.problems.found })
    }
}

impl<E: Engine> Lookup for Rules<E> {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let mut at = 0;
        while let Some(rule) = self.rules.get(at) {
            at += 1;
            match rule {
                Rule::If { condition, end, line } => {
                    if condition.holds(key, *line)?.is_none() {
                        at = *end;
                    }
                }
                Rule::Match { condition, exception, replacement, line } => {
                    let Some(groups) = condition.holds(key, *line)? else {
                        continue;
                    };
                    let exception = exception.as_ref();
                    if exception.map_or(Ok(Some(Vec::new())), |it| it.holds(key, *line))?.is_some()
                    {
                        return Ok(Some(replacement.fill(key, &groups)));
                    }
                }
            }
        }
        Ok(None)
    }

    fn shape(&self) -> Shape {
        Shape::Pattern
    }

    fn file(&self) -> Option<&Snapshot> {
        self.file.as_ref()
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

struct Reader<'a, E> {
    rules: Vec<Rule<E>>,
    /// Blocks without an end so far: the rule and the line of each.
    open: Vec<(usize, usize)>,
    problems: Problems<'a>,
}

impl<E: Engine> Reader<'_, E> {
    fn line(&mut self, line: &Line) -> Result<(), String> {
        if let Some(rest) = keyword(&line.text, b"if") {
            return self.block(rest, line.number);
        }
        if let Some(rest) = keyword(&line.text, b"endif") {
            return self.block_end(rest, line.number);
        }
        if line.text.first().is_some_and(u8::is_ascii_alphanumeric) {
            return Err("expected /pattern/flags text, if /pattern/flags or endif".to_owned());
        }
        self.rule(&line.text, line.number)
    }

    fn block(&mut self, text: &[u8], line: usize) -> Result<(), String> {
        let (source, rest) = Source::<E>::parse(text)?;
        if source.is_obsolete {
            self.problems.push(line, OBSOLETE);
        }
        if !rest.trim_ascii_start().is_empty() {
            let text = "expected nothing behind the pattern of if; rules in a block start in the \
                        first column";
            self.problems.push(line, text);
        }
        let condition = source.compile(false)?;
        self.open.push((self.rules.len(), line));
        self.rules.push(Rule::If { condition, end: usize::MAX, line });
        Ok(())
    }

    fn block_end(&mut self, rest: &[u8], line: usize) -> Result<(), String> {
        if !rest.is_empty() {
            self.problems.push(line, "expected nothing behind endif");
        }
        let (open, _) = self.open.pop().ok_or("endif without if")?;
        let behind = self.rules.len();
        match &mut self.rules[open] {
            Rule::If { end, .. } => *end = behind,
            Rule::Match { .. } => unreachable!("only ifs are open"),
        }
        Ok(())
    }

    fn rule(&mut self, text: &[u8], line: usize) -> Result<(), String> {
        let (first, mut rest) = Source::<E>::parse(text)?;
        let mut second = None;
        if E::HAS_EXCEPTIONS && rest.starts_with(b"!") {
            let (source, behind) = Source::<E>::parse(rest)?;
            (second, rest) = (Some(source), behind);
        }
        if first.is_obsolete {
            self.problems.push(line, OBSOLETE);
        }
        let text = rest.trim_ascii_start();
        if text.is_empty() {
            self.problems.push(line, "expected text behind the pattern; the result is empty");
        }
        let replacement = Replacement::parse(text)?;
        let wanted = replacement.groups();
        if first.is_negated && wanted > 0 {
            return Err(format!("${wanted} is of no pattern that matches: the pattern is negated"));
        }
        let condition = first.compile(wanted > 0)?;
        let groups = condition.pattern.groups();
        if wanted > groups {
            return Err(format!("${wanted} is of no group: the pattern has {groups}"));
        }
        let exception = second.map(|second| second.compile(false)).transpose()?;
        self.rules.push(Rule::Match { condition, exception, replacement, line });
        Ok(())
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
        let start = text.iter().position(|byte| !is_space(*byte) && *byte != b'!');
        let (marks, text) = text.split_at(start.ok_or("expected a pattern, such as /text/")?);
        let is_negated = marks.iter().filter(|byte| **byte == b'!').count() % 2 == 1;
        let (delimiter, text) = (text[0], &text[1..]);
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

    fn compile(self, with_groups: bool) -> Result<Condition<E>, String> {
        let pattern = E::compile(self.pattern, self.options, with_groups).map_err(|error| {
            format!("bad pattern {:?}: {error}", String::from_utf8_lossy(self.pattern))
        })?;
        let (pattern, overdue) = (Arc::new(pattern), Overdue::default());
        Ok(Condition { pattern, is_negated: self.is_negated, overdue })
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

/// What is behind a word, in whatever case, if the line starts with it.
pub(super) fn keyword<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let is_end = rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (start.eq_ignore_ascii_case(word) && is_end).then(|| rest.trim_ascii_start())
}

/// How long a pattern may take.
const WAIT_MAX: Duration = Duration::from_secs(5);
const OBSOLETE: &str = "the flag X has no effect: PCRE2 refuses unknown escapes anyway";
