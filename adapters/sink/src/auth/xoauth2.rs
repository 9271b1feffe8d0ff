//! XOAUTH2, as Google and Microsoft document it.

use super::{Auth, Exchange, Step};

/// The user and a token; who is refused is told why, and has to acknowledge that.
#[derive(Debug, Default)]
pub(super) struct Xoauth2 {
    is_refused: bool,
}

impl Exchange for Xoauth2 {
    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        if self.is_refused {
            return Step::Refuse;
        }
        if is_authentic(response, auth).unwrap_or(false) {
            return Step::Accept;
        }
        self.is_refused = true;
        Step::Challenge(ERROR.to_vec())
    }
}

/// Whether `user=USER^Aauth=Bearer TOKEN^A^A` is right; none if it is something else.
fn is_authentic(response: &[u8], auth: &Auth) -> Option<bool> {
    let fields: Vec<_> = response.split(|&byte| byte == 1).collect();
    let &[user, token, b"", b""] = fields.as_slice() else {
        return None;
    };
    let (user, token) = (user.strip_prefix(b"user=")?, token.strip_prefix(b"auth=Bearer ")?);
    Some(auth.has_user(user) & auth.has_token(token))
}

const ERROR: &[u8] = br#"{"status":"401","schemes":"bearer","scope":"mail"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_of_the_user_is_taken() {
        let mut exchange = Xoauth2::default();
        let response = b"user=user@example.com\x01auth=Bearer ya29.vF9dft4qmT\x01\x01";
        assert_eq!(exchange.handle_response(response, &auth()), Step::Accept);
    }

    #[test]
    fn wrong_token_is_refused_once_the_error_was_heard() {
        for response in [
            &b"user=user@example.com\x01auth=Bearer no\x01\x01"[..],
            b"user=root\x01auth=Bearer ya29.vF9dft4qmT\x01\x01",
            b"",
        ] {
            let mut exchange = Xoauth2::default();
            let step = exchange.handle_response(response, &auth());
            assert_eq!(step, Step::Challenge(ERROR.to_vec()));
            assert_eq!(exchange.handle_response(b"", &auth()), Step::Refuse);
        }
    }

    fn auth() -> Auth {
        let token = Some("ya29.vF9dft4qmT".into());
        Auth { token, ..Auth::new("user@example.com", "pencil") }
    }
}
