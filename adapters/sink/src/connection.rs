//! One client's socket, its TLS and its session.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use mio::event::Event;
use mio::net::TcpStream;

use crate::Session;
use crate::acceptor::Acceptor;
use crate::layer::Layer;
use crate::store::Store;

/// A socket with the session that it carries.
pub(crate) struct Connection {
    stream: TcpStream,
    session: Session,
    /// What TLS would begin with, if it may.
    acceptor: Option<Arc<Acceptor>>,
    /// TLS, once it began.
    layer: Option<Box<Layer>>,
    /// Whether a read may find something; the events tell of changes alone.
    readable: bool,
    /// Whether the client was seen to send no more.
    hung_up: bool,
    /// Whether the server has it among those that may have more to read.
    pub(crate) is_queued: bool,
    phase: Phase,
}

/// What the server does when the connection next is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Nothing before an event.
    Wait,
    /// The same again, when others had their turn.
    Continue,
    /// It forgets the connection.
    Close,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Talking,
    /// We said all that we had to say. To close with input unread would reset the
    /// connection, and the client might never see our last reply.
    Lingering,
}

impl Connection {
    pub(crate) fn new(
        stream: TcpStream,
        session: Session,
        acceptor: Option<Arc<Acceptor>>,
    ) -> Self {
        Self {
            stream,
            session,
            acceptor,
            layer: None,
            readable: false,
            hung_up: false,
            is_queued: false,
            phase: Phase::Talking,
        }
    }

    pub(crate) fn handle_readiness(&mut self, event: &Event) {
        self.readable |= event.is_readable();
        self.hung_up |= event.is_read_closed();
    }

    /// Writes what is to be written, reads once, and writes what that gives.
    ///
    /// Nothing is read from a client that does not read: the output stays bounded.
    pub(crate) fn proceed(&mut self, space: &mut [u8], store: &Store) -> Next {
        let next = self.flush();
        if next != Next::Continue {
            return next;
        }
        if !self.readable {
            return Next::Wait;
        }
        let read = match self.stream.read(space) {
            Ok(0) => return Next::Close,
            Ok(read) => read,
            Err(error) => return self.give_up(&error),
        };
        // Less than was asked for is all there was, and whatever follows is an event. Not
        // so after the event that told of the end: no other follows it.
        self.readable = read == space.len() || self.hung_up || !cfg!(unix);
        if self.phase == Phase::Talking && !self.handle_input(&space[..read], store) {
            return Next::Close;
        }
        let next = self.flush();
        if next == Next::Continue && !self.readable { Next::Wait } else { next }
    }

    /// Whether all that the input brought could be kept.
    fn handle_input(&mut self, input: &[u8], store: &Store) -> bool {
        store.reads.fetch_add(1, Ordering::Relaxed);
        match &mut self.layer {
            None => self.session.handle_input(input),
            Some(layer) => {
                if layer.handle_input(input, &mut self.session).is_err() {
                    self.session.handle_broken();
                }
            }
        }
        while let Some(message) = self.session.poll_message() {
            if !store.keep(message) {
                return false;
            }
        }
        store.count(self.session.poll_tally());
        true
    }

    /// Writes the output; the connection goes on if that succeeds and the session allows.
    fn flush(&mut self) -> Next {
        loop {
            match self.transmit() {
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Next::Wait,
                Err(_) => return Next::Close,
            }
        }
        if self.session.is_stalled() {
            return if self.hung_up { Next::Close } else { Next::Wait };
        }
        if self.session.is_severed() {
            return Next::Close;
        }
        if self.session.wants_close() && self.phase == Phase::Talking {
            self.phase = Phase::Lingering;
            if self.stream.shutdown(Shutdown::Write).is_err() {
                return Next::Close;
            }
        }
        if self.session.wants_tls() && self.layer.is_none() {
            return self.begin_tls();
        }
        Next::Continue
    }

    fn transmit(&mut self) -> io::Result<()> {
        if let Some(layer) = &mut self.layer {
            layer.seal(&mut self.session)?;
        }
        while !self.session.output().is_empty() {
            let written = self.stream.write(self.session.output())?;
            self.session.handle_transmitted(written);
        }
        match &mut self.layer {
            None => Ok(()),
            Some(layer) => layer.transmit(&mut self.stream),
        }
    }

    fn begin_tls(&mut self) -> Next {
        let acceptor = self.acceptor.clone().expect("TLS is offered where it can be had");
        let Ok(layer) = Layer::new(acceptor) else {
            return Next::Close;
        };
        self.layer = Some(Box::new(layer));
        Next::Continue
    }

    /// What a failed read means.
    fn give_up(&mut self, error: &io::Error) -> Next {
        if error.kind() == ErrorKind::Interrupted {
            return Next::Continue;
        }
        if error.kind() == ErrorKind::WouldBlock {
            self.readable = false;
            return Next::Wait;
        }
        Next::Close
    }
}
