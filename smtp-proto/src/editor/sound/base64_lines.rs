//! Base64 in lines (RFC 2045, 6.8).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes that are gathered for a line.
#[derive(Debug)]
pub(super) struct Base64Lines {
    bytes: [u8; LINE],
    length: usize,
    /// Whether a line end waits: the last one belongs to the boundary behind it.
    pending_end: bool,
}

impl Default for Base64Lines {
    fn default() -> Self {
        Self { bytes: [0; LINE], length: 0, pending_end: false }
    }
}

impl Base64Lines {
    /// Whether anything waits to be written.
    pub(super) fn is_open(&self) -> bool {
        self.length > 0 || self.pending_end
    }

    /// Takes a piece of a line. `emit` takes each line that is full.
    pub(super) fn push(&mut self, text: &[u8], ends_line: bool, emit: &mut impl FnMut(&[u8])) {
        if core::mem::replace(&mut self.pending_end, ends_line) {
            self.bytes(b"\r\n", emit);
        }
        self.bytes(text, emit);
    }

    /// Ends the body.
    pub(super) fn end(&mut self, emit: &mut impl FnMut(&[u8])) {
        self.pending_end = false;
        if self.length > 0 {
            self.flush(emit);
        }
    }

    fn bytes(&mut self, mut bytes: &[u8], emit: &mut impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            if self.length == LINE {
                self.flush(emit);
            }
            let (fits, rest) = bytes.split_at(bytes.len().min(LINE - self.length));
            self.bytes[self.length..self.length + fits.len()].copy_from_slice(fits);
            self.length += fits.len();
            bytes = rest;
        }
    }

    fn flush(&mut self, emit: &mut impl FnMut(&[u8])) {
        let mut line = [0; LINE / 3 * 4];
        let length = STANDARD
            .encode_slice(&self.bytes[..self.length], &mut line)
            .expect("three bytes become four");
        emit(&line[..length]);
        self.length = 0;
    }
}

/// Bytes that make a line of 76 characters.
const LINE: usize = 57;
