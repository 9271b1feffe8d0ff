//! Where to connect to, and how.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use envoi_dns::{Address, Host};
use envoi_proto::Peer;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, sockopt};

use crate::socket;

/// A connection to be made.
#[derive(Clone, Debug)]
pub struct Dial {
    /// The server.
    pub endpoint: Endpoint,
    /// The address to come from to an IPv4 server (`smtp_bind_address`).
    pub bind: Option<Ipv4Addr>,
    /// The address to come from to an IPv6 server (`smtp_bind_address6`).
    pub bind6: Option<Ipv6Addr>,
    /// Whether there is no connection from any other address (`smtp_bind_address_enforce`, no): if
    /// there is to be one, an address that is not ours is left to the system, with a warning.
    pub bind_enforce: bool,
    /// Bytes of the socket's buffers, where the system's choice does not do (`tcp_windowsize`).
    pub window: Option<NonZeroUsize>,
    /// How long it may take, if not as long as the system tries (`smtp_connect_timeout`, 30 s;
    /// 0 is none).
    pub timeout: Option<Duration>,
}

/// Where a server listens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Endpoint {
    /// On the internet.
    Ip(SocketAddr),
    /// On a socket of this machine, by its path.
    Unix(Arc<str>),
}

impl Dial {
    /// Begins to connect. The socket does not block; once it can be written to, the connection is
    /// made or its error can be taken. TCP_NODELAY is set.
    ///
    /// A Unix socket is carried as a `TcpStream` as well: reading, writing and waiting are the
    /// same system calls for both.
    ///
    /// # Errors
    /// If there is no socket, no such source address, or no route.
    pub fn start(&self) -> io::Result<TcpStream> {
        match &self.endpoint {
            Endpoint::Ip(address) => self.start_tcp(*address),
            Endpoint::Unix(path) => start_unix(path),
        }
    }

    fn start_tcp(&self, server: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::from(socket::open(socket::family(server), SocketType::STREAM)?);
        sockopt::set_socket_keepalive(&stream, true)?;
        if let Some(window) = self.window {
            sockopt::set_socket_send_buffer_size(&stream, window.get())?;
            sockopt::set_socket_recv_buffer_size(&stream, window.get())?;
        }
        if let Some(address) = self.source(server) {
            let bound = rustix::net::bind(&stream, &SocketAddr::from((address, 0)));
            self.judge(bound.map_err(|source| BadSource { address, source: source.into() }))?;
        }
        stream.set_nodelay(true)?;
        match rustix::net::connect(&stream, &server) {
            Ok(()) | Err(Errno::INPROGRESS) => Ok(stream),
            Err(error) => Err(error.into()),
        }
    }

    /// The address to come from, if there is one of the server's family.
    pub fn source(&self, server: SocketAddr) -> Option<IpAddr> {
        match server {
            SocketAddr::V4(_) => self.bind.map(IpAddr::V4),
            SocketAddr::V6(_) => self.bind6.map(IpAddr::V6),
        }
    }

    /// Takes it that there is no binding, or does not.
    fn judge(&self, bound: Result<(), BadSource>) -> io::Result<()> {
        match bound {
            Err(error) if self.bind_enforce => Err(io::Error::new(error.source.kind(), error)),
            Err(error) => {
                tracing::warn!("{error}");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Comes from the address at which mail is taken, where that is a single one of a family and
    /// known beyond this machine (`inet_interfaces`). What was said before stands.
    pub fn bind_as(&mut self, own: &[IpAddr]) {
        let single = |is_of_family: fn(&IpAddr) -> bool| {
            let mut of_family = own.iter().filter(|address| is_of_family(address));
            let first = of_family.next().filter(|address| !address.is_loopback())?;
            of_family.next().is_none().then_some(*first)
        };
        for single in [single(IpAddr::is_ipv4), single(IpAddr::is_ipv6)] {
            match single {
                Some(IpAddr::V4(address)) => self.bind = self.bind.or(Some(address)),
                Some(IpAddr::V6(address)) => self.bind6 = self.bind6.or(Some(address)),
                None => {}
            }
        }
    }

    /// Comes from an address wherever the server is of its family.
    pub fn bind_to(&mut self, source: IpAddr) {
        match source {
            IpAddr::V4(source) => self.bind = Some(source),
            IpAddr::V6(source) => self.bind6 = Some(source),
        }
    }

    /// Gives a peer the address, where it has none yet.
    pub fn name(&self, peer: &mut Peer) {
        if peer.address.is_empty() {
            (peer.address, peer.port) = match &self.endpoint {
                Endpoint::Ip(address) => (address.ip().to_string(), Some(address.port())),
                Endpoint::Unix(path) => (path.to_string(), None),
            };
        }
    }
}

/// Begins to connect to a socket of this machine, which is done at once or not at all: no
/// connection of this kind is made in the background, and a full queue is an error.
fn start_unix(path: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::from(socket::open(AddressFamily::UNIX, SocketType::STREAM)?);
    rustix::net::connect(&stream, &SocketAddrUnix::new(path)?)?;
    Ok(stream)
}

impl<E: Into<Endpoint>> From<E> for Dial {
    fn from(endpoint: E) -> Self {
        Self {
            endpoint: endpoint.into(),
            bind: None,
            bind6: None,
            bind_enforce: false,
            window: None,
            timeout: Some(Duration::from_secs(30)),
        }
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

impl From<&Host> for Endpoint {
    fn from(host: &Host) -> Self {
        match &host.address {
            Address::Ip(address) => Self::Ip((*address, host.port).into()),
            Address::Unix(path) => Self::Unix(path.clone()),
        }
    }
}

/// There is no connection from the address that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("cannot bind to {address}: {source}")]
pub struct BadSource {
    /// The address.
    pub address: IpAddr,
    source: io::Error,
}

impl BadSource {
    /// Whether that is why there is no connection.
    pub fn is_reason(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

/// An address and its port, or a path.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix(path) => f.write_str(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_source_is_for_servers_of_its_family() {
        let servers = ["127.0.0.1:25", "[::1]:25"].map(|server| server.parse().unwrap());
        let mut dial = Dial::from(servers[0]);
        dial.bind_to("127.0.0.2".parse().unwrap());
        assert_eq!(servers.map(|server| dial.source(server).is_some()), [true, false]);
        dial.bind_to("::1".parse().unwrap());
        assert_eq!(servers.map(|server| dial.source(server).is_some()), [true, true]);
    }

    #[test]
    fn a_server_sees_the_source() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut dial = Dial::from(listener.local_addr().unwrap());
        dial.bind = Some(Ipv4Addr::new(127, 0, 0, 2));
        let _stream = dial.start().unwrap();
        let (_, client) = listener.accept().unwrap();
        assert_eq!(client.ip(), Ipv4Addr::new(127, 0, 0, 2));
    }

    #[test]
    fn a_source_that_is_not_ours_is_left_out_or_insisted_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut dial = Dial::from(listener.local_addr().unwrap());
        dial.bind = Some(Ipv4Addr::new(192, 0, 2, 1));
        let _stream = dial.start().unwrap();
        let (_, client) = listener.accept().unwrap();
        assert_eq!(client.ip(), Ipv4Addr::LOCALHOST);
        dial.bind_enforce = true;
        let error = dial.start().unwrap_err();
        assert!(BadSource::is_reason(&error), "{error}");
        assert!(error.to_string().starts_with("cannot bind to 192.0.2.1: "), "{error}");
        assert!(!BadSource::is_reason(&Errno::CONNREFUSED.into()));
    }

    #[test]
    fn a_single_address_of_ours_is_the_source() {
        for (own, bind, bind6) in [
            (&["192.0.2.1"][..], Some("192.0.2.1"), None),
            (&["192.0.2.1", "2001:db8::1"], Some("192.0.2.1"), Some("2001:db8::1")),
            (&["192.0.2.1", "192.0.2.2", "2001:db8::1"], None, Some("2001:db8::1")),
            (&["127.0.0.1", "::1"], None, None),
            (&["127.0.0.1", "192.0.2.1"], None, None),
            (&[], None, None),
        ] {
            let own: Vec<IpAddr> = own.iter().map(|address| address.parse().unwrap()).collect();
            let mut dial = Dial::from(Endpoint::Unix("/nowhere".into()));
            dial.bind_as(&own);
            let bound = (dial.bind.map(|a| a.to_string()), dial.bind6.map(|a| a.to_string()));
            assert_eq!(bound, (bind.map(String::from), bind6.map(String::from)), "{own:?}");
            dial.bind = Some(Ipv4Addr::LOCALHOST);
            dial.bind_as(&own);
            assert_eq!(dial.bind, Some(Ipv4Addr::LOCALHOST));
        }
    }

    #[test]
    fn buffers_are_as_large_as_is_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut dial = Dial::from(listener.local_addr().unwrap());
        dial.window = NonZeroUsize::new(10_000);
        let stream = dial.start().unwrap();
        // Linux doubles what is asked for, to have room for what it needs itself.
        let sizes = [
            sockopt::socket_send_buffer_size(&stream).unwrap(),
            sockopt::socket_recv_buffer_size(&stream).unwrap(),
        ];
        assert!(sizes.iter().all(|size| (10_000..=20_000).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_unix_socket_is_carried_like_a_tcp_connection() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lmtp");
        let listener = UnixListener::bind(&path).unwrap();
        let endpoint = Endpoint::Unix(path.to_str().unwrap().into());
        let mut stream = Dial::from(endpoint.clone()).start().unwrap();
        let (mut server, _) = listener.accept().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.write_all(b"LHLO").unwrap();
        let mut heard = [0; 4];
        server.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"LHLO");

        let mut peer = Peer::new("local");
        Dial::from(endpoint).name(&mut peer);
        assert_eq!(peer.to_string(), format!("local[{}]", path.display()));
    }

    #[test]
    fn a_unix_socket_that_nobody_listens_on_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lmtp");
        let dial = |path: &str| Dial::from(Endpoint::Unix(path.into())).start();
        let missing = dial(path.to_str().unwrap()).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        drop(UnixListener::bind(&path).unwrap());
        let refused = dial(path.to_str().unwrap()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        assert!(dial(&"a".repeat(200)).is_err());
    }
}
