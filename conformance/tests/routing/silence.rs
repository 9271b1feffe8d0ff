//! A port at which nobody listens.

use std::net::{Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket, sockopt};

/// A port that is taken, at all addresses of both families, by a socket that does not listen:
/// connections are refused. Who listens at one address of it has his way there.
pub(crate) struct Silence {
    pub(crate) port: u16,
    _socket: OwnedFd,
}

impl Silence {
    /// Takes the port; zero is any.
    pub(crate) fn at(port: u16) -> Self {
        let socket = socket(AddressFamily::INET6, SocketType::STREAM, None).unwrap();
        sockopt::set_ipv6_v6only(&socket, false).unwrap();
        sockopt::set_socket_reuseaddr(&socket, true).unwrap();
        let all = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
        bind(&socket, &all).unwrap_or_else(|error| panic!("port {port} is taken: {error}"));
        let taken = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
        Self { port: taken.port(), _socket: socket }
    }
}
