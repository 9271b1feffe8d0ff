//! The header field by which a sender asks for less TLS (RFC 8689, 5).

use alloc::vec::Vec;

use crate::require_tls::TlsRequest;

/// Finds `TLS-Required: no` in the header of a message, whatever bytes it comes in.
///
/// Memory is bounded, and what follows the header is not looked at.
#[derive(Clone, Debug)]
pub struct TlsRequired {
    /// Most bytes of a field that are looked at.
    limit: usize,
    /// How many there were of the field at hand.
    field: usize,
    /// The beginning of the line at hand.
    line: Vec<u8>,
    /// What the field at hand says, without white space around it, if it is the one.
    value: Option<Vec<u8>>,
    request: TlsRequest,
    is_over: bool,
}

impl TlsRequired {
    /// Looks at the first `limit` bytes of each field (`header_size_limit`).
    pub fn new(limit: usize) -> Self {
        let (line, value, request) = (Vec::new(), None, TlsRequest::None);
        Self { limit, field: 0, line, value, request, is_over: false }
    }

    /// Takes more of the message, and says whether there may be more of the header.
    pub fn take(&mut self, content: &[u8]) -> bool {
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            if self.is_over {
                break;
            }
            let room = LINE_MAX.saturating_sub(self.line.len());
            self.line.extend(&line[..room.min(line.len())]);
            self.field += line.len();
            if line.last() == Some(&b'\n') {
                self.end_line();
            }
        }
        !self.is_over
    }

    /// What the sender asks, the message being at its end or the header known.
    pub fn finish(mut self) -> TlsRequest {
        if !self.is_over {
            self.end_line();
            self.end_field();
        }
        self.request
    }

    fn end_line(&mut self) {
        let mut line = core::mem::take(&mut self.line);
        let text = line.trim_ascii_end();
        let is_continuation = line.first().is_some_and(|byte| b" \t".contains(byte));
        if is_continuation && !text.is_empty() {
            let is_within = self.field <= self.limit;
            if let Some(value) = self.value.as_mut().filter(|_| is_within) {
                append(value, text);
            }
        } else {
            self.end_field();
            self.field = line.len();
            let colon = text.iter().position(|byte| *byte == b':');
            match colon.map(|colon| (text[..colon].trim_ascii_end(), &text[colon + 1..])) {
                Some((name, value)) if is_name(name) => {
                    if name.eq_ignore_ascii_case(NAME) {
                        append(self.value.get_or_insert_default(), value);
                    }
                }
                // The body has begun, after an empty line or without one.
                Some(_) | None => self.is_over = true,
            }
        }
        line.clear();
        self.line = line;
    }

    fn end_field(&mut self) {
        let value = self.value.take();
        if value.is_some_and(|value| value.eq_ignore_ascii_case(b"no")) {
            self.request = TlsRequest::NotRequired;
        }
    }
}

/// Adds a line to what a field says, as far as that may still be what is looked for.
fn append(value: &mut Vec<u8>, line: &[u8]) {
    let line = line.trim_ascii();
    let room = VALUE_MAX.saturating_sub(value.len());
    if !value.is_empty() && !line.is_empty() && room > 0 {
        value.push(b' ');
    }
    value.extend(&line[..room.min(line.len())]);
}

/// RFC 5322, 3.6.8.
fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

const NAME: &[u8] = b"TLS-Required";

/// Bytes of a line that are kept: a line is no longer (RFC 5322, 2.1.1).
const LINE_MAX: usize = 1000;

/// Bytes of what a field says that are kept: enough to tell that it is something else.
const VALUE_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str) -> bool {
        let whole = find(message.as_bytes(), message.len().max(1), 1000);
        for portion in 1..message.len() {
            assert_eq!(find(message.as_bytes(), portion, 1000), whole, "{message:?} {portion}");
        }
        whole
    }

    fn find(message: &[u8], portion: usize, limit: usize) -> bool {
        let mut finder = TlsRequired::new(limit);
        let _ = message.chunks(portion).all(|chunk| finder.take(chunk));
        finder.finish() == TlsRequest::NotRequired
    }

    #[test]
    fn field_is_found_in_any_case_folded_or_not() {
        for message in [
            "TLS-Required: no\n\nx",
            "Subject: x\r\ntls-required: NO\r\n\r\nx",
            "Subject: x\n folded\nTLS-Required:\n\t no\nTo: y\n\n",
            "TLS-Required : No \r\n\r\n",
            "TLS-Required:no",
            "TLS-Required: no\nbody",
        ] {
            assert!(found(message), "{message:?}");
        }
    }

    #[test]
    fn nothing_else_is_taken_for_it() {
        for message in [
            "",
            "\n\nTLS-Required: no\n",
            "Subject: x\n\nTLS-Required: no\n\n",
            "no field\nTLS-Required: no\n\n",
            "TLS-Required: yes\n\n",
            "TLS-Required: no, never\n\n",
            "TLS-Required: no\n , never\n\n",
            "TLS-Required: nonononononono\n\n",
            "TLS-Required:\n\n",
            "X-TLS-Required: no\n\n",
            "Subject: x\n TLS-Required: no\n\n",
        ] {
            assert!(!found(message), "{message:?}");
        }
    }

    #[test]
    fn what_is_beyond_the_limit_does_not_count() {
        let folded = "TLS-Required:\n                    no\n\n";
        assert!(find(folded.as_bytes(), 7, 1000));
        assert!(!find(folded.as_bytes(), 7, 20));
        let long = ["TLS-Required:", &" ".repeat(2 * LINE_MAX), "no\n\n"].concat();
        assert!(!find(long.as_bytes(), 100, usize::MAX));
    }

    #[test]
    fn memory_is_bounded_and_the_body_is_not_looked_at() {
        let mut finder = TlsRequired::new(usize::MAX);
        for _ in 0..1000 {
            assert!(finder.take(&[b'x'; 1000]));
        }
        assert!(finder.line.capacity() <= 2 * LINE_MAX);
        assert!(!finder.take(b"\n"));
    }
}
