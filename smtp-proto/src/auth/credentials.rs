//! Who we are, and how we prove it.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use super::secret::Secret;

/// Who we are to a server, and how we prove it.
///
/// What is proven decides which mechanisms can be used: a password never goes where a token is
/// asked for. `"user:password".parse()` reads an entry of `smtp_sasl_password_maps`.
#[derive(Clone)]
pub struct Credentials {
    proof: Proof,
    authorization: Option<String>,
}

impl Credentials {
    /// A user with a password.
    ///
    /// # Errors
    /// If the user name is empty, longer than 512 bytes or holds control characters, or the
    /// password is empty, longer than 8192 bytes or holds NUL.
    pub fn password(user: &str, password: &str) -> Result<Self, BadCredentials> {
        let is_password = (1..=SECRET_MAX).contains(&password.len()) && !password.contains('\0');
        let password = is_password.then(|| Secret::concat(&[password.as_bytes()]));
        let password = password.ok_or(BadCredentials::Password)?;
        let user = name(user).ok_or(BadCredentials::User)?;
        Ok(Self { proof: Proof::Password { user, password }, authorization: None })
    }

    /// A user with an OAuth 2.0 bearer token (RFC 6750).
    ///
    /// # Errors
    /// If the user name is none, or the token is empty, longer than 8192 bytes, or more than
    /// visible ASCII.
    pub fn token(user: &str, token: &str) -> Result<Self, BadCredentials> {
        let is_visible = token.bytes().all(|b| b.is_ascii_graphic());
        let is_token = is_visible && (1..=SECRET_MAX).contains(&token.len());
        let token = is_token.then(|| Secret::concat(&[token.as_bytes()]));
        let token = token.ok_or(BadCredentials::Token)?;
        let user = name(user).ok_or(BadCredentials::User)?;
        Ok(Self { proof: Proof::Token { user, token }, authorization: None })
    }

    /// The certificate that we showed in the TLS handshake (RFC 4422, appendix A).
    pub const fn certificate() -> Self {
        Self { proof: Proof::Certificate, authorization: None }
    }

    /// The same proof, to act as somebody else: the authorization identity of RFC 4422, 3.4.1.
    ///
    /// # Errors
    /// If the identity is not one that could be a user name.
    pub fn acting_as(self, identity: &str) -> Result<Self, BadCredentials> {
        let authorization = name(identity).ok_or(BadCredentials::Authorization)?;
        Ok(Self { authorization: Some(authorization), ..self })
    }

    /// Whose password or token it is. A certificate speaks for itself.
    pub fn user(&self) -> Option<&str> {
        match &self.proof {
            Proof::Password { user, .. } | Proof::Token { user, .. } => Some(user),
            Proof::Certificate => None,
        }
    }

    /// Whom we act as, where that was said.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// Whether we act as somebody else, which not every mechanism can say.
    pub(super) fn is_delegated(&self) -> bool {
        self.authorization.is_some() && self.authorization() != self.user()
    }

    pub(super) const fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The password or token.
    pub(super) fn secret(&self) -> &[u8] {
        match &self.proof {
            Proof::Password { password: secret, .. } | Proof::Token { token: secret, .. } => {
                secret.as_bytes()
            }
            Proof::Certificate => &[],
        }
    }
}

/// What the server is shown.
#[derive(Clone)]
pub(super) enum Proof {
    Password { user: String, password: Secret },
    Token { user: String, token: Secret },
    Certificate,
}

/// Splits at the first colon.
impl FromStr for Credentials {
    type Err = BadCredentials;

    fn from_str(text: &str) -> Result<Self, BadCredentials> {
        let (user, password) = text.split_once(':').ok_or(BadCredentials::NoColon)?;
        Self::password(user, password)
    }
}

/// The user alone.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user()).finish_non_exhaustive()
    }
}

/// The text is a part of no credentials. It is not repeated here: it may be a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadCredentials {
    /// There is no password.
    #[error("no password: expected user:password")]
    NoColon,
    /// The user name.
    #[error("bad user name: expected 1 to {IDENTITY_MAX} bytes without control characters")]
    User,
    /// The password.
    #[error("bad password: expected 1 to {SECRET_MAX} bytes without NUL")]
    Password,
    /// The bearer token.
    #[error("bad bearer token: expected 1 to {SECRET_MAX} visible ASCII characters")]
    Token,
    /// The authorization identity.
    #[error(
        "bad authorization identity: expected 1 to {IDENTITY_MAX} bytes without control characters"
    )]
    Authorization,
}

/// A name that no mechanism forbids. Control characters end fields in some of them.
fn name(text: &str) -> Option<String> {
    let fits = (1..=IDENTITY_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
    fits.then(|| text.into())
}

/// Most bytes of a user name or authorization identity.
const IDENTITY_MAX: usize = 512;

/// Most bytes of a password or token.
const SECRET_MAX: usize = 8192;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn an_entry_is_split_at_the_first_colon() {
        let credentials: Credentials = "ann@client.example:a:b".parse().unwrap();
        assert_eq!(credentials.user(), Some("ann@client.example"));
        assert_eq!(credentials.secret(), b"a:b");
        assert_eq!("ann".parse::<Credentials>().unwrap_err(), BadCredentials::NoColon);
        assert_eq!(":x".parse::<Credentials>().unwrap_err(), BadCredentials::User);
        assert_eq!("ann:".parse::<Credentials>().unwrap_err(), BadCredentials::Password);
    }

    #[test]
    fn what_a_mechanism_forbids_does_not_exist() {
        for evil in ["", "a\0b", "a\x01b", "a\r\nb", &"x".repeat(IDENTITY_MAX + 1)] {
            let refused = Credentials::password(evil, "x").unwrap_err();
            assert_eq!(refused, BadCredentials::User);
            let refused = Credentials::certificate().acting_as(evil).unwrap_err();
            assert_eq!(refused, BadCredentials::Authorization);
        }
        for evil in ["", "a\0b", &"x".repeat(SECRET_MAX + 1)] {
            let refused = Credentials::password("ann", evil).unwrap_err();
            assert_eq!(refused, BadCredentials::Password);
        }
        for evil in ["", "a b", "a\x01b", "ä", &"x".repeat(SECRET_MAX + 1)] {
            let refused = Credentials::token("ann", evil).unwrap_err();
            assert_eq!(refused, BadCredentials::Token);
            assert!(evil.len() < 2 || !refused.to_string().contains(evil));
        }
        let (user, secret) = ("x".repeat(IDENTITY_MAX), "x".repeat(SECRET_MAX));
        assert!(Credentials::password(&user, &secret).is_ok());
        assert!(Credentials::token(&user, &secret).is_ok());
    }
}
