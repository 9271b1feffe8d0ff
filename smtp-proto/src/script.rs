//! What may be sent next: pipelining groups, sync points, course corrections.
//!
//! A transaction is written step by step, as far as the server's replies and its extensions
//! allow. With PIPELINING a group is `MAIL RCPT… DATA`, and its end is a sync point: content
//! waits for the server's word. With overlap the group joins the flight that ends the content
//! before it. Without PIPELINING each command waits for the reply to the one before.

use crate::client::Client;
use crate::command::{Command, Mail, Rcpt, XforwardLine};
use crate::content::Stuffing;
use crate::envelope::Purpose;
use crate::event::{Pending, Refusal};
use crate::extensions::Keyword;
use crate::phase::{Phase, Will};
use crate::stage::Stage;
use crate::time::Instant;
use crate::transaction::{Step, Transaction};
use crate::transcript::Line;
use crate::xforward::Attribute;

impl Client {
    /// Writes all that may be written.
    pub(crate) fn advance(&mut self, now: Instant) {
        while let Some(step) = self.next_step(now) {
            if let Some(transaction) = self.transactions.last_mut() {
                transaction.step = step;
            }
        }
        self.end_transactions();
        self.end_conversation();
        self.end_broken();
    }

    /// Writes the next part of the last transaction, if that is possible, and says what follows.
    fn next_step(&mut self, now: Instant) -> Option<Step> {
        let transaction = self.transactions.last()?;
        match transaction.step {
            Step::Begin => self.may_begin().then(|| self.first_step()),
            Step::XforwardName => self.xforward(Attribute::NAME_ADDRESS),
            Step::XforwardHelo => self.xforward(Attribute::PROTOCOL_HELO),
            Step::Mail => self.mail(),
            Step::Recipients if transaction.is_settled => Some(Step::Reset),
            Step::Recipients => self.recipient(),
            Step::Data if transaction.is_void() => Some(Step::Reset),
            Step::Data => self.owed(Command::Data, Stage::Data).then_some(Step::Go),
            Step::Dot if self.is_dot_delayed(now) => Some(Step::Flush),
            Step::Flush => self.wire.is_written().then(|| Step::Pause(now + self.config.pix_delay)),
            Step::Pause(until) if now < until => None,
            Step::Dot | Step::Pause(_) => self.dot(),
            Step::ChunkFull | Step::ChunkLast => self.next_chunk(),
            Step::Reset => {
                let reset = self.wire.command(Command::Rset, Stage::Reset, None);
                reset.then_some(Step::Done)
            }
            Step::Go | Step::Content | Step::Chunk | Step::Done => None,
        }
    }

    /// Whether a transaction may follow what is under way.
    fn may_begin(&self) -> bool {
        if self.phase != Phase::Ready || !self.wire.is_open() {
            return false;
        }
        let others = self.transactions.len() - 1;
        let has_room = !self.is_chunking() || others < self.doubt_max();
        let overlaps = self.peer.overlap && !self.is_recovering && has_room;
        overlaps || self.wire.front().is_none()
    }

    fn first_step(&self) -> Step {
        let forwards = self.config.send_xforward && self.extensions.offers(Keyword::Xforward);
        if forwards { Step::XforwardName } else { Step::Mail }
    }

    fn xforward(&mut self, group: &'static [Attribute]) -> Option<Step> {
        let is_first = group == Attribute::NAME_ADDRESS;
        let next = if is_first { Step::XforwardHelo } else { Step::Mail };
        let stage = if is_first { Stage::XforwardName } else { Stage::XforwardHelo };
        let Self { wire, transactions, extensions, .. } = self;
        let transaction = transactions.last_mut()?;
        let line = XforwardLine { envelope: &transaction.envelope, extensions, group };
        if !line.has_attributes() {
            return Some(next);
        }
        let is_written = wire.command(Command::Xforward(line), stage, Some(transaction.id));
        transaction.owe(is_written).then_some(next)
    }

    fn mail(&mut self) -> Option<Step> {
        let envelope = &self.transactions.last()?.envelope;
        let is_converted = self.converts(envelope);
        let require_tls = self.says_require_tls(envelope);
        let Self { wire, transactions, extensions, config, .. } = self;
        let transaction = transactions.last_mut()?;
        let mail = Mail {
            envelope: &transaction.envelope,
            extensions,
            quoting: config.quoting,
            auth: config.send_mail_auth,
            size: !is_converted,
            require_tls,
        };
        let is_written = wire.command(Command::Mail(mail), Stage::Mail, Some(transaction.id));
        transaction.owe(is_written).then_some(Step::Recipients)
    }

    /// Writes the next RCPT, or finds that there is none.
    fn recipient(&mut self) -> Option<Step> {
        let is_chunking = self.is_chunking();
        let Self { wire, transactions, extensions, config, .. } = self;
        let transaction = transactions.last_mut()?;
        let Some(recipient) = transaction.envelope.recipients.get(transaction.written) else {
            return Some(match transaction.envelope.purpose {
                Purpose::VerifyRecipients => Step::Reset,
                Purpose::Deliver if is_chunking => {
                    self.begin_content(Stuffing::None);
                    Step::Chunk
                }
                Purpose::Deliver | Purpose::VerifyData => Step::Data,
            });
        };
        let rcpt = Rcpt { recipient, extensions, quoting: config.quoting };
        let is_written = wire.command(Command::Rcpt(rcpt), Stage::Recipient, Some(transaction.id));
        transaction.written += usize::from(is_written);
        transaction.owe(is_written).then_some(Step::Recipients)
    }

    /// Ends the content with the dot.
    fn dot(&mut self) -> Option<Step> {
        if !self.wire.is_open() {
            return None;
        }
        self.note_content();
        if !self.owed(Command::Dot, Stage::EndOfData) {
            return None;
        }
        let end = self.wire.position();
        self.transactions.last_mut()?.end = Some(end);
        Some(Step::Done)
    }

    /// Writes the chunk that was filled, if there is still somebody to take it.
    fn next_chunk(&mut self) -> Option<Step> {
        let bytes = self.chunk.len();
        let max = self.config.output_max();
        let limit = self.extensions.size;
        let transaction = self.transactions.last_mut()?;
        let last = transaction.step == Step::ChunkLast;
        if transaction.is_void() {
            self.chunk.clear();
            return Some(Step::Reset);
        }
        // A server may take what goes beyond its limit for commands.
        let size = transaction.chunked + bytes as u64;
        if let Some(limit) = limit.filter(|limit| size > *limit) {
            let id = transaction.id;
            transaction.is_settled = true;
            self.chunk.clear();
            self.tell(Pending::Refused(id, Refusal::TooLarge { size, limit }));
            return Some(Step::Reset);
        }
        // A message of several chunks is for recipients that are there to take it.
        let is_small = last && transaction.chunked == 0;
        let is_known = transaction.answered == transaction.envelope.recipients.len();
        let chunks_owed = self.wire.owed(Stage::Chunk, transaction.id);
        let has_room = self.wire.out.len() < max && chunks_owed < CHUNKS_OWED_MAX;
        if !has_room || !(is_small || is_known) {
            return None;
        }
        let stage = if last { Stage::LastChunk } else { Stage::Chunk };
        if !self.owed(Command::Bdat { bytes, last }, stage) {
            return None;
        }
        self.wire.content(&self.chunk);
        self.chunk.clear();
        let end = self.wire.position();
        let transaction = self.transactions.last_mut()?;
        transaction.chunked = size;
        if !last {
            return Some(Step::Chunk);
        }
        transaction.end = Some(end);
        Some(Step::Reset)
    }

    /// Writes a command of the last transaction, if it may go out, and says so.
    fn owed(&mut self, command: Command<'_>, stage: Stage) -> bool {
        let Self { wire, transactions, .. } = self;
        let Some(transaction) = transactions.last_mut() else { return false };
        let is_written = wire.command(command, stage, Some(transaction.id));
        transaction.owe(is_written)
    }

    /// Whether content goes by BDAT.
    fn is_chunking(&self) -> bool {
        self.peer.chunking.is_some() && self.extensions.offers(Keyword::Chunking)
    }

    fn is_dot_delayed(&self, now: Instant) -> bool {
        let arrived = self.transactions.last().and_then(|transaction| transaction.envelope.arrived);
        let is_old = |arrived| now.since(arrived) >= self.config.pix_threshold;
        self.is_pix && self.peer.pix.delay_dot && arrived.is_some_and(is_old)
    }

    fn note_content(&mut self) {
        let Self { wire, transactions, .. } = self;
        let end = wire.position();
        let start = transactions.last().map_or(end, |transaction| transaction.start);
        wire.transcript.add(|| Line::Content(end - start));
    }

    /// Forgets transactions of which there is nothing left to learn.
    fn end_transactions(&mut self) {
        while let Some(transaction) = self.transactions.first() {
            if transaction.step != Step::Done || transaction.owed > 0 {
                break;
            }
            let id = transaction.id;
            self.transactions.remove(0);
            self.tell(Pending::End(id));
        }
    }

    /// Closes if nothing can be written and no reply is owed that could change anything.
    pub(crate) fn end_broken(&mut self) {
        if !self.wire.is_broken() {
            return;
        }
        let is_over = self.wire.front().is_none() && self.phase != Phase::Securing;
        if is_over && self.transactions.iter().all(Transaction::is_void) {
            for transaction in core::mem::take(&mut self.transactions) {
                self.tell(Pending::End(transaction.id));
            }
            self.close();
        }
    }

    /// Says QUIT when all else is said, and closes when there is nothing left to wait for.
    fn end_conversation(&mut self) {
        if self.is_open() {
            return;
        }
        let is_written = self.transactions.last().is_none_or(|t| t.step == Step::Done);
        let wants_to = match self.phase {
            Phase::Hello | Phase::Securing | Phase::Closed => false,
            Phase::Ready | Phase::Unavailable => true,
        };
        if wants_to
            && is_written
            && self.will != Will::Quitting
            && self.wire.command(Command::Quit, Stage::Quit, None)
        {
            self.will = Will::Quitting;
        }
        if self.is_farewell_said() {
            self.close();
        }
    }
}

/// Most chunks of one message that may be unanswered.
const CHUNKS_OWED_MAX: usize = 2;
