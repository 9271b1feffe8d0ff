//! What content has to look like on the wire, said as slowly and plainly as possible.

use envoi_proto::{BareCr, Config, Stuffing};

/// The rules by which content is encoded.
#[derive(Clone, Copy, Debug)]
pub struct Encoding {
    limit: usize,
    bare_cr: BareCr,
}

impl Encoding {
    /// The rules of a configuration.
    pub fn new(config: &Config) -> Self {
        let limit = config.line_length_limit.map_or(usize::MAX, |limit| limit.get().max(LIMIT_MIN));
        Self { limit, bare_cr: config.bare_cr }
    }

    /// The content as DATA carries it, without the dot that ends it, or as BDAT does.
    pub fn of(self, content: &[u8], stuffing: Stuffing) -> Vec<u8> {
        let mut out = Vec::new();
        for line in lines(content) {
            if stuffing == Stuffing::Dots && line.starts_with(b".") {
                out.push(b'.');
            }
            out.extend(self.folded(line));
            out.extend(b"\r\n");
        }
        out
    }

    /// A line, broken where it is too long.
    fn folded(self, line: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut column = 0;
        for &byte in line {
            if column == self.limit {
                out.extend(b"\r\n ");
                column = 1;
            }
            let is_stray = byte == b'\r' && self.bare_cr == BareCr::Space;
            out.push(if is_stray { b' ' } else { byte });
            column += 1;
        }
        out
    }
}

/// The lines without their ends; the last one need not have any.
fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let Some(line) = line.strip_suffix(b"\n") else { return line };
        line.strip_suffix(b"\r").unwrap_or(line)
    })
}

/// Shortest limit that is honored.
const LIMIT_MIN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_dots_double_and_long_lines_break() {
        let encoding = Encoding { limit: 64, bare_cr: BareCr::Space };
        assert_eq!(encoding.of(b".a\n..\r\nb\rc", Stuffing::Dots), b"..a\r\n...\r\nb c\r\n");
        assert_eq!(encoding.of(b".a\n\r", Stuffing::None), b".a\r\n \r\n");
        let long = encoding.of(&[b'x'; 65], Stuffing::Dots);
        assert_eq!(long[60..], *b"xxxx\r\n x\r\n");
    }
}
