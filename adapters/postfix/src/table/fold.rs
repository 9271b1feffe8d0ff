//! Upper and lower case as one.

use std::borrow::Cow;

use icu_casemap::CaseMapper;

/// Folds a key; if it `is_utf8`, by Unicode's full case folding.
pub(super) fn fold(key: &[u8], is_utf8: bool) -> Cow<'_, [u8]> {
    if key.is_ascii() || !is_utf8 {
        return match key.iter().any(u8::is_ascii_uppercase) {
            true => Cow::Owned(key.to_ascii_lowercase()),
            false => Cow::Borrowed(key),
        };
    }
    match str::from_utf8(key) {
        Ok(key) => Cow::Owned(CaseMapper::new().fold_string(key).into_owned().into_bytes()),
        Err(_) => Cow::Borrowed(key),
    }
}

/// The same for text.
pub(super) fn fold_text(text: &str, is_utf8: bool) -> String {
    String::from_utf8_lossy(&fold(text.as_bytes(), is_utf8)).into_owned()
}
