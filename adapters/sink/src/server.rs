//! The event loop: every connection of a sink in one thread.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};

use crate::acceptor::Acceptor;
use crate::connection::{Connection, Next};
use crate::store::Store;
use crate::tls::provider;
use crate::{Ledger, Options, Session};

/// The listening socket and its connections.
pub(crate) struct Server {
    poll: Poll,
    waker: Arc<Waker>,
    listener: TcpListener,
    /// Whether the listener may have connections that were not accepted yet.
    has_backlog: bool,
    /// The connections, each at the place that its token names.
    connections: Vec<Option<Connection>>,
    /// The empty places in `connections`.
    vacant: Vec<usize>,
    /// The places of connections that may have more to read, each at most once.
    unfinished: VecDeque<usize>,
    /// Where input is read to, shared by all connections.
    space: Vec<u8>,
    options: Arc<Options>,
    ledger: Arc<Ledger>,
    store: Arc<Store>,
    /// What TLS begins with, if it is spoken.
    acceptor: Option<Arc<Acceptor>>,
    /// What the challenges of all sessions are drawn from.
    seed: [u8; 32],
}

impl Server {
    pub(crate) fn new(
        listener: net::TcpListener,
        options: Options,
        store: Arc<Store>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), STOP)?);
        let mut listener = TcpListener::from_std(listener);
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let acceptor = options.tls.as_ref().map(|tls| Arc::new(Acceptor::new(tls)));
        let mut seed = [0; 32];
        if options.auth.is_some() {
            let drawn = provider().secure_random.fill(&mut seed);
            drawn.map_err(|_| io::Error::other("no random bytes for AUTH"))?;
        }
        Ok(Self {
            poll,
            waker,
            listener,
            has_backlog: false,
            connections: Vec::new(),
            vacant: Vec::new(),
            unfinished: VecDeque::new(),
            space: vec![0; SPACE],
            options: Arc::new(options),
            ledger: Arc::new(Ledger::after(store.last_number()?)),
            store,
            acceptor,
            seed,
        })
    }

    /// What makes [`run`](Self::run) return.
    pub(crate) fn waker(&self) -> Arc<Waker> {
        Arc::clone(&self.waker)
    }

    /// Serves until woken.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS_MAX);
        loop {
            let patience = (!self.unfinished.is_empty()).then_some(Duration::ZERO);
            match self.poll.poll(&mut events, patience) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            }
            if events.iter().any(|event| event.token() == STOP) {
                return;
            }
            for _ in 0..self.unfinished.len() {
                let place = self.unfinished.pop_front().expect("as many were counted");
                self.serve(place);
            }
            for event in &events {
                self.handle_event(event);
            }
            // After the events, so that none of them meets the next tenant of its place.
            if self.has_backlog {
                self.accept();
            }
        }
    }

    fn handle_event(&mut self, event: &Event) {
        if event.token() == LISTENER {
            self.has_backlog = true;
            return;
        }
        let place = event.token().0;
        let Some(connection) = self.connections.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        connection.handle_readiness(event);
        // A queued connection has its turn in the next round.
        if !connection.is_queued {
            self.serve(place);
        }
    }

    fn serve(&mut self, place: usize) {
        let Some(connection) = self.connections.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        let next = connection.proceed(&mut self.space, &self.store);
        connection.is_queued = next == Next::Continue;
        match next {
            Next::Wait => {}
            Next::Continue => self.unfinished.push_back(place),
            Next::Close => {
                self.connections[place] = None;
                self.vacant.push(place);
            }
        }
    }

    /// Accepts whoever waits, as far as there is room.
    fn accept(&mut self) {
        while self.connections.len() - self.vacant.len() < CONNECTIONS_MAX {
            match self.listener.accept() {
                // Who is gone before the greeting is not missed.
                Ok((stream, _)) => drop(self.open(stream)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.has_backlog = false;
                    return;
                }
                Err(error) if is_of_one_connection(&error) => {}
                // Out of descriptors: tried again when something happens to a connection.
                Err(_) => return,
            }
        }
    }

    fn open(&mut self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let place = self.vacant.last().copied().unwrap_or(self.connections.len());
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(place), interest)?;
        self.store.connections.fetch_add(1, Ordering::Relaxed);
        let session = Session::sharing(Arc::clone(&self.options), Arc::clone(&self.ledger));
        let session = session.with_seed(self.seed);
        let connection = Some(Connection::new(stream, session, self.acceptor.clone()));
        if self.vacant.pop().is_some() {
            self.connections[place] = connection;
        } else {
            self.connections.push(connection);
        }
        self.serve(place);
        Ok(())
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted)
}

const STOP: Token = Token(usize::MAX);
const LISTENER: Token = Token(usize::MAX - 1);

/// How many events one round takes.
const EVENTS_MAX: usize = 1024;
/// How many connections are served at a time; more wait in the listener's queue.
const CONNECTIONS_MAX: usize = 16 * 1024;
/// How much is read at a time.
const SPACE: usize = 256 * 1024;
