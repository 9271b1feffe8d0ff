//! The sockets to the name servers.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;

use envoi_dns::{Action, SocketId};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketType, recv, send, sockopt};

use super::nudge::Nudged;
use crate::runtime::{Runtime, Watched};
use crate::socket;

/// Open sockets, by their numbers, and what else whoever waits for them waits for.
#[derive(Debug)]
pub(super) struct Wire<S> {
    sockets: BTreeMap<SocketId, Socket<S>>,
    /// Interrupts a wait that blocks its thread.
    nudged: Option<Nudged<S>>,
    /// What is read goes through here.
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Socket<S> {
    watched: Watched<S>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Datagram,
    /// With the bytes that it has not taken yet.
    Stream(Vec<u8>),
}

/// What came of an attempt to read.
enum Input {
    Bytes(usize),
    Nothing,
    End,
}

impl<S> Default for Wire<S> {
    fn default() -> Self {
        Self::new(None)
    }
}

impl<S> Wire<S> {
    pub(super) fn new(nudged: Option<Nudged<S>>) -> Self {
        Self { sockets: BTreeMap::new(), nudged, buffer: Vec::new() }
    }
}

impl<S: AsFd> Wire<S> {
    /// Does what the machine asks for. Says if that was possible.
    pub(super) fn perform<R>(&mut self, action: Action, runtime: &R) -> Result<(), SocketId>
    where
        R: Runtime<Socket = S>,
    {
        let (id, done) = match action {
            Action::OpenDatagram { socket, server } => {
                (socket, self.open(socket, server, Kind::Datagram, runtime))
            }
            Action::OpenStream { socket, server } => {
                (socket, self.open(socket, server, Kind::Stream(Vec::new()), runtime))
            }
            Action::Send { socket, bytes } => {
                let open = self.sockets.get_mut(&socket);
                (socket, open.map_or(Ok(()), |open| open.send(bytes)))
            }
            Action::Close { socket } => {
                self.sockets.remove(&socket);
                (socket, Ok(()))
            }
        };
        done.map_err(|error| {
            tracing::debug!(%error, "a name server cannot be asked");
            self.sockets.remove(&id);
            id
        })
    }

    fn open<R>(
        &mut self,
        id: SocketId,
        server: SocketAddr,
        kind: Kind,
        runtime: &R,
    ) -> io::Result<()>
    where
        R: Runtime<Socket = S>,
    {
        let socket = socket::open(socket::family(server), kind.of_socket())?;
        if let Kind::Stream(_) = kind {
            sockopt::set_tcp_nodelay(&socket, true)?;
        }
        match rustix::net::connect(&socket, &server) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        let watched = Watched::new(runtime.watch(socket)?);
        self.sockets.insert(id, Socket { watched, kind });
        Ok(())
    }

    /// Reads once from each socket that has something. `hear` gets what that was; nothing, if the
    /// socket is of no use any more.
    pub(super) fn receive(&mut self, mut hear: impl FnMut(SocketId, Option<&[u8]>)) {
        let Self { sockets, nudged, buffer } = self;
        nudged.as_mut().map(Nudged::drain);
        buffer.resize(BUFFER, 0);
        sockets.retain(|id, socket| {
            if !socket.watched.is_ready {
                return true;
            }
            match socket.receive(buffer) {
                Input::Bytes(length) => hear(*id, Some(&buffer[..length])),
                Input::Nothing => socket.watched.is_ready = false,
                Input::End => {
                    hear(*id, None);
                    return false;
                }
            }
            true
        });
    }

    /// Whether there may be something to read.
    pub(super) fn is_ready(&self) -> bool {
        self.sockets.values().any(|socket| socket.watched.is_ready)
    }

    /// The sockets to be waited for.
    pub(super) fn watched(&mut self) -> impl Iterator<Item = &mut Watched<S>> {
        let nudged = self.nudged.as_mut().map(|nudged| &mut nudged.0);
        nudged.into_iter().chain(self.sockets.values_mut().map(|socket| &mut socket.watched))
    }

    /// Closes all sockets, and gives their numbers.
    pub(super) fn close(&mut self) -> impl Iterator<Item = SocketId> + use<S> {
        std::mem::take(&mut self.sockets).into_keys()
    }
}

impl<S: AsFd> Socket<S> {
    fn send(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let Kind::Stream(unsent) = &mut self.kind else {
            return match send(&self.watched.socket, &bytes, SendFlags::NOSIGNAL) {
                // What is lost here is asked again, like what is lost elsewhere.
                Ok(_) | Err(Errno::AGAIN | Errno::INTR | Errno::NOBUFS) => Ok(()),
                Err(error) => Err(error.into()),
            };
        };
        if unsent.len() + bytes.len() > UNSENT_MAX {
            return Err(io::Error::other("the name server reads nothing"));
        }
        unsent.extend(bytes);
        self.flush()
    }

    /// Writes what a stream takes.
    fn flush(&mut self) -> io::Result<()> {
        let Kind::Stream(unsent) = &mut self.kind else { return Ok(()) };
        while !unsent.is_empty() {
            match send(&self.watched.socket, unsent, SendFlags::NOSIGNAL) {
                Ok(sent) => drop(unsent.drain(..sent)),
                Err(Errno::INTR) => {}
                // A connection that is still being made takes nothing either.
                Err(Errno::AGAIN | Errno::NOTCONN) => break,
                Err(error) => return Err(error.into()),
            }
        }
        self.watched.writes = !unsent.is_empty();
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Input {
        if let Err(error) = self.flush() {
            tracing::debug!(%error, "a name server cannot be reached");
            return Input::End;
        }
        loop {
            let received = recv(&self.watched.socket, &mut *buffer, RecvFlags::empty());
            return match (received, &self.kind) {
                (Ok((0, _)), Kind::Stream(_)) => Input::End,
                (Ok((length, _)), Kind::Datagram | Kind::Stream(_)) => Input::Bytes(length),
                (Err(Errno::INTR), _) => continue,
                (Err(Errno::AGAIN | Errno::NOTCONN), _) => Input::Nothing,
                (Err(error), _) => {
                    tracing::debug!(%error, "a name server cannot be reached");
                    Input::End
                }
            };
        }
    }
}

impl Kind {
    fn of_socket(&self) -> SocketType {
        match self {
            Self::Datagram => SocketType::DGRAM,
            Self::Stream(_) => SocketType::STREAM,
        }
    }
}

/// Most bytes that are read at once, so that no datagram is cut off.
const BUFFER: usize = 65536;

/// Most bytes that wait until a stream takes them.
const UNSENT_MAX: usize = 65536;
