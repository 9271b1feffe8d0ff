//! The plaintext machine: bytes, time and the application's wishes in; bytes, deadlines and
//! events out.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::BytesMut;

use crate::auth::Exchange;
use crate::config::{Config, Peer, TlsStart};
use crate::content::{Converter, Encoder, Stuffing};
use crate::error::Error;
use crate::event::{Doubt, Event, Held, Pending, TransactionId};
use crate::extensions::{Extensions, Keyword};
use crate::phase::{Phase, Will};
use crate::reply::ReplyParser;
use crate::securing::Secured;
use crate::stage::Stage;
use crate::time::Instant;
use crate::timer::{Moved, Timer};
use crate::transaction::{Step, Transaction};
use crate::transcript::Line;
use crate::unsuitable::Unsuitable;
use crate::wire::Wire;

/// One conversation with a server, from its greeting to QUIT.
///
/// See the [crate's documentation](crate) for how to run it.
#[derive(Debug)]
pub struct Client {
    pub(crate) config: Arc<Config>,
    pub(crate) peer: Arc<Peer>,
    pub(crate) phase: Phase,
    pub(crate) parser: ReplyParser,
    pub(crate) extensions: Extensions,
    pub(crate) wire: Wire,
    /// Open transactions, oldest first. All but the last are written to the end. They are few.
    pub(crate) transactions: Vec<Transaction>,
    /// Encodes the content of the last transaction.
    pub(crate) encoder: Encoder,
    /// Makes the content of the last transaction pass a server without 8BITMIME.
    pub(crate) converter: Option<Box<Converter>>,
    /// Encoded content that becomes the next chunk.
    pub(crate) chunk: BytesMut,
    events: VecDeque<Pending>,
    timer: Timer,
    /// Transactions begun, refused ones aside.
    pub(crate) begun: u32,
    pub(crate) next_id: TransactionId,
    pub(crate) will: Will,
    /// TLS, once the handshake is done.
    pub(crate) secured: Option<Secured>,
    /// An authentication that is under way.
    pub(crate) exchange: Option<Exchange>,
    /// Why we do not use the server.
    pub(crate) unsuitable: Option<Unsuitable>,
    /// Whether the server has greeted us.
    pub(crate) has_greeted: bool,
    /// How we said hello last.
    pub(crate) hello: Stage,
    /// Whether a PIX seems to stand before the server.
    pub(crate) is_pix: bool,
    /// Whether a chunk was refused and its RSET is not answered yet.
    pub(crate) is_recovering: bool,
    /// Whether output is low enough to be filled up with content.
    pub(crate) is_filling: bool,
    /// Whether the server broke the protocol, or complained that we did.
    pub(crate) is_tainted: bool,
    /// Whether lines of the server are noted as they come, and not as they count.
    pub(crate) is_filtered: bool,
    /// Whether nobody wants to hear that a recipient was accepted for now.
    pub(crate) tells_decisions_only: bool,
}

impl Client {
    /// A conversation over a connection that has just been made.
    pub fn new(config: Arc<Config>, peer: impl Into<Arc<Peer>>, now: Instant) -> Self {
        let mut client = Self {
            encoder: Encoder::new(&config, Stuffing::Dots),
            parser: ReplyParser::new(config.smtputf8, config.reply_line_max()),
            config,
            peer: peer.into(),
            phase: Phase::Hello,
            extensions: Extensions::default(),
            wire: Wire::default(),
            transactions: Vec::new(),
            converter: None,
            chunk: BytesMut::new(),
            events: VecDeque::new(),
            timer: Timer::default(),
            begun: 0,
            next_id: TransactionId::FIRST,
            will: Will::Open,
            secured: None,
            exchange: None,
            unsuitable: None,
            has_greeted: false,
            hello: Stage::Ehlo,
            is_pix: false,
            is_recovering: false,
            is_filling: false,
            is_tainted: false,
            is_filtered: false,
            tells_decisions_only: false,
        };
        match client.peer.tls_start {
            TlsStart::Starttls => client.wire.expect(Stage::Greeting, None, 0),
            TlsStart::Implicit if client.config.has_tls() => client.phase = Phase::Securing,
            TlsStart::Implicit => {
                client.reject(Unsuitable::NoTls);
                client.close();
            }
        }
        client.arm(Moved::default(), now);
        client
    }

    /// Gives back the buffers of a conversation that will be idle for a while.
    pub fn park(&mut self) {
        self.wire.shrink();
        if !self.has_event() {
            self.parser.shrink();
        }
        if self.chunk.is_empty() {
            self.chunk = BytesMut::new();
        }
        self.events.shrink_to_fit();
        self.transactions.shrink_to_fit();
    }

    /// Tells of recipients only what decides, and not that one was accepted for now.
    pub fn tell_decisions_only(&mut self) {
        self.tells_decisions_only = true;
    }

    /// Keeps the dialogue for [`Client::poll_transcript`].
    pub fn record(&mut self) {
        self.wire.transcript.enable();
    }

    /// Takes bytes that the server sent and says how many: up to the end of a reply that makes an
    /// event or ends a wait, and none while there are events to be polled.
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
        let mut used = 0;
        // Replies that nobody hears of are taken with the one that follows.
        loop {
            let Ok((taken, is_complete)) = self.parser.parse(&input[used..]) else {
                return Err(self.fail(Error::Endless(self.stage().unwrap_or(Stage::Quit))));
            };
            used += taken;
            self.note_stray();
            if is_complete {
                self.note_received();
                self.answer()?;
            }
            if self.has_event() || used == input.len() || self.wire.front().is_none() {
                break;
            }
        }
        self.run(Moved { read: used, written: 0 }, now);
        Ok(used)
    }

    /// Counts `n` bytes of [`Client::poll_transmit`] as written.
    pub fn handle_transmitted(&mut self, n: usize, now: Instant) {
        self.wire.advance(n);
        self.is_filling |= self.wire.out.len() <= self.config.output_max() / 4;
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
        let is_idle = is_idle && self.phase != Phase::Securing;
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
        self.wire.unwritten()
    }

    /// When to call [`Client::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        let step = self.transactions.last().map(|transaction| transaction.step);
        let can_write = !self.wire.is_broken();
        let pause = if let Some(Step::Pause(until)) = step { Some(until) } else { None };
        let pause = pause.filter(|_| can_write);
        pause.into_iter().chain(self.timer.deadline()).min()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        let event = self.events.pop_front()?;
        event.with(Held {
            parser: &self.parser,
            extensions: &self.extensions,
            tls: self.secured.as_ref().map(|secured| &secured.info),
            unsuitable: self.unsuitable.as_ref(),
        })
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
            && self.transactions.last().is_none_or(is_written)
            && self.transactions.len() <= self.doubt_max()
            && self.wire.front().is_none_or(|awaited| awaited.stage != Stage::Probe)
    }

    /// The transaction whose content can be given.
    pub fn wants_content(&self) -> Option<TransactionId> {
        let transaction = self.transactions.last()?;
        let is_room = transaction.step == Step::Content && self.is_filling;
        let is_wanted = is_room || transaction.step == Step::Chunk;
        let is_wanted = is_wanted && !self.wire.is_broken();
        is_wanted.then_some(transaction.id)
    }

    /// Whether there will ever be a transaction again.
    pub fn is_open(&self) -> bool {
        let is_full = |max: core::num::NonZeroU32| self.begun >= max.get();
        matches!(self.phase, Phase::Hello | Phase::Securing | Phase::Ready)
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
            None if self.phase == Phase::Securing => Some(Stage::Handshake),
            None => {
                let is_stuck = self.wire.is_broken() && !self.transactions.is_empty();
                (is_stuck || !self.wire.is_written()).then_some(Stage::Content)
            }
        }
    }

    /// Whether there is nothing left to say but goodbye.
    pub(crate) fn is_farewell(&self) -> bool {
        self.will == Will::Quitting && self.transactions.is_empty()
    }

    pub(crate) fn tell(&mut self, event: Pending) {
        self.events.push_back(event);
    }

    /// Ends the conversation before its time.
    pub(crate) fn fail(&mut self, error: Error) -> Error {
        let sent = self.wire.sent();
        for transaction in core::mem::take(&mut self.transactions) {
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
    pub(crate) fn run(&mut self, moved: Moved, now: Instant) {
        self.advance(now);
        self.arm(moved, now);
    }

    fn arm(&mut self, moved: Moved, now: Instant) {
        let awaiting = self.stage().map(|stage| (stage, self.wire.answered()));
        self.timer.set(awaiting, moved, &self.config.time_limits, now);
    }
}
