//! A command line that arrives in pieces.

use std::fmt;

/// The beginning of a line whose end was not seen yet.
#[derive(Default)]
pub(crate) struct Line {
    bytes: Vec<u8>,
}

impl Line {
    /// Adds a piece; of an overlong line it keeps enough to show that it is one.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        let room = AUTH_LINE_MAX + 1 - self.bytes.len();
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

// A line of AUTH is a secret.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({} bytes)", self.bytes.len())
    }
}

/// The longest command line with its line end.
///
/// RFC 5321, 4.5.3.1.4 asks for 512 octets, and the extensions for more each.
pub(crate) const LINE_MAX: usize = 2048;
/// The longest line of AUTH with its line end, RFC 4954, 4.
pub(crate) const AUTH_LINE_MAX: usize = 12288;
