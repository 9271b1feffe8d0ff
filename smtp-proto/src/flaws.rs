//! Whether content can go out as it is.

use memchr::memrchr;

/// Whether a CR or LF stands without the other, or a dot that must be doubled begins a line.
///
/// Passes without branches, which the compiler turns into vector instructions.
pub(crate) fn has_flaws(block: &[u8], is_stuffed: bool) -> bool {
    let dot = if is_stuffed { b'.' } else { b'\n' };
    let firsts = block.chunks(FLAWS_STEP);
    // The second of each pair; the last byte is the first of none.
    let seconds = block[1..].chunks(FLAWS_STEP);
    firsts.zip(seconds).any(|(firsts, seconds)| {
        let flaws = firsts.iter().zip(seconds).fold(0, |flaws, (&a, &b)| {
            let is_half = (a == b'\r') ^ (b == b'\n');
            let is_dot = (a == b'\n') & (b == dot);
            flaws | u8::from(is_half) | u8::from(is_dot)
        });
        flaws != 0
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

/// Bytes after which the search for flaws stops at one.
const FLAWS_STEP: usize = 1024;
