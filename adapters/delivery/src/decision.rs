//! What settles recipients, and as what.

use alloc::sync::Arc;

use envoi_proto::{Doubt, Envelope, Error, Fate};

use crate::delays::Delays;
use crate::report::{Handover, Outcome, Remedy, Verdict};
use crate::tls_status::TlsStatus;

/// Something that decides for recipients.
pub(crate) struct Decision {
    pub(crate) fate: Fate,
    pub(crate) text: Arc<str>,
    /// How the conversation ended, if that decided.
    pub(crate) failure: Option<Error>,
    pub(crate) doubt: Doubt,
    pub(crate) remedy: Remedy,
    /// What had come of TLS by then, if there was a conversation.
    pub(crate) tls_status: Option<TlsStatus>,
}

impl Decision {
    /// A decision for which another server may be the remedy, if its fate says so.
    pub(crate) fn new(fate: Fate, text: impl Into<Arc<str>>) -> Self {
        use envoi_proto::Verdict::{Bounced, Deferred, Sent, TryNext};
        let remedy = match fate.verdict {
            TryNext => Remedy::AnotherServer,
            Sent | Deferred | Bounced => Remedy::None,
        };
        Self {
            fate,
            text: text.into(),
            failure: None,
            doubt: Doubt::None,
            remedy,
            tls_status: None,
        }
    }

    /// The outcome of one recipient, who has to be there. Server and times are to be supplied.
    pub(crate) fn outcome(&self, envelope: &Envelope, place: usize) -> Outcome {
        Outcome {
            recipient: envelope.recipients[place].address.clone(),
            verdict: Verdict::of_fate(self.fate, envelope.purpose),
            is_softened: self.fate.is_softened,
            handover: Handover::Relayed,
            status: self.fate.status,
            text: self.text.clone(),
            relay: None,
            tls: None,
            tls_failure: None,
            tls_status: self.tls_status,
            failure: self.failure,
            doubt: self.doubt,
            remedy: self.remedy,
            delays: Delays::default(),
        }
    }
}
