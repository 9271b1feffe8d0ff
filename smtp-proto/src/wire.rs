//! What goes out, and what is owed for it.

use alloc::collections::VecDeque;
use alloc::string::String;

use bytes::{Buf, Bytes, BytesMut};

use crate::auth::Secret;
use crate::command::Command;
use crate::event::TransactionId;
use crate::reply::printable;
use crate::stage::Stage;
use crate::transcript::{Line, Transcript};

/// Bytes waiting to be written, and the replies that the server owes us.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// Content that goes out before `out`, from where the application keeps it.
    ahead: Bytes,
    /// Not yet written.
    pub(crate) out: BytesMut,
    /// Bytes written since the conversation began.
    sent: u64,
    /// Replies the server owes us, oldest first.
    awaited: VecDeque<Awaited>,
    /// Bytes of the commands that these answer.
    unanswered: usize,
    /// Replies that have come.
    answered: u64,
    /// Whether several commands may be under way (RFC 2920).
    pub(crate) pipelining: bool,
    /// Whether nothing can be written any more.
    broken: bool,
    /// Whether a secret is waiting to be written.
    holds_secret: bool,
    pub(crate) transcript: Transcript,
}

/// A reply that the server owes us.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awaited {
    pub(crate) stage: Stage,
    /// The transaction that hears of it.
    pub(crate) transaction: Option<TransactionId>,
    /// Where the command ends, in bytes since the conversation began.
    pub(crate) end: u64,
    /// Bytes of the command.
    bytes: usize,
}

impl Wire {
    /// Where the next byte will stand, in bytes since the conversation began.
    pub(crate) fn position(&self) -> u64 {
        self.sent + (self.ahead.len() + self.out.len()) as u64
    }

    /// What is to be written next, as much as lies in one piece.
    pub(crate) fn unwritten(&self) -> &[u8] {
        if self.ahead.is_empty() { &self.out } else { &self.ahead }
    }

    /// Whether everything is written.
    pub(crate) fn is_written(&self) -> bool {
        self.unwritten().is_empty()
    }

    /// Bytes written since the conversation began.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether a command may be written although others are unanswered.
    pub(crate) fn is_open(&self) -> bool {
        !self.broken && (self.awaited.is_empty() || self.pipelining)
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Writes a command if it may go out, and says so.
    pub(crate) fn command(
        &mut self,
        command: Command<'_>,
        stage: Stage,
        transaction: Option<TransactionId>,
    ) -> bool {
        if !self.is_open() {
            return false;
        }
        let start = self.out.len();
        command.write(&mut self.out).expect("a buffer takes what is written");
        let bytes = self.out.len() - start;
        // The replies must fit in what the server can send while we do not read; the dot goes
        // with the content.
        let is_command = stage != Stage::EndOfData;
        if is_command && !self.awaited.is_empty() && self.unanswered + bytes > UNANSWERED_MAX {
            self.out.truncate(start);
            return false;
        }
        self.note_sent(start);
        self.expect(stage, transaction, if is_command { bytes } else { 0 });
        true
    }

    /// Writes a line of an authentication, of which nothing is shown but the word AUTH and the
    /// mechanism's name.
    pub(crate) fn secret(&mut self, line: &Secret, stage: Stage) {
        let line = line.as_bytes();
        self.holds_secret = true;
        self.out.extend_from_slice(line);
        self.out.extend_from_slice(b"\r\n");
        self.transcript.add(|| Line::Client(elided(line)));
        self.expect(stage, None, line.len() + 2);
    }

    /// Writes content of the chunk that the last command announced.
    pub(crate) fn content(&mut self, content: &[u8]) {
        self.out.extend_from_slice(content);
        if let Some(awaited) = self.awaited.back_mut() {
            awaited.end += content.len() as u64;
        }
        self.transcript.add(|| Line::Content(content.len() as u64));
    }

    /// Takes content to be written from where it is, if it would be written next. Content goes
    /// without a command here: it follows a 354.
    pub(crate) fn share(&mut self, content: &Bytes) -> bool {
        let is_next = self.is_written() && !self.broken;
        if is_next {
            self.ahead = content.clone();
        }
        is_next
    }

    /// Waits for a reply to what was written so far.
    pub(crate) fn expect(
        &mut self,
        stage: Stage,
        transaction: Option<TransactionId>,
        bytes: usize,
    ) {
        let end = self.position();
        self.unanswered += bytes;
        self.awaited.push_back(Awaited { stage, transaction, end, bytes });
    }

    /// The reply that comes next.
    pub(crate) fn front(&self) -> Option<&Awaited> {
        self.awaited.front()
    }

    /// How many replies are owed for one stage of a transaction.
    pub(crate) fn owed(&self, stage: Stage, transaction: TransactionId) -> usize {
        let of = |a: &&Awaited| a.stage == stage && a.transaction == Some(transaction);
        self.awaited.iter().filter(of).count()
    }

    /// The reply that has come.
    pub(crate) fn pop(&mut self) -> Option<Awaited> {
        let awaited = self.awaited.pop_front()?;
        self.unanswered -= awaited.bytes;
        self.answered += 1;
        Some(awaited)
    }

    /// Waits for one more reply to the same, before all others.
    pub(crate) fn again(&mut self, awaited: Awaited) {
        self.unanswered += awaited.bytes;
        self.awaited.push_front(awaited);
    }

    /// Replies that have come.
    pub(crate) fn answered(&self) -> u64 {
        self.answered
    }

    /// Counts what was written.
    pub(crate) fn advance(&mut self, n: usize) {
        let n = n.min(self.unwritten().len());
        self.sent += n as u64;
        if !self.ahead.is_empty() {
            return self.ahead.advance(n);
        }
        if self.holds_secret {
            self.out[..n].fill(0);
        }
        // A buffer that is empty is filled from its beginning, which the cache still knows.
        if n == self.out.len() {
            self.out.clear();
            self.holds_secret = false;
        } else {
            self.out.advance(n);
        }
    }

    /// Gives up writing.
    pub(crate) fn break_off(&mut self) {
        if core::mem::take(&mut self.holds_secret) {
            self.out.fill(0);
        }
        self.out.clear();
        self.ahead.clear();
        self.broken = true;
    }

    /// Forgets what was to be written and what was owed.
    pub(crate) fn close(&mut self) {
        self.break_off();
        self.awaited.clear();
        self.unanswered = 0;
    }

    /// Lends room for what is to be written, if there is none.
    pub(crate) fn lend(&mut self, room: BytesMut) {
        if self.out.capacity() == 0 {
            self.out = room;
        }
    }

    /// Gives up the room for what is to be written, if nothing is.
    pub(crate) fn give_back(&mut self) -> Option<BytesMut> {
        let is_unused = self.out.is_empty() && self.out.capacity() > 0;
        is_unused.then(|| core::mem::take(&mut self.out))
    }

    /// Gives the buffers back.
    pub(crate) fn shrink(&mut self) {
        if self.out.is_empty() {
            self.out = BytesMut::new();
        }
        self.awaited.shrink_to_fit();
    }

    /// Tells transcript and trace of the command that begins at `start`.
    fn note_sent(&mut self, start: usize) {
        let line = &self.out[start..self.out.len() - 2];
        tracing::trace!(target: "envoi::wire", "C: {}", line.escape_ascii());
        self.transcript.add(|| Line::Client(printable(line, true)));
    }
}

/// A line of an authentication without what must not be seen.
fn elided(line: &[u8]) -> String {
    let mut words = line.split(|byte| *byte == b' ');
    if words.next() != Some(b"AUTH") {
        return if line == b"*" { "*".into() } else { "<credentials>".into() };
    }
    let name = printable(words.next().unwrap_or_default(), false);
    let rest = if words.next().is_some() { " <credentials>" } else { "" };
    alloc::format!("AUTH {name}{rest}")
}

/// Most bytes of commands under way; their replies fill about as much.
const UNANSWERED_MAX: usize = 4096;
