//! A stub resolver.
//!
//! A question goes out in a datagram from a port of its own, with a number and a case of letters
//! that nobody can foresee; what comes back counts only if it repeats them (RFC 5452). Whatever is
//! doubtful is settled over TCP, and so is what does not fit in a datagram (RFC 7766). A server
//! that repeats questions in another case than they were asked in is asked over TCP from then on,
//! where there is nothing to be guessed.
//!
//! A server that does not answer is asked again after the others, up to `attempts` times; its time
//! doubles with each round, as that of the system's resolver does, up to half a minute. A server
//! that says it has trouble, or that it will not tell, is not asked that question again. One that
//! has been silent for other questions is asked after those that were not, until one question in
//! half a minute finds that it is back.

mod asking;
mod completion;
mod frames;
mod hearing;
mod lookup;
mod server;
mod socket;
#[cfg(test)]
mod tests;

use alloc::collections::{BTreeSet, VecDeque};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher as _;
use core::net::SocketAddr;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use slab::Slab;

use crate::answer::{Answer, Lack};
use crate::query::Query;
use crate::resolv_conf::ResolvConf;
use crate::time::Instant;

pub use completion::Completion;
use lookup::{Key, Lookup};
use server::Server;
use socket::Sockets;

/// Turns questions into datagrams and streams for name servers, and what comes back into answers.
///
/// The run loop: [`Stub::ask`] whatever is wanted; do what [`Stub::poll_action`] says until it is
/// silent; wait for any of the sockets, or for [`Stub::poll_timeout`]; tell what happened; take
/// answers with [`Stub::poll_answer`].
#[derive(Debug)]
pub struct Stub {
    config: Arc<ResolvConf>,
    completion: Completion,
    random: ChaCha12Rng,
    servers: Vec<Server>,
    /// Which server is first for the next question.
    turn: usize,
    lookups: Slab<Lookup>,
    /// The lookups by their questions.
    under_way: HashTable<Key>,
    hasher: FixedState,
    sockets: Sockets,
    agenda: BTreeSet<(Instant, Due)>,
    actions: VecDeque<Action>,
    answers: VecDeque<(Query, Answer)>,
}

/// A socket of the driver's, by the number that the machine gives it. Numbers are not used again.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SocketId(u64);

/// What a driver is to do next.
#[derive(Debug, Eq, PartialEq)]
pub enum Action {
    /// Make a datagram socket of its own port, connected to the server. A failure goes to
    /// [`Stub::handle_failed`].
    OpenDatagram {
        /// The number of the socket.
        socket: SocketId,
        /// Whom it is connected to.
        server: SocketAddr,
    },
    /// Begin to connect a stream to the server. A failure goes to [`Stub::handle_failed`].
    OpenStream {
        /// The number of the socket.
        socket: SocketId,
        /// Whom it is connected to.
        server: SocketAddr,
    },
    /// Send: a datagram, or bytes of a stream in their order. The driver keeps what a stream does
    /// not take at once. Nothing is to be done if the socket has failed.
    Send {
        /// On which socket.
        socket: SocketId,
        /// A whole datagram, or any part of a stream.
        bytes: Vec<u8>,
    },
    /// Close the socket. Each that was to be opened gets this once, even if it has failed.
    Close {
        /// The socket.
        socket: SocketId,
    },
}

/// What the time is waited for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Due {
    /// A server's answer to a question.
    Answer(Key),
    /// The next question on a stream.
    Question(SocketId),
}

impl Stub {
    /// A resolver that knows its servers. The seed decides what an attacker must not guess.
    pub fn new(config: Arc<ResolvConf>, seed: [u8; 32]) -> Self {
        let mut random = ChaCha12Rng::from_seed(seed);
        let hasher = FixedState::with_seed(random.next_u64());
        let servers = config.servers.iter().take(SERVERS_MAX).copied().map(Server::new).collect();
        Self {
            config,
            completion: Completion::default(),
            random,
            servers,
            turn: 0,
            lookups: Slab::new(),
            under_way: HashTable::new(),
            hasher,
            sockets: Sockets::default(),
            agenda: BTreeSet::new(),
            actions: VecDeque::new(),
            answers: VecDeque::new(),
        }
    }

    /// Completes names that are not found as they are, or have too few dots.
    #[must_use]
    pub fn with_completion(mut self, completion: Completion) -> Self {
        self.completion = completion;
        self
    }

    /// Asks a question. The same question twice is asked once (RFC 5452, 5). If 4096 are under way,
    /// the answer is to try again.
    pub fn ask(&mut self, query: Query, now: Instant) {
        let hash = self.hasher.hash_one(&query);
        let is_same = |key: &Key| self.lookups[*key].query == query;
        if self.under_way.find(hash, is_same).is_some() {
            return;
        }
        if self.lookups.len() >= LOOKUPS_MAX {
            return self.answers.push_back((query, Answer::lacking(Lack::TryAgain)));
        }
        let first = self.turn;
        if self.config.rotate {
            self.turn = (self.turn + 1) % self.servers.len().max(1);
        }
        let names = self.completion.names(&query.name, &self.config);
        let key = self.lookups.insert(Lookup::new(query, names, first, now));
        let lookups = &self.lookups;
        let hash_of = |key: &Key| self.hasher.hash_one(&lookups[*key].query);
        self.under_way.insert_unique(hash, key, hash_of);
        self.proceed(key, now);
    }

    /// Gives up a question, and says whether it was under way.
    pub fn abandon(&mut self, query: &Query, now: Instant) -> bool {
        let lookups = &self.lookups;
        let is_same = |key: &Key| lookups[*key].query == *query;
        let Ok(entry) = self.under_way.find_entry(self.hasher.hash_one(query), is_same) else {
            return false;
        };
        let (key, _) = entry.remove();
        self.leave(key, now);
        self.lookups.remove(key);
        true
    }

    /// What to do next.
    ///
    /// Questions that are asked between two silences of this may share sockets.
    pub fn poll_action(&mut self) -> Option<Action> {
        let action = self.actions.pop_front();
        if action.is_none() {
            self.servers.iter_mut().for_each(|server| server.gathering = None);
        }
        action
    }

    /// Takes a datagram, or bytes of a stream.
    pub fn handle_input(&mut self, socket: SocketId, bytes: &[u8], now: Instant) {
        let Some(open) = self.sockets.get_mut(socket) else { return };
        let Some(stream) = &mut open.stream else {
            return self.hear(socket, bytes, now);
        };
        let mut frames = core::mem::take(&mut stream.frames);
        frames.feed(bytes, |message| self.hear(socket, message, now));
        if let Some(stream) = self.sockets.get_mut(socket).and_then(|open| open.stream.as_mut()) {
            stream.frames = frames;
        }
    }

    /// Learns that a socket is of no use: it was not made, was refused, or has ended.
    pub fn handle_failed(&mut self, socket: SocketId, now: Instant) {
        self.lose(socket, now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(&(at, due)) = self.agenda.first()
            && at <= now
        {
            match due {
                Due::Answer(key) => self.miss(key, now),
                Due::Question(socket) => self.lose(socket, now),
            }
        }
    }

    /// When something will be due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// The next answer, with its question.
    pub fn poll_answer(&mut self) -> Option<(Query, Answer)> {
        self.answers.pop_front()
    }

    /// Answers a question, and forgets it.
    fn finish(&mut self, key: Key, answer: Answer) {
        let lookup = self.lookups.remove(key);
        let hash = self.hasher.hash_one(&lookup.query);
        if let Ok(entry) = self.under_way.find_entry(hash, |other| *other == key) {
            entry.remove();
        }
        self.answers.push_back((lookup.query, answer));
    }
}

/// Most questions under way.
const LOOKUPS_MAX: usize = 4096;

/// Most servers that are asked; resolv.conf names three.
const SERVERS_MAX: usize = 32;
