//! Parameters of MIME headers in ASCII (RFC 2231).

use alloc::vec::Vec;

use super::super::quoted_printable::HEX;
use super::{masked, words};

/// A MIME header whose parameters are ASCII: `name="grüße"` becomes `name*=utf-8''gr%C3%BC%C3%9Fe`.
///
/// A boundary stays what its lines become.
pub(super) fn encoded(header: &[u8]) -> Vec<u8> {
    let is_text = header.len() >= DESCRIPTION.len()
        && header[..DESCRIPTION.len()].eq_ignore_ascii_case(DESCRIPTION);
    if is_text {
        return words::encoded(header);
    }
    let mut out = Vec::with_capacity(header.len() * 2);
    let mut rest = header;
    while !rest.is_empty() {
        let (clause, tail) = rest.split_at(clause_length(rest));
        rest = tail;
        match parameter(clause).filter(|_| !clause.is_ascii()) {
            Some(found) => found.write(&mut out),
            None => out.extend(masked(clause)),
        }
    }
    out
}

/// A parameter and what surrounds it.
struct Parameter<'a> {
    /// Up to the name's end.
    name: &'a [u8],
    value: Vec<u8>,
    /// What follows the value.
    rest: &'a [u8],
}

impl Parameter<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.name);
        let is_utf8 = str::from_utf8(&self.value).is_ok();
        let start: &[u8] = if is_utf8 { b"*=utf-8''" } else { b"*=unknown-8bit''" };
        out.extend_from_slice(start);
        for &byte in &self.value {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(byte);
            } else {
                out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
        }
        out.extend(masked(self.rest));
    }
}

/// Reads a clause as a parameter that can be encoded.
fn parameter(clause: &[u8]) -> Option<Parameter<'_>> {
    let equals = clause.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (clause[..equals].trim_ascii_end(), &clause[equals + 1..]);
    let word = name.trim_ascii_start();
    let is_word = !word.is_empty() && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    if !is_word || word.eq_ignore_ascii_case(b"boundary") {
        return None;
    }
    let value = value.trim_ascii_start();
    let (value, rest) = match value.strip_prefix(b"\"") {
        None => {
            value.split_at(value.iter().position(|b| b" \t\n;(".contains(b)).unwrap_or(value.len()))
        }
        Some(text) => {
            let end = quoted_end(text);
            (&text[..end], text.get(end + 1..).unwrap_or_default())
        }
    };
    let mut plain = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => plain.extend(bytes.next()),
            b'\n' => {}
            byte => plain.push(byte),
        }
    }
    Some(Parameter { name, value: plain, rest })
}

/// The length of a clause, its semicolon included.
fn clause_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b';' => break,
            b'"' => at += (quoted_end(&text[at..]) + 1).min(text.len() - at),
            _ => {}
        }
    }
    at
}

/// Where a quoted string ends whose first quote was taken.
fn quoted_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

const DESCRIPTION: &[u8] = b"Content-Description";
