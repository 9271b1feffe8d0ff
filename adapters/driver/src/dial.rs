//! Where to connect to, and how.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use envoi_proto::Peer;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, sockopt};

/// A connection to be made.
#[derive(Clone, Debug)]
pub struct Dial {
    /// The server.
    pub address: SocketAddr,
    /// The address to come from (`smtp_bind_address`, `smtp_bind_address6`).
    pub bind: Option<IpAddr>,
    /// How long it may take; `smtp_connect_timeout`, 30 s.
    pub timeout: Duration,
}

impl Dial {
    /// Begins to connect. The socket does not block; once it can be written to, the connection is
    /// made or its error can be taken. TCP_NODELAY is set.
    ///
    /// # Errors
    /// If there is no socket, no such source address, or no route.
    pub fn start(&self) -> io::Result<TcpStream> {
        let family = match self.address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
        rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
        sockopt::set_socket_keepalive(&socket, true)?;
        if let Some(source) = self.bind {
            rustix::net::bind(&socket, &SocketAddr::from((source, 0)))?;
        }
        let stream = TcpStream::from(socket);
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        match rustix::net::connect(&stream, &self.address) {
            Ok(()) | Err(Errno::INPROGRESS) => Ok(stream),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a peer the address, where it has none yet.
    pub fn name(&self, peer: &mut Peer) {
        if peer.address.is_empty() {
            peer.address = self.address.ip().to_string();
            peer.port = Some(self.address.port());
        }
    }
}

impl From<SocketAddr> for Dial {
    fn from(address: SocketAddr) -> Self {
        Self { address, bind: None, timeout: Duration::from_secs(30) }
    }
}
