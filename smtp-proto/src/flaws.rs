//! Whether content can go out as it is.

use memchr::memrchr;

/// Whether a CR or LF stands without the other, or a dot that must be doubled begins a line.
pub(crate) fn has_flaws(block: &[u8], is_stuffed: bool) -> bool {
    let dot = if is_stuffed { b'.' } else { b'\n' };
    has_pair(block, |a, b| is_half(a, b) | ((a == b'\n') & (b == dot)))
}

/// The same, or a dash begins a line behind another one.
pub(crate) fn has_flaws_or_dashes(block: &[u8], is_stuffed: bool) -> bool {
    let dot = if is_stuffed { b'.' } else { b'-' };
    has_pair(block, |a, b| is_half(a, b) | ((a == b'\n') & ((b == dot) | (b == b'-'))))
}

/// Whether a CR stands before something else than LF, or an LF behind something else than CR.
fn is_half(a: u8, b: u8) -> bool {
    (a == b'\r') ^ (b == b'\n')
}

/// Whether two bytes that follow one another are such a pair.
///
/// Passes without branches, which the compiler turns into vector instructions.
#[inline]
fn has_pair(block: &[u8], is_such: impl Fn(u8, u8) -> bool) -> bool {
    let firsts = block.chunks(STEP);
    // The second of each pair; the last byte is the first of none.
    let seconds = block[1..].chunks(STEP);
    firsts.zip(seconds).any(|(firsts, seconds)| {
        let pairs = firsts.iter().zip(seconds);
        pairs.fold(0, |found, (&a, &b)| found | u8::from(is_such(a, b))) != 0
    })
}

/// The column behind `block`, whose lines end in CRLF, if none of them is longer than `limit`.
pub(crate) fn column_after(mut column: usize, block: &[u8], limit: usize) -> Option<usize> {
    let mut rest = block;
    while column + rest.len() > limit {
        // The CR does not count.
        let reach = rest.len().min((limit + 2).saturating_sub(column));
        let end = memrchr(b'\n', &rest[..reach])?;
        rest = &rest[end + 1..];
        column = 0;
    }
    Some(match memrchr(b'\n', rest) {
        Some(end) => rest.len() - end - 1,
        None => column + rest.len(),
    })
}

/// Longest line that goes out as it is, its end aside (RFC 5321, 4.5.3.1.6; `smtp_line_length_limit`).
pub(crate) const LINE_LENGTH_LIMIT: usize = 998;

/// Bytes after which a search stops at what it found.
const STEP: usize = 1024;
