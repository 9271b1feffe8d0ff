//! Passwords and tokens.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A password or a token, which is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Whether it is the same, in a time that does not tell where it differs.
    pub(super) fn is(&self, other: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(other).into()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(secret: T) -> Self {
        Self(secret.into())
    }
}

impl Eq for Secret {}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use crate::Auth;

    #[test]
    fn secrets_are_not_shown() {
        let mut auth = Auth::new("user", "pencil");
        auth.token = Some("token".into());
        let shown = format!("{auth:?}");
        assert!(shown.contains("password: Some(Secret(..)), token: Some(Secret(..))"), "{shown}");
    }
}
