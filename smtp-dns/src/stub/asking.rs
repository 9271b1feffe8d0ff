//! How servers are asked.

use alloc::vec::Vec;

use rand_chacha::rand_core::Rng as _;
use tracing::debug;

use super::lookup::{Attempt, Flight, Key, QUERIES_MAX, Transport};
use super::socket::{Socket, Stream};
use super::{Action, Due, SocketId, Stub};
use crate::answer::{Answer, Lack};
use crate::message::{Casing, Inquiry, Options};
use crate::query::Query;
use crate::time::Instant;

impl Stub {
    /// Asks the next server.
    pub(super) fn proceed(&mut self, key: Key, now: Instant) {
        let plan = &mut self.lookups[key].plan;
        let Some(place) = plan.next(&mut self.servers, self.config.attempts, now) else {
            let answer = Answer::lacking(plan.lack());
            return self.conclude(key, answer, now);
        };
        let server = &self.servers[place];
        let is_stream = self.config.use_tcp || server.alters_case;
        let attempt = Attempt {
            server: place,
            transport: if is_stream { Transport::Stream } else { Transport::Datagram },
            edns: self.config.edns && !server.lacks_edns,
            alters_case: false,
            has_lost_stream: false,
        };
        self.send(key, attempt, now);
    }

    /// Asks a server.
    pub(super) fn send(&mut self, key: Key, mut attempt: Attempt, now: Instant) {
        let lookup = &self.lookups[key];
        if lookup.queries >= QUERIES_MAX || lookup.gives_up <= now {
            debug!(query = ?lookup.query, "nobody has told, and nobody else is asked");
            return self.finish(key, Answer::lacking(Lack::TryAgain));
        }
        let datagram = match attempt.transport {
            Transport::Datagram => self.datagram(attempt.server),
            Transport::Stream => None,
        };
        if datagram.is_none() {
            attempt.transport = Transport::Stream;
        }
        let id = datagram.unwrap_or_else(|| self.stream(attempt.server));
        let socket = self.sockets.get_mut(id).expect("it was found just now");
        let lookup = &mut self.lookups[key];
        lookup.queries += 1;
        let casing = match attempt.transport {
            Transport::Datagram => Casing::random(lookup.name.as_str().len(), &mut self.random),
            Transport::Stream => Casing::default(),
        };
        let query = Query { name: lookup.name.clone(), kind: lookup.query.kind };
        let number = socket.add(self.random.next_u32() as u16, key);
        let inquiry = Inquiry { query, id: number, casing };
        let wants_ad = self.config.trust_ad;
        let message = inquiry.message(Options { edns: attempt.edns, wants_ad });
        let deadline = now + lookup.plan.patience(self.config.timeout);
        let deadline = deadline.min(lookup.gives_up);
        self.agenda.insert((deadline, Due::Answer(key)));
        lookup.flight = Some(Flight { inquiry, attempt, socket: id, sent: now, deadline });
        match attempt.transport {
            Transport::Datagram => {
                self.actions.push_back(Action::Send { socket: id, bytes: message })
            }
            Transport::Stream => self.write(id, &message),
        }
    }

    /// A datagram socket for a question to a server, if there may be one.
    fn datagram(&mut self, server: usize) -> Option<SocketId> {
        let Self { sockets, servers, .. } = self;
        let gathering = servers[server].gathering;
        let is_open = |id: &SocketId| sockets.get_mut(*id).is_some_and(|socket| socket.has_room());
        if let Some(id) = gathering.filter(is_open) {
            return Some(id);
        }
        if !sockets.has_room() {
            return sockets.latest_with_room(server);
        }
        let socket = sockets.insert(Socket::new(server, None));
        servers[server].gathering = Some(socket);
        let server = servers[server].address;
        self.actions.push_back(Action::OpenDatagram { socket, server });
        Some(socket)
    }

    /// The stream for questions to a server (RFC 7766, 6.2.1).
    fn stream(&mut self, server: usize) -> SocketId {
        if let Some(id) = self.servers[server].stream {
            self.stop_idling(id);
            return id;
        }
        let socket = self.sockets.insert(Socket::new(server, Some(Stream::default())));
        self.servers[server].stream = Some(socket);
        let server = self.servers[server].address;
        self.actions.push_back(Action::OpenStream { socket, server });
        socket
    }

    pub(super) fn stop_idling(&mut self, id: SocketId) {
        let stream = self.sockets.get_mut(id).and_then(|socket| socket.stream.as_mut());
        if let Some(until) = stream.and_then(|stream| stream.idle_until.take()) {
            self.agenda.remove(&(until, Due::Question(id)));
        }
    }

    /// Writes a message to a stream, in one piece with its length and with what goes there beside
    /// it (RFC 7766, 8).
    fn write(&mut self, id: SocketId, message: &[u8]) {
        let length = u16::try_from(message.len()).expect("a question is shorter").to_be_bytes();
        if let Some(Action::Send { socket, bytes }) = self.actions.back_mut()
            && *socket == id
        {
            bytes.extend(length);
            bytes.extend(message);
            return;
        }
        let mut bytes = Vec::with_capacity(length.len() + message.len());
        bytes.extend(length);
        bytes.extend(message);
        self.actions.push_back(Action::Send { socket: id, bytes });
    }

    /// Takes an answer about the name that is asked about.
    pub(super) fn conclude(&mut self, key: Key, answer: Answer, now: Instant) {
        match self.lookups[key].settle(answer) {
            Some(answer) => self.finish(key, answer),
            None => self.proceed(key, now),
        }
    }
}
