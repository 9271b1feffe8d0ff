//! Tokens of structured MIME headers (RFC 2045, 5.1).

use alloc::vec::Vec;

/// A token of a header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Token {
    /// A word.
    Word(Vec<u8>),
    /// A quoted string, without its quotes.
    Quoted(Vec<u8>),
    /// A character that stands for itself.
    Special(u8),
}

impl Token {
    /// Whether it is this word, in any case.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// What it says.
    pub(crate) fn value(&self) -> &[u8] {
        match self {
            Self::Word(value) | Self::Quoted(value) => value,
            Self::Special(byte) => core::slice::from_ref(byte),
        }
    }
}

/// Takes up to `max` tokens from the front of `rest`, and all of it up to a semicolon if that is
/// special. Comments are left out. None at the end.
pub(crate) fn clause(rest: &mut &[u8], specials: &[u8], max: usize) -> Option<Vec<Token>> {
    if rest.is_empty() {
        return None;
    }
    let mut tokens = Vec::new();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'(' {
            *rest = after_comment(tail);
        } else if is_blank(byte) {
            *rest = tail;
        } else if byte == b';' && specials.contains(&b';') {
            *rest = tail;
            break;
        } else {
            let token = token(rest, specials);
            if tokens.len() < max {
                tokens.push(token);
            }
        }
    }
    Some(tokens)
}

fn token(rest: &mut &[u8], specials: &[u8]) -> Token {
    let (&first, tail) = rest.split_first().expect("there is a byte: seen by the caller");
    if first == b'"' {
        *rest = tail;
        return Token::Quoted(quoted(rest));
    }
    if specials.contains(&first) {
        *rest = tail;
        return Token::Special(first);
    }
    let is_end = |byte: &u8| is_blank(*byte) || b"\"(".contains(byte) || specials.contains(byte);
    let length = rest[1..].iter().position(is_end).map_or(rest.len(), |end| end + 1);
    let (word, tail) = rest.split_at(length);
    *rest = tail;
    Token::Word(word.into())
}

/// Takes the rest of a quoted string. Line breaks are no part of it.
fn quoted(rest: &mut &[u8]) -> Vec<u8> {
    let mut value = Vec::new();
    while let Some((&byte, tail)) = rest.split_first() {
        *rest = tail;
        match (byte, tail.split_first()) {
            (b'"', _) => break,
            (b'\n', _) => {}
            (b'\\', Some((&escaped, tail))) => {
                value.push(escaped);
                *rest = tail;
            }
            (byte, _) => value.push(byte),
        }
    }
    value
}

fn after_comment(mut rest: &[u8]) -> &[u8] {
    let mut depth = 1_usize;
    while let (Some((&byte, tail)), true) = (rest.split_first(), depth > 0) {
        rest = match (byte, tail) {
            (b'\\', [_, tail @ ..]) => tail,
            (_, tail) => tail,
        };
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
    }
    rest
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
