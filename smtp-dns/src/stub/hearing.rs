//! What comes from servers, or does not.

use core::time::Duration;

use tracing::{debug, warn};

use super::lookup::{Attempt, Flight, Key, Transport};
use super::{Action, Due, SocketId, Stub};
use crate::message::{self, Likeness, Response};
use crate::time::Instant;

impl Stub {
    /// Takes a message.
    pub(super) fn hear(&mut self, id: SocketId, message: &[u8], now: Instant) {
        let Some(socket) = self.sockets.get_mut(id) else { return };
        let key = match message::id(message).and_then(|number| socket.find(number)) {
            Some(Some(key)) => key,
            // A second answer.
            Some(None) => return,
            None => return self.distrust(id, now),
        };
        let lookup = &self.lookups[key];
        let flight = lookup.flight.as_ref().expect("what waits on a socket has been asked");
        let likeness = flight.inquiry.likeness(message);
        match (likeness, flight.attempt.transport) {
            // Nobody else can write to a stream, and on a stream we ask in one case alone.
            (Likeness::Same, _)
            | (Likeness::OtherCase | Likeness::NoQuestion, Transport::Stream) => {}
            (Likeness::OtherCase | Likeness::NoQuestion, Transport::Datagram) => {
                return self.doubt(key, likeness == Likeness::OtherCase, now);
            }
            (Likeness::None, _) => return self.distrust(id, now),
        }
        if let Some(stream) = &mut socket.stream {
            stream.heard = Some(now);
            socket.wrong = 0;
        }
        let response = Response::read(message, &flight.inquiry, lookup.links());
        self.take(key, response, now);
    }

    /// Takes what the server has said.
    fn take(&mut self, key: Key, response: Response, now: Instant) {
        let Flight { attempt, inquiry, .. } = self.leave(key, now);
        let server = &mut self.servers[attempt.server];
        server.hear(now);
        if matches!(response, Response::Answer(_) | Response::Elsewhere(_)) {
            server.lacks_edns |= self.config.edns && !attempt.edns;
            server.alters_case |= attempt.alters_case;
        } else {
            debug!(server = %server.address, query = ?inquiry.query, ?response, "no answer");
        }
        let lookup = &mut self.lookups[key];
        match response {
            Response::Answer(mut answer) => {
                answer.is_secure &= self.config.trust_ad;
                self.conclude(key, answer, now);
            }
            Response::Elsewhere(mut detour) => {
                detour.is_secure &= self.config.trust_ad;
                match lookup.follow(detour) {
                    Ok(()) => self.proceed(key, now),
                    Err(answer) => self.conclude(key, answer, now),
                }
            }
            Response::Truncated if attempt.transport == Transport::Datagram => {
                self.send(key, Attempt { transport: Transport::Stream, ..attempt }, now);
            }
            // RFC 6891, 7.
            Response::NotUnderstood if attempt.edns => {
                self.send(key, Attempt { edns: false, ..attempt }, now);
            }
            Response::NotUnderstood | Response::Refused => {
                lookup.plan.refuse(attempt.server);
                self.proceed(key, now);
            }
            Response::Truncated | Response::Trouble => {
                lookup.plan.trouble(attempt.server);
                self.proceed(key, now);
            }
        }
    }

    /// A datagram has the number of a question, but not its case: what the server really says is
    /// asked where nobody else can answer.
    fn doubt(&mut self, key: Key, alters_case: bool, now: Instant) {
        let Flight { attempt, .. } = self.leave(key, now);
        let address = self.servers[attempt.server].address;
        debug!(server = %address, "an answer does not repeat its question: it is asked over TCP");
        self.send(key, Attempt { transport: Transport::Stream, alters_case, ..attempt }, now);
    }

    /// A message answers nothing. Somebody may be guessing: not for long (RFC 5452, 9.3).
    fn distrust(&mut self, id: SocketId, now: Instant) {
        let Some(socket) = self.sockets.get_mut(id) else { return };
        socket.wrong += 1;
        if socket.wrong <= WRONG_MAX {
            return;
        }
        let address = self.servers[socket.server].address;
        warn!(server = %address, "messages that answer nothing come in the name of a server");
        if socket.stream.is_some() {
            return self.lose(id, now);
        }
        for key in socket.keys() {
            let Flight { attempt, .. } = self.leave(key, now);
            self.send(key, Attempt { transport: Transport::Stream, ..attempt }, now);
        }
    }

    /// A question waits no more for the server that it was put to.
    pub(super) fn leave(&mut self, key: Key, now: Instant) -> Flight {
        let flight = self.lookups[key].flight.take();
        let flight = flight.expect("only what has been asked is answered, or not");
        self.agenda.remove(&(flight.deadline, Due::Answer(key)));
        let id = flight.socket;
        let Some(socket) = self.sockets.get_mut(id) else { return flight };
        socket.settle(flight.inquiry.id);
        if socket.is_waiting() {
            return flight;
        }
        match &mut socket.stream {
            Some(stream) => {
                // RFC 7766, 6.2.3.
                let until = now + IDLE_MAX;
                stream.idle_until = Some(until);
                self.agenda.insert((until, Due::Question(id)));
            }
            None => self.close(id),
        }
        flight
    }

    fn close(&mut self, id: SocketId) {
        self.stop_idling(id);
        let Some(socket) = self.sockets.remove(id) else { return };
        let server = &mut self.servers[socket.server];
        for place in [&mut server.gathering, &mut server.stream] {
            place.take_if(|place| *place == id);
        }
        self.actions.push_back(Action::Close { socket: id });
    }

    /// A socket is of no use any more. What was asked on a stream is asked once more on another
    /// (RFC 7766, 6.2.4).
    pub(super) fn lose(&mut self, id: SocketId, now: Instant) {
        let Some(socket) = self.sockets.get_mut(id) else { return };
        let keys = socket.keys();
        self.close(id);
        for key in keys {
            let flight = self.leave(key, now);
            let attempt = flight.attempt;
            if attempt.transport == Transport::Stream && !attempt.has_lost_stream {
                self.send(key, Attempt { has_lost_stream: true, ..attempt }, now);
            } else {
                self.fail(key, &flight, now);
            }
        }
    }

    /// An answer has not come in time.
    pub(super) fn miss(&mut self, key: Key, now: Instant) {
        let flight = self.leave(key, now);
        let socket = self.sockets.get_mut(flight.socket);
        if let Some(stream) = socket.and_then(|socket| socket.stream.as_ref())
            && stream.heard.is_none_or(|heard| heard < flight.sent)
        {
            self.lose(flight.socket, now);
        }
        self.fail(key, &flight, now);
    }

    /// A server has not answered.
    fn fail(&mut self, key: Key, flight: &Flight, now: Instant) {
        let attempt = flight.attempt;
        let server = &mut self.servers[attempt.server];
        debug!(server = %server.address, query = ?flight.inquiry.query, "no answer in time");
        server.miss(flight.sent, now);
        if attempt.transport == Transport::Stream {
            server.alters_case = false;
        }
        self.lookups[key].plan.miss();
        self.proceed(key, now);
    }
}

/// Most messages that answer nothing on one socket.
pub(super) const WRONG_MAX: usize = 16;

/// How long a stream is kept open for the next question.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(5);
