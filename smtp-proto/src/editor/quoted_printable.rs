//! Quoted-printable, as Postfix writes it (RFC 2045, 6.7).

/// An output line that is being filled.
#[derive(Debug)]
pub(crate) struct QuotedPrintable {
    line: [u8; LINE_MAX],
    length: usize,
    /// Whether a dash is encoded that would begin a line behind a soft line break: with what
    /// follows it might be taken for a boundary. Postfix does not care.
    guards_dashes: bool,
}

impl QuotedPrintable {
    pub(crate) fn new(guards_dashes: bool) -> Self {
        Self { line: [0; LINE_MAX], length: 0, guards_dashes }
    }

    /// Takes a part of a line. `emit` takes each line that is full.
    pub(crate) fn push(&mut self, mut text: &[u8], emit: &mut impl FnMut(&[u8])) {
        loop {
            text = self.fill(text);
            let Some(&next) = text.first() else { return };
            self.line[self.length] = b'=';
            emit(&self.line[..=self.length]);
            self.length = 0;
            if self.guards_dashes && next == b'-' {
                self.line[..4].copy_from_slice(&escape(next).to_le_bytes());
                self.length = 3;
                text = &text[1..];
            }
        }
    }

    /// Fills the line with text, and returns what does not fit.
    fn fill<'a>(&mut self, mut text: &'a [u8]) -> &'a [u8] {
        let mut length = self.length;
        // Bytes of a block that was looked at in vain.
        let mut odd = 0;
        while length <= SOFT_MAX {
            if odd == 0
                && let Some((block, rest)) = text.split_first_chunk::<BLOCK>()
                && length <= SOFT_MAX + 1 - BLOCK
                && is_plain(u64::from_le_bytes(*block))
            {
                self.line[length..length + BLOCK].copy_from_slice(block);
                length += BLOCK;
                text = rest;
                continue;
            }
            odd = if odd == 0 { BLOCK - 1 } else { odd - 1 };
            let Some((&byte, rest)) = text.split_first() else { break };
            // All four bytes are written, without a branch; what follows overwrites the rest.
            self.line[length..length + 4].copy_from_slice(&CODES[usize::from(byte)].to_le_bytes());
            length += usize::from(LENGTHS[usize::from(byte)]);
            text = rest;
        }
        self.length = length;
        text
    }

    /// Ends the line.
    pub(crate) fn end_line(&mut self, emit: &mut impl FnMut(&[u8])) {
        let last = self.length.checked_sub(1).map(|at| self.line[at]);
        if let Some(blank) = last.filter(|byte| matches!(byte, b' ' | b'\t')) {
            let at = self.length - 1;
            self.line[at..at + 4].copy_from_slice(&escape(blank).to_le_bytes());
            self.length = at + 3;
        }
        emit(&self.line[..self.length]);
        self.length = 0;
    }

    /// Whether nothing of a line is held back.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }
}

/// The code of a byte that does not stand for itself, its first character lowest.
const fn escape(byte: u8) -> u32 {
    u32::from_le_bytes([b'=', HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize], 0])
}

/// Whether all of these bytes stand for themselves. A TAB does, but is not worth the trouble.
const fn is_plain(block: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    /// Marks bytes below `limit`, if all are ASCII.
    const fn below(block: u64, limit: u64) -> u64 {
        block.wrapping_sub(ONES * limit) & !block
    }
    let is_odd = block | below(block, 32) | below(block ^ (ONES * 0x3d), 1);
    (is_odd | below(block ^ (ONES * 0x7f), 1)) & HIGH == 0
}

/// Whether a line is as it will be.
pub(crate) fn is_unchanged(line: &[u8]) -> bool {
    line.len() <= SOFT_MAX + 1
        && !matches!(line.last(), Some(b' ' | b'\t'))
        // Without branches, which the compiler turns into vector instructions.
        && line.iter().fold(true, |plain, &byte| {
            plain & ((byte.wrapping_sub(32) < 95) & (byte != b'=') | (byte == b'\t'))
        })
}

/// Length from which on an output line is broken before its next character.
const SOFT_MAX: usize = 72;

/// Room for the longest output line: one that is almost full takes a code of three and the `=`.
const LINE_MAX: usize = SOFT_MAX + 8;

pub(crate) const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// What each byte becomes, the first character lowest.
static CODES: [u32; 256] = {
    let mut codes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        codes[byte] = if LENGTHS[byte] == 1 { byte as u32 } else { escape(byte as u8) };
        byte += 1;
    }
    codes
};

/// How many characters each byte becomes.
static LENGTHS: [u8; 256] = {
    let mut lengths = [3; 256];
    let mut byte = 32;
    while byte < 127 {
        lengths[byte] = if byte == b'=' as usize { 3 } else { 1 };
        byte += 1;
    }
    lengths[b'\t' as usize] = 1;
    lengths
};

/// Bytes that are looked at together.
const BLOCK: usize = 8;

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn quoted(line: &str) -> String {
        let (mut out, mut encoder) = (String::new(), QuotedPrintable::new(false));
        let mut emit = |line: &[u8]| {
            assert!(line.len() <= 76);
            out.push_str(str::from_utf8(line).unwrap());
            out.push('|');
        };
        encoder.push(line.as_bytes(), &mut emit);
        encoder.end_line(&mut emit);
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
}
