//! What is known of content before it is sent.

use crate::flaws::has_flaws;

/// What can be said of content beforehand, for the parameters of MAIL.
///
/// It is made piece by piece; the pieces may end anywhere.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Survey {
    /// Bytes as they are kept.
    pub length: u64,
    /// Whether any byte is not ASCII.
    pub is_eight_bit: bool,
    /// Bytes that line ends gain on their way out.
    gain: u64,
    /// Whether a CR or LF stands without the other, or a dot begins a line.
    has_flaws: bool,
    last: Option<u8>,
}

impl Survey {
    /// A survey of content that is there as a whole.
    pub fn of(content: &[u8]) -> Self {
        let mut survey = Self::default();
        survey.take(content);
        survey
    }

    /// Takes the next piece.
    pub fn take(&mut self, piece: &[u8]) {
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else { return };
        // Content begins as a line does.
        let seam = [self.last.unwrap_or(b'\n'), *first];
        for pairs in [&seam, piece] {
            if has_flaws(pairs, true) {
                self.has_flaws = true;
                self.gain += bare_line_ends(pairs);
            }
        }
        self.is_eight_bit |= !piece.is_ascii();
        self.length += piece.len() as u64;
        self.last = Some(*last);
    }

    /// Bytes as `SIZE=` counts them: line ends as CRLF, doubled dots once (RFC 1870, 5).
    pub fn size(&self) -> u64 {
        self.length + self.gain + if self.is_open() { 2 } else { 0 }
    }

    /// Whether every line ends in CRLF, and none begins with a dot.
    pub(crate) fn is_canonical(&self) -> bool {
        !self.has_flaws && !self.is_open()
    }

    /// Whether the last line has no end.
    fn is_open(&self) -> bool {
        self.last.is_some_and(|last| last != b'\n')
    }
}

/// How many LFs stand behind something else than a CR; the first byte is behind nothing.
fn bare_line_ends(bytes: &[u8]) -> u64 {
    // In stretches too short for a byte to overflow, which vector instructions go through.
    let stretches = bytes.chunks(STRETCH).zip(bytes[1..].chunks(STRETCH));
    let counts = stretches.map(|(befores, bytes)| {
        let pairs = befores.iter().zip(bytes);
        pairs.fold(0, |bare, (&a, &b)| bare + u8::from((b == b'\n') & (a != b'\r')))
    });
    counts.map(u64::from).sum()
}

/// Bytes whose line ends are counted in a byte.
const STRETCH: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_counts_line_ends_as_crlf() {
        for (content, size) in
            [("", 0), ("a", 3), ("a\n", 3), ("a\r\n", 3), ("\n.\r\n\n", 7), ("a\rb\n", 5)]
        {
            for i in 0..=content.len() {
                let mut survey = Survey::default();
                survey.take(&content.as_bytes()[..i]);
                survey.take(&content.as_bytes()[i..]);
                assert_eq!(survey.size(), size, "{content:?} split at {i}");
            }
        }
        assert!(Survey::of(b"\xff").is_eight_bit && !Survey::of(b"a").is_eight_bit);
    }
}
