//! STARTTLS and AUTH.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::answer::{self, Answer};
use crate::auth::{Auth, Exchange, Place, Step};
use crate::line::AUTH_LINE_MAX;
use crate::{Handshake, Identity, Mechanism, Point, TlsStart};

use super::{Helo, Session, Stage, Standing};

impl Session {
    /// Whether to transmit the output, then begin TLS.
    pub fn wants_tls(&self) -> bool {
        self.standing == Standing::Securing
    }

    /// Goes on after a handshake that was wanted, with what it came to.
    pub fn handle_tls(&mut self, tls: Handshake) {
        // RFC 3207, 4.2: nothing that the client said in plaintext counts.
        self.transaction.reset();
        self.helo = Helo::default();
        self.identity = None;
        self.tls = Some(tls);
        self.standing = Standing::Open;
        if self.starts_tls(TlsStart::Implicit) {
            self.greet();
        }
        self.part();
    }

    /// Ends the session after an error of TLS.
    pub(crate) fn handle_broken(&mut self) {
        self.standing = Standing::Truncated;
    }

    /// Whether a fault stands between the client and its handshake.
    pub(crate) fn fails_in_handshake(&mut self) -> bool {
        let fails = self.fails(Point::Handshake);
        if fails && self.standing == Standing::Securing {
            self.standing = Standing::Closing;
        }
        fails
    }

    pub(super) fn starts_tls(&self, start: TlsStart) -> bool {
        self.options.tls.as_ref().is_some_and(|tls| tls.start == start)
    }

    /// The lines of EHLO for STARTTLS and AUTH.
    pub(super) fn security(&self) -> Vec<String> {
        let mut keywords = Vec::new();
        // RFC 3207, 4.2: it is not offered again.
        if self.starts_tls(TlsStart::Starttls) && self.tls.is_none() && !self.helo.is_stripped {
            keywords.push("STARTTLS".to_owned());
        }
        let auth = self.options.auth.as_ref();
        let mechanisms = auth.map(|auth| auth.offered(self.tls.as_ref()).map(Mechanism::name));
        let mechanisms: Vec<_> = mechanisms.into_iter().flatten().collect();
        if !mechanisms.is_empty() {
            keywords.push(format!("AUTH {}", mechanisms.join(" ")));
        }
        keywords
    }

    pub(super) fn starttls(&mut self) {
        if !self.starts_tls(TlsStart::Starttls) || self.helo.is_stripped {
            return self.refuse(answer::UNKNOWN_COMMAND);
        }
        if self.fails(Point::Starttls) {
            return;
        }
        let injection = self.injection.take();
        if let Err(answer) = self.check_starttls() {
            return self.refuse(answer);
        }
        self.replies.say(answer::READY_FOR_TLS);
        if let Some(reply) = injection {
            self.replies.line(format_args!("{reply}"));
        }
        if !self.is_parting {
            self.standing = Standing::Securing;
        }
    }

    fn check_starttls(&self) -> Result<(), Answer> {
        if self.tls.is_some() {
            return Err(answer::TLS_ACTIVE);
        }
        self.check_idle()
    }

    /// Whether the client introduced itself, and is not in the midst of a message.
    fn check_idle(&self) -> Result<(), Answer> {
        if !self.helo.extended {
            return Err(answer::HELO_FIRST);
        }
        if self.transaction.is_open { Err(answer::MAIL_OPEN) } else { Ok(()) }
    }

    pub(super) fn auth(&mut self, mechanism: &str, initial: Option<&str>) {
        if self.options.auth.is_none() {
            return self.refuse(answer::UNKNOWN_COMMAND);
        }
        if self.fails(Point::Auth) {
            return;
        }
        if let Err(answer) = self.begin_auth(mechanism, initial) {
            self.refuse(answer);
        }
    }

    fn begin_auth(&mut self, mechanism: &str, initial: Option<&str>) -> Result<(), Answer> {
        if self.identity.is_some() {
            return Err(answer::AUTHENTICATED_ALREADY);
        }
        self.check_idle()?;
        let mechanism = Mechanism::named(mechanism).ok_or(answer::UNKNOWN_MECHANISM)?;
        if let Some(auth) = &self.options.auth {
            auth.check(mechanism, self.tls.as_ref())?;
        }
        let number = self.ledger.next_exchange();
        let offers_binding = self.options.auth.as_ref().is_none_or(Auth::offers_binding);
        let place = Place { host: &self.options.host, tls: self.tls.as_ref(), offers_binding };
        let exchange = mechanism.begin(&self.seed, number, place);
        let Some(initial) = initial else {
            self.challenge(&exchange.opening());
            self.exchange = Some((mechanism, exchange));
            return Ok(());
        };
        if exchange.is_server_first() {
            return Err(answer::CHALLENGE_FIRST);
        }
        // RFC 4954, 4: a response without content is written so here, and as nothing later.
        let initial = if initial == "=" { Vec::new() } else { decoded(initial.as_bytes())? };
        self.advance(mechanism, exchange, &initial)
    }

    /// Takes the line that answers a challenge.
    pub(super) fn handle_response(&mut self, line: &[u8]) {
        self.stage = Stage::Command { refusing: false };
        let (mechanism, exchange) = self.exchange.take().expect("a challenge is of an exchange");
        if self.fails(Point::Response) {
            return;
        }
        let response = response(line);
        let done = response.and_then(|response| self.advance(mechanism, exchange, &response));
        if let Err(answer) = done {
            self.refuse(answer);
        }
    }

    /// Takes a response, and says what follows from it.
    fn advance(
        &mut self,
        mechanism: Mechanism,
        mut exchange: Box<dyn Exchange>,
        response: &[u8],
    ) -> Result<(), Answer> {
        let auth = self.options.auth.as_ref().expect("AUTH is served where it is offered");
        match exchange.handle_response(response, auth) {
            Step::Challenge(challenge) => {
                self.challenge(&challenge);
                self.exchange = Some((mechanism, exchange));
            }
            Step::Accept => {
                self.identity = Some(Identity { user: auth.user.clone(), mechanism });
                self.replies.say(answer::AUTHENTICATED);
            }
            Step::Refuse => return Err(answer::BAD_CREDENTIALS),
        }
        Ok(())
    }

    fn challenge(&mut self, challenge: &[u8]) {
        self.replies.line(format_args!("334 {}", BASE64_STANDARD.encode(challenge)));
        self.stage = Stage::Response;
    }
}

/// What a line means that answers a challenge.
fn response(line: &[u8]) -> Result<Vec<u8>, Answer> {
    if line.len() > AUTH_LINE_MAX {
        return Err(answer::AUTH_LINE_TOO_LONG);
    }
    let line = line.strip_suffix(b"\r\n").ok_or(answer::BARE_LF)?;
    if line == b"*" { Err(answer::CANCELED) } else { decoded(line) }
}

fn decoded(text: &[u8]) -> Result<Vec<u8>, Answer> {
    BASE64_STANDARD.decode(text).map_err(|_| answer::NOT_BASE64)
}
