//! OAUTHBEARER, RFC 7628.

use super::{Auth, Exchange, Step};

/// A token and whom it is for; who is refused is told why, and has to acknowledge that.
#[derive(Debug, Default)]
pub(super) struct OauthBearer {
    is_refused: bool,
}

impl Exchange for OauthBearer {
    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        if self.is_refused {
            return Step::Refuse;
        }
        if is_authentic(response, auth).unwrap_or(false) {
            return Step::Accept;
        }
        self.is_refused = true;
        // RFC 7628, 3.2.3: the client then says ^A alone.
        Step::Challenge(ERROR.to_vec())
    }
}

/// Whether a message of RFC 7628, 3.1, has the right token; none if it is something else.
fn is_authentic(response: &[u8], auth: &Auth) -> Option<bool> {
    let response = str::from_utf8(response).ok()?;
    let (header, pairs) = response.strip_suffix("\u{1}\u{1}")?.split_once('\u{1}')?;
    let identity = header.strip_prefix("n,").or_else(|| header.strip_prefix("y,"))?;
    let identity = identity.strip_suffix(',')?;
    let identity = if identity.is_empty() { "" } else { identity.strip_prefix("a=")? };
    let value = pairs.split('\u{1}').find_map(|pair| pair.strip_prefix("auth="))?;
    let (scheme, token) = value.split_once(' ')?;
    let is_token = scheme.eq_ignore_ascii_case("Bearer") & auth.has_token(token.as_bytes());
    Some(is_token && auth.may_be(identity.as_bytes()))
}

const ERROR: &[u8] = br#"{"status":"invalid_token","scope":"mail"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_of_rfc_7628_is_taken() {
        let response = b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01\
            auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
        assert_eq!(OauthBearer::default().handle_response(response, &auth()), Step::Accept);
    }

    #[test]
    fn user_is_whose_the_token_is() {
        let response = b"n,,\x01auth=bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
        assert_eq!(OauthBearer::default().handle_response(response, &auth()), Step::Accept);
    }

    #[test]
    fn wrong_token_is_refused_once_the_error_was_heard() {
        for response in [
            &b"n,a=user@example.com,\x01auth=Bearer no\x01\x01"[..],
            b"n,a=root,\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01",
            b"p=tls-exporter,,\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01",
            b"n,,\x01auth=\x01\x01",
            b"",
        ] {
            let mut exchange = OauthBearer::default();
            let step = exchange.handle_response(response, &auth());
            assert_eq!(step, Step::Challenge(ERROR.to_vec()));
            assert_eq!(exchange.handle_response(b"\x01", &auth()), Step::Refuse);
        }
    }

    fn auth() -> Auth {
        let token = Some("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==".into());
        Auth { token, ..Auth::new("user@example.com", "pencil") }
    }
}
