//! What each command does.

use crate::answer::{self, Answer};
use crate::command::{Command, Path};
use crate::extensions::asks_for_utf8;
use crate::transaction::Body;
use crate::{Point, Protocol, Recipients};

use super::{Session, Stage, Standing};

impl Session {
    pub(super) fn serve(&mut self, command: Command<'_>) {
        if self.stage == (Stage::Command { refusing: true }) && command != Command::Quit {
            return self.refuse(answer::NO_SERVICE);
        }
        match command {
            Command::Helo(name) => self.helo(Protocol::Smtp, name, false),
            Command::Ehlo(name) => self.helo(Protocol::Smtp, name, true),
            Command::Lhlo(name) => self.helo(Protocol::Lmtp, name, true),
            Command::Mail(path) => self.mail(path),
            Command::Rcpt(path) => self.rcpt(path),
            Command::Data => self.data(),
            Command::Bdat { size, last } => self.bdat(size, last),
            Command::Rset => self.rset(),
            Command::Noop => self.noop(),
            Command::Quit => self.quit(),
            Command::Vrfy => self.replies.say(answer::CANNOT_VERIFY),
            Command::Xforward(attributes) => self.xforward(attributes),
            Command::Starttls => self.starttls(),
            Command::Auth { mechanism, initial } => self.auth(mechanism, initial),
        }
    }

    fn helo(&mut self, protocol: Protocol, name: &str, extended: bool) {
        if protocol != self.options.protocol {
            return self.refuse(answer::UNKNOWN_COMMAND);
        }
        self.helo.is_stripped = false;
        if self.fails(Point::Helo) {
            return;
        }
        // RFC 5321, 4.1.4: EHLO clears everything, like RSET.
        self.transaction.reset();
        self.helo.name.clear();
        self.helo.name.push_str(name);
        self.helo.extended = extended;
        self.introduce();
    }

    /// Says who we are and, to whom may know, what we offer.
    fn introduce(&mut self) {
        let mut lines = vec![self.options.host.clone()];
        if self.helo.extended {
            lines.extend(self.options.extensions.keywords(self.security()));
        }
        let last = lines.len() - 1;
        for (at, line) in lines.iter().enumerate() {
            let separator = if at == last { ' ' } else { '-' };
            self.replies.line(format_args!("250{separator}{line}"));
        }
    }

    fn mail(&mut self, path: Path<'_>) {
        if self.fails(Point::Mail) {
            return;
        }
        if self.options.extensions.limits.mail_max.is_some_and(|max| self.mails >= max) {
            self.replies.say(answer::TOO_MANY_MESSAGES);
            self.standing = Standing::Closing;
            return;
        }
        match self.check_mail(path) {
            Ok(()) => {
                self.mails += 1;
                self.transaction.open(path, asks_for_utf8(path.parameters));
                self.replies.say(answer::SENDER_OK);
            }
            Err(answer) => self.refuse(answer),
        }
    }

    fn check_mail(&self, path: Path<'_>) -> Result<(), Answer> {
        if self.helo.name.is_empty() {
            return Err(answer::HELO_FIRST);
        }
        if self.transaction.is_open {
            return Err(answer::NESTED_MAIL);
        }
        let auth = self.options.auth.as_ref();
        if auth.is_some_and(|auth| auth.is_required) && self.identity.is_none() {
            return Err(answer::AUTHENTICATION_REQUIRED);
        }
        self.check_extended(path)?;
        self.options.extensions.check_mail(path.parameters, auth.is_some())?;
        // RFC 6531, 3.5.
        if !path.address.is_ascii() && !asks_for_utf8(path.parameters) {
            return Err(answer::NOT_ASCII);
        }
        Ok(())
    }

    fn rcpt(&mut self, path: Path<'_>) {
        if self.fails(Point::Rcpt) {
            return;
        }
        if let Err(answer) = self.check_rcpt(path) {
            return self.refuse(answer);
        }
        let limit = self.options.extensions.limits.rcpt_max.map_or(usize::MAX, |max| max as usize);
        let answer = if self.transaction.recipients >= limit.min(RECIPIENTS_MAX) {
            answer::TOO_MANY_RECIPIENTS
        } else {
            verdict(self.options.recipients, path.address)
        };
        if answer == answer::RECIPIENT_OK {
            self.transaction.add_recipient(path);
        }
        self.replies.say(answer);
    }

    fn check_rcpt(&self, path: Path<'_>) -> Result<(), Answer> {
        self.check_open()?;
        if self.transaction.body != Body::Awaited {
            return Err(answer::CHUNKS_BEGUN);
        }
        self.check_extended(path)?;
        self.options.extensions.check_rcpt(path.parameters)?;
        if !path.address.is_ascii() && !self.transaction.smtp_utf8 {
            return Err(answer::NOT_ASCII);
        }
        Ok(())
    }

    /// Whether a MAIL was accepted.
    fn check_open(&self) -> Result<(), Answer> {
        if self.helo.name.is_empty() {
            return Err(answer::HELO_FIRST);
        }
        if self.transaction.is_open { Ok(()) } else { Err(answer::MAIL_FIRST) }
    }

    /// Whether content may come.
    pub(super) fn check_recipients(&self) -> Result<(), Answer> {
        self.check_open()?;
        match (self.transaction.recipients, self.options.protocol) {
            (0, Protocol::Smtp) => Err(answer::NO_RECIPIENTS),
            (0, Protocol::Lmtp) => Err(answer::NO_RECIPIENTS_LMTP),
            (_, Protocol::Smtp | Protocol::Lmtp) => Ok(()),
        }
    }

    /// Whether the client may use parameters, if it does.
    fn check_extended(&self, path: Path<'_>) -> Result<(), Answer> {
        if self.helo.extended || path.parameters.is_empty() {
            return Ok(());
        }
        Err(answer::UNKNOWN_PARAMETER)
    }

    fn rset(&mut self) {
        if !self.fails(Point::Rset) {
            self.transaction.reset();
            self.replies.say(answer::OK);
        }
    }

    fn noop(&mut self) {
        if !self.fails(Point::Noop) {
            self.replies.say(answer::OK);
        }
    }

    fn quit(&mut self) {
        if !self.fails(Point::Quit) {
            self.replies.say(answer::BYE);
            self.standing = Standing::Closing;
        }
    }

    fn xforward(&mut self, attributes: &str) {
        let extensions = &self.options.extensions;
        if extensions.xforward.is_empty() {
            return self.refuse(answer::UNKNOWN_COMMAND);
        }
        if self.fails(Point::Xforward) {
            return;
        }
        if self.transaction.is_open {
            return self.refuse(answer::MAIL_OPEN);
        }
        let checked = self.options.extensions.check_xforward(attributes);
        if checked.is_ok() && self.transaction.add_xforward(attributes) {
            self.replies.say(answer::OK);
        } else {
            self.refuse(answer::BAD_PARAMETER);
        }
    }
}

fn verdict(recipients: Recipients, address: &str) -> Answer {
    match recipients {
        Recipients::ByName if address.starts_with("defer") => answer::DEFERRED,
        Recipients::ByName if address.starts_with("bounce") => answer::BOUNCED,
        Recipients::ByName | Recipients::All => answer::RECIPIENT_OK,
    }
}

/// The most recipients of one message.
const RECIPIENTS_MAX: usize = 10_000;
