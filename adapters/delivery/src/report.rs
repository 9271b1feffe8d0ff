//! The outcomes of one message.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use envoi_proto::tls::Info;
use envoi_proto::{Doubt, Envelope, Error, Fate, ForwardPath, Purpose, Stage, Status};

use crate::delays::Delays;
use crate::tls_status::TlsStatus;

/// What became of each recipient of one message.
#[derive(Clone, Debug)]
pub struct Report {
    /// The envelope that it is about.
    pub envelope: Arc<Envelope>,
    /// One for each recipient, in the envelope's order.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether the server took the message for every recipient.
    pub fn is_sent(&self) -> bool {
        let is_good = |verdict| matches!(verdict, Verdict::Sent | Verdict::Deliverable);
        self.outcomes.iter().all(|outcome| is_good(outcome.verdict))
    }
}

/// What became of one recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The recipient.
    pub recipient: ForwardPath,
    /// What became of the message for it.
    pub verdict: Verdict,
    /// Of a deferral: whether it would be a bounce but for `soft_bounce`.
    pub is_softened: bool,
    /// Of what was sent: to whom the message was handed over.
    pub handover: Handover,
    /// The enhanced status code (RFC 3463).
    pub status: Status,
    /// The server's reply, or what went wrong.
    pub text: Arc<str>,
    /// The server, as `NAME[ADDRESS]:PORT`, if one was reached.
    pub relay: Option<Arc<str>>,
    /// What protected the conversation, if it was not in plaintext.
    pub tls: Option<Arc<Info>>,
    /// How TLS with the server failed before, if that is why there was none.
    pub tls_failure: Option<Error>,
    /// What was asked of TLS, if a server was reached, and what came of it.
    pub tls_status: Option<TlsStatus>,
    /// How the conversation ended, if that decided.
    pub failure: Option<Error>,
    /// Of a failure: whether the message may have arrived all the same.
    pub doubt: Doubt,
    /// Of a failure: what may still be tried at once.
    pub remedy: Remedy,
    /// Where the time went.
    pub delays: Delays,
}

impl Outcome {
    /// What a delivery status notification has for it (RFC 3464, 2.3.3). A probe has nothing.
    pub fn action(&self) -> Option<Action> {
        match (self.verdict, self.handover) {
            (Verdict::Sent, Handover::Relayed | Handover::Answerable) => Some(Action::Relayed),
            (Verdict::Sent, Handover::Final) => Some(Action::Delivered),
            (Verdict::Deferred, _) => Some(Action::Delayed),
            (Verdict::Bounced, _) => Some(Action::Failed),
            (Verdict::Deliverable | Verdict::Undeliverable, _) => None,
        }
    }

    /// The word that Postfix's log has for what became of it.
    pub fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Deferred if self.is_softened => "SOFTBOUNCE",
            Verdict::Sent
            | Verdict::Deferred
            | Verdict::Bounced
            | Verdict::Deliverable
            | Verdict::Undeliverable => self.verdict.word(),
        }
    }

    /// The line that Postfix would log, without its queue id.
    pub fn log_line(&self) -> LogLine<'_> {
        LogLine(self)
    }

    /// Whether the conversation ended before the server had a say, and the message cannot have
    /// arrived: in another conversation the same server may take it.
    ///
    /// A server that was waited for in vain had its say.
    pub fn is_unanswered(&self) -> bool {
        let is_over = match self.failure {
            Some(Error::Lost(stage) | Error::Tls(stage, _)) => stage != Stage::Handshake,
            Some(Error::NoMore) => true,
            Some(
                Error::TimedOut(_)
                | Error::Endless(_)
                | Error::Unexpected(_)
                | Error::NoSender
                | Error::Injected
                | Error::Early
                | Error::LocalData(_)
                | Error::GivenUp(_),
            )
            | None => false,
        };
        is_over && self.doubt == Doubt::None
    }
}

/// What became of a message for one recipient.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Verdict {
    /// The server took it.
    Sent,
    /// It can be tried again later.
    Deferred,
    /// It never will be delivered.
    Bounced,
    /// Of a probe: it would be taken.
    Deliverable,
    /// Of a probe: it would not be taken.
    Undeliverable,
}

impl Verdict {
    /// The verdict that a fate is, for a message or a probe.
    pub(crate) fn of_fate(fate: Fate, purpose: Purpose) -> Self {
        use envoi_proto::Verdict::{Bounced, Deferred, Sent, TryNext};
        let is_probe = purpose != Purpose::Deliver;
        match fate.verdict {
            Sent if is_probe => Self::Deliverable,
            Sent => Self::Sent,
            Bounced | Deferred | TryNext if is_probe => Self::Undeliverable,
            Bounced => Self::Bounced,
            // Where no other server has what this one lacks, that is the last word.
            TryNext if fate.status.is_permanent() => Self::Bounced,
            Deferred | TryNext => Self::Deferred,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Bounced => "bounced",
            Self::Deliverable => "deliverable",
            Self::Undeliverable => "undeliverable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// To whom a message was handed over, as far as it is known.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Handover {
    /// A server that does not tell the sender what it does with it. Who has asked to hear of
    /// success hears of it from us.
    #[default]
    Relayed,
    /// A server that announced DSN: it tells the sender of success, if that is asked for, and
    /// nobody else does (RFC 3461, 5.2.1).
    Answerable,
    /// The server of the mailbox.
    Final,
}

/// What was done for a recipient, as notifications have it (RFC 3464, 2.3.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// The message cannot be delivered.
    Failed,
    /// It can be tried again.
    Delayed,
    /// It is in the mailbox.
    Delivered,
    /// A server has it that may not tell what becomes of it.
    Relayed,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
        })
    }
}

/// What may still be tried for a recipient whose message was not taken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Remedy {
    /// Nothing: the verdict stands, and so it does where nothing failed.
    None,
    /// Another server.
    AnotherServer,
    /// The same server without TLS, for mail that was put off before ([`Fallback`]), or another
    /// one.
    ///
    /// [`Fallback`]: crate::Fallback
    Plaintext,
}

/// Prints `to=<…>, relay=…, delay=…, delays=a/b/c/d, dsn=…, status=… (…)`.
#[derive(Clone, Copy, Debug)]
pub struct LogLine<'a>(&'a Outcome);

impl fmt::Display for LogLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { recipient, status, text, relay, delays, .. } = self.0;
        let relay = relay.as_deref().unwrap_or("none");
        let total = delays.total();
        write!(f, "to=<{recipient}>, relay={relay}, delay={total}, delays={delays}, ")?;
        write!(f, "dsn={status}, status={} ({text})", self.0.word())
    }
}

#[cfg(test)]
mod tests {
    use envoi_proto::tls::Fault;
    use envoi_proto::{Circumstances, Scope, Server};

    use super::*;
    use crate::decision::Decision;

    #[test]
    fn a_server_that_ended_the_conversation_in_silence_gave_no_answer() {
        let uncertain = Doubt::Uncertain;
        for (failure, doubt, expected) in [
            (None, Doubt::None, false),
            (Some(Error::Lost(Stage::Mail)), Doubt::None, true),
            (Some(Error::Lost(Stage::Greeting)), Doubt::None, true),
            (Some(Error::Lost(Stage::EndOfData)), uncertain, false),
            (Some(Error::Lost(Stage::Handshake)), Doubt::None, false),
            (Some(Error::Tls(Stage::Mail, Fault::Decryption)), Doubt::None, true),
            (Some(Error::Tls(Stage::Handshake, Fault::Malformed)), Doubt::None, false),
            (Some(Error::NoMore), Doubt::None, true),
            (Some(Error::TimedOut(Stage::Mail)), Doubt::None, false),
            (Some(Error::Unexpected(Stage::Mail)), Doubt::None, false),
            (Some(Error::Injected), Doubt::None, false),
            (Some(Error::LocalData(Stage::Mail)), Doubt::None, false),
        ] {
            let bob = "bob@mx.example".parse().unwrap();
            let envelope = Envelope::new("ann@client.example".parse().unwrap(), alloc::vec![bob]);
            let circumstances =
                Circumstances { server: Server::OneOfSeveral, ..Circumstances::default() };
            let fate = Fate::of_failure(Status::transient(4, 2), Scope::Site, circumstances);
            let decision = Decision { failure, doubt, ..Decision::new(fate, "over") };
            assert_eq!(decision.outcome(&envelope, 0).is_unanswered(), expected, "{failure:?}");
        }
    }
}
