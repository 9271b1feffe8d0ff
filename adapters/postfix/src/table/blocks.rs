//! Files of rules: what `cidr:`, `regexp:` and `pcre:` have in common.
//!
//! Rules are tried from the first to the last. `if` and `endif` surround rules that are passed over
//! unless a condition holds.

use std::path::Path;

use super::error::{Failure, Fault};
use super::file::{Snapshot, read_rules};
use super::lines::{self, Line, Problem, Problems, is_space};

/// How the rules of a kind of table are written.
pub(super) trait Grammar {
    type Condition;
    type Rule;

    /// Whether `endif` counts although text is behind it.
    const ENDIF_TAKES_TEXT: bool;

    /// Reads what is behind `if`.
    fn condition(part: Part<'_, '_>) -> Result<Self::Condition, String>;

    /// Reads a rule.
    fn rule(part: Part<'_, '_>) -> Result<Self::Rule, String>;
}

/// What is read of a line, and where to tell of what is odd there.
pub(super) struct Part<'a, 'p> {
    pub(super) text: &'a [u8],
    pub(super) line: usize,
    problems: &'a mut Problems<'p>,
}

impl Part<'_, '_> {
    /// Tells of what is odd, but no reason to ignore the rule.
    pub(super) fn warn(&mut self, text: &str) {
        self.problems.push(self.line, text);
    }
}

/// Rules, some of them in blocks.
#[derive(Debug)]
pub(super) struct Blocks<C, R> {
    steps: Vec<Step<C, R>>,
    /// None if the rules are in the name.
    pub(super) file: Option<Snapshot>,
    pub(super) problems: Vec<Problem>,
}

#[derive(Debug)]
enum Step<C, R> {
    Rule(R),
    If {
        condition: C,
        /// The first step behind the block.
        end: usize,
    },
}

impl<C, R> Blocks<C, R> {
    pub(super) fn open<G>(path: &Path) -> Result<Self, Fault>
    where
        G: Grammar<Condition = C, Rule = R>,
    {
        let (file, content) = read_rules(path)?;
        let mut problems = Problems::of(path);
        let lines = lines::lines(&content, &mut problems);
        let mut reader = Reader { steps: Vec::new(), open: Vec::new(), problems };
        for line in &lines {
            if let Err(problem) = reader.line::<G>(line) {
                reader.problems.push(line.number, format!("{problem}; the rule is ignored"));
            }
        }
        for (_, line) in &reader.open {
            reader.problems.push(*line, "expected endif behind the last rule of this if");
        }
        Ok(Self { steps: reader.steps, file, problems: reader.problems.found })
    }

    /// What the first rule gives that gives something, those left out that are in a block whose
    /// condition does not hold.
    pub(super) fn find<T>(
        &self,
        holds: impl Fn(&C) -> Result<bool, Failure>,
        give: impl Fn(&R) -> Result<Option<T>, Failure>,
    ) -> Result<Option<T>, Failure> {
        let mut at = 0;
        while let Some(step) = self.steps.get(at) {
            at += 1;
            match step {
                Step::If { condition, end } => {
                    if !holds(condition)? {
                        at = *end;
                    }
                }
                Step::Rule(rule) => {
                    if let Some(found) = give(rule)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
        Ok(None)
    }
}

struct Reader<'p, C, R> {
    steps: Vec<Step<C, R>>,
    /// Blocks without an end so far: the step and the line of each.
    open: Vec<(usize, usize)>,
    problems: Problems<'p>,
}

impl<'p, C, R> Reader<'p, C, R> {
    fn line<G>(&mut self, line: &Line) -> Result<(), String>
    where
        G: Grammar<Condition = C, Rule = R>,
    {
        if let Some(rest) = keyword(&line.text, b"if") {
            let condition = G::condition(self.part(rest, line))?;
            self.open.push((self.steps.len(), line.number));
            self.steps.push(Step::If { condition, end: usize::MAX });
            return Ok(());
        }
        if let Some(rest) = keyword(&line.text, b"endif") {
            if !rest.is_empty() && !G::ENDIF_TAKES_TEXT {
                return Err(BEHIND_ENDIF.to_owned());
            }
            if !rest.is_empty() {
                self.problems.push(line.number, BEHIND_ENDIF);
            }
            return self.block_end();
        }
        let rule = G::rule(self.part(&line.text, line))?;
        self.steps.push(Step::Rule(rule));
        Ok(())
    }

    fn part<'a>(&'a mut self, text: &'a [u8], line: &Line) -> Part<'a, 'p> {
        Part { text, line: line.number, problems: &mut self.problems }
    }

    fn block_end(&mut self) -> Result<(), String> {
        let (open, _) = self.open.pop().ok_or("endif without if")?;
        let behind = self.steps.len();
        match &mut self.steps[open] {
            Step::If { end, .. } => *end = behind,
            Step::Rule(_) => unreachable!("only ifs are open"),
        }
        Ok(())
    }
}

/// Whether `!` stands before something, an odd number of times, and what it stands before.
pub(super) fn marks(text: &[u8]) -> (bool, &[u8]) {
    let end = text.iter().position(|byte| !is_space(*byte) && *byte != b'!');
    let (marks, rest) = text.split_at(end.unwrap_or(text.len()));
    (marks.iter().filter(|byte| **byte == b'!').count() % 2 == 1, rest)
}

/// What is behind a word, in whatever case, if the line starts with it.
fn keyword<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let is_end = rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (start.eq_ignore_ascii_case(word) && is_end).then(|| rest.trim_ascii_start())
}

const BEHIND_ENDIF: &str = "expected nothing behind endif";
