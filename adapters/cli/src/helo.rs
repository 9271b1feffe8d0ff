//! What we call ourselves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use envoi_driver::dns::{Address, Host};
use envoi_driver::proto::Domain;

/// The name for EHLO: this machine's, if it is a whole one, or the address that the server sees
/// (RFC 5321, 4.1.4).
pub(crate) fn name(server: &Host, bind: Option<IpAddr>) -> Domain {
    let system = rustix::system::uname();
    let name = system.nodename().to_str().ok().filter(|name| name.contains('.'));
    let name = name.and_then(|name| name.parse().ok());
    name.unwrap_or_else(|| literal(bind.or_else(|| towards(server)).unwrap_or(LOOPBACK)))
}

/// The address that a server sees.
fn towards(server: &Host) -> Option<IpAddr> {
    match &server.address {
        Address::Ip(address) => source(*address),
        Address::Unix(_) => None,
    }
}

/// The address that this machine uses towards a server. Nothing is sent to find that out.
fn source(server: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match server {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((server, ANY_PORT)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// An address literal (RFC 5321, 4.1.3).
fn literal(address: IpAddr) -> Domain {
    let text = match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    };
    text.parse().expect("it is an address literal: written above")
}

/// A port, which decides nothing here.
const ANY_PORT: u16 = 25;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_literals() {
        assert_eq!(literal("192.0.2.1".parse().unwrap()).as_str(), "[192.0.2.1]");
        assert_eq!(literal("2001:db8::1".parse().unwrap()).as_str(), "[IPv6:2001:db8::1]");
        assert_eq!(source(LOOPBACK), Some(LOOPBACK));
    }
}
