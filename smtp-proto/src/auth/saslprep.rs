//! SASLprep (RFC 4013): one spelling for a name or password that can be written in several ways.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization;

use super::failure::Reason;
use super::secret::Secret;

/// The one spelling, as a query: characters that Unicode 3.2 does not know stay.
///
/// The rule for text that runs both ways (RFC 3454, 6) changes nothing and only refuses; it is
/// left to the server.
pub(super) fn prepare(text: &str) -> Result<Secret, Reason> {
    let mapped = || text.chars().filter(|c| !contains(&NOTHING, *c)).map(space);
    let length: usize = mapped().nfkc().map(char::len_utf8).sum();
    if length == 0 || mapped().nfkc().any(is_prohibited) {
        return Err(Reason::Prohibited);
    }
    // Of the right size, so that no half of a password is left behind when it grows.
    let mut prepared = Vec::with_capacity(length);
    for c in mapped().nfkc() {
        prepared.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(Secret::from(prepared))
}

/// RFC 3454, C.1.2: all spaces are one.
fn space(c: char) -> char {
    let is_space = matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    );
    if is_space { ' ' } else { c }
}

fn is_prohibited(c: char) -> bool {
    c.is_control() || contains(&PROHIBITED, c) || u32::from(c) & 0xfffe == 0xfffe
}

fn contains<const N: usize>(table: &[RangeInclusive<char>; N], c: char) -> bool {
    !c.is_ascii() && table.iter().any(|range| range.contains(&c))
}

/// RFC 3454, B.1, but for U+200B, which is a space first.
const NOTHING: [RangeInclusive<char>; 8] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{1806}'..='\u{1806}',
    '\u{180b}'..='\u{180d}',
    '\u{200c}'..='\u{200d}',
    '\u{2060}'..='\u{2060}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
];

/// RFC 3454, C.2.2 to C.9, but for control characters, what normalization removes, and the last
/// two of each plane.
const PROHIBITED: [RangeInclusive<char>; 16] = [
    '\u{6dd}'..='\u{6dd}',
    '\u{70f}'..='\u{70f}',
    '\u{180e}'..='\u{180e}',
    '\u{200e}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2061}'..='\u{2063}',
    '\u{206a}'..='\u{206f}',
    '\u{2ff0}'..='\u{2ffb}',
    '\u{e000}'..='\u{f8ff}',
    '\u{fdd0}'..='\u{fdef}',
    '\u{fff9}'..='\u{fffd}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0001}'..='\u{e0001}',
    '\u{e0020}'..='\u{e007f}',
    '\u{f0000}'..='\u{ffffd}',
    '\u{100000}'..='\u{10fffd}',
];

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn rfc_4013_section_3() {
        for (text, prepared) in [
            ("I\u{ad}X", "IX"),
            ("user", "user"),
            ("USER", "USER"),
            ("\u{aa}", "a"),
            ("\u{2168}", "IX"),
            ("a\u{a0}b", "a b"),
        ] {
            assert_eq!(prepare(text).unwrap().as_bytes(), prepared.as_bytes());
        }
        for forbidden in ["", "\u{ad}", "\x07", "a\tb"] {
            assert_eq!(prepare(forbidden).unwrap_err(), Reason::Prohibited);
        }
    }

    #[test]
    fn every_character_is_prepared_as_stringprep_does() {
        use stringprep::tables::{bidi_r_or_al, unassigned_code_point};

        let known = |c: &char| !unassigned_code_point(*c);
        for c in ('\0'..=char::MAX).filter(known) {
            // Between letters that run as it does; the first may combine with it.
            let is_leftward = core::iter::once(c).nfkc().any(bidi_r_or_al);
            let text = if is_leftward { format!("\u{5d0}{c}\u{5d0}") } else { format!("e{c}e") };
            let ours = prepare(&text).ok();
            let theirs = stringprep::saslprep(&text).ok();
            let theirs = theirs.filter(|prepared| !prepared.is_empty());
            let ours = ours.as_ref().map(Secret::as_bytes);
            assert_eq!(ours, theirs.as_ref().map(|prepared| prepared.as_bytes()), "{c:?}");
        }
    }
}
