//! LOGIN, draft-murchison-sasl-login.

use super::{Auth, Exchange, Step};

/// The user first, then the password.
#[derive(Debug, Default)]
pub(super) struct Login {
    user: Option<Vec<u8>>,
}

impl Exchange for Login {
    fn opening(&self) -> Vec<u8> {
        b"Username:".to_vec()
    }

    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        let Some(user) = &self.user else {
            self.user = Some(response.to_vec());
            return Step::Challenge(b"Password:".to_vec());
        };
        let is_user = auth.has_user(user) & auth.has_password(response);
        if is_user { Step::Accept } else { Step::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_are_asked_for_in_turn() {
        assert_eq!(Login::default().opening(), b"Username:");
        assert_eq!(says("user", "pencil"), Step::Accept);
    }

    #[test]
    fn wrong_user_and_wrong_password_are_refused() {
        assert_eq!(says("user", "pencils"), Step::Refuse);
        assert_eq!(says("root", "pencil"), Step::Refuse);
    }

    fn says(user: &str, password: &str) -> Step {
        let (mut login, auth) = (Login::default(), Auth::new("user", "pencil"));
        let step = login.handle_response(user.as_bytes(), &auth);
        assert_eq!(step, Step::Challenge(b"Password:".to_vec()));
        login.handle_response(password.as_bytes(), &auth)
    }
}
