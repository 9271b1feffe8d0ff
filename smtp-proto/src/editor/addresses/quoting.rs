//! When a local part is quoted in a header (RFC 822, 6.1).

use alloc::vec::Vec;

/// An address with its local part quoted, if it needs that. The last `@` is what ends it.
pub(super) fn quoted(address: &[u8]) -> Vec<u8> {
    let end = address.iter().rposition(|byte| *byte == b'@').unwrap_or(address.len());
    let (local, rest) = address.split_at(end);
    if is_dot_string(local) {
        return address.to_vec();
    }
    let mut out = Vec::with_capacity(address.len() + 2);
    out.push(b'"');
    for &byte in local {
        if matches!(byte, b'"' | b'\\' | b'\r') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
    out.extend_from_slice(rest);
    out
}

fn is_dot_string(local: &[u8]) -> bool {
    let is_atom = |atom: &[u8]| !atom.is_empty() && atom.iter().all(|byte| is_atext(*byte));
    local.split(|byte| *byte == b'.').all(is_atom)
}

fn is_atext(byte: u8) -> bool {
    let is_special = b"()<>@,;:\\\".[]".contains(&byte);
    byte != b' ' && !byte.is_ascii_control() && !is_special
}
