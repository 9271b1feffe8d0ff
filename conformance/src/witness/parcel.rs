//! One message as the witness knows it.

use std::sync::Arc;

use envoi_proto::{Doubt, Envelope, TransactionId};

/// A message, what was written of it, what was answered, and what was reported.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The transaction.
    pub id: TransactionId,
    /// The envelope.
    pub envelope: Arc<Envelope>,
    /// Content as it was given.
    pub content: Vec<u8>,
    /// Whether the application said that this is all of it.
    pub is_complete: bool,
    /// What was reported of each recipient.
    pub fates: Vec<Option<Reported>>,
    /// Whether nothing more may be reported.
    pub is_over: bool,
    /// Whether the end of data was written.
    pub is_end_written: bool,
    /// Whether the client refused it without a word to the server.
    pub(super) is_withheld: bool,
    /// Whether MAIL was written.
    pub(super) is_begun: bool,
    /// How many RCPTs were written.
    pub(super) written: usize,
    /// What was written of its content.
    pub(super) wire: Vec<u8>,
    /// Codes of the replies.
    pub(super) mail: Option<u16>,
    pub(super) recipients: Vec<Option<u16>>,
    pub(super) data: Option<u16>,
    pub(super) finals: Vec<u16>,
    /// Whether a chunk before the last was refused.
    pub(super) is_chunk_refused: bool,
    /// Whether the client gave it up after it had begun.
    pub(super) is_abandoned: bool,
}

/// What was reported of a recipient.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reported {
    /// The server took the message.
    Sent,
    /// It did not, or this was a probe.
    Settled,
    /// The conversation was lost.
    Lost(Doubt),
}

impl Parcel {
    pub(super) fn new(id: TransactionId, envelope: Arc<Envelope>) -> Self {
        let recipients = envelope.recipients.len();
        Self {
            id,
            envelope,
            content: Vec::new(),
            is_complete: false,
            fates: vec![None; recipients],
            is_over: false,
            is_end_written: false,
            is_withheld: false,
            is_begun: false,
            written: 0,
            wire: Vec::new(),
            mail: None,
            recipients: vec![None; recipients],
            data: None,
            finals: Vec::new(),
            is_chunk_refused: false,
            is_abandoned: false,
        }
    }

    /// How many recipients the server accepted.
    pub(super) fn accepted(&self) -> usize {
        self.recipients.iter().flatten().filter(|code| is_positive(**code)).count()
    }

    /// Whether there is nobody to send content to.
    pub(super) fn is_void(&self) -> bool {
        !self.mail.is_some_and(is_positive) || self.accepted() == 0
    }

    /// Whether the server took the message for a recipient, as far as the client was told.
    pub(super) fn is_taken(&self, index: usize, is_lmtp: bool) -> bool {
        let is_accepted = |code: &Option<u16>| code.is_some_and(is_positive);
        let before = self.recipients[..index].iter().filter(|code| is_accepted(code)).count();
        let verdict = self.finals.get(if is_lmtp { before } else { 0 });
        is_accepted(&self.mail)
            && is_accepted(&self.recipients[index])
            && verdict.is_some_and(|code| is_positive(*code))
            && self.is_end_written
            && !self.is_chunk_refused
            && !self.is_abandoned
    }
}

/// Whether a code says that something was done.
pub(super) fn is_positive(code: u16) -> bool {
    code / 100 == 2
}
