//! What is known of content before it is sent.

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
        let Some(last) = piece.last() else { return };
        let is_bare = |before: Option<u8>, byte| byte == b'\n' && before != Some(b'\r');
        self.gain += u64::from(is_bare(self.last, piece[0]));
        // Counted by the byte in stretches too short to overflow one, as vector instructions can.
        for (befores, bytes) in piece.chunks(STRETCH).zip(piece[1..].chunks(STRETCH)) {
            let pairs = befores.iter().zip(bytes);
            let bare = pairs.fold(0u8, |n, (&a, &b)| n + u8::from((b == b'\n') & (a != b'\r')));
            self.gain += u64::from(bare);
        }
        self.length += piece.len() as u64;
        self.is_eight_bit |= !piece.is_ascii();
        self.last = Some(*last);
    }

    /// Bytes as `SIZE=` counts them: line ends as CRLF, doubled dots once (RFC 1870, 5).
    pub fn size(&self) -> u64 {
        let is_open = self.last.is_some_and(|last| last != b'\n');
        self.length + self.gain + if is_open { 2 } else { 0 }
    }
}

/// Bytes whose line ends are counted in a byte.
const STRETCH: usize = 255;

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
