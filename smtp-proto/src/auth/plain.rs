//! PLAIN (RFC 4616): the password as it is.

use super::failure::Reason;
use super::mechanism::Mechanism;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct Plain(Secret);

impl Plain {
    pub(super) const NAME: &'static str = "PLAIN";

    pub(super) fn new(authorization: &str, user: &str, password: &Secret) -> Self {
        let (authorization, user) = (authorization.as_bytes(), user.as_bytes());
        Self(Secret::concat(&[authorization, b"\0", user, b"\0", password.as_bytes()]))
    }
}

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn properties(&self) -> SecurityOptions {
        SecurityOptions::NO_ANONYMOUS
    }

    fn initial_response(&mut self) -> Option<Secret> {
        Some(core::mem::take(&mut self.0))
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
    fn rfc_4616_section_4() {
        let password = Secret::concat(&[b"tanstaaftanstaaf"]);
        let mut plain = Plain::new("", "tim", &password);
        assert_eq!(plain.initial_response().unwrap().as_bytes(), b"\0tim\0tanstaaftanstaaf");

        let password = Secret::concat(&[b"xipj3plmq"]);
        let mut plain = Plain::new("Ursel", "Kurt", &password);
        assert_eq!(plain.initial_response().unwrap().as_bytes(), b"Ursel\0Kurt\0xipj3plmq");
        assert_eq!(plain.step(b"").unwrap_err(), Reason::UnexpectedChallenge);
    }
}
