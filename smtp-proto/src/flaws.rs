//! Whether content can go out as it is.

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

/// Bytes after which the search for flaws stops at one.
const FLAWS_STEP: usize = 1024;
