//! The plaintext machine: bytes, time and the application's wishes in; bytes, deadlines and
//! events out.

use alloc::collections::VecDeque;
use alloc::sync::Arc;

use bytes::BytesMut;

use crate::config::{Config, Peer};
use crate::content::{Encoder, Stuffing};
use crate::envelope::{Envelope, Purpose};
use crate::error::{Error, Misuse};
use crate::event::{Doubt, Event, Pending, Refusal, TransactionId};
use crate::extensions::{Extensions, Keyword};
use crate::reply::{Reply, ReplyParser};
use crate::stage::Stage;
use crate::time::Instant;
use crate::timer::{Moved, Timer};
use crate::transaction::{Step, Transaction};
use crate::transcript::Line;
use crate::wire::Wire;

/// One conversation with a server, from its greeting to QUIT.
///
/// See the [crate's documentation](crate) for how to run it.
#[derive(Debug)]
pub struct Client {
    pub(crate) config: Arc<Config>,
    pub(crate) peer: Peer,
    pub(crate) phase: Phase,
    pub(crate) parser: ReplyParser,
    pub(crate) extensions: Extensions,
    pub(crate) wire: Wire,
    /// Open transactions, oldest first. All but the last are written to the end.
    pub(crate) transactions: VecDeque<Transaction>,
    /// Encodes the content of the last transaction.
    pub(crate) encoder: Encoder,
    /// Encoded content that becomes the next chunk.
    pub(crate) chunk: BytesMut,
    events: VecDeque<Pending>,
    timer: Timer,
    /// Transactions begun, refused ones aside.
    pub(crate) begun: u32,
    next_id: u64,
    pub(crate) will: Will,
    /// Whether a PIX seems to stand before the server.
    pub(crate) is_pix: bool,
    /// Whether a chunk was refused and its RSET is not answered yet.
    pub(crate) is_recovering: bool,
    /// Whether output is low enough to be filled up with content.
    is_filling: bool,
    /// Whether the server broke the protocol, or complained that we did.
    pub(crate) is_tainted: bool,
}

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// Up to the reply to EHLO, HELO or LHLO.
    Hello,
    /// Transactions may begin.
    Ready,
    /// The server will not serve us.
    Unavailable,
    /// It is over.
    Closed,
}

/// What is wanted of the conversation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Will {
    /// That it goes on.
    Open,
    /// That QUIT follows what is under way.
    Quit,
    /// QUIT was written.
    Quitting,
}

impl Client {
    /// A conversation over a connection that has just been made.
    pub fn new(config: Arc<Config>, mut peer: Peer, now: Instant) -> Self {
        if !config.smtputf8 {
            peer.ignore.insert(Keyword::Smtputf8);
        }
        let mut client = Self {
            encoder: Encoder::new(&config, Stuffing::Dots),
            parser: ReplyParser::new(config.smtputf8),
            config,
            peer,
            phase: Phase::Hello,
            extensions: Extensions::default(),
            wire: Wire::default(),
            transactions: VecDeque::new(),
            chunk: BytesMut::new(),
            events: VecDeque::new(),
            timer: Timer::default(),
            begun: 0,
            next_id: 0,
            will: Will::Open,
            is_pix: false,
            is_recovering: false,
            is_filling: false,
            is_tainted: false,
        };
        client.wire.expect(Stage::Greeting, None, 0);
        client.arm(Moved::default(), now);
        client
    }

    /// Begins a transaction as soon as the conversation allows it.
    ///
    /// # Errors
    /// If no envelope is wanted, or it can never be sent to this server in one transaction. A
    /// message that is too large or needs what the server lacks is refused by an event instead.
    pub fn send(
        &mut self,
        envelope: impl Into<Arc<Envelope>>,
        now: Instant,
    ) -> Result<TransactionId, Misuse> {
        let envelope = envelope.into();
        if !self.wants_envelope() {
            return Err(Misuse::NotWanted);
        }
        if envelope.recipients.is_empty() {
            return Err(Misuse::NoRecipients);
        }
        if let Some(max) = self.recipients_max().filter(|max| envelope.recipients.len() > *max) {
            return Err(Misuse::TooManyRecipients(max));
        }
        let id = TransactionId(self.next_id);
        self.next_id += 1;
        if let Some(refusal) = self.refusal(&envelope) {
            self.events.push_back(Pending::Refused(id, refusal));
            self.events.push_back(Pending::End(id));
            return Ok(id);
        }
        self.begun += 1;
        self.transactions.push_back(Transaction::new(id, envelope));
        self.run(Moved::default(), now);
        Ok(id)
    }

    /// Takes content for the transaction that [`Client::wants_content`] names, as much as there is
    /// room for, and says how much that was.
    pub fn handle_content(&mut self, content: &[u8], now: Instant) -> usize {
        let max = self.config.output_buffer.get();
        let Some(transaction) = self.transactions.back_mut() else {
            return 0;
        };
        let is_chunk = transaction.step == Step::Chunk;
        if !is_chunk && transaction.step != Step::Content {
            return 0;
        }
        let out = if is_chunk { &mut self.chunk } else { &mut self.wire.out };
        let taken = self.encoder.encode(content, out, max.saturating_sub(out.len()));
        transaction.given += taken as u64;
        let given = transaction.given;
        if let Some(promised) = transaction.envelope.length.filter(|length| given > *length) {
            self.refuse(Refusal::Broken { promised, given }, now);
            return taken;
        }
        if is_chunk && taken < content.len() {
            transaction.step = Step::ChunkFull;
        }
        self.is_filling &= self.wire.out.len() < max / 8 * 7;
        self.run(Moved::default(), now);
        taken
    }

    /// Says that the content is complete.
    pub fn content_end(&mut self, now: Instant) {
        let Some(transaction) = self.transactions.back_mut() else {
            return;
        };
        let given = transaction.given;
        let is_chunk = transaction.step == Step::Chunk;
        if !is_chunk && transaction.step != Step::Content {
            return;
        }
        if let Some(promised) = transaction.envelope.length.filter(|length| given < *length) {
            return self.refuse(Refusal::Broken { promised, given }, now);
        }
        let out = if is_chunk { &mut self.chunk } else { &mut self.wire.out };
        self.encoder.finish(out);
        transaction.step = if is_chunk { Step::ChunkLast } else { Step::Dot };
        self.run(Moved::default(), now);
    }

    /// Says that the content cannot be completed: the server must not take it for a message.
    pub fn content_failed(&mut self, now: Instant) {
        let step = self.transactions.back().map(|transaction| transaction.step);
        if matches!(step, Some(Step::Content | Step::Chunk | Step::ChunkFull)) {
            self.refuse(Refusal::Unreadable, now);
        }
    }

    /// Ends the conversation after what is under way.
    pub fn quit(&mut self, now: Instant) {
        if self.will == Will::Open {
            self.will = Will::Quit;
            self.run(Moved::default(), now);
        }
    }

    /// Asks a server that has been idle whether it is still there; [`Event::Ready`] says yes.
    ///
    /// # Errors
    /// If the conversation is not idle.
    pub fn probe(&mut self, now: Instant) -> Result<(), Misuse> {
        let is_idle = self.wire.front().is_none() && self.transactions.is_empty();
        if self.phase != Phase::Ready || self.will != Will::Open || !is_idle {
            return Err(Misuse::NotWanted);
        }
        self.wire.command(crate::command::Command::Rset, Stage::Probe, None);
        self.run(Moved::default(), now);
        Ok(())
    }

    /// Gives back the buffers of a conversation that will be idle for a while.
    pub fn park(&mut self) {
        self.wire.shrink();
        self.parser.shrink();
        self.chunk = BytesMut::new();
        self.events.shrink_to_fit();
        self.transactions.shrink_to_fit();
    }

    /// Keeps the dialogue for [`Client::poll_transcript`].
    pub fn record(&mut self) {
        self.wire.transcript.enable();
    }

    /// Takes bytes that the server sent and says how many: up to the end of one reply, and none
    /// while there are events to be polled.
    ///
    /// # Errors
    /// If the server broke the protocol beyond repair. The conversation is over then.
    pub fn handle_input(&mut self, input: &[u8], now: Instant) -> Result<usize, Error> {
        if self.has_event() {
            return Ok(0);
        }
        if self.phase == Phase::Closed {
            return Ok(input.len());
        }
        let Ok((used, is_complete)) = self.parser.parse(input) else {
            return Err(self.fail(Error::Endless(self.stage().unwrap_or(Stage::Quit))));
        };
        if is_complete {
            self.note_received();
            self.answer()?;
        }
        self.run(Moved { read: used, written: 0 }, now);
        Ok(used)
    }

    /// Counts `n` bytes of [`Client::poll_transmit`] as written.
    pub fn handle_transmitted(&mut self, n: usize, now: Instant) {
        self.wire.advance(n);
        self.is_filling |= self.wire.out.len() <= self.config.output_buffer.get() / 4;
        self.run(Moved { read: 0, written: n }, now);
    }

    /// Does what is due.
    ///
    /// # Errors
    /// If the server took too long. The conversation is over then.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.run(Moved::default(), now);
        if self.timer.deadline().is_none_or(|deadline| now < deadline) {
            return Ok(());
        }
        match self.stage() {
            Some(stage) if !self.is_farewell() => Err(self.fail(Error::TimedOut(stage))),
            Some(_) | None => {
                self.close();
                Ok(())
            }
        }
    }

    /// The server will send nothing more.
    ///
    /// # Errors
    /// If it still owed us something. The conversation is over then.
    pub fn handle_eof(&mut self) -> Result<(), Error> {
        let is_idle = self.wire.front().is_none() && self.transactions.is_empty();
        if self.phase == Phase::Closed || is_idle || self.is_farewell() {
            self.close();
            return Ok(());
        }
        let stage = self.stage().unwrap_or(Stage::Content);
        Err(self.fail(Error::Lost(stage)))
    }

    /// We can write nothing more. What the server said before it closed still counts.
    pub fn handle_broken(&mut self) {
        self.wire.break_off();
        self.end_broken();
    }

    /// Bytes to be written, as many as possible at once.
    pub fn poll_transmit(&self) -> &[u8] {
        &self.wire.out
    }

    /// When to call [`Client::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        let step = self.transactions.back().map(|transaction| transaction.step);
        let pause = if let Some(Step::Pause(until)) = step { Some(until) } else { None };
        pause.into_iter().chain(self.timer.deadline()).min()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        let event = self.events.pop_front()?;
        Some(event.with(self.parser.reply(), &self.extensions))
    }

    /// The next line of the dialogue, if [`Client::record`] was called.
    pub fn poll_transcript(&mut self) -> Option<Line> {
        self.wire.transcript.poll()
    }

    /// Whether [`Client::poll_event`] has something to tell.
    pub fn has_event(&self) -> bool {
        !self.events.is_empty()
    }

    /// Whether an envelope can be given, to begin at once or after the one before it.
    pub fn wants_envelope(&self) -> bool {
        let is_written = |transaction: &Transaction| transaction.step == Step::Done;
        self.phase == Phase::Ready
            && self.is_open()
            && !self.is_recovering
            && !self.wire.is_broken()
            && self.transactions.back().is_none_or(is_written)
            && self.transactions.len() <= self.doubt_max()
            && self.wire.front().is_none_or(|awaited| awaited.stage != Stage::Probe)
    }

    /// The transaction whose content can be given.
    pub fn wants_content(&self) -> Option<TransactionId> {
        let transaction = self.transactions.back()?;
        let is_room = transaction.step == Step::Content && self.is_filling;
        let is_wanted = is_room || transaction.step == Step::Chunk;
        let is_wanted = is_wanted && !self.wire.is_broken();
        is_wanted.then_some(transaction.id)
    }

    /// Whether there will ever be a transaction again.
    pub fn is_open(&self) -> bool {
        let is_full = |max: core::num::NonZeroU32| self.begun >= max.get();
        matches!(self.phase, Phase::Hello | Phase::Ready)
            && self.will == Will::Open
            && !self.extensions.mail_max.is_some_and(is_full)
    }

    /// Whether the conversation is over.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Whether the conversation may be kept for later: idle, and both sides content.
    pub fn is_reusable(&self) -> bool {
        self.wants_envelope()
            && self.transactions.is_empty()
            && self.wire.front().is_none()
            && !self.is_tainted
            && !self.parser.saw_garbage()
    }

    /// What the server announced last.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The other side.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Most recipients that one envelope may have.
    pub fn recipients_max(&self) -> Option<usize> {
        self.extensions.recipients_max.map(|max| max.get() as usize)
    }

    /// How many messages may be sent and not answered.
    pub(crate) fn doubt_max(&self) -> usize {
        match self.peer.chunking {
            Some(max) if self.extensions.offers(Keyword::Chunking) => max.get(),
            _ => 1,
        }
    }

    /// What the conversation waits for. Until the end of data has left, we are sending content.
    pub(crate) fn stage(&self) -> Option<Stage> {
        match self.wire.front() {
            Some(front) => {
                let is_end = matches!(front.stage, Stage::EndOfData | Stage::LastChunk);
                let is_leaving = is_end && front.end > self.wire.sent();
                Some(if is_leaving { Stage::Content } else { front.stage })
            }
            None => {
                let is_stuck = self.wire.is_broken() && !self.transactions.is_empty();
                (is_stuck || !self.wire.out.is_empty()).then_some(Stage::Content)
            }
        }
    }

    /// Whether there is nothing left to say but goodbye.
    fn is_farewell(&self) -> bool {
        self.will == Will::Quitting && self.transactions.is_empty()
    }

    pub(crate) fn tell(&mut self, event: Pending) {
        self.events.push_back(event);
    }

    /// Ends the conversation before its time.
    pub(crate) fn fail(&mut self, error: Error) -> Error {
        let sent = self.wire.sent();
        while let Some(transaction) = self.transactions.pop_front() {
            let id = transaction.id;
            if !transaction.is_void() {
                let doubt = match transaction.end {
                    Some(end) if end <= sent => Doubt::Uncertain,
                    _ => Doubt::None,
                };
                self.tell(Pending::Lost(id, error, doubt));
            }
            self.tell(Pending::End(id));
        }
        self.phase = Phase::Closed;
        self.wire.close();
        self.timer = Timer::default();
        tracing::debug!(target: "envoi", peer = %self.peer, %error, "conversation failed");
        error
    }

    /// Ends the conversation.
    pub(crate) fn close(&mut self) {
        if self.phase != Phase::Closed {
            self.phase = Phase::Closed;
            self.wire.close();
            self.timer = Timer::default();
            self.tell(Pending::Closed);
        }
    }

    /// Writes what may be written and sets the timer.
    fn run(&mut self, moved: Moved, now: Instant) {
        self.advance(now);
        self.arm(moved, now);
    }

    fn arm(&mut self, moved: Moved, now: Instant) {
        let awaiting = self.stage().map(|stage| (stage, self.wire.answered()));
        self.timer.set(awaiting, moved, &self.config.time_limits, now);
    }

    /// Why this server cannot take a message.
    fn refusal(&self, envelope: &Envelope) -> Option<Refusal> {
        if envelope.requires_smtputf8() && !self.extensions.offers(Keyword::Smtputf8) {
            return Some(Refusal::Smtputf8);
        }
        let (size, limit) = (envelope.size?, self.extensions.size?);
        let is_message = envelope.purpose == Purpose::Deliver;
        (is_message && size > limit).then_some(Refusal::TooLarge { size, limit })
    }

    /// Abandons the message whose content is being given.
    pub(crate) fn refuse(&mut self, refusal: Refusal, now: Instant) {
        let Some(transaction) = self.transactions.back_mut() else {
            return;
        };
        let id = transaction.id;
        transaction.is_settled = true;
        let by_chunks = transaction.step != Step::Content;
        transaction.step = if by_chunks { Step::Reset } else { Step::Done };
        self.tell(Pending::Refused(id, refusal));
        self.chunk.clear();
        if by_chunks {
            return self.run(Moved::default(), now);
        }
        // Only the end of the connection tells a server that this was no message.
        self.transactions.pop_back();
        self.tell(Pending::End(id));
        self.close();
    }

    /// Begins the content of the last transaction.
    pub(crate) fn begin_content(&mut self, stuffing: Stuffing) {
        self.encoder = Encoder::new(&self.config, stuffing);
        self.is_filling = true;
    }

    fn note_received(&mut self) {
        let Self { parser, wire, .. } = self;
        if !wire.transcript.is_enabled() && !tracing::enabled!(tracing::Level::TRACE) {
            return;
        }
        let reply: Reply<'_> = parser.reply();
        for line in reply.text.split('\n') {
            tracing::trace!(target: "envoi::wire", "S: {line}");
            wire.transcript.add(|| Line::Server(line.into()));
        }
    }
}
