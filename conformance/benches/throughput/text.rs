//! The message that everyone sends.

/// A message of exactly `size` bytes: headers, then lines of prose of many lengths, all with CRLF.
///
/// No line begins with a dot, so that the floors may write it as it is.
pub(crate) fn text(size: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + LINE_MAX);
    text.extend_from_slice(HEADERS);
    for turn in 0.. {
        if text.len() + LINE_MAX + 2 > size {
            break;
        }
        // A stride that shares no factor with the number of lengths visits them all.
        let length = LINE_MIN + turn * 17 % (LINE_MAX - LINE_MIN);
        text.extend(PROSE.iter().cycle().skip(turn % PROSE.len()).take(length));
        text.extend_from_slice(b"\r\n");
    }
    text.resize(size - 2, b'x');
    text.extend_from_slice(b"\r\n");
    text
}

/// Who sends it.
pub(crate) const SENDER: &str = "ann@client.example";

/// Who gets it.
pub(crate) const RECIPIENT: &str = "bob@mx.example";

/// What we call ourselves.
pub(crate) const HELO_NAME: &str = "client.example";

const HEADERS: &[u8] = b"From: Ann <ann@client.example>\r\n\
    To: Bob <bob@mx.example>\r\n\
    Subject: Throughput\r\n\
    Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n\
    Message-ID: <throughput@client.example>\r\n\r\n";
const PROSE: &[u8] = b"The quick brown fox jumps over the lazy dog, and so on; ";
const LINE_MIN: usize = 20;
const LINE_MAX: usize = 77;
