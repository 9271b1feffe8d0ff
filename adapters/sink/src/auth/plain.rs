//! PLAIN, RFC 4616.

use super::{Auth, Exchange, Step};

/// One message: identity, user and password, a NUL between them.
#[derive(Debug)]
pub(super) struct Plain;

impl Exchange for Plain {
    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        let parts: Vec<_> = response.split(|&byte| byte == 0).collect();
        let &[identity, user, password] = parts.as_slice() else {
            return Step::Refuse;
        };
        // Both are compared, so that the time does not tell which of them was wrong.
        let is_user = auth.has_user(user) & auth.has_password(password);
        if is_user && auth.may_be(identity) { Step::Accept } else { Step::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_rfc_4616_are_taken() {
        assert_eq!(says(b"\0tim\0tanstaaftanstaaf"), Step::Accept);
        // The RFC's second example acts as Ursel and proves to be Kurt, who may not do so here.
        assert_eq!(says(b"Ursel\0tim\0tanstaaftanstaaf"), Step::Refuse);
        assert_eq!(says(b"tim\0tim\0tanstaaftanstaaf"), Step::Accept);
    }

    #[test]
    fn wrong_and_malformed_messages_are_refused() {
        for message in [
            &b"\0tim\0tanstaaf"[..],
            b"\0tom\0tanstaaftanstaaf",
            b"\0tim\0",
            b"tim\0tanstaaftanstaaf",
            b"\0tim\0tanstaaftanstaaf\0",
            b"",
        ] {
            assert_eq!(says(message), Step::Refuse);
        }
    }

    fn says(message: &[u8]) -> Step {
        Plain.handle_response(message, &Auth::new("tim", "tanstaaftanstaaf"))
    }
}
