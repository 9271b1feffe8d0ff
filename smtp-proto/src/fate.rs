//! What a reply or failure means, and for whom.
//!
//! The first digit of the status decides, not that of the reply code; where the server's own
//! status contradicts its code, the code has won before ([`Reply::status`]). A hard failure is
//! final wherever it comes from. A soft one is final only at the last server: before it, the
//! mail goes to the next.

use core::fmt;

use crate::config::Peer;
use crate::error::Error;
use crate::event::{Doubt, Refusal};
use crate::reply::{Reply, Severity};
use crate::stage::Stage;
use crate::status::Status;
use crate::unsuitable::Unsuitable;

/// What became of mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fate {
    /// What happens to it.
    pub verdict: Verdict,
    /// Whom it concerns.
    pub scope: Scope,
    /// The status to report.
    pub status: Status,
    /// Whether it would have gone back but for `soft_bounce`.
    pub is_softened: bool,
}

/// What happens to mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The server took it; of a probe, the recipient is deliverable.
    Sent,
    /// Another server is tried.
    TryNext,
    /// It stays, to be tried later.
    Deferred,
    /// It goes back; of a probe, the recipient is undeliverable.
    Bounced,
}

/// Whom a failure concerns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// One recipient.
    Recipient,
    /// All recipients of this message that are not settled; other messages may fare better.
    Message,
    /// Whatever would go to this server: a reason to spare it for a while.
    Site,
}

/// What a fate depends on beside the reply or failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Circumstances {
    /// Whether another server can be tried.
    pub server: Server,
    /// Whether what would bounce is kept (`soft_bounce`, no).
    pub soft_bounce: bool,
    /// Whether a greeting of 5yz speaks for that server alone (`smtp_skip_5xx_greeting`, yes).
    pub skip_5xx_greeting: bool,
    /// Whether mail is kept that a server does not take from us because it refused our credentials
    /// (`smtp_sasl_auth_soft_bounce`, yes).
    pub auth_soft_bounce: bool,
}

/// Whether another server can be tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Server {
    /// Yes.
    OneOfSeveral,
    /// No.
    Last,
}

impl Default for Circumstances {
    fn default() -> Self {
        Self {
            server: Server::Last,
            soft_bounce: false,
            skip_5xx_greeting: true,
            auth_soft_bounce: true,
        }
    }
}

impl Fate {
    /// What a reply decides; nothing, if it only lets the dialogue go on.
    pub fn of_reply(reply: &Reply<'_>, stage: Stage, circumstances: Circumstances) -> Option<Self> {
        let scope = if stage.is_handshake() {
            Scope::Site
        } else if stage == Stage::Recipient {
            Scope::Recipient
        } else {
            Scope::Message
        };
        if let Some(is_final) = success(reply, stage) {
            let verdict = Verdict::Sent;
            let status = reply.status;
            return is_final.then_some(Self { verdict, scope, status, is_softened: false });
        }
        let is_soft_greeting = stage == Stage::Greeting && circumstances.skip_5xx_greeting;
        let status = match reply.status {
            status if status.is_permanent() && is_soft_greeting && !is_misplaced(reply) => {
                status.softened()
            }
            status if status.class() == 2 => Status::PROTOCOL,
            status if stage == Stage::Auth && circumstances.auth_soft_bounce => status.softened(),
            status => status,
        };
        Some(Self::of_failure(status, scope, circumstances))
    }

    /// What a recipient's acceptance decides when there will be no message (`RCPT` of a probe).
    pub fn of_probe(reply: &Reply<'_>, stage: Stage, circumstances: Circumstances) -> Self {
        let accepted = Self {
            verdict: Verdict::Sent,
            scope: Scope::Recipient,
            status: if reply.is_positive() { reply.status } else { Status::success(0, 0) },
            is_softened: false,
        };
        match success(reply, stage) {
            Some(_) => accepted,
            None => Self::of_reply(reply, stage, circumstances).unwrap_or(accepted),
        }
    }

    /// What the loss of a conversation decides for mail in it.
    pub fn of_error(error: &Error, circumstances: Circumstances) -> Self {
        let status = match error {
            Error::Lost(Stage::Handshake)
            | Error::TimedOut(Stage::Handshake)
            | Error::Tls(Stage::Handshake, _) => Status::transient(7, 5),
            Error::Lost(_) | Error::TimedOut(_) | Error::NoMore => Status::transient(4, 2),
            Error::Endless(_) | Error::Unexpected(_) | Error::NoSender => Status::transient(5, 0),
            Error::Tls(..) => Status::transient(4, 2),
            Error::Injected | Error::Early => Status::transient(7, 0),
            Error::LocalData(_) | Error::GivenUp(_) => Status::transient(3, 0),
        };
        Self::of_failure(status, Scope::Site, circumstances)
    }

    /// What it means that we did not send a message.
    pub fn of_refusal(refusal: &Refusal, circumstances: Circumstances) -> Self {
        let status = refusal.status();
        if matches!(refusal, Refusal::Unreadable | Refusal::Broken { .. }) {
            // The content may be whole when it is read again; another server changes nothing.
            let verdict = Verdict::Deferred;
            return Self { verdict, scope: Scope::Message, status, is_softened: false };
        }
        if matches!(refusal, Refusal::NotEncrypted | Refusal::NotVerified | Refusal::RequireTls) {
            return Self::of_lack(status, circumstances);
        }
        Self::of_failure(status, Scope::Message, circumstances)
    }

    /// What it means for a message that a server lacks what it needs for good: another one may have
    /// it (RFC 8689, 4.2.1).
    pub fn of_lack(status: Status, circumstances: Circumstances) -> Self {
        let hard = Self::of_failure(status, Scope::Message, circumstances);
        match circumstances.server {
            Server::OneOfSeveral => Self { verdict: Verdict::TryNext, ..hard },
            Server::Last => hard,
        }
    }

    /// What it means that we do not use a server.
    pub fn of_unsuitable(reason: &Unsuitable, circumstances: Circumstances) -> Self {
        let status = match reason.status() {
            status if circumstances.auth_soft_bounce => status.softened(),
            status => status,
        };
        Self::of_failure(status, Scope::Site, circumstances)
    }

    /// What a failure with this status decides.
    pub fn of_failure(status: Status, scope: Scope, circumstances: Circumstances) -> Self {
        let is_softened = circumstances.soft_bounce && status.is_permanent();
        let status = if is_softened { status.softened() } else { status };
        let verdict = match circumstances.server {
            _ if status.is_permanent() => Verdict::Bounced,
            Server::OneOfSeveral => Verdict::TryNext,
            Server::Last => Verdict::Deferred,
        };
        Self { verdict, scope, status, is_softened }
    }
}

/// Whether a reply is a success at this stage, and then whether it is the last word.
fn success(reply: &Reply<'_>, stage: Stage) -> Option<bool> {
    let severity = reply.code.severity();
    if matches!(stage, Stage::Data) {
        return (severity == Severity::Intermediate).then_some(false);
    }
    let is_final = matches!(stage, Stage::EndOfData | Stage::LastChunk);
    (severity == Severity::Positive).then_some(is_final)
}

/// Whether a reply has no business in an error position: neither 4yz nor 5yz.
fn is_misplaced(reply: &Reply<'_>) -> bool {
    !matches!(reply.code.severity(), Severity::Transient | Severity::Permanent)
}

/// Why a reply failed, as log lines and notifications word it.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Who said it.
    pub peer: &'a Peer,
    /// What was said.
    pub reply: &'a Reply<'a>,
    /// In reply to what.
    pub stage: Stage,
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { peer, reply, stage } = self;
        // A reply of 1yz or 3yz shows by its code that it is out of place.
        if reply.status.class() == 2 {
            f.write_str("Protocol error: ")?;
        }
        let host = peer.host();
        match stage.command() {
            None if *stage == Stage::Auth => {
                write!(f, "SASL authentication failed; server {host} said: {reply}")
            }
            None if *stage == Stage::Starttls => {
                write!(f, "TLS is required, but host {host} refused to start TLS: {reply}")
            }
            Some(command) => {
                write!(f, "host {host} said: {reply} (in reply to {command})")
            }
            None => write!(f, "host {host} refused to talk to me: {reply}"),
        }
    }
}

/// Why a conversation was lost, as log lines and notifications word it.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'a> {
    /// With whom it was.
    pub peer: &'a Peer,
    /// What happened.
    pub error: &'a Error,
}

impl fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.peer.host();
        match self.error {
            Error::Lost(Stage::Handshake) => {
                f.write_str("Cannot start TLS: handshake failure: lost connection")
            }
            Error::TimedOut(Stage::Handshake) => {
                f.write_str("Cannot start TLS: handshake failure: conversation timed out")
            }
            Error::Lost(stage) => write!(f, "lost connection with {host} while {stage}"),
            Error::TimedOut(stage) => {
                write!(f, "conversation with {host} timed out while {stage}")
            }
            Error::Endless(_) | Error::Unexpected(_) | Error::NoSender => {
                write!(f, "broken conversation with {host}: {}", self.error)
            }
            Error::Tls(Stage::Handshake, fault) => {
                write!(f, "Cannot start TLS: handshake failure: {fault}")
            }
            Error::Tls(stage, fault) => {
                write!(f, "lost connection with {host} while {stage}: {fault}")
            }
            Error::Injected => write!(f, "broken conversation with {host}: {}", self.error),
            Error::Early => write!(f, "{}", self.error),
            Error::LocalData(_) => write!(f, "local data error while talking to {host}"),
            Error::GivenUp(stage) => {
                write!(f, "delivery takes too long: gave up on {host} while {stage}")
            }
            Error::NoMore => write!(f, "host {host} takes no more mail in this conversation"),
        }
    }
}

/// Why we did not send a message, as log lines and notifications word it.
#[derive(Clone, Copy, Debug)]
pub struct Withheld<'a> {
    /// From whom.
    pub peer: &'a Peer,
    /// Why.
    pub refusal: &'a Refusal,
}

impl fmt::Display for Withheld<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.peer.host();
        match self.refusal {
            Refusal::TooLarge { .. } => write!(f, "{} of server {host}", self.refusal),
            Refusal::Smtputf8 | Refusal::RequireTls => {
                write!(f, "{} by host {host}", self.refusal)
            }
            Refusal::NotEncrypted => write!(f, "{} with host {host}", self.refusal),
            Refusal::NotVerified | Refusal::MimeNesting | Refusal::Loop => self.refusal.fmt(f),
            Refusal::LookupFailed => write!(f, "{} while talking to {host}", self.refusal),
            Refusal::Unreadable | Refusal::Broken { .. } => {
                write!(f, "local data error while talking to {host}: {}", self.refusal)
            }
        }
    }
}

/// What to say of mail whose conversation was lost: whether it may have arrived.
impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "not sent",
            Self::Uncertain => "may have been sent",
        })
    }
}

#[cfg(test)]
mod tests;
