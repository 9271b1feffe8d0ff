//! What content has to look like on the wire, said as plainly as possible.

use envoi_proto::{BareCr, Config};

/// The content as BDAT carries it, or as DATA does if `dots` are to be doubled.
pub(super) fn encoded(content: &[u8], config: &Config, dots: bool) -> Vec<u8> {
    let limit = config.line_length_limit.map_or(usize::MAX, |limit| limit.get());
    let mut out = Vec::with_capacity(content.len() + content.len() / 16 + 2);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
        if dots && line.first() == Some(&b'.') {
            out.push(b'.');
        }
        let mut column = 0;
        for &byte in line {
            if column == limit {
                out.extend(b"\r\n ");
                column = 1;
            }
            out.push(if byte == b'\r' && config.bare_cr == BareCr::Space { b' ' } else { byte });
            column += 1;
        }
        out.extend(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_and_dots_are_doubled() {
        let config = Config::new("client.example".parse().unwrap());
        assert_eq!(encoded(b".a\n..\r\nb\rc", &config, true), b"..a\r\n...\r\nb c\r\n");
        assert_eq!(encoded(b".a\n", &config, false), b".a\r\n");
        assert_eq!(encoded(b"", &config, true), b"");
    }
}
