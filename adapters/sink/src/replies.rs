//! Replies on their way out.

use std::fmt;
use std::io::Write;

use crate::answer::Answer;

/// Replies that were not transmitted yet, in one run of bytes.
#[derive(Debug)]
pub(crate) struct Replies {
    bytes: Vec<u8>,
    /// How many of `bytes` are transmitted.
    transmitted: usize,
    /// Whether enhanced status codes are written.
    enhanced: bool,
}

impl Replies {
    pub(crate) fn new(enhanced: bool) -> Self {
        Self { bytes: Vec::new(), transmitted: 0, enhanced }
    }

    pub(crate) fn say(&mut self, answer: Answer) {
        self.begin(answer);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Says `answer` with more text after it.
    pub(crate) fn say_with(&mut self, answer: Answer, more: fmt::Arguments<'_>) {
        self.begin(answer);
        self.line(more);
    }

    /// Says `text`, or failing that `answer`, so many times.
    pub(crate) fn repeat(&mut self, times: usize, text: Option<&str>, answer: Answer) {
        for _ in 0..times {
            match text {
                Some(text) => self.line(format_args!("{text}")),
                None => self.say(answer),
            }
        }
    }

    /// Says a line as it is.
    pub(crate) fn line(&mut self, line: fmt::Arguments<'_>) {
        write!(self.bytes, "{line}\r\n").expect("writing to memory does not fail");
    }

    /// Says `answer` but for its line end.
    fn begin(&mut self, answer: Answer) {
        let Answer { code, status, text } = answer;
        let digits = [code / 100, code / 10 % 10, code % 10].map(|digit| b'0' + digit as u8);
        self.bytes.extend_from_slice(&digits);
        if self.enhanced {
            self.bytes.push(b' ');
            self.bytes.extend_from_slice(status.as_bytes());
        }
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn output(&self) -> &[u8] {
        &self.bytes[self.transmitted..]
    }

    pub(crate) fn handle_transmitted(&mut self, n: usize) {
        self.transmitted += n;
        assert!(self.transmitted <= self.bytes.len(), "more transmitted than there was");
        if self.transmitted == self.bytes.len() {
            self.transmitted = 0;
            self.bytes.clear();
            self.bytes.shrink_to(IDLE_CAPACITY_MAX);
        }
    }
}

/// How much room stays reserved between inputs.
const IDLE_CAPACITY_MAX: usize = 16 * 1024;
