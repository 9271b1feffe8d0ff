//! What a driver holds: a [`Client`] and the buffer for its input.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::BytesMut;

use crate::client::Client;
use crate::envelope::Envelope;
use crate::error::{Error, Misuse};
use crate::event::{Event, TransactionId};
use crate::filter::{Filtered, LineFilter};
use crate::stage::Stage;
use crate::surveyed::Surveyed;
use crate::time::Instant;
use crate::tls::Layer;

mod tls;

/// A conversation as a driver runs it: ask for the next [`Step`], do it, ask again.
#[derive(Debug)]
pub struct Channel {
    client: Client,
    /// Once TLS has begun.
    tls: Option<Box<Layer>>,
    /// If lines of the server are looked up.
    filter: Option<Box<LineFilter>>,
    /// Room for plaintext, and plaintext not yet taken in `input[start..end]`.
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the server will send nothing more.
    is_ended: bool,
    /// Whether the application was asked for an envelope and has not answered.
    has_asked: bool,
    /// Whether all was said, and the last of it is to be written if it can be at once.
    is_leaving: bool,
    /// Until when the server may say that nothing more will come, once we have.
    leaves_at: Option<Instant>,
    /// Whether the conversation ended before its time: nobody waits for the server then.
    has_failed: bool,
    /// The error that ended the conversation, until it is told.
    error: Option<Error>,
}

/// What a driver does next.
#[derive(Debug)]
pub enum Step<'a> {
    /// Something happened.
    Event(Event<'a>),
    /// A line of a reply is to be looked up: tell [`Channel::handle_filtered`]. Only where
    /// [`Channel::filter_replies`] was called.
    Filter {
        /// The line without its end, unprintable bytes as `?`.
        line: &'a str,
    },
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
            tls: None,
            filter: None,
            input: Vec::new(),
            start: 0,
            end: 0,
            is_ended: false,
            has_asked: false,
            is_leaving: false,
            leaves_at: None,
            has_failed: false,
            error: None,
        }
    }

    /// What to do next.
    ///
    /// # Errors
    /// Once, after its last event, if the conversation ended before its time.
    pub fn step(&mut self, now: Instant) -> Result<Step<'_>, Error> {
        if !self.client.has_event() {
            self.run(now);
        }
        if self.client.has_event() {
            let event = self.client.poll_event();
            return Ok(Step::Event(event.expect("there is an event: asked above")));
        }
        if let Some(error) = self.error.take() {
            self.has_failed = true;
            return Err(error);
        }
        if self.client.is_closed() {
            return Ok(self.leave(now));
        }
        if let Some(line) = self.filter.as_deref().and_then(LineFilter::question) {
            return Ok(Step::Filter { line });
        }
        if self.client.wants_envelope() && !self.has_asked {
            self.has_asked = true;
            return Ok(Step::Envelope);
        }
        let (out, space) = match &mut self.tls {
            None => (self.client.poll_transmit(), space(&mut self.input)),
            Some(layer) => layer.exchange(),
        };
        Ok(Step::Exchange {
            envelope: self.client.wants_envelope(),
            out,
            space,
            content: self.client.wants_content(),
            deadline: self.client.poll_timeout(),
        })
    }

    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.client.is_closed() && self.is_leaving
    }

    /// Counts what an exchange moved. What it read is at the start of its `space`.
    pub fn handle_progress(&mut self, progress: Progress, now: Instant) {
        let Progress { written, read, eof, broken } = progress;
        let transmitted = match &mut self.tls {
            None => {
                (self.start, self.end) = (0, read.min(self.input.len()));
                written
            }
            Some(layer) => {
                layer.handle_read(read, &self.client.peer);
                layer.handle_written(written, &self.client.peer)
            }
        };
        if transmitted > 0 {
            self.client.handle_transmitted(transmitted, now);
        }
        if broken {
            if let Some(layer) = &mut self.tls {
                layer.break_off();
            }
            self.client.handle_broken();
        }
        self.is_ended |= eof;
    }

    /// Has every line of a reply looked up before it counts (`smtp_reply_filter`).
    pub fn filter_replies(&mut self) {
        self.client.is_filtered = true;
        self.filter.get_or_insert_default();
    }

    /// Takes the answer to [`Step::Filter`].
    pub fn handle_filtered(&mut self, filtered: Filtered, now: Instant) {
        let Some(filter) = &mut self.filter else { return };
        let replaced = match &filtered {
            Filtered::Unchanged | Filtered::Failed => None,
            Filtered::Replaced(line) => Some(&**line),
        };
        let Some((said, line)) = filter.answer(replaced) else { return };
        self.client.note_filtered(said, replaced);
        let heard = match filtered {
            Filtered::Failed => self.client.handle_unknown(now),
            Filtered::Unchanged | Filtered::Replaced(_) => {
                self.client.handle_input(&line, now).map(drop)
            }
        };
        self.error = heard.err();
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
        self.is_leaving = true;
    }

    /// Ends the conversation here and now, because there is no time left for it. Open transactions
    /// are reported as lost, and those whose content is out as in doubt.
    pub fn give_up(&mut self) {
        if self.client.is_closed() {
            return;
        }
        let stage = self.client.stage().unwrap_or(Stage::Quit);
        self.error = Some(self.client.fail(Error::GivenUp(stage)));
        (self.is_ended, self.is_leaving) = (true, true);
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
        if let Some(layer) = &mut self.tls {
            layer.shrink();
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
            match self.advance(now) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => self.error = Some(error),
            }
        }
        let is_open = !self.client.is_closed() && !self.client.has_event();
        if self.error.is_none() && is_open {
            let sealed = self.tls.as_mut().map(|layer| layer.seal(self.client.poll_transmit()));
            self.error = sealed.and_then(Result::err).map(|fault| self.fail(fault));
        }
    }

    /// Does one thing, if there is one to do.
    fn advance(&mut self, now: Instant) -> Result<bool, Error> {
        if self.filter.as_deref().and_then(LineFilter::question).is_some() {
            return Ok(false);
        }
        if self.client.wants_tls() && self.tls.is_none() {
            self.begin_tls(now)?;
        } else if self.start < self.end {
            let input = &self.input[self.start..self.end];
            self.start += match &mut self.filter {
                None => self.client.handle_input(input, now)?,
                Some(filter) => self.client.filter_input(filter, input, now),
            };
        } else if self.has_records() && self.open(now)? {
            // What it was is plaintext from here on.
        } else if self.is_ended {
            self.end()?;
        } else if self.client.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.client.handle_timeout(now)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// Room for input.
fn space(input: &mut Vec<u8>) -> &mut [u8] {
    if input.is_empty() {
        input.resize(INPUT_SPACE, 0);
    }
    input
}

/// Bytes that are read at once at most.
const INPUT_SPACE: usize = 4096;
