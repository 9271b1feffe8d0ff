//! One authentication as a dialogue of lines (RFC 4954, 4).

use alloc::boxed::Box;

use super::coding::{self, CHALLENGE_MAX, RESPONSE_MAX};
use super::failure::{Failure, Reason};
use super::mechanism::Mechanism;
use super::secret::Secret;

/// One authentication, from AUTH to the server's last word.
///
/// Lines have no CRLF. A dialogue that fails on our side still ends by the server's word: it hears
/// `*`, its reply to that is no refusal, and [`Exchange::failure`] says what went wrong.
#[derive(Debug)]
pub struct Exchange {
    mechanism: Box<dyn Mechanism>,
    /// The initial response, where it was too long for the line of AUTH.
    deferred: Option<Secret>,
    /// Challenges so far.
    rounds: usize,
    failure: Option<Failure>,
}

impl Exchange {
    /// The exchange and its first line: AUTH, with the initial response if that fits.
    pub fn begin(mut mechanism: Box<dyn Mechanism>) -> (Self, Secret) {
        let name = mechanism.name().as_bytes();
        let initial = mechanism.initial_response().map(|initial| match initial.as_bytes() {
            // RFC 4954, 4: nothing would read as no initial response.
            b"" => Secret::concat(&[b"="]),
            bytes => coding::encode(bytes),
        });
        let (line, deferred) = match initial {
            None => (Secret::concat(&[b"AUTH ", name]), None),
            Some(initial) => {
                let line = Secret::concat(&[b"AUTH ", name, b" ", initial.as_bytes()]);
                if line.as_bytes().len() <= COMMAND_MAX {
                    (line, None)
                } else {
                    (Secret::concat(&[b"AUTH ", name]), Some(initial))
                }
            }
        };
        (Self { mechanism, deferred, rounds: 0, failure: None }, line)
    }

    /// The name of the mechanism.
    pub fn mechanism(&self) -> &'static str {
        self.mechanism.name()
    }

    /// Takes what follows `334 ` and gives the line to say to it: a response, or `*`.
    ///
    /// # Errors
    /// If the server was told `*` and goes on all the same: nothing more can be said to it.
    pub fn handle_challenge(&mut self, text: &str) -> Result<Secret, Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        Ok(self.respond(text.as_bytes()).unwrap_or_else(|failure| {
            self.failure = Some(failure);
            Secret::concat(&[b"*"])
        }))
    }

    /// Takes the server's word that we are authenticated.
    ///
    /// # Errors
    /// If that word does not count: the conversation must not go on.
    pub fn handle_success(&mut self) -> Result<(), Failure> {
        if self.failure.is_none()
            && let Err(reason) = self.mechanism.finish()
        {
            self.failure = Some(self.failure_of(reason));
        }
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// What went wrong on our side: the server's refusal is then its answer to `*`.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// What the server reported in a challenge, and refuses us for in its reply.
    pub fn report(&self) -> Option<Reason> {
        self.mechanism.finish().err().filter(|reason| matches!(reason, Reason::Reported(_)))
    }

    fn respond(&mut self, text: &[u8]) -> Result<Secret, Failure> {
        self.rounds += 1;
        if self.rounds > ROUNDS_MAX {
            return Err(Failure::Loop);
        }
        if text.len() > CHALLENGE_MAX {
            return Err(self.failure_of(Reason::LongChallenge));
        }
        let response = match self.deferred.take() {
            Some(initial) if text.is_empty() => initial,
            Some(_) => return Err(Failure::InitialChallenge { mechanism: self.mechanism() }),
            None => {
                let response = coding::decode(text).and_then(|text| self.mechanism.step(&text));
                coding::encode(response.map_err(|reason| self.failure_of(reason))?.as_bytes())
            }
        };
        if response.as_bytes().len() > RESPONSE_MAX {
            return Err(self.failure_of(Reason::LongResponse));
        }
        Ok(response)
    }

    fn failure_of(&self, reason: Reason) -> Failure {
        Failure::Mechanism { mechanism: self.mechanism(), reason }
    }
}

/// Longest line of AUTH, without its CRLF (RFC 5321, 4.5.3.1.4).
const COMMAND_MAX: usize = 510;

/// Most challenges in one authentication.
pub(super) const ROUNDS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::super::external::External;
    use super::super::login::Login;
    use super::super::plain::Plain;
    use super::super::security::SecurityOptions;
    use super::*;

    #[test]
    fn the_initial_response_goes_with_auth() {
        // RFC 4954, 4.1, and 4: an empty one.
        let (exchange, line) = Exchange::begin(plain("test", "test", "1234"));
        assert_eq!(text(&line), "AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=");
        assert_eq!(exchange.mechanism(), "PLAIN");
        let (_, line) = Exchange::begin(Box::new(External::new("")));
        assert_eq!(text(&line), "AUTH EXTERNAL =");
    }

    #[test]
    fn an_initial_response_that_does_not_fit_waits_for_an_empty_challenge() {
        // "AUTH PLAIN " and 499 bytes are a line of 510; base64 is 496 or 500.
        let (_, line) = Exchange::begin(plain("", "ann", &"x".repeat(372 - 5)));
        assert_eq!(line.as_bytes().len(), 11 + 496);
        let (mut exchange, line) = Exchange::begin(plain("", "ann", &"x".repeat(373 - 5)));
        assert_eq!(text(&line), "AUTH PLAIN");
        let response = exchange.handle_challenge("").unwrap();
        assert_eq!(response.as_bytes().len(), 500);
        assert_eq!(exchange.handle_success(), Ok(()));

        let (mut exchange, _) = Exchange::begin(plain("", "ann", &"x".repeat(373 - 5)));
        assert_eq!(text(&exchange.handle_challenge("dGVzdA==").unwrap()), "*");
        let reason = exchange.failure().unwrap().to_string();
        assert_eq!(reason, "non-empty initial PLAIN challenge");
    }

    #[test]
    fn the_server_begins_where_the_mechanism_says_so() {
        let password = Secret::concat(&[b"secret"]);
        let (mut exchange, line) = Exchange::begin(Box::new(Login::new("ann", &password)));
        assert_eq!(text(&line), "AUTH LOGIN");
        assert_eq!(text(&exchange.handle_challenge("VXNlcm5hbWU6").unwrap()), "YW5u");
        assert_eq!(text(&exchange.handle_challenge("UGFzc3dvcmQ6").unwrap()), "c2VjcmV0");
        assert_eq!(exchange.handle_success(), Ok(()));
        assert_eq!(exchange.failure(), None);
    }

    #[test]
    fn a_bad_challenge_is_cancelled_once_and_the_reason_kept() {
        let (mut exchange, _) = Exchange::begin(plain("", "ann", "secret"));
        assert_eq!(text(&exchange.handle_challenge("Username:").unwrap()), "*");
        let failure = exchange.failure().unwrap().clone();
        assert_eq!(failure.to_string(), "PLAIN: challenge is not base64");
        assert_eq!(exchange.handle_challenge("").unwrap_err(), failure);
        assert_eq!(exchange.handle_success().unwrap_err(), failure);
    }

    #[test]
    fn a_dialogue_without_end_is_cancelled() {
        let (mut exchange, _) = Exchange::begin(Box::new(Parrot(0)));
        for _ in 0..ROUNDS_MAX {
            assert_eq!(text(&exchange.handle_challenge("").unwrap()), "");
        }
        assert_eq!(text(&exchange.handle_challenge("").unwrap()), "*");
        assert_eq!(exchange.failure(), Some(&Failure::Loop));
    }

    #[test]
    fn lines_are_as_long_as_rfc_4954_allows_and_no_longer() {
        let longest = "x".repeat(CHALLENGE_MAX / 4 * 4);
        let (mut exchange, _) = Exchange::begin(Box::new(Parrot(RESPONSE_MAX / 4 * 3)));
        let response = exchange.handle_challenge(&longest).unwrap();
        assert_eq!(response.as_bytes().len(), RESPONSE_MAX / 4 * 4);
        exchange.handle_challenge(&"x".repeat(CHALLENGE_MAX + 1)).unwrap();
        let reason = exchange.failure().unwrap().to_string();
        assert_eq!(reason, "PARROT: challenge of more than 12282 bytes");

        let (mut exchange, _) = Exchange::begin(Box::new(Parrot(RESPONSE_MAX / 4 * 3 + 1)));
        assert_eq!(text(&exchange.handle_challenge("").unwrap()), "*");
        let reason = exchange.failure().unwrap().to_string();
        assert_eq!(reason, "PARROT: response of more than 12286 bytes");
    }

    /// Answers everything with so many bytes.
    #[derive(Debug)]
    struct Parrot(usize);

    impl Mechanism for Parrot {
        fn name(&self) -> &'static str {
            "PARROT"
        }

        fn properties(&self) -> SecurityOptions {
            SecurityOptions::NONE
        }

        fn initial_response(&mut self) -> Option<Secret> {
            None
        }

        fn step(&mut self, _: &[u8]) -> Result<Secret, Reason> {
            Ok(Secret::from(alloc::vec![b'x'; self.0]))
        }

        fn finish(&self) -> Result<(), Reason> {
            Ok(())
        }
    }

    fn plain(authorization: &str, user: &str, password: &str) -> Box<dyn Mechanism> {
        Box::new(Plain::new(authorization, user, &Secret::concat(&[password.as_bytes()])))
    }

    fn text(line: &Secret) -> String {
        String::from_utf8(line.as_bytes().to_vec()).unwrap()
    }
}
