//! OAUTHBEARER (RFC 7628): a token.

use alloc::format;

use super::failure::Reason;
use super::gs2;
use super::mechanism::Mechanism;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct Oauthbearer {
    message: Secret,
    /// What the server has against the token.
    refusal: Option<Reason>,
}

impl Oauthbearer {
    pub(super) const NAME: &'static str = "OAUTHBEARER";

    pub(super) fn new(authorization: &str, token: &Secret) -> Self {
        // Host and port are for schemes that sign; with a bearer token servers ignore them.
        let start = format!("{}\x01auth=Bearer ", gs2::header("n", authorization));
        let message = Secret::concat(&[start.as_bytes(), token.as_bytes(), b"\x01\x01"]);
        Self { message, refusal: None }
    }
}

impl Mechanism for Oauthbearer {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn properties(&self) -> SecurityOptions {
        SecurityOptions::NO_ANONYMOUS
    }

    fn initial_response(&mut self) -> Option<Secret> {
        Some(core::mem::take(&mut self.message))
    }

    // RFC 7628, 3.2.3: the server's error comes as a challenge, and this is how it is taken.
    fn step(&mut self, challenge: &[u8]) -> Result<Secret, Reason> {
        if self.refusal.is_some() {
            return Err(Reason::UnexpectedChallenge);
        }
        self.refusal = Some(Reason::reported(challenge));
        Ok(Secret::concat(&[b"\x01"]))
    }

    fn finish(&self) -> Result<(), Reason> {
        self.refusal.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::super::coding;
    use super::*;

    #[test]
    fn rfc_7628_section_4_1_without_host_and_port() {
        let token = Secret::concat(&[b"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="]);
        let mut mechanism = Oauthbearer::new("user@example.com", &token);
        let example = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQz\
                       AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9\
                       PQEB";
        let example = String::from_utf8(coding::decode(example.as_bytes()).unwrap()).unwrap();
        let example = example.replace("\x01host=server.example.com\x01port=143", "");
        assert_eq!(mechanism.initial_response().unwrap().as_bytes(), example.as_bytes());
        assert_eq!(mechanism.finish(), Ok(()));
    }

    #[test]
    fn an_error_is_acknowledged_and_kept() {
        let mut mechanism = Oauthbearer::new("", &Secret::concat(&[b"old"]));
        assert_eq!(
            mechanism.initial_response().unwrap().as_bytes(),
            b"n,,\x01auth=Bearer old\x01\x01"
        );
        let error = br#"{"status":"invalid_token"}"#;
        assert_eq!(mechanism.step(error).unwrap().as_bytes(), b"\x01");
        let reason = mechanism.finish().unwrap_err().to_string();
        assert_eq!(reason, r#"server reports: {"status":"invalid_token"}"#);
        assert_eq!(mechanism.step(b"").unwrap_err(), Reason::UnexpectedChallenge);
    }
}
