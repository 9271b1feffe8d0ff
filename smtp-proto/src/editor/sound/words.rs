//! Headers in ASCII (RFC 2047).

use alloc::vec::Vec;

use super::super::quoted_printable::HEX;

/// A header without structure, each of whose words that is not ASCII becomes an encoded word.
pub(super) fn encoded(header: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(header.len() * 2);
    let mut rest = header;
    while !rest.is_empty() {
        let length = run(rest, |byte| !is_blank(byte));
        let (word, tail) = rest.split_at(length);
        if word.is_ascii() {
            out.extend_from_slice(word);
            let blanks = run(tail, is_blank);
            out.extend_from_slice(&tail[..blanks]);
            rest = &tail[blanks..];
            continue;
        }
        // Blanks between encoded words are not shown, so they become a part of one.
        let length = wide(rest);
        encode(&rest[..length], Place::Text, &mut out);
        rest = &rest[length..];
        let blanks = run(rest, is_blank);
        out.extend_from_slice(&rest[..blanks]);
        rest = &rest[blanks..];
    }
    out
}

/// A header of addresses: phrases, comments and quoted strings become encoded words where they
/// are not ASCII. An address that is not is no address for an ASCII server.
pub(super) fn encoded_phrases(header: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(header.len() * 2);
    let mut rest = header;
    let mut depth = 0_usize;
    while let Some(&first) = rest.first() {
        let in_comment = depth > 0;
        let is_end = |byte: u8| is_blank(byte) || b"()".contains(&byte);
        let is_end = |byte: u8| is_end(byte) || (!in_comment && b"<>@,;:\"".contains(&byte));
        let length = match first {
            b'"' if !in_comment => string_length(rest),
            _ if is_end(first) => 1,
            _ => run(rest, |byte| !is_end(byte)),
        };
        let (token, tail) = rest.split_at(length);
        let is_address = tail.first() == Some(&b'@') || out.last() == Some(&b'@');
        match first {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if token.is_ascii() {
            out.extend_from_slice(token);
        } else if is_address && !in_comment {
            out.extend(super::masked(token));
        } else {
            let place = if in_comment { Place::Comment } else { Place::Phrase };
            let length = if first == b'"' { length } else { wide_of(rest, is_end) };
            let text = unquoted(&rest[..length]);
            encode(&text, place, &mut out);
            rest = &rest[length..];
            continue;
        }
        rest = tail;
    }
    out
}

/// Where an encoded word stands, which says what it may hold (RFC 2047, 5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Text,
    Comment,
    Phrase,
}

/// Appends a text as encoded words.
fn encode(text: &[u8], place: Place, out: &mut Vec<u8>) {
    let is_utf8 = str::from_utf8(text).is_ok();
    // RFC 1428, 3: what is not known is called so.
    let start: &[u8] = if is_utf8 { b"=?utf-8?Q?" } else { b"=?unknown-8bit?Q?" };
    let mut length = WORD_MAX;
    let mut is_first = true;
    let mut rest = text;
    while !rest.is_empty() {
        let (character, tail) = rest.split_at(if is_utf8 { character(rest) } else { 1 });
        rest = tail;
        let is_plain = |byte: u8| match place {
            Place::Text | Place::Comment => {
                byte.is_ascii_graphic() && !b"=?_()\"\\".contains(&byte)
            }
            Place::Phrase => byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte),
        };
        let cost: usize =
            character.iter().map(|&b| if is_plain(b) || b == b' ' { 1 } else { 3 }).sum();
        // A character is not divided among words (RFC 2047, 5).
        if length + cost + 2 > WORD_MAX {
            if !is_first {
                out.extend_from_slice(b"?=\n ");
            }
            out.extend_from_slice(start);
            length = start.len();
            is_first = false;
        }
        length += cost;
        for &byte in character {
            match byte {
                b' ' => out.push(b'_'),
                byte if is_plain(byte) => out.push(byte),
                byte => {
                    out.extend([b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]])
                }
            }
        }
    }
    if !is_first {
        out.extend_from_slice(b"?=");
    }
}

/// Length of a run of words that are not ASCII, with the blanks between them.
fn wide(text: &[u8]) -> usize {
    wide_of(text, is_blank)
}

fn wide_of(text: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    let mut end = 0;
    let mut at = 0;
    loop {
        let word = run(&text[at..], |byte| !is_end(byte));
        if word == 0 || text[at..at + word].is_ascii() {
            return end;
        }
        at += word;
        end = at;
        let blanks = run(&text[at..], |byte| byte == b' ');
        // Lines stay: they are folded where they were.
        if text.get(at + blanks).copied().is_none_or(is_blank) {
            return end;
        }
        at += blanks;
    }
}

/// The length of a quoted string that the text begins with.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        at += if byte == b'\\' { 2 } else { 1 };
        if byte == b'"' {
            break;
        }
    }
    at.min(text.len())
}

/// A text without quotes and line breaks.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let Some(text) = text.strip_prefix(b"\"") else { return text.to_vec() };
    let text = text.strip_suffix(b"\"").unwrap_or(text);
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next()),
            b'\n' => {}
            byte => out.push(byte),
        }
    }
    out
}

/// Bytes of the character that the text begins with.
fn character(text: &[u8]) -> usize {
    1 + text[1..].iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count()
}

fn run(text: &[u8], is_in: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| is_in(**byte)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n')
}

/// Longest encoded word (RFC 2047, 2).
const WORD_MAX: usize = 75;
