//! Records as the log shows them, byte by byte (`smtp_tls_loglevel`, 3 and 4).
//!
//! What is shown is what anybody sees who listens on the wire: nothing of it is plaintext.

use core::fmt;

use tracing::Level;

use crate::config::Peer;

/// Bytes that went over the wire.
#[derive(Clone, Copy)]
pub(super) struct Moved<'a> {
    /// `read from` or `write to`.
    pub(super) way: &'static str,
    /// Whom.
    pub(super) peer: &'a Peer,
    /// They.
    pub(super) bytes: &'a [u8],
}

impl Moved<'_> {
    /// Shows them, if anybody looks at handshakes.
    pub(super) fn show_handshake(self) {
        if tracing::enabled!(target: "envoi::tls::handshake", Level::TRACE) {
            self.each(|line| tracing::trace!(target: "envoi::tls::handshake", "{line}"));
        }
    }

    /// Shows them, if anybody looks at all records.
    pub(super) fn show(self) {
        if tracing::enabled!(target: "envoi::tls::record", Level::TRACE) {
            self.each(|line| tracing::trace!(target: "envoi::tls::record", "{line}"));
        }
    }

    /// The lines, in order.
    fn each(self, mut tell: impl FnMut(&dyn fmt::Display)) {
        let Self { way, peer, bytes } = self;
        let length = bytes.len();
        if length == 0 {
            return;
        }
        tell(&format_args!("{way} {peer} ({length} bytes => {length} (0x{length:X}))"));
        let is_blank = |byte: &u8| matches!(byte, 0 | b' ');
        let shown = length - bytes.iter().rev().take_while(|byte| is_blank(byte)).count();
        for (row, bytes) in bytes[..shown].chunks(WIDTH).enumerate() {
            tell(&Row { at: row * WIDTH, bytes });
        }
        if shown < length {
            tell(&format_args!("{length:04x} - <SPACES/NULLS>"));
        }
    }
}

/// Sixteen bytes, or the last ones: `0010 01 1c …|… ..-- ----`.
struct Row<'a> {
    at: usize,
    bytes: &'a [u8],
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x} ", self.at)?;
        for column in 0..WIDTH {
            match self.bytes.get(column) {
                Some(byte) if column == MIDDLE => write!(f, "{byte:02x}|")?,
                Some(byte) => write!(f, "{byte:02x} ")?,
                None => f.write_str("   ")?,
            }
        }
        f.write_str(" ")?;
        for (column, byte) in self.bytes.iter().enumerate() {
            let is_printable = matches!(byte, b' '..=b'~');
            write!(f, "{}", if is_printable { char::from(*byte) } else { '.' })?;
            if column == MIDDLE {
                f.write_str(" ")?;
            }
        }
        Ok(())
    }
}

/// Bytes on a line.
const WIDTH: usize = 16;

/// The column of the last byte of the first half.
const MIDDLE: usize = 7;

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use alloc::vec::Vec;

    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let peer = Peer::new("mx.example");
        let mut lines = Vec::new();
        let moved = Moved { way: "read from", peer: &peer, bytes };
        moved.each(|line| lines.push(line.to_string()));
        lines
    }

    #[test]
    fn rows_are_those_of_postfix() {
        let bytes = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfcX!\x26\xb4\xd9\xa6L\x01\x1c";
        assert_eq!(
            lines(bytes),
            [
                "read from mx.example (18 bytes => 18 (0x12))",
                "0000 16 03 01 02 00 01 00 01|fc 58 21 26 b4 d9 a6 4c  ........ .X!&...L",
                "0010 01 1c                                            ..",
            ]
        );
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn what_is_blank_at_the_end_is_counted() {
        let lines = lines(b"\x2a \0\0");
        assert_eq!(
            lines[1..],
            ["0000 2a                                               *", "0004 - <SPACES/NULLS>"]
        );
    }
}
