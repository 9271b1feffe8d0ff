//! What a server accepted.

/// One accepted message, with the recipients of its transaction that were accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Received {
    /// The reverse-path without angle brackets, empty for the null one.
    pub sender: String,
    /// The forward-paths without angle brackets, in the order of the transaction.
    pub recipients: Vec<String>,
    /// All below the trace header that the server put in front, with LF as line end.
    pub content: Vec<u8>,
}

/// Content as a server stores it: each CRLF becomes LF.
pub fn stored(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(content.len());
    for (at, &byte) in content.iter().enumerate() {
        if byte != b'\r' || content.get(at + 1) != Some(&b'\n') {
            lines.push(byte);
        }
    }
    lines
}

/// Content below its first header field, which may be folded.
pub(super) fn below_first_field(content: &[u8]) -> &[u8] {
    let mut rest = content;
    loop {
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            return &[];
        };
        rest = &rest[end + 1..];
        if !matches!(rest.first(), Some(b' ' | b'\t')) {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_field_ends_where_the_next_line_is_not_folded() {
        assert_eq!(below_first_field(b"A: 1\n\t2\nB: 3\n\n4\n"), b"B: 3\n\n4\n");
        assert_eq!(below_first_field(b"A: 1\n\n 4\n"), b"\n 4\n");
    }

    #[test]
    fn stored_content_keeps_a_bare_carriage_return() {
        assert_eq!(stored(b"a\r\nb\rc\r\r\n"), b"a\nb\rc\r\n");
    }
}
