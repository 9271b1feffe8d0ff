//! CRAM-MD5, RFC 2195.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use subtle::ConstantTimeEq as _;

use super::{Auth, Exchange, Step};

/// The user and a digest of the challenge, keyed with the password.
#[derive(Debug)]
pub(super) struct CramMd5 {
    challenge: String,
}

impl CramMd5 {
    pub(super) fn new(challenge: String) -> Self {
        Self { challenge }
    }

    /// The digest in hexadecimal, small letters.
    fn digest(&self, auth: &Auth) -> Option<String> {
        let key = auth.password.as_ref()?.as_bytes();
        let mac = Hmac::<Md5>::new_from_slice(key).expect("HMAC takes keys of any length");
        let digest = mac.chain_update(&self.challenge).finalize().into_bytes();
        Some(digest.iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").expect("writing to memory does not fail");
            digits
        }))
    }
}

impl Exchange for CramMd5 {
    fn opening(&self) -> Vec<u8> {
        self.challenge.clone().into_bytes()
    }

    fn is_server_first(&self) -> bool {
        true
    }

    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        // A user may have spaces, a digest has none.
        let Some(space) = response.iter().rposition(|&byte| byte == b' ') else {
            return Step::Refuse;
        };
        let (user, digest) = (&response[..space], &response[space + 1..]);
        let expected = self.digest(auth).unwrap_or_default();
        let is_digest = bool::from(expected.as_bytes().ct_eq(digest)) && !expected.is_empty();
        if is_digest & auth.has_user(user) { Step::Accept } else { Step::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_of_rfc_2195_is_taken() {
        assert_eq!(says("tim b913a602c7eda7a495b4e6e7334d3890", "tanstaaftanstaaf"), Step::Accept);
    }

    #[test]
    fn wrong_and_malformed_digests_are_refused() {
        let right = "tim b913a602c7eda7a495b4e6e7334d3890";
        assert_eq!(says(right, "tanstaaf"), Step::Refuse);
        for wrong in ["", "tim", "tim ", "tom b913a602c7eda7a495b4e6e7334d3890", &right[..35]] {
            assert_eq!(says(wrong, "tanstaaftanstaaf"), Step::Refuse, "{wrong}");
        }
    }

    fn says(response: &str, password: &str) -> Step {
        let challenge = "<1896.697170952@postoffice.reston.mci.net>";
        let mut exchange = CramMd5::new(challenge.to_owned());
        exchange.handle_response(response.as_bytes(), &Auth::new("tim", password))
    }
}
