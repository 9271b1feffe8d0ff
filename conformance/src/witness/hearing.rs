//! Replies, read byte by byte.

/// Reads one reply after another.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    line: Vec<u8>,
    lines: Vec<Vec<u8>>,
}

/// What was heard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Heard {
    /// A reply, with its lines.
    Reply { code: u16, lines: Vec<Vec<u8>> },
    /// A reply that has too many lines.
    Endless,
}

impl Hearing {
    /// Takes a byte, and says what it ends.
    pub(crate) fn take(&mut self, byte: u8) -> Option<Heard> {
        if byte != b'\n' {
            self.line.push(byte);
            return None;
        }
        let mut line = std::mem::take(&mut self.line);
        line.truncate(LINE_MAX);
        while line.last() == Some(&b'\r') {
            line.pop();
        }
        let code = last_line(&line);
        self.lines.push(line);
        if self.lines.len() > LINES_MAX {
            return Some(Heard::Endless);
        }
        code.map(|code| Heard::Reply { code, lines: std::mem::take(&mut self.lines) })
    }

    /// The lines of a reply whose last one has not come.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(Vec::as_slice)
    }
}

/// The code, if the line ends a reply.
fn last_line(line: &[u8]) -> Option<u16> {
    let digits = line.get(..3)?;
    let is_last = matches!(line.get(3), None | Some(b' '));
    let is_code = digits.iter().all(u8::is_ascii_digit) && is_last;
    let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
    is_code.then_some(code)
}

/// Bytes of a line that count.
const LINE_MAX: usize = 2048;

/// Most lines of a reply.
const LINES_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_end_with_a_code_and_a_space_or_nothing() {
        let mut hearing = Hearing::default();
        let mut codes = Vec::new();
        for byte in b"250-a\r\n~\n25x\r\n+25\n451 b\r\n220\r\n" {
            if let Some(Heard::Reply { code, lines }) = hearing.take(*byte) {
                codes.push((code, lines.len()));
            }
        }
        assert_eq!(codes, [(451, 5), (220, 1)]);
    }
}
