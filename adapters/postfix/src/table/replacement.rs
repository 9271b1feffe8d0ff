//! What a pattern's match is replaced with: text with `$1`, `${1}` and `$(1)`, and `$$` for `$`.

use std::ops::Range;

/// Where the groups of a match are, the whole of it first.
pub(super) type Groups = Vec<Option<Range<usize>>>;

/// Text with places for groups.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Replacement(Vec<Piece>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    Text(Vec<u8>),
    Group(usize),
}

impl Replacement {
    /// Reads it; what is wrong names what was expected.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(dollar) = memchr(b'$', rest) {
            pieces.push(Piece::Text(rest[..dollar].to_owned()));
            let behind = &rest[dollar + 1..];
            if let Some(behind) = behind.strip_prefix(b"$") {
                pieces.push(Piece::Text(b"$".to_vec()));
                rest = behind;
                continue;
            }
            let (name, behind) = name(behind)?;
            pieces.push(Piece::Group(group(name)?));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The highest group that it refers to; 0 if none.
    pub(super) fn groups(&self) -> usize {
        let groups = self.0.iter().map(|piece| match piece {
            Piece::Text(_) => 0,
            Piece::Group(group) => *group,
        });
        groups.max().unwrap_or_default()
    }

    /// The text for a match in `key`. A group that took no part is empty.
    pub(super) fn fill(&self, key: &[u8], groups: &Groups) -> Vec<u8> {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => &text[..],
            Piece::Group(group) => {
                let place = groups.get(*group).cloned().flatten();
                place.and_then(|place| key.get(place)).unwrap_or_default()
            }
        });
        pieces.collect::<Vec<_>>().concat()
    }
}

/// The name behind a `$`, and what follows it.
fn name(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let close = match text.first() {
        Some(b'{') => b'}',
        Some(b'(') => b')',
        _ => {
            let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            return Ok(text.split_at(end.unwrap_or(text.len())));
        }
    };
    let Some(end) = memchr(close, text) else {
        let text = String::from_utf8_lossy(text);
        return Err(format!("expected {:?} at the end of \"${text}\"", char::from(close)));
    };
    Ok((&text[1..end], &text[end + 1..]))
}

fn group(name: &[u8]) -> Result<usize, String> {
    let name = String::from_utf8_lossy(name);
    match name.parse() {
        Ok(group) if group > 0 && name.bytes().all(|byte| byte.is_ascii_digit()) => Ok(group),
        _ => Err(format!("expected the number of a group behind '$', found {name:?}")),
    }
}

fn memchr(byte: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|found| *found == byte)
}
