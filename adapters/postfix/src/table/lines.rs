//! Logical lines, as Postfix reads them from files.

use std::fmt;
use std::path::{Path, PathBuf};

/// A line of a table that is passed over, or not taken as it looks.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there, and what was expected.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.path.display(), self.line, self.text)
    }
}

/// Problems of one file, as they come.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    pub(super) path: &'a Path,
    pub(super) found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(super) fn of(path: &'a Path) -> Self {
        Self { path, found: Vec::new() }
    }

    pub(super) fn push(&mut self, line: usize, text: impl Into<String>) {
        self.found.push(Problem { path: self.path.to_owned(), line, text: text.into() });
    }
}

/// A line with those that continue it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Line {
    /// Where it begins, counted from 1.
    pub(super) number: usize,
    /// Without line ends, and without the white space at its end.
    pub(super) text: Vec<u8>,
}

/// Joins lines: one that starts with white space continues the one before. Empty lines and
/// comments are passed over wherever they are.
pub(super) fn lines(content: &[u8], problems: &mut Problems<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, text) in content.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        // A line is a C string to Postfix.
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        match text.iter().position(|byte| !is_space(*byte)) {
            None => {}
            Some(start) if text[start] == b'#' => {}
            Some(0) => lines.push(Line { number, text: text.to_owned() }),
            Some(_) => match lines.last_mut() {
                Some(line) => line.text.extend_from_slice(text),
                None => problems.push(number, "expected text in the first column; ignored"),
            },
        }
    }
    for line in &mut lines {
        let end = line.text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |at| at + 1);
        line.text.truncate(end);
    }
    lines
}

/// White space to C.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}
