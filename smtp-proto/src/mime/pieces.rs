//! Lines, in pieces of a bounded length.

use alloc::vec::Vec;

use memchr::memchr2;

use crate::config::BareCr;

/// Cuts content into lines, and lines that are longer than the limit into pieces.
#[derive(Debug)]
pub(crate) struct Pieces {
    limit: usize,
    bare_cr: BareCr,
    /// The piece that is being gathered.
    text: Vec<u8>,
    /// Whether a CR waits for the byte behind it.
    pending_cr: bool,
}

/// What became of the piece that was gathered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cut {
    /// The line ends with it.
    Line,
    /// The line goes on.
    Piece,
}

impl Pieces {
    pub(crate) fn new(limit: usize, bare_cr: BareCr) -> Self {
        Self { limit: limit.max(1), bare_cr, text: Vec::new(), pending_cr: false }
    }

    /// Whether nothing of a line is held back.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.pending_cr
    }

    /// Takes up to the end of a piece; says how much that is, and whether there is one.
    pub(crate) fn take(&mut self, content: &[u8]) -> (usize, Option<Cut>) {
        let mut at = 0;
        while let Some(&byte) = content.get(at) {
            if byte == b'\n' {
                self.pending_cr = false;
                return (at + 1, Some(Cut::Line));
            }
            if !self.settle_cr() || self.text.len() == self.limit {
                return (at, Some(Cut::Piece));
            }
            if byte == b'\r' {
                self.pending_cr = true;
                at += 1;
                continue;
            }
            // No further than there is room, or a long line would be searched for each piece.
            let end = content.len().min(at + self.limit - self.text.len());
            let rest = &content[at..end];
            let length = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            self.text.extend_from_slice(&rest[..length]);
            at += length;
        }
        (at, None)
    }

    /// The content is complete: whether there is a piece left.
    pub(crate) fn end(&mut self) -> Option<Cut> {
        if !self.settle_cr() {
            return Some(Cut::Piece);
        }
        (!self.text.is_empty()).then_some(Cut::Line)
    }

    /// The piece that was cut off. Give it back, so that its room is used again.
    pub(crate) fn lend(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.text)
    }

    /// Takes the room of a piece back.
    pub(crate) fn give_back(&mut self, mut text: Vec<u8>) {
        text.clear();
        self.text = text;
    }

    /// Takes a CR that no LF follows for what it becomes, if there is room.
    fn settle_cr(&mut self) -> bool {
        if !self.pending_cr {
            return true;
        }
        if self.text.len() == self.limit {
            return false;
        }
        self.pending_cr = false;
        self.text.push(match self.bare_cr {
            BareCr::Space => b' ',
            BareCr::Keep => b'\r',
        });
        true
    }
}
