//! LOGIN (draft-murchison-sasl-login): the user name, then the password, as the server asks.

use alloc::string::String;

use super::failure::Reason;
use super::mechanism::Mechanism;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct Login {
    /// Until it was said.
    user: Option<String>,
    /// Until it was said.
    password: Option<Secret>,
}

impl Login {
    pub(super) const NAME: &'static str = "LOGIN";

    pub(super) fn new(user: &str, password: &Secret) -> Self {
        Self { user: Some(user.into()), password: Some(password.clone()) }
    }
}

impl Mechanism for Login {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn properties(&self) -> SecurityOptions {
        SecurityOptions::NO_ANONYMOUS
    }

    fn initial_response(&mut self) -> Option<Secret> {
        None
    }

    // What the server writes is for people, and every server writes something else.
    fn step(&mut self, _: &[u8]) -> Result<Secret, Reason> {
        match self.user.take() {
            Some(user) => Ok(Secret::from(user.into_bytes())),
            None => self.password.take().ok_or(Reason::UnexpectedChallenge),
        }
    }

    fn finish(&self) -> Result<(), Reason> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_said_first_and_the_password_second() {
        let mut login = Login::new("ann", &Secret::concat(&[b"secret"]));
        assert!(login.initial_response().is_none());
        assert_eq!(login.step(b"Username:").unwrap().as_bytes(), b"ann");
        assert_eq!(login.step(b"Password:").unwrap().as_bytes(), b"secret");
        assert_eq!(login.step(b"Password:").unwrap_err(), Reason::UnexpectedChallenge);
    }
}
