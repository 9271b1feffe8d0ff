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
        while !text.is_empty() {
            if self.length > SOFT_MAX {
                self.line[self.length] = b'=';
                emit(&self.line[..=self.length]);
                self.length = 0;
                if self.guards_dashes && text[0] == b'-' {
                    self.encode(text[0]);
                    text = &text[1..];
                }
            }
            let reach = text.len().min(SOFT_MAX + 1 - self.length);
            let is_special = |byte: &u8| !PLAIN[usize::from(*byte)];
            let run = text[..reach].iter().position(is_special).unwrap_or(reach);
            self.line[self.length..self.length + run].copy_from_slice(&text[..run]);
            self.length += run;
            text = &text[run..];
            if run < reach {
                self.encode(text[0]);
                text = &text[1..];
            }
        }
    }

    /// Ends the line.
    pub(crate) fn end_line(&mut self, emit: &mut impl FnMut(&[u8])) {
        let last = self.length.checked_sub(1).map(|at| self.line[at]);
        if let Some(blank) = last.filter(|byte| matches!(byte, b' ' | b'\t')) {
            self.length -= 1;
            self.encode(blank);
        }
        emit(&self.line[..self.length]);
        self.length = 0;
    }

    /// Whether nothing of a line is held back.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn encode(&mut self, byte: u8) {
        let code = [b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        self.line[self.length..self.length + 3].copy_from_slice(&code);
        self.length += 3;
    }
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

/// Longest output line: one that is almost full takes a code of three and the `=`.
const LINE_MAX: usize = SOFT_MAX + 4;

pub(crate) const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Whether a byte stands for itself.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 32;
    while byte < 127 {
        plain[byte] = byte != b'=' as usize;
        byte += 1;
    }
    plain[b'\t' as usize] = true;
    plain
};

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
