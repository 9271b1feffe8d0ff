//! Who may send mail, and how that is proven.

mod cram_md5;
mod exchange;
mod external;
mod hash;
mod login;
mod mechanism;
mod oauthbearer;
mod plain;
mod scram;
mod secret;
mod seed;
mod xoauth2;

use crate::answer::{Answer, ENCRYPTION_NEEDED, UNKNOWN_MECHANISM};
use crate::handshake::Handshake;

pub(crate) use self::exchange::{Exchange, Place, Step};
pub use self::mechanism::Mechanism;
pub use self::secret::Secret;
pub(crate) use self::seed::Seed;

/// The one user that the sink knows, and how AUTH (RFC 4954) takes the proof.
///
/// A mechanism is offered where it is listed and can work: with a password or a token to check
/// against, for `-PLUS` with TLS, and for EXTERNAL with a certificate of the client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Auth {
    /// The user's name, compared as it is.
    pub user: String,
    /// What all mechanisms check but XOAUTH2, OAUTHBEARER and EXTERNAL; used as it is.
    pub password: Option<Secret>,
    /// The bearer token of XOAUTH2 and OAUTHBEARER.
    pub token: Option<Secret>,
    /// The mechanisms without TLS, in the order in which EHLO lists them.
    pub in_plaintext: Vec<Mechanism>,
    /// The mechanisms with TLS, in the order in which EHLO lists them.
    pub under_tls: Vec<Mechanism>,
    /// Whether MAIL is refused to others.
    pub is_required: bool,
}

/// Who a client proved to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// The name of the user.
    pub user: String,
    /// How it was proven.
    pub mechanism: Mechanism,
}

impl Auth {
    /// A user with a password: all mechanisms with TLS, and without it those that do not show
    /// the password; mail is taken from others too.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: Some(password.into()),
            token: None,
            in_plaintext: vec![Mechanism::ScramSha256, Mechanism::ScramSha1, Mechanism::CramMd5],
            under_tls: Mechanism::ALL.to_vec(),
            is_required: false,
        }
    }

    /// The mechanisms that EHLO lists.
    pub(crate) fn offered(&self, tls: Option<&Handshake>) -> impl Iterator<Item = Mechanism> {
        let listed = if tls.is_some() { &self.under_tls } else { &self.in_plaintext };
        listed.iter().copied().filter(move |&mechanism| self.can_check(mechanism, tls))
    }

    /// Whether a client under TLS could bind an exchange to it.
    pub(crate) fn offers_binding(&self) -> bool {
        let binds =
            |m: &Mechanism| matches!(m, Mechanism::ScramSha1Plus | Mechanism::ScramSha256Plus);
        self.under_tls.iter().any(binds)
    }

    /// Whether a client may use `mechanism`.
    pub(crate) fn check(
        &self,
        mechanism: Mechanism,
        tls: Option<&Handshake>,
    ) -> Result<(), Answer> {
        if self.offered(tls).any(|offered| offered == mechanism) {
            return Ok(());
        }
        let waits_for_tls = tls.is_none() && self.under_tls.contains(&mechanism);
        Err(if waits_for_tls { ENCRYPTION_NEEDED } else { UNKNOWN_MECHANISM })
    }

    fn can_check(&self, mechanism: Mechanism, tls: Option<&Handshake>) -> bool {
        match mechanism {
            Mechanism::Plain
            | Mechanism::Login
            | Mechanism::CramMd5
            | Mechanism::ScramSha1
            | Mechanism::ScramSha256 => self.password.is_some(),
            Mechanism::ScramSha1Plus | Mechanism::ScramSha256Plus => {
                self.password.is_some() && tls.is_some()
            }
            Mechanism::Xoauth2 | Mechanism::OauthBearer => self.token.is_some(),
            Mechanism::External => tls.is_some_and(|tls| tls.client.is_some()),
        }
    }

    fn has_user(&self, user: &[u8]) -> bool {
        user == self.user.as_bytes()
    }

    /// Whether the user may act as `identity`: as nobody else.
    fn may_be(&self, identity: &[u8]) -> bool {
        identity.is_empty() || self.has_user(identity)
    }

    fn has_password(&self, password: &[u8]) -> bool {
        self.password.as_ref().is_some_and(|own| own.is(password))
    }

    fn has_token(&self, token: &[u8]) -> bool {
        self.token.as_ref().is_some_and(|own| own.is(token))
    }
}
