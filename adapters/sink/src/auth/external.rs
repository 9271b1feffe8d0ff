//! EXTERNAL, RFC 4422, appendix A.

use super::{Auth, Exchange, Step};

/// The identity to act as; the certificate that was shown in TLS is the proof.
#[derive(Debug)]
pub(super) struct External;

impl Exchange for External {
    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        if auth.may_be(response) { Step::Accept } else { Step::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_may_act_as_itself_alone() {
        let auth = Auth::new("user", "pencil");
        assert_eq!(External.handle_response(b"", &auth), Step::Accept);
        assert_eq!(External.handle_response(b"user", &auth), Step::Accept);
        assert_eq!(External.handle_response(b"root", &auth), Step::Refuse);
    }
}
