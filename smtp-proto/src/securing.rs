//! Between the reply to EHLO and the first transaction: STARTTLS and AUTH.

use alloc::sync::Arc;

use crate::auth::{ChannelBinding, Choice, Exchange};
use crate::client::Client;
use crate::command::Command;
use crate::error::Error;
use crate::event::Pending;
use crate::extensions::{Extensions, Keyword};
use crate::phase::Phase;
use crate::reply::Severity;
use crate::stage::Stage;
use crate::time::Instant;
use crate::timer::Moved;
use crate::tls::{Info, Level};
use crate::transcript::Line;
use crate::unsuitable::Unsuitable;

/// What a conversation under TLS knows of it.
#[derive(Debug)]
pub(crate) struct Secured {
    pub(crate) info: Arc<Info>,
    /// What ties authentication to the connection.
    pub(crate) binding: Option<ChannelBinding>,
    /// Whether we have a certificate, which the server has seen if it asked for one.
    pub(crate) has_client_certificate: bool,
}

impl Client {
    /// Whether a TLS handshake is due: all bytes are its own from here on.
    pub(crate) fn wants_tls(&self) -> bool {
        self.phase == Phase::Securing
    }

    /// The handshake is done. What was learnt before does not count.
    pub(crate) fn handle_tls(&mut self, secured: Secured, is_suitable: bool, now: Instant) {
        // RFC 3207, 4.2.
        self.extensions = Extensions::default();
        self.wire.pipelining = false;
        self.phase = Phase::Hello;
        self.wire.transcript.add(|| Line::Tls(secured.info.summary()));
        self.secured = Some(secured);
        self.tell(Pending::Tls);
        if !is_suitable {
            self.reject(Unsuitable::NotVerified);
        } else if self.has_greeted {
            self.say_hello(self.hello);
        } else {
            self.wire.expect(Stage::Greeting, None, 0);
        }
        self.run(Moved::default(), now);
    }

    /// Goes on from a good reply to EHLO.
    pub(crate) fn secure(&mut self) {
        let level = self.level();
        let is_offered = self.extensions.offers(Keyword::Starttls);
        if self.secured.is_some() || level == Level::None {
            if is_offered && self.secured.is_none() && self.config.note_starttls_offer {
                let name = &self.peer.name;
                tracing::info!(target: "envoi", "Host offered STARTTLS: [{name}]");
            }
            return self.authenticate();
        }
        if is_offered && self.config.has_tls() {
            self.wire.command(Command::Starttls, Stage::Starttls, None);
        } else if level == Level::May {
            self.authenticate();
        } else {
            let lacks_ours = is_offered;
            self.reject(if lacks_ours { Unsuitable::NoTls } else { Unsuitable::TlsNotOffered });
        }
    }

    /// The reply to STARTTLS.
    pub(crate) fn starttls_answer(&mut self) {
        if self.parser.is_positive() {
            self.phase = Phase::Securing;
        } else if self.level() == Level::May {
            self.authenticate();
        } else {
            self.unavailable(Stage::Starttls);
        }
    }

    /// Authenticates where that is possible and wanted, and is ready.
    fn authenticate(&mut self) {
        let is_offered = self.extensions.offers(Keyword::Auth);
        if is_offered && self.peer.unknown.auth {
            return self.reject(Unsuitable::LocalData);
        }
        let peer = self.peer.clone();
        let Some(attempt) = peer.auth.as_ref().filter(|_| is_offered) else {
            return self.make_ready();
        };
        if let Some(rejection) = &attempt.rejection {
            return self.reject(Unsuitable::Rejected(rejection.clone()));
        }
        let secured = self.secured.as_ref();
        let settings = &self.config.auth;
        let choice = Choice {
            offered: &self.extensions.auth,
            credentials: &attempt.credentials,
            filter: &settings.filter,
            security: match secured {
                None => settings.plaintext,
                Some(secured) if secured.info.is_verified() => settings.verified,
                Some(_) => settings.tls,
            },
            has_client_certificate: secured.is_some_and(|secured| secured.has_client_certificate),
            channel_binding: secured.and_then(|secured| secured.binding.as_ref()),
            nonce: attempt.nonce,
        };
        match choice.strongest() {
            Ok(mechanism) => {
                let (exchange, line) = Exchange::begin(mechanism);
                self.parser.line_max = CHALLENGE_LINE_MAX.max(self.config.reply_line_max());
                self.exchange = Some(exchange);
                self.wire.secret(&line, Stage::Auth);
            }
            Err(failure) => self.reject(Unsuitable::Auth(failure)),
        }
    }

    /// The reply to AUTH, or to a response of ours.
    pub(crate) fn auth_answer(&mut self) -> Result<(), Error> {
        let Some(mut exchange) = self.exchange.take() else {
            return Ok(());
        };
        if self.parser.code().severity() == Severity::Intermediate {
            let reply = self.parser.reply();
            let text = reply.text.get(4..).unwrap_or_default();
            let Ok(line) = exchange.handle_challenge(text) else {
                // It was told `*` and goes on all the same.
                return Err(self.fail(Error::Unexpected(Stage::Auth)));
            };
            self.wire.secret(&line, Stage::Auth);
            self.exchange = Some(exchange);
            return Ok(());
        }
        self.parser.line_max = self.config.reply_line_max();
        if !self.parser.is_positive() {
            match exchange.failure() {
                Some(failure) => self.reject(Unsuitable::Auth(failure.clone())),
                None => self.unavailable(Stage::Auth),
            }
        } else if let Err(failure) = exchange.handle_success() {
            self.reject(Unsuitable::Auth(failure));
        } else {
            self.tell(Pending::Authenticated);
            self.make_ready();
        }
        Ok(())
    }

    /// Does not use this server.
    pub(crate) fn reject(&mut self, reason: Unsuitable) {
        self.phase = Phase::Unavailable;
        self.unsuitable = Some(reason);
        self.tell(Pending::Unsuitable);
    }

    fn make_ready(&mut self) {
        self.phase = Phase::Ready;
        self.tell(Pending::Ready);
    }

    fn level(&self) -> Level {
        self.peer.level()
    }
}

/// Longest line of a challenge (RFC 4954, 4).
const CHALLENGE_LINE_MAX: usize = 12_288;
