//! A name server for tests.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::zone::{Carrier, UDP_SIZE_MAX, Zone};

/// A name server that answers from a [`Zone`], over UDP and TCP, until it is dropped.
///
/// It is as good as one that asks others: its answers say that recursion is available.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    zone: Zone,
    /// Questions that were answered.
    answered: AtomicU64,
    is_over: AtomicBool,
}

impl NameServer {
    /// Listens on loopback, at a free port.
    ///
    /// # Errors
    ///
    /// If there is no port that is free for both UDP and TCP.
    pub fn start(zone: Zone) -> io::Result<Self> {
        let mut attempts = 0;
        loop {
            let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            let address = udp.local_addr()?;
            match TcpListener::bind(address) {
                Ok(tcp) => return Self::over(udp, tcp, address, zone),
                Err(error) if attempts == ATTEMPTS_MAX => return Err(error),
                Err(_) => attempts += 1,
            }
        }
    }

    fn over(udp: UdpSocket, tcp: TcpListener, address: SocketAddr, zone: Zone) -> io::Result<Self> {
        let state = Arc::new(State { zone, ..State::default() });
        let mut server = Self { address, state: Arc::clone(&state), threads: Vec::new() };
        let thread = |name: &str| thread::Builder::new().name(name.to_owned());
        let (shared, streams) = (Arc::clone(&state), state);
        server.threads.push(thread("name-server-udp").spawn(move || shared.datagrams(&udp))?);
        server.threads.push(thread("name-server-tcp").spawn(move || streams.streams(&tcp))?);
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many questions it has answered.
    pub fn answered(&self) -> u64 {
        self.state.answered.load(Ordering::Relaxed)
    }
}

impl State {
    fn datagrams(&self, socket: &UdpSocket) {
        let mut space = [0; UDP_SIZE_MAX];
        while let Ok((read, from)) = socket.recv_from(&mut space) {
            if self.is_over.load(Ordering::Acquire) {
                return;
            }
            if let Some(answer) = self.answer(&space[..read], Carrier::Datagram) {
                // A client that is gone is not missed.
                let _ = socket.send_to(&answer, from);
            }
        }
    }

    fn streams(self: Arc<Self>, listener: &TcpListener) {
        while let Ok((stream, _)) = listener.accept() {
            if self.is_over.load(Ordering::Acquire) {
                return;
            }
            // Each counts the state as its own.
            if Arc::strong_count(&self) > STREAMS_MAX {
                continue;
            }
            let state = Arc::clone(&self);
            let thread = thread::Builder::new().name("name-server-stream".to_owned());
            // A stream without a thread is closed.
            let _ = thread.spawn(move || drop(state.stream(stream)));
        }
    }

    /// Answers until the client leaves or is silent for too long.
    fn stream(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut space = vec![0; usize::from(u16::MAX)];
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length)?;
            let message = &mut space[..usize::from(u16::from_be_bytes(length))];
            stream.read_exact(message)?;
            let answer = self.answer(message, Carrier::Stream).unwrap_or_default();
            let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
            stream.write_all(&[&length.to_be_bytes()[..], &answer].concat())?;
        }
    }

    fn answer(&self, message: &[u8], carrier: Carrier) -> Option<Vec<u8>> {
        let answer = self.zone.answer(message, carrier);
        self.answered.fetch_add(answer.is_some().into(), Ordering::Relaxed);
        answer
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Release);
        // Each thread waits for one more client, and finds that it is over.
        let woken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.send_to(&[], self.address));
        let is_woken = woken.is_ok() && TcpStream::connect(self.address).is_ok();
        for thread in self.threads.drain(..).filter(|_| is_woken) {
            // A panic of the thread was reported by it, and there is nothing to undo.
            let _ = thread.join();
        }
    }
}

/// How many ports are tried that are free for UDP alone.
const ATTEMPTS_MAX: usize = 10;

/// How many streams are served at a time; more are closed.
const STREAMS_MAX: usize = 64;

/// How long a stream may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use domain::base::iana::Rtype;
    use domain::base::{Message, MessageBuilder, Name};

    use super::*;

    fn question() -> Vec<u8> {
        let mut question = MessageBuilder::new_vec().question();
        question.push((Name::vec_from_str("mx.example").unwrap(), Rtype::A)).unwrap();
        question.finish()
    }

    fn server() -> NameServer {
        NameServer::start("mx.example A 127.0.0.1".parse().unwrap()).unwrap()
    }

    #[test]
    fn datagrams_are_answered() {
        let server = server();
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.send_to(b"no question", server.address()).unwrap();
        socket.send_to(&question(), server.address()).unwrap();
        let mut space = [0; 512];
        let read = socket.recv(&mut space).unwrap();
        assert_eq!(Message::from_slice(&space[..read]).unwrap().header_counts().ancount(), 1);
        assert_eq!(server.answered(), 1);
    }

    #[test]
    fn streams_are_answered_until_the_client_leaves() {
        let server = server();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let framed = [&[0, u8::try_from(question().len()).unwrap()][..], &question()].concat();
        stream.write_all(&framed.repeat(2)).unwrap();
        for _ in 0..2 {
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut answer).unwrap();
            assert_eq!(Message::from_slice(&answer).unwrap().header_counts().ancount(), 1);
        }
        assert_eq!(server.answered(), 2);
    }
}
