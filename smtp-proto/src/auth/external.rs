//! EXTERNAL (RFC 4422, appendix A): the certificate of the TLS handshake.

use alloc::string::String;

use super::failure::Reason;
use super::mechanism::Mechanism;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct External {
    /// Empty: whoever the certificate is for.
    authorization: String,
}

impl External {
    pub(super) const NAME: &'static str = "EXTERNAL";

    pub(super) fn new(authorization: &str) -> Self {
        Self { authorization: authorization.into() }
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn properties(&self) -> SecurityOptions {
        let learned = SecurityOptions::NO_PLAINTEXT.and(SecurityOptions::NO_DICTIONARY);
        learned.and(SecurityOptions::NO_ANONYMOUS)
    }

    fn initial_response(&mut self) -> Option<Secret> {
        Some(Secret::concat(&[self.authorization.as_bytes()]))
    }

    fn step(&mut self, _: &[u8]) -> Result<Secret, Reason> {
        Err(Reason::UnexpectedChallenge)
    }

    fn finish(&self) -> Result<(), Reason> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_all_there_is_to_say() {
        let said = |identity| External::new(identity).initial_response().unwrap();
        assert_eq!(said("").as_bytes(), b"");
        assert_eq!(said("fred@example.com").as_bytes(), b"fred@example.com");
        assert_eq!(External::new("").step(b"").unwrap_err(), Reason::UnexpectedChallenge);
    }
}
