//! One message's way through a conversation.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::envelope::Envelope;
use crate::event::TransactionId;
use crate::time::Instant;

/// A transaction: how far it was written, and what was answered.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) id: TransactionId,
    pub(crate) envelope: Arc<Envelope>,
    /// What is to be written next.
    pub(crate) step: Step,
    /// Recipients whose RCPT was written.
    pub(crate) written: usize,
    /// Recipients whose RCPT was answered.
    pub(crate) answered: usize,
    /// Recipients that were accepted.
    pub(crate) accepted: usize,
    /// The places of those, in LMTP, where each hears of the content by itself.
    pub(crate) accepted_places: Vec<usize>,
    /// Recipients that have heard of the content, in LMTP.
    pub(crate) delivered: usize,
    /// Whether every recipient has heard what became of it.
    pub(crate) is_settled: bool,
    /// Replies owed that concern this transaction.
    pub(crate) owed: usize,
    /// Bytes of content given.
    pub(crate) given: u64,
    /// Bytes of content sent by BDAT.
    pub(crate) chunked: u64,
    /// Where the content after DATA begins, in bytes since the conversation began.
    pub(crate) start: u64,
    /// Where the end of data stands, in bytes since the conversation began.
    pub(crate) end: Option<u64>,
}

/// What a transaction writes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Nothing was written.
    Begin,
    XforwardName,
    XforwardHelo,
    Mail,
    Recipients,
    Data,
    /// DATA is under way; the server says whether content follows.
    Go,
    /// Content, as the application gives it.
    Content,
    /// The dot.
    Dot,
    /// The dot, once everything before it is written.
    Flush,
    /// The dot, at this time.
    Pause(Instant),
    /// Content for a chunk, as the application gives it.
    Chunk,
    /// A chunk that is full, and more will come.
    ChunkFull,
    /// The last chunk.
    ChunkLast,
    Reset,
    /// Everything is written.
    Done,
}

impl Transaction {
    pub(crate) fn new(id: TransactionId, envelope: Arc<Envelope>) -> Self {
        Self {
            id,
            envelope,
            step: Step::Begin,
            written: 0,
            answered: 0,
            accepted: 0,
            accepted_places: Vec::new(),
            delivered: 0,
            is_settled: false,
            owed: 0,
            given: 0,
            start: 0,
            chunked: 0,
            end: None,
        }
    }

    /// Owes a reply to a command if it was written, and says so.
    pub(crate) fn owe(&mut self, is_written: bool) -> bool {
        self.owed += usize::from(is_written);
        is_written
    }

    /// Whether every RCPT was answered, and none was accepted.
    pub(crate) fn has_nobody(&self) -> bool {
        self.answered == self.envelope.recipients.len() && self.accepted == 0
    }

    /// Whether there is nobody left to send the content to.
    pub(crate) fn is_void(&self) -> bool {
        self.is_settled || self.has_nobody()
    }
}
