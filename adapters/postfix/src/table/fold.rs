//! Upper and lower case as one.

use std::borrow::Cow;

/// Folds a key; if it `is_utf8`, by Unicode's full case folding.
pub(super) fn fold(key: &[u8], is_utf8: bool) -> Cow<'_, [u8]> {
    if key.is_ascii() || !is_utf8 {
        return match key.iter().any(u8::is_ascii_uppercase) {
            true => Cow::Owned(key.to_ascii_lowercase()),
            false => Cow::Borrowed(key),
        };
    }
    match str::from_utf8(key) {
        Ok(key) => Cow::Owned(key.to_lowercase().into_bytes()),
        Err(_) => Cow::Borrowed(key),
    }
}
