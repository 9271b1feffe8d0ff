//! Who logs in, as the `with` lines of a dialogue say it.

use std::time::Duration;

use envoi_proto::Reply;
use envoi_proto::auth::{Attempt, Credentials, NONCE_LENGTH, Rejection};

use super::value::{choice, parse};

/// What was said so far of how to authenticate.
#[derive(Clone, Debug, Default)]
pub(super) struct Login {
    user: Option<String>,
    proof: Option<Proof>,
    identity: Option<String>,
    nonce: [u8; NONCE_LENGTH],
    /// What the server said the last time.
    rejection: Option<Reply<'static>>,
}

#[derive(Clone, Debug)]
enum Proof {
    Password(String),
    Token(String),
    Certificate,
}

impl Login {
    /// Takes a setting; says whether there is one of that name.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<bool, String> {
        match name {
            "user" => self.user = Some(value.into()),
            "password" => self.proof = Some(Proof::Password(value.into())),
            "token" => self.proof = Some(Proof::Token(value.into())),
            "credentials" => {
                choice(value, &[("certificate", ())])?;
                self.proof = Some(Proof::Certificate);
            }
            "acting_as" => self.identity = Some(value.into()),
            "nonce" => self.nonce = nonce(value)?,
            "rejection" => self.rejection = Some(parse::<Reply<'static>>(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The attempt that this amounts to, if anybody logs in.
    pub(super) fn attempt(&self) -> Result<Option<Attempt>, String> {
        let Some(proof) = &self.proof else {
            let is_idle = self.user.is_none() && self.rejection.is_none();
            return if is_idle {
                Ok(None)
            } else {
                Err("expected password=… or token=…".into())
            };
        };
        let user = self.user.as_deref().unwrap_or_default();
        let credentials = match proof {
            Proof::Password(password) => Credentials::password(user, password),
            Proof::Token(token) => Credentials::token(user, token),
            Proof::Certificate => Ok(Credentials::certificate()),
        };
        let acting = |credentials: Credentials| match &self.identity {
            Some(identity) => credentials.acting_as(identity),
            None => Ok(credentials),
        };
        let credentials = credentials.and_then(acting).map_err(|error| error.to_string())?;
        let rejected = |reply| Rejection::of_reply(reply, &credentials, Duration::ZERO);
        let rejection = self.rejection.as_ref().and_then(rejected);
        let mut attempt = Attempt::new(credentials, self.nonce);
        attempt.rejection = rejection;
        Ok(Some(attempt))
    }
}

/// Reads as many hexadecimal digits as a nonce has.
fn nonce(digits: &str) -> Result<[u8; NONCE_LENGTH], String> {
    let bad = || format!("{digits:?}: expected {} hexadecimal digits", 2 * NONCE_LENGTH);
    let byte = |place: usize| digits.get(2 * place..2 * place + 2);
    let mut nonce = [0; NONCE_LENGTH];
    for (place, into) in nonce.iter_mut().enumerate() {
        let digits = byte(place).ok_or_else(bad)?;
        *into = u8::from_str_radix(digits, 16).map_err(|_| bad())?;
    }
    if digits.len() == 2 * NONCE_LENGTH { Ok(nonce) } else { Err(bad()) }
}
