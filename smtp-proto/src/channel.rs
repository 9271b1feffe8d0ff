//! What a driver holds: a [`Client`] and the buffer for its input.

use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::BytesMut;

use crate::client::Client;
use crate::envelope::Envelope;
use crate::error::{Error, Misuse};
use crate::event::{Event, TransactionId};
use crate::surveyed::Surveyed;
use crate::time::Instant;

/// A conversation as a driver runs it: ask for the next [`Step`], do it, ask again.
#[derive(Debug)]
pub struct Channel {
    client: Client,
    /// Room for input, and input not yet taken in `input[start..end]`.
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the server will send nothing more.
    is_ended: bool,
    /// Whether the application was asked for an envelope and has not answered.
    has_asked: bool,
    /// The error that ended the conversation, until it is told.
    error: Option<Error>,
}

/// What a driver does next.
#[derive(Debug)]
pub enum Step<'a> {
    /// Something happened.
    Event(Event<'a>),
    /// The next message may be given, or [`Channel::quit`] called, before anything is written:
    /// it shares the flight. Said once for each message.
    Envelope,
    /// Move bytes, and tell [`Channel::handle_progress`] how many.
    Exchange {
        /// What to write.
        out: &'a [u8],
        /// Where to read to.
        space: &'a mut [u8],
        /// Whose content can be given before or meanwhile.
        content: Option<TransactionId>,
        /// Whether a message can be given meanwhile.
        envelope: bool,
        /// When to stop waiting.
        deadline: Option<Instant>,
    },
    /// The conversation is over; the connection can be closed.
    Closed,
}

/// How far an exchange came.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Bytes written.
    pub written: usize,
    /// Bytes read.
    pub read: usize,
    /// Whether the server will send nothing more.
    pub eof: bool,
    /// Whether nothing can be written any more.
    pub broken: bool,
}

impl Channel {
    /// A conversation at its beginning.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            input: Vec::new(),
            start: 0,
            end: 0,
            is_ended: false,
            has_asked: false,
            error: None,
        }
    }

    /// What to do next.
    ///
    /// # Errors
    /// Once, after its last event, if the conversation ended before its time.
    pub fn step(&mut self, now: Instant) -> Result<Step<'_>, Error> {
        self.run(now);
        if self.client.has_event() {
            let event = self.client.poll_event();
            return Ok(Step::Event(event.expect("there is an event: asked above")));
        }
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.client.is_closed() {
            return Ok(Step::Closed);
        }
        if self.client.wants_envelope() && !self.has_asked {
            self.has_asked = true;
            return Ok(Step::Envelope);
        }
        if self.input.is_empty() {
            self.input.resize(INPUT_SPACE, 0);
        }
        Ok(Step::Exchange {
            envelope: self.client.wants_envelope(),
            out: self.client.poll_transmit(),
            space: &mut self.input,
            content: self.client.wants_content(),
            deadline: self.client.poll_timeout(),
        })
    }

    /// Counts what an exchange moved. What it read is at the start of its `space`.
    pub fn handle_progress(&mut self, progress: Progress, now: Instant) {
        let Progress { written, read, eof, broken } = progress;
        if written > 0 {
            self.client.handle_transmitted(written, now);
        }
        if broken {
            self.client.handle_broken();
        }
        (self.start, self.end) = (0, read.min(self.input.len()));
        self.is_ended |= eof;
    }

    /// Gives the next message; see [`Client::send`].
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn send(
        &mut self,
        envelope: impl Into<Arc<Envelope>>,
        now: Instant,
    ) -> Result<TransactionId, Misuse> {
        let id = self.client.send(envelope, now)?;
        self.has_asked = false;
        Ok(id)
    }

    /// Gives content; see [`Client::handle_content`].
    pub fn handle_content(&mut self, content: &[u8], now: Instant) -> usize {
        self.client.handle_content(content, now)
    }

    /// Gives all of a message's content; see [`Client::handle_surveyed`].
    pub fn handle_surveyed(&mut self, content: &Surveyed, now: Instant) -> bool {
        self.client.handle_surveyed(content, now)
    }

    /// See [`Client::content_end`].
    pub fn content_end(&mut self, now: Instant) {
        self.client.content_end(now);
    }

    /// See [`Client::content_failed`].
    pub fn content_failed(&mut self, now: Instant) {
        self.client.content_failed(now);
    }

    /// See [`Client::quit`].
    pub fn quit(&mut self, now: Instant) {
        self.client.quit(now);
    }

    /// Breaks the conversation off: open transactions are reported as lost.
    pub fn abort(&mut self) {
        self.is_ended = true;
        self.client.handle_broken();
        (self.start, self.end) = (0, 0);
    }

    /// Lends room for what is to be written. Conversations that take turns can use the same room,
    /// and those that wait for the server hold none.
    pub fn lend(&mut self, room: BytesMut) {
        self.client.wire.lend(room);
    }

    /// Gives up the room for what is to be written, if nothing is.
    pub fn give_back(&mut self) -> Option<BytesMut> {
        self.client.wire.give_back()
    }

    /// Gives back the buffers of a conversation that will be idle for a while.
    pub fn park(&mut self) {
        if self.start == self.end {
            self.input = Vec::new();
        }
        self.client.park();
    }

    /// The machine inside.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The machine inside, to record or probe it.
    pub fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Takes input up to the next event.
    fn run(&mut self, now: Instant) {
        while !self.client.has_event() && self.error.is_none() && !self.client.is_closed() {
            let outcome = if self.start < self.end {
                let input = &self.input[self.start..self.end];
                self.client.handle_input(input, now).map(|used| self.start += used)
            } else if self.is_ended {
                self.client.handle_eof()
            } else if self.client.poll_timeout().is_some_and(|deadline| deadline <= now) {
                self.client.handle_timeout(now)
            } else {
                return;
            };
            self.error = outcome.err();
        }
    }
}

/// Bytes that are read at once at most.
const INPUT_SPACE: usize = 4096;
