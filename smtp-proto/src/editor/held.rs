//! The start of a body that is looked over before it is known how it is carried.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::flaws::LINE_LENGTH_LIMIT;

/// Pieces that are held, and then come again.
#[derive(Debug, Default)]
pub(crate) struct Held {
    state: State,
    bytes: Vec<u8>,
    /// How long each piece is, and whether a line ends with it.
    pieces: VecDeque<(usize, bool)>,
    /// Bytes that have come again.
    returned: usize,
    /// Bytes of the current line.
    column: usize,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    #[default]
    Idle,
    Holding,
    Returning,
}

impl Held {
    /// Begins with the piece that ends the headers.
    pub(crate) fn begin(&mut self) {
        self.state = State::Holding;
        self.column = 0;
    }

    /// Holds a piece; says whether ASCII lines can carry it as it is.
    pub(crate) fn hold(&mut self, text: &[u8], ends_line: bool) -> bool {
        self.bytes.extend_from_slice(text);
        self.pieces.push_back((text.len(), ends_line));
        self.column += text.len();
        let is_short = self.column <= LINE_LENGTH_LIMIT;
        if ends_line {
            self.column = 0;
        }
        // RFC 2045, 2.7.
        is_short && text.iter().all(|byte| byte.is_ascii() && !matches!(byte, 0 | b'\r'))
    }

    pub(crate) fn is_holding(&self) -> bool {
        self.state == State::Holding
    }

    pub(crate) fn is_returning(&self) -> bool {
        self.state == State::Returning
    }

    /// Whether a line begins with the next piece.
    pub(crate) fn is_at_line_start(&self) -> bool {
        self.column == 0
    }

    /// Whether no more is held.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() + self.pieces.len() >= HELD_MAX
    }

    /// Lets the pieces come again.
    pub(crate) fn release(&mut self) {
        self.state = State::Returning;
    }

    /// The next piece that comes again.
    pub(crate) fn next(&mut self) -> Option<(Vec<u8>, bool)> {
        if self.state != State::Returning {
            return None;
        }
        let Some((length, ends_line)) = self.pieces.pop_front() else {
            *self = Self::default();
            return None;
        };
        let end = self.returned + length;
        let text = self.bytes[self.returned..end].to_vec();
        self.returned = end;
        if self.pieces.is_empty() {
            *self = Self::default();
        }
        Some((text, ends_line))
    }
}

/// Bytes that are held before the body is encoded to be safe.
const HELD_MAX: usize = 32 * 1024;
