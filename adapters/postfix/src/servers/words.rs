//! Lists of words: EHLO keywords, and work-arounds.

use envoi_driver::proto::{Keyword, Keywords, PixWorkarounds};

/// EHLO keywords that are ignored (`smtp_discard_ehlo_keywords`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Discard {
    /// The keywords.
    pub keywords: Keywords,
    /// Whether nothing is said of it (`silent-discard`).
    pub is_silent: bool,
}

impl Discard {
    /// Reads a list, of which words that nobody knows are no part.
    pub fn read(text: &str) -> Self {
        let mut discard = Self::default();
        for word in words(text) {
            if word.eq_ignore_ascii_case("silent-discard") {
                discard.is_silent = true;
                continue;
            }
            match word.parse::<Keyword>() {
                Ok(keyword) => discard.keywords.insert(keyword),
                Err(error) => tracing::warn!("EHLO keywords to discard: {error}"),
            }
        }
        discard
    }

    /// The line that says so, unless there is nothing to say.
    pub fn note(&self) -> Option<String> {
        let words: Vec<_> =
            self.keywords.iter().map(|keyword| keyword.to_string().to_ascii_lowercase()).collect();
        let is_told = !self.is_silent && !words.is_empty();
        is_told.then(|| format!("discarding EHLO keywords: {}", words.join(" ")))
    }
}

/// Reads a list of work-arounds for a PIX (`smtp_pix_workarounds`).
///
/// # Errors
/// If a word is none of them.
pub fn pix_workarounds(text: &str) -> Result<PixWorkarounds, UnknownWorkaround> {
    let mut workarounds = PixWorkarounds { disable_esmtp: false, delay_dot: false };
    for word in words(text) {
        match word.to_ascii_lowercase().as_str() {
            "disable_esmtp" => workarounds.disable_esmtp = true,
            "delay_dotcrlf" => workarounds.delay_dot = true,
            _ => return Err(UnknownWorkaround(word.into())),
        }
    }
    Ok(workarounds)
}

/// There is no such work-around.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown work-around {0:?}; expected disable_esmtp or delay_dotcrlf")]
pub struct UnknownWorkaround(String);

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_to_discard_are_told_unless_silence_is_asked_for() {
        for (text, note) in [
            ("Pipelining, 8bitmime", Some("discarding EHLO keywords: 8bitmime pipelining")),
            ("dsn silent-discard", None),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(Discard::read(text).note().as_deref(), note, "{text}");
        }
        assert!(Discard::read("dsn, silent-discard").keywords.contains(Keyword::Dsn));
    }

    #[test]
    fn workarounds_are_words() {
        for (text, disable_esmtp, delay_dot) in [
            ("", false, false),
            ("disable_esmtp, delay_dotcrlf", true, true),
            ("DELAY_DOTCRLF", false, true),
        ] {
            let expected = PixWorkarounds { disable_esmtp, delay_dot };
            assert_eq!(pix_workarounds(text), Ok(expected), "{text}");
        }
        assert_eq!(
            pix_workarounds("delay").unwrap_err().to_string(),
            "unknown work-around \"delay\"; expected disable_esmtp or delay_dotcrlf"
        );
    }
}
