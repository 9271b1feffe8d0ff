//! The outcomes of one message.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use envoi_proto::tls::Info;
use envoi_proto::{Doubt, Envelope, Error, ForwardPath, Status};

use crate::delays::Delays;

/// What became of each recipient of one message.
#[derive(Clone, Debug)]
pub struct Report {
    /// The envelope that it is about.
    pub envelope: Arc<Envelope>,
    /// One for each recipient, in the envelope's order.
    pub outcomes: Vec<Outcome>,
    /// What protected the conversation, if it was not in plaintext.
    pub tls: Option<Arc<Info>>,
    /// How TLS with the server failed before, if that is why there was none.
    pub tls_failure: Option<Error>,
    /// How the conversation ended, if it ended before all recipients were settled.
    pub failure: Option<Error>,
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
    /// The enhanced status code (RFC 3463).
    pub status: Status,
    /// The server's reply, or what went wrong.
    pub text: Arc<str>,
    /// The server, as `NAME[ADDRESS]:PORT`, if one was reached.
    pub relay: Option<Arc<str>>,
    /// Of a deferral: whether the message may have arrived all the same.
    pub doubt: Doubt,
    /// Where the time went.
    pub delays: Delays,
}

impl Outcome {
    /// The line that Postfix would log, without its queue id.
    pub fn log_line(&self) -> LogLine<'_> {
        LogLine(self)
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

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Bounced => "bounced",
            Self::Deliverable => "deliverable",
            Self::Undeliverable => "undeliverable",
        })
    }
}

/// Prints `to=<…>, relay=…, delay=…, delays=a/b/c/d, dsn=…, status=… (…)`.
#[derive(Clone, Copy, Debug)]
pub struct LogLine<'a>(&'a Outcome);

impl fmt::Display for LogLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { recipient, verdict, status, text, relay, delays, .. } = self.0;
        let relay = relay.as_deref().unwrap_or("none");
        let total = delays.total();
        write!(f, "to=<{recipient}>, relay={relay}, delay={total}, delays={delays}, ")?;
        write!(f, "dsn={status}, status={verdict} ({text})")
    }
}
