//! Tokens of a header of addresses (RFC 822, 3.3), as lenient as Postfix's.

use alloc::vec::Vec;

/// A token, by its place in the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Atom,
    /// A quoted string, or an atom that has to be one.
    Quoted,
    /// A domain literal, without its brackets.
    Literal,
    /// A comment, its parentheses included.
    Comment,
    /// A character that stands for itself.
    Operator(u8),
}

impl Token {
    /// Whether it is a word of an address or phrase.
    pub(super) fn is_word(self) -> bool {
        matches!(self.kind, Kind::Atom | Kind::Quoted | Kind::Literal)
    }

    /// Whether it is one of these characters.
    pub(super) fn is_any(self, operators: &[u8]) -> bool {
        matches!(self.kind, Kind::Operator(operator) if operators.contains(&operator))
    }

    /// What it says, without quotes and backslashes.
    pub(super) fn content(self, text: &[u8]) -> impl Iterator<Item = u8> {
        let raw = &text[self.start as usize..self.end as usize];
        let is_word = self.is_word();
        let mut is_escaped = false;
        raw.iter().filter_map(move |&byte| {
            if !is_word {
                return Some(byte);
            }
            is_escaped = byte == b'\\' && !is_escaped;
            (!is_escaped).then_some(if byte.is_ascii_whitespace() { b' ' } else { byte })
        })
    }

    /// Writes it as a header has it.
    pub(super) fn write(self, text: &[u8], out: &mut Vec<u8>) {
        let (open, close, escaped): (&[u8], &[u8], &[u8]) = match self.kind {
            Kind::Quoted => (b"\"", b"\"", b"\"\\"),
            Kind::Literal => (b"[", b"]", b"\\"),
            Kind::Atom | Kind::Comment | Kind::Operator(_) => (b"", b"", b""),
        };
        out.extend_from_slice(open);
        for byte in self.content(text) {
            if escaped.contains(&byte) {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.extend_from_slice(close);
    }
}

/// The tokens of a text from `start` on. What is not closed reaches to the end.
pub(super) fn scan(text: &[u8], start: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        let (kind, range) = match byte {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'(' => (Kind::Comment, (at, comment_end(text, at))),
            b'"' => (Kind::Quoted, (at + 1, end(text, at + 1, |byte| byte == b'"'))),
            b'[' => (Kind::Literal, (at + 1, end(text, at + 1, |byte| byte == b']'))),
            byte if SPECIALS.contains(&byte) => (Kind::Operator(byte), (at, at + 1)),
            _ => {
                let is_end = |byte: u8| byte.is_ascii_whitespace() || SPECIALS.contains(&byte);
                let end = end(text, at, is_end);
                let kind = if is_plain(&text[at..end]) { Kind::Atom } else { Kind::Quoted };
                (kind, (at, end))
            }
        };
        let (start, end) = range;
        let is_closed = matches!(kind, Kind::Quoted | Kind::Literal) && start > at;
        at = if is_closed { end + 1 } else { end };
        tokens.push(Token { kind, start: offset(start), end: offset(end) });
    }
    tokens
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a header is shorter: its length is limited")
}

/// Where a run ends at a byte that no backslash precedes.
fn end(text: &[u8], start: usize, is_end: impl Fn(u8) -> bool) -> usize {
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        if is_end(byte) {
            return at;
        }
        at += if byte == b'\\' { 2 } else { 1 };
    }
    text.len()
}

/// Where a comment ends, with those inside it.
fn comment_end(text: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        at += if byte == b'\\' { 2 } else { 1 };
        depth = match byte {
            b'(' => depth + 1,
            b')' => depth - 1,
            _ => depth,
        };
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Whether an atom needs no quotes although there may be backslashes in it.
fn is_plain(raw: &[u8]) -> bool {
    let mut bytes = raw.iter();
    while let Some(&byte) = bytes.next() {
        let byte = if byte == b'\\' { bytes.next().copied().unwrap_or(b'x') } else { byte };
        if byte == b' ' || byte.is_ascii_control() || SPECIALS.contains(&byte) || byte == b'\\' {
            return false;
        }
    }
    true
}

/// What cannot be part of an atom.
const SPECIALS: &[u8] = b"()<>@,;:\".[]";
