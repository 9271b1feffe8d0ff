//! Quoted-printable, as Postfix writes it (RFC 2045, 6.7).

use core::mem;

use bytes::{Buf, BytesMut};
use memchr::memchr;

/// A line that is being encoded.
#[derive(Debug)]
pub(crate) struct QuotedPrintable {
    /// Characters of the output line that were written.
    column: usize,
    /// A blank that was taken but not written: one that ends the line is encoded.
    blank: Option<u8>,
    /// Whether a dash is encoded that would begin a line behind a soft line break: with what
    /// follows it might be taken for a boundary. Postfix does not care.
    guards_dashes: bool,
    /// An output line for somebody who takes whole ones.
    unfinished: BytesMut,
}

impl QuotedPrintable {
    pub(crate) fn new(guards_dashes: bool) -> Self {
        Self { column: 0, blank: None, guards_dashes, unfinished: BytesMut::new() }
    }

    /// Takes a part of a line, and its end if `ends_line`. `emit` takes output lines that are
    /// complete.
    pub(crate) fn push_line(&mut self, text: &[u8], ends_line: bool, mut emit: impl FnMut(&[u8])) {
        let mut lines = mem::take(&mut self.unfinished);
        Room::behind(&mut lines, text.len(), |room| {
            self.push(text, room);
            if ends_line {
                self.end_line(room);
            }
        });
        while let Some(end) = memchr(b'\n', &lines) {
            emit(&lines[..end - 1]);
            lines.advance(end + 1);
        }
        self.unfinished = lines;
    }

    /// Writes what [`QuotedPrintable::push_line`] keeps back.
    pub(crate) fn flush(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(&self.unfinished);
        self.unfinished.clear();
    }

    /// Takes a part of a line.
    pub(crate) fn push(&mut self, text: &[u8], room: &mut Room<'_>) {
        let Some((&last, head)) = text.split_last() else { return };
        if let Some(blank) = self.blank.take() {
            self.encode(&[blank], room);
        }
        if matches!(last, b' ' | b'\t') {
            self.encode(head, room);
            self.blank = Some(last);
        } else {
            self.encode(text, room);
        }
    }

    /// Ends the line.
    pub(crate) fn end_line(&mut self, room: &mut Room<'_>) {
        if let Some(blank) = self.blank.take() {
            if self.column > SOFT_MAX {
                room.put(b"=\r\n");
            }
            room.put(&escape(blank));
        }
        room.put(b"\r\n");
        self.column = 0;
    }

    /// Whether nothing was taken of a line.
    pub(crate) fn is_empty(&self) -> bool {
        self.column == 0 && self.blank.is_none()
    }

    fn encode(&mut self, mut text: &[u8], room: &mut Room<'_>) {
        loop {
            text = self.fill::<BLOCK>(text, room);
            text = self.fill::<1>(text, room);
            let Some((&next, rest)) = text.split_first() else { return };
            room.put(b"=\r\n");
            self.column = 0;
            if self.guards_dashes && next == b'-' {
                room.put(&escape(next));
                self.column = 3;
                text = rest;
            }
        }
    }

    /// Fills the line with blocks of `N` bytes, as long as there is space for whatever they hold,
    /// and returns what is left.
    fn fill<'a, const N: usize>(&mut self, mut text: &'a [u8], room: &mut Room<'_>) -> &'a [u8] {
        let start = room.used;
        let end = (start + SOFT_MAX + 1).saturating_sub(self.column + CODE_MAX * (N - 1));
        while room.used < end
            && let Some((block, rest)) = text.split_first_chunk::<N>()
        {
            room.put_codes(block);
            text = rest;
        }
        self.column += room.used - start;
        text
    }
}

/// Where codes are written.
pub(crate) struct Room<'a> {
    space: &'a mut [u8],
    used: usize,
}

impl Room<'_> {
    /// Has the codes of so many bytes written behind `out`, and of a line end that is not among
    /// them.
    pub(crate) fn behind<T>(
        out: &mut BytesMut,
        length: usize,
        write: impl FnOnce(&mut Room<'_>) -> T,
    ) -> T {
        let before = out.len();
        out.resize(before + length * GROWTH_MAX + SLACK, 0);
        let mut room = Room { space: &mut out[before..], used: 0 };
        let result = write(&mut room);
        let after = before + room.used;
        out.truncate(after);
        result
    }

    /// Writes what needs no code.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.space[self.used..][..bytes.len()].copy_from_slice(bytes);
        self.used += bytes.len();
    }

    /// Writes the codes of a block.
    #[inline(always)]
    fn put_codes<const N: usize>(&mut self, block: &[u8; N]) {
        // The compiler sees that no code lies outside, and leaves the checks out.
        let space = &mut self.space[self.used..][..BLOCK_ROOM];
        let mut at = 0;
        for &byte in block {
            let code = CODES[usize::from(byte)];
            // All four bytes are written, without a branch; what follows overwrites the rest.
            space[at..at + 4].copy_from_slice(&code.to_le_bytes());
            at += (code >> 24) as usize & CODE_MAX;
        }
        self.used += at;
    }
}

/// Most bytes that one byte becomes, with its share of soft line breaks.
pub(crate) const GROWTH_MAX: usize = 4;

/// Room beyond that: for a soft line break and a blank that were due, for the end of a line, and
/// for what is overwritten.
const SLACK: usize = 11 + BLOCK_ROOM;

/// Bytes that are encoded together.
const BLOCK: usize = 8;

/// Where the codes of a block are written, whatever it holds.
const BLOCK_ROOM: usize = BLOCK * CODE_MAX + 1;

/// Length of the longest code.
const CODE_MAX: usize = 3;

/// The code of a byte that does not stand for itself.
const fn escape(byte: u8) -> [u8; 3] {
    [b'=', HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]
}

/// Whether a line is as it will be.
pub(crate) fn is_unchanged(line: &[u8]) -> bool {
    line.len() <= SOFT_MAX + 1
        && !matches!(line.last(), Some(b' ' | b'\t'))
        && line.is_ascii()
        // Without branches, which the compiler turns into vector instructions.
        && line.iter().fold(true, |plain, &byte| plain & is_plain(byte))
}

/// Whether a byte stands for itself.
const fn is_plain(byte: u8) -> bool {
    (byte.wrapping_sub(32) < 95) & (byte != b'=') | (byte == b'\t')
}

/// Length from which on an output line is broken before its next character.
const SOFT_MAX: usize = 72;

pub(crate) const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// What each byte becomes: the first character lowest, and how many there are in the highest byte.
static CODES: [u32; 256] = {
    let mut codes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let plain = byte as u8;
        codes[byte] = if is_plain(plain) {
            u32::from_le_bytes([plain, 0, 0, 1])
        } else {
            let [first, second, third] = escape(plain);
            u32::from_le_bytes([first, second, third, 3])
        };
        byte += 1;
    }
    codes
};

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn quoted(line: &str) -> String {
        let (mut out, mut encoder) = (String::new(), QuotedPrintable::new(false));
        encoder.push_line(line.as_bytes(), true, |line| {
            assert!(line.len() <= 76);
            out.push_str(str::from_utf8(line).unwrap());
            out.push('|');
        });
        if is_unchanged(line.as_bytes()) {
            assert_eq!(out.strip_suffix('|'), Some(line));
        }
        out
    }

    #[test]
    fn lines_are_those_of_postfix() {
        let a = |n: usize| "a".repeat(n);
        for (line, expected) in [
            ("".into(), "|".into()),
            ("h\u{e9} = ".into(), "h=C3=A9 =3D=20|".into()),
            ("\t".into(), "=09|".into()),
            (" \t \t".into(), " \t =09|".into()),
            ("\u{1}\u{7f}".into(), "=01=7F|".into()),
            (a(73), a(73) + "|"),
            (a(74), a(73) + "=|a|"),
            (a(72) + " ", a(72) + "=20|"),
            (a(73) + " ", a(73) + "=|=20|"),
            (a(73) + "\t\t", a(73) + "=|\t=09|"),
            (a(71) + "\u{e9}", a(71) + "=C3=|=A9|"),
            (a(72) + "\u{e9}", a(72) + "=C3=|=A9|"),
            (a(73) + "\u{e9}", a(73) + "=|=C3=A9|"),
        ] {
            assert_eq!(quoted(&line), expected, "{line:?}");
        }
    }

    #[test]
    fn there_is_room_for_the_worst() {
        for length in 0..300 {
            let mut out = BytesMut::new();
            let mut encoder = QuotedPrintable::new(true);
            let full = [b'a'; SOFT_MAX];
            Room::behind(&mut out, full.len(), |room| encoder.push(&full, room));
            Room::behind(&mut out, 1, |room| encoder.push(b" ", room));
            Room::behind(&mut out, length, |room| {
                encoder.push(&[0xff; 300][..length], room);
                encoder.end_line(room);
            });
            assert!(out.ends_with(if length == 0 { b"a=20\r\n" } else { b"=FF\r\n" }));
        }
    }
}
