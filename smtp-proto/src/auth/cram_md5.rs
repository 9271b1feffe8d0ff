//! CRAM-MD5 (RFC 2195): a digest of the password and the server's challenge.

use alloc::string::String;

use super::digest;
use super::failure::Reason;
use super::mechanism::Mechanism;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct CramMd5 {
    user: String,
    /// Until it was used.
    password: Option<Secret>,
}

impl CramMd5 {
    pub(super) const NAME: &'static str = "CRAM-MD5";

    pub(super) fn new(user: &str, password: &Secret) -> Self {
        Self { user: user.into(), password: Some(password.clone()) }
    }
}

impl Mechanism for CramMd5 {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn properties(&self) -> SecurityOptions {
        SecurityOptions::NO_PLAINTEXT.and(SecurityOptions::NO_ANONYMOUS)
    }

    fn initial_response(&mut self) -> Option<Secret> {
        None
    }

    fn step(&mut self, challenge: &[u8]) -> Result<Secret, Reason> {
        let password = self.password.take().ok_or(Reason::UnexpectedChallenge)?;
        let mac = digest::mac_md5(password.as_bytes(), challenge);
        let hex = |digit: u8| HEX[usize::from(digit)];
        let digest = mac.map(|byte| [hex(byte >> 4), hex(byte & 15)]);
        Ok(Secret::concat(&[self.user.as_bytes(), b" ", digest.as_flattened()]))
    }

    fn finish(&self) -> Result<(), Reason> {
        Ok(())
    }
}

const HEX: [u8; 16] = *b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_2195_section_2() {
        let mut cram = CramMd5::new("tim", &Secret::concat(&[b"tanstaaftanstaaf"]));
        let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
        let response = b"tim b913a602c7eda7a495b4e6e7334d3890";
        assert!(cram.initial_response().is_none());
        assert_eq!(cram.step(challenge).unwrap().as_bytes(), response);
        assert_eq!(cram.step(challenge).unwrap_err(), Reason::UnexpectedChallenge);
    }
}
