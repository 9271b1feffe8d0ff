//! Sockets, and the questions that wait on them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use smallvec::SmallVec;

use super::SocketId;
use super::frames::Frames;
use super::lookup::Key;
use crate::time::Instant;

/// The sockets that are open.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    open: BTreeMap<SocketId, Socket>,
    /// How many of them are datagram sockets.
    datagrams: usize,
    /// How many there have been.
    count: u64,
}

impl Sockets {
    pub(super) fn get_mut(&mut self, id: SocketId) -> Option<&mut Socket> {
        self.open.get_mut(&id)
    }

    /// Whether there may be one more datagram socket.
    pub(super) fn has_room(&self) -> bool {
        self.datagrams < DATAGRAMS_MAX
    }

    /// The latest datagram socket to a server that may take one more question.
    pub(super) fn latest_with_room(&self, server: usize) -> Option<SocketId> {
        let fits = |socket: &Socket| {
            socket.stream.is_none() && socket.server == server && socket.has_room()
        };
        self.open.iter().rev().find(|(_, socket)| fits(socket)).map(|(id, _)| *id)
    }

    pub(super) fn insert(&mut self, socket: Socket) -> SocketId {
        self.datagrams += usize::from(socket.stream.is_none());
        self.count += 1;
        let id = SocketId(self.count);
        self.open.insert(id, socket);
        id
    }

    pub(super) fn remove(&mut self, id: SocketId) -> Option<Socket> {
        let socket = self.open.remove(&id)?;
        self.datagrams -= usize::from(socket.stream.is_none());
        Some(socket)
    }
}

/// A socket.
#[derive(Debug)]
pub(super) struct Socket {
    /// The place of its server.
    pub(super) server: usize,
    /// What is known of a stream.
    pub(super) stream: Option<Stream>,
    /// Messages that answered nothing.
    pub(super) wrong: usize,
    /// Questions by their number, in order; without lookup if they wait no more.
    questions: SmallVec<[(u16, Option<Key>); 4]>,
    /// How many wait.
    waiting: usize,
}

/// What a stream has beside its questions.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) frames: Frames,
    /// When the last message came.
    pub(super) heard: Option<Instant>,
    /// When it is closed unless there is a question.
    pub(super) idle_until: Option<Instant>,
}

impl Socket {
    pub(super) fn new(server: usize, stream: Option<Stream>) -> Self {
        Self { server, stream, wrong: 0, questions: SmallVec::new(), waiting: 0 }
    }

    /// Whether another question may use it: a port is not used for long.
    pub(super) fn has_room(&self) -> bool {
        self.questions.len() < QUESTIONS_MAX
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// Adds a question, with the number proposed or the next one that is free.
    pub(super) fn add(&mut self, proposed: u16, key: Key) -> u16 {
        let mut id = proposed;
        loop {
            match self.place(id) {
                Ok(_) => id = id.wrapping_add(1),
                Err(place) => {
                    self.questions.insert(place, (id, Some(key)));
                    self.waiting += 1;
                    return id;
                }
            }
        }
    }

    /// The question of a number: it waits, or has waited, or was never asked.
    pub(super) fn find(&self, id: u16) -> Option<Option<Key>> {
        self.place(id).ok().map(|place| self.questions[place].1)
    }

    /// A question waits no more.
    pub(super) fn settle(&mut self, id: u16) {
        let Ok(place) = self.place(id) else { return };
        self.waiting -= 1;
        if self.stream.is_some() {
            self.questions.remove(place);
        } else {
            self.questions[place].1 = None;
        }
    }

    /// The questions that wait.
    pub(super) fn keys(&self) -> Vec<Key> {
        self.questions.iter().filter_map(|(_, key)| *key).collect()
    }

    fn place(&self, id: u16) -> Result<usize, usize> {
        self.questions.binary_search_by_key(&id, |(id, _)| *id)
    }
}

/// Most datagram sockets.
pub(super) const DATAGRAMS_MAX: usize = 128;

/// Most questions that one datagram socket takes in its life.
pub(super) const QUESTIONS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_questions_on_a_socket_have_one_number() {
        let mut socket = Socket::new(0, Some(Stream::default()));
        assert_eq!([7, 7, 8, 7].map(|id| socket.add(id, 0)), [7, 8, 9, 10]);
        assert_eq!([u16::MAX; 2].map(|id| socket.add(id, 0)), [u16::MAX, 0]);
        socket.settle(8);
        assert_eq!(socket.add(7, 0), 8);
    }

    #[test]
    fn a_datagram_socket_remembers_what_it_has_asked() {
        let mut socket = Socket::new(0, None);
        socket.add(7, 1);
        socket.add(9, 2);
        assert_eq!((socket.find(7), socket.find(8)), (Some(Some(1)), None));
        socket.settle(7);
        assert_eq!((socket.find(7), socket.keys()), (Some(None), [2].into()));
        socket.settle(9);
        assert!(!socket.is_waiting());
    }
}
