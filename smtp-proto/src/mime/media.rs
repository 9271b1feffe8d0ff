//! Content-Type and Content-Transfer-Encoding, as far as they shape a message.

use super::token::{Token, clause};

/// What a body is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Media {
    /// text/*.
    Text,
    /// multipart/*: parts between boundaries.
    Multipart,
    /// message/rfc822: headers and a body.
    Message,
    /// message/global (RFC 6532): the same, in UTF-8.
    Global,
    /// Any other message/*, such as a part of a message.
    Sealed,
    /// Anything else.
    Other,
}

/// How a body is carried (RFC 2045, 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Transfer {
    /// ASCII, in lines.
    SevenBit,
    /// Any bytes, in lines.
    EightBit,
    /// Any bytes.
    Binary,
    QuotedPrintable,
    Base64,
}

impl Transfer {
    /// What a Content-Transfer-Encoding says.
    pub(crate) fn of(mut value: &[u8]) -> Option<Self> {
        let tokens = clause(&mut value, ENCODING_SPECIALS, 1)?;
        let word = tokens.first()?;
        let known = ENCODINGS.iter().find(|(name, _)| word.is(name))?;
        Some(known.1)
    }
}

/// What a Content-Type makes of a body that was `before`, and each boundary that it opens with what
/// its parts are by default.
pub(crate) fn read(mut value: &[u8], before: Media, mut open: impl FnMut(&[u8], Media)) -> Media {
    let tokens = clause(&mut value, SPECIALS, TOKENS).unwrap_or_default();
    if tokens.is_empty() {
        return Media::Other;
    }
    let is_type = |name| tokens.first().is_some_and(|token| token.is(name));
    let is_subtype = |name| match &tokens[..] {
        [_, Token::Special(b'/'), subtype] => subtype.is(name),
        _ => false,
    };
    if is_type("text") {
        return Media::Text;
    }
    if is_type("message") {
        return match () {
            () if is_subtype("rfc822") => Media::Message,
            () if is_subtype("global") => Media::Global,
            () => Media::Sealed,
        };
    }
    if !is_type("multipart") {
        // As in Postfix: what is none of these is what it was, such as a message in a digest.
        return before;
    }
    // RFC 2046, 5.1.5.
    let each = if is_subtype("digest") { Media::Message } else { Media::Text };
    // Several boundaries are not allowed, and could hide parts from who heeds another.
    while let Some(tokens) = clause(&mut value, SPECIALS, TOKENS) {
        if let [name, Token::Special(b'='), marker] = &tokens[..]
            && name.is("boundary")
        {
            open(marker.value(), each);
        }
    }
    Media::Multipart
}

/// Tokens of a clause that are looked at.
const TOKENS: usize = 3;

/// What ends a word in a Content-Type (RFC 2045, 5.1).
const SPECIALS: &[u8] = b"()<>@,;:\\\"/[]?=";

/// What ends a word in a Content-Transfer-Encoding.
const ENCODING_SPECIALS: &[u8] = b"()<>@,;:\\\".[]";

const ENCODINGS: [(&str, Transfer); 5] = [
    ("7bit", Transfer::SevenBit),
    ("8bit", Transfer::EightBit),
    ("binary", Transfer::Binary),
    ("quoted-printable", Transfer::QuotedPrintable),
    ("base64", Transfer::Base64),
];
