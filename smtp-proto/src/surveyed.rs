//! Content that was looked over once.

use bytes::Bytes;

use crate::flaws::{LINE_LENGTH_LIMIT, column_after};
use crate::survey::Survey;

/// Content that is there as a whole, and its survey: what needs no change is known once, for
/// every time that it is sent.
#[derive(Clone, Debug)]
pub struct Surveyed {
    bytes: Bytes,
    survey: Survey,
    /// Whether it goes out as it is, if lines of [`LINE_LENGTH_LIMIT`] do.
    is_canonical: bool,
}

impl Surveyed {
    /// Looks it over.
    pub fn new(bytes: Bytes) -> Self {
        let survey = Survey::of(&bytes);
        let fits = |limit| column_after(0, &bytes, limit).is_some();
        let is_canonical = survey.is_canonical() && fits(LINE_LENGTH_LIMIT);
        Self { bytes, survey, is_canonical }
    }

    /// The content.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What is known of it.
    pub fn survey(&self) -> Survey {
        self.survey
    }

    /// Whether an encoder would change nothing, which breaks lines longer than `limit`.
    pub(crate) fn is_canonical(&self, limit: usize) -> bool {
        self.is_canonical && limit >= LINE_LENGTH_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn content_that_an_encoder_would_change_is_not_canonical() {
        let line = |n: usize| "x".repeat(n) + "\r\n";
        for (content, is_canonical) in [
            (String::new(), true),
            (line(0), true),
            (line(998), true),
            (line(7) + &line(998) + &line(0), true),
            (line(999), false),
            (line(998) + &line(999), false),
            ("a".into(), false),
            ("a\r".into(), false),
            ("a\n".into(), false),
            ("\n".into(), false),
            ("a\r\r\n".into(), false),
            (".\r\n".into(), false),
            ("a\r\n.b\r\n".into(), false),
            ("a.\r\n\u{ff}\0\r\n".into(), true),
        ] {
            let surveyed = Surveyed::new(content.clone().into());
            assert_eq!(surveyed.is_canonical(998), is_canonical, "{content:?}");
            assert!(!surveyed.is_canonical(997));
        }
    }
}
