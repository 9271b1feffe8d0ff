//! What an editor has to say in the log.

use alloc::string::String;
use core::fmt;

use super::Checks;

/// That a check did something: prints as Postfix logs it behind the queue id, such as
/// `replace: header X-Spam: yes: X-Ham: no`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// What was done: `info`, `warning`, `replace`, `prepend` or `strip`.
    pub action: &'static str,
    /// By which table.
    pub checks: Checks,
    /// The beginning of the header or line.
    pub content: String,
    /// The text that the table gave.
    pub text: String,
}

impl Note {
    pub(crate) fn new(action: &'static str, checks: Checks, content: &[u8], text: &str) -> Self {
        let start = &content[..content.len().min(CONTENT_MAX)];
        let content = String::from_utf8_lossy(start);
        Self { action, checks, content: visible(&content), text: visible(text) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.action, self.checks.place(), self.content)?;
        if self.text.is_empty() { Ok(()) } else { write!(f, ": {}", self.text) }
    }
}

/// A text without what would break a log line.
fn visible(text: &str) -> String {
    let is_hidden = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    text.chars().map(|c| if is_hidden(c) { '?' } else { c }).collect()
}

/// Most bytes of a header or line that are shown.
const CONTENT_MAX: usize = 60;
