//! Foreign text in our errors: short, and fit for terminals and logs.

use core::fmt::{self, Write as _};

/// A text as errors show it: in quotes, escaped, and cut around the place that matters.
pub(crate) struct Excerpt<'a> {
    /// The whole text.
    pub(crate) text: &'a str,
    /// The byte that matters.
    pub(crate) at: usize,
}

impl Excerpt<'_> {
    /// Which character it is that matters, from 1.
    pub(crate) fn position(&self) -> usize {
        self.before() + 1
    }

    /// How many characters stand before the one that matters.
    fn before(&self) -> usize {
        self.text.char_indices().take_while(|(at, _)| *at < self.at).count()
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped = self.before().saturating_sub(AROUND);
        let mut chars = self.text.chars().skip(skipped);
        f.write_str(if skipped > 0 { "\"…" } else { "\"" })?;
        for c in chars.by_ref().take(2 * AROUND) {
            // A single quote needs no escape between double ones.
            if c == '\'' {
                f.write_char(c)?;
            } else {
                write!(f, "{}", c.escape_debug())?;
            }
        }
        f.write_str(if chars.next().is_some() { "…\"" } else { "\"" })
    }
}

/// The beginning of a text, cut between characters so that it has at most `max` bytes.
pub(crate) fn beginning(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// Most characters that are shown before the one that matters, and from it on.
const AROUND: usize = 40;

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn a_short_text_is_shown_in_full() {
        let excerpt = Excerpt { text: "bücher's:\"x\"", at: 3 };
        assert_eq!(excerpt.to_string(), r#""bücher's:\"x\"""#);
        assert_eq!(excerpt.position(), 3);
    }

    #[test]
    fn what_terminals_obey_is_escaped() {
        let excerpt = Excerpt { text: "a\u{1b}[31m\r\n\u{202e}\u{9b}b", at: 0 };
        assert_eq!(excerpt.to_string(), r#""a\u{1b}[31m\r\n\u{202e}\u{9b}b""#);
    }

    #[test]
    fn a_long_text_is_cut_around_the_place() {
        let text = "a".repeat(100_000) + "!" + &"b".repeat(1_000_000);
        let excerpt = Excerpt { text: &text, at: 100_000 };
        let shown = "a".repeat(AROUND) + "!" + &"b".repeat(AROUND - 1);
        assert_eq!(excerpt.to_string(), "\"…".to_string() + &shown + "…\"");
        assert_eq!(excerpt.position(), 100_001);
    }

    #[test]
    fn a_place_that_is_no_place_is_shown_all_the_same() {
        for (text, at, position) in [("", 9, 1), ("ü", 1, 2), ("ab", 9, 3)] {
            assert_eq!(Excerpt { text, at }.position(), position);
            assert_eq!(Excerpt { text, at }.to_string().trim_matches('"'), text);
        }
    }

    #[test]
    fn a_beginning_ends_between_characters() {
        for (max, begun) in [(0, ""), (1, "a"), (2, "a"), (3, "aü"), (9, "aü")] {
            assert_eq!(beginning("aü", max), begun);
        }
    }
}
