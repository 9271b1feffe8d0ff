//! Where a dialogue and its file part ways.

use std::fmt;
use std::path::PathBuf;

use super::escape::escape;

/// The first disagreement of what happened with a dialogue file.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// How it was played.
    pub how: String,
    /// What disagrees.
    pub what: &'static str,
    /// Lines that the file has there.
    pub expected: Vec<(usize, String)>,
    /// What was seen in their place.
    pub seen: Vec<String>,
}

/// As the compiler shows its errors.
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, how, what, expected, seen } = self;
        writeln!(f, "error: {what}")?;
        writeln!(f, "   --> {}:{line}", file.display())?;
        writeln!(f, "    |")?;
        for (number, text) in expected {
            writeln!(f, "{number:>3} | - {text}")?;
        }
        for text in seen {
            writeln!(f, "    | + {text}")?;
        }
        write!(f, "    = played {how}")
    }
}

impl std::error::Error for Mismatch {}

/// Compares what one side said with lines of the file: the first line that differs, with what
/// was expected and seen from there on.
pub(crate) fn compare(expected: &[(usize, Vec<u8>)], seen: &[u8]) -> Option<Diff> {
    let mut rest = seen;
    for (i, (number, bytes)) in expected.iter().enumerate() {
        match matched(bytes, rest) {
            Matched::Whole(length) => rest = &rest[length..],
            Matched::Part | Matched::Not => {
                let common = bytes.iter().zip(rest).take_while(|(a, b)| a == b).count();
                // Of long content, the place where it differs.
                let from = if common > SHOWN_MAX { common - SHOWN_MAX / 2 } else { 0 };
                let mut shown = vec![(*number, show(&bytes[from..]))];
                let others = expected[i + 1..].iter().take(LINES_MAX);
                shown.extend(others.map(|(number, bytes)| (*number, show(bytes))));
                return Some(Diff { line: *number, expected: shown, seen: lines(&rest[from..]) });
            }
        }
    }
    let line = expected.last().map_or(0, |(number, _)| *number);
    let more = || Diff { line, expected: Vec::new(), seen: lines(rest) };
    (!rest.is_empty()).then(more)
}

/// How much of what was said is what the file has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Matched {
    /// So many bytes are all of it.
    Whole(usize),
    /// It may become that.
    Part,
    /// It is something else.
    Not,
}

/// Compares the beginning of what was said with a line of the file.
pub(super) fn matched(expected: &[u8], seen: &[u8]) -> Matched {
    let known = expected.strip_suffix(CREDENTIALS).unwrap_or(expected);
    if seen.len() < known.len() {
        return if known.starts_with(seen) { Matched::Part } else { Matched::Not };
    }
    let Some(secret) = seen.strip_prefix(known) else { return Matched::Not };
    if known.len() == expected.len() {
        return Matched::Whole(expected.len());
    }
    let end = secret.windows(2).position(|bytes| bytes == b"\r\n");
    end.map_or(Matched::Part, |end| Matched::Whole(known.len() + end + 2))
}

/// What differs in a flight.
pub(crate) struct Diff {
    pub(crate) line: usize,
    pub(crate) expected: Vec<(usize, String)>,
    pub(crate) seen: Vec<String>,
}

/// Bytes as lines that can be shown.
pub(crate) fn lines(bytes: &[u8]) -> Vec<String> {
    if bytes.is_empty() {
        return vec!["(nothing)".into()];
    }
    bytes.split_inclusive(|byte| *byte == b'\n').take(LINES_MAX).map(show).collect()
}

fn show(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
    let mut text = escape(&bytes[..bytes.len().min(SHOWN_MAX)]);
    if bytes.len() > SHOWN_MAX {
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

/// What stands for the rest of a line that is not to be shown.
const CREDENTIALS: &[u8] = b"<credentials>\r\n";

/// Most bytes of a line that are shown.
const SHOWN_MAX: usize = 160;

/// Most lines that are shown.
const LINES_MAX: usize = 12;
