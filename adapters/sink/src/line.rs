//! A command line that arrives in pieces.

/// The beginning of a line whose end was not seen yet.
#[derive(Debug, Default)]
pub(crate) struct Line {
    bytes: Vec<u8>,
}

impl Line {
    /// Adds a piece; of an overlong line it keeps enough to show that it is one.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        let room = LINE_MAX + 1 - self.bytes.len();
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

/// The longest command line with its line end.
///
/// RFC 5321, 4.5.3.1.4 asks for 512 octets, and the extensions for more each.
pub(crate) const LINE_MAX: usize = 2048;
