//! The dialogue as it was held, for people to read. Content is elided.

use alloc::collections::VecDeque;
use alloc::string::String;

/// A line of the dialogue, without its line end and with unprintable bytes as `?`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Line {
    /// What we said.
    Client(String),
    /// Content that we sent, in bytes on the wire.
    Content(u64),
    /// What the server said.
    Server(String),
    /// The TLS handshake, and what it came to: `Verified TLSv1.3 with cipher …`.
    Tls(String),
}

/// Lines not yet collected, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    lines: VecDeque<Line>,
    /// Whether anybody wants them.
    enabled: bool,
}

impl Transcript {
    pub(crate) fn enable(&mut self) {
        self.enabled = true;
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Adds the line that `line` makes, if it will be read. The oldest one makes room.
    pub(crate) fn add(&mut self, line: impl FnOnce() -> Line) {
        if !self.enabled {
            return;
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line());
    }

    pub(crate) fn poll(&mut self) -> Option<Line> {
        self.lines.pop_front()
    }
}

/// Most lines kept; whoever wants all collects them between calls.
const LINES_MAX: usize = 4096;
