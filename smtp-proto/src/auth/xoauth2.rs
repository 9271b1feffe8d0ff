//! XOAUTH2, as Google and Microsoft document it: a token.

use super::failure::Reason;
use super::mechanism::Mechanism;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct Xoauth2 {
    message: Secret,
    /// What the server has against the token.
    refusal: Option<Reason>,
}

impl Xoauth2 {
    pub(super) const NAME: &'static str = "XOAUTH2";

    pub(super) fn new(user: &str, token: &Secret) -> Self {
        let (user, token) = (user.as_bytes(), token.as_bytes());
        let message = Secret::concat(&[b"user=", user, b"\x01auth=Bearer ", token, b"\x01\x01"]);
        Self { message, refusal: None }
    }
}

impl Mechanism for Xoauth2 {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn properties(&self) -> SecurityOptions {
        SecurityOptions::NO_ANONYMOUS
    }

    fn initial_response(&mut self) -> Option<Secret> {
        Some(core::mem::take(&mut self.message))
    }

    // The server's error comes as a challenge; an empty response asks for its reply.
    fn step(&mut self, challenge: &[u8]) -> Result<Secret, Reason> {
        if self.refusal.is_some() {
            return Err(Reason::UnexpectedChallenge);
        }
        self.refusal = Some(Reason::reported(challenge));
        Ok(Secret::default())
    }

    fn finish(&self) -> Result<(), Reason> {
        self.refusal.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::super::coding;
    use super::*;

    #[test]
    fn the_example_of_google() {
        let token = Secret::concat(&[b"ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"]);
        let mut mechanism = Xoauth2::new("someuser@example.com", &token);
        let message = mechanism.initial_response().unwrap();
        let example: &[u8] =
            b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxb\
            VRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==";
        assert_eq!(coding::encode(message.as_bytes()).as_bytes(), example);
        assert_eq!(mechanism.finish(), Ok(()));
    }

    #[test]
    fn an_error_is_acknowledged_and_kept() {
        let mut mechanism = Xoauth2::new("ann", &Secret::concat(&[b"old"]));
        let error = br#"{"status":"401","schemes":"bearer"}"#;
        assert_eq!(mechanism.step(error).unwrap().as_bytes(), b"");
        assert_eq!(mechanism.finish(), Err(Reason::reported(error)));
        assert_eq!(mechanism.step(b"").unwrap_err(), Reason::UnexpectedChallenge);
    }
}
