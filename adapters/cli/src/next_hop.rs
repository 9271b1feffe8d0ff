//! Where mail is sent.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

use envoi_driver::proto::{Domain, Protocol, TlsStart};

/// A host and perhaps a port: `[host]`, `[host]:port`, `[192.0.2.1]`, `[2001:db8::1]:25`,
/// `[ipv6:2001:db8::1]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NextHop {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Host {
    Name(Domain),
    Address(IpAddr),
}

impl NextHop {
    /// The host, as log lines name it.
    pub(crate) fn name(&self) -> String {
        match &self.host {
            Host::Name(name) => name.to_string(),
            Host::Address(address) => address.to_string(),
        }
    }

    /// Asks the system for the host's addresses.
    pub(crate) fn resolve(
        &self,
        protocol: Protocol,
        start: TlsStart,
    ) -> io::Result<Vec<SocketAddr>> {
        let port = self.port.unwrap_or(match (protocol, start) {
            (Protocol::Smtp, TlsStart::Starttls) => SMTP_PORT,
            (Protocol::Smtp, TlsStart::Implicit) => SUBMISSIONS_PORT,
            (Protocol::Lmtp, TlsStart::Starttls | TlsStart::Implicit) => LMTP_PORT,
        });
        match &self.host {
            Host::Address(address) => Ok(vec![SocketAddr::new(*address, port)]),
            Host::Name(name) => {
                let mut addresses = Vec::new();
                for address in (name.as_str(), port).to_socket_addrs()? {
                    if !addresses.contains(&address) && addresses.len() < ADDRESSES_MAX {
                        addresses.push(address);
                    }
                }
                Ok(addresses)
            }
        }
    }
}

impl From<SocketAddr> for NextHop {
    fn from(address: SocketAddr) -> Self {
        Self { host: Host::Address(address.ip()), port: Some(address.port()) }
    }
}

impl FromStr for NextHop {
    type Err = BadNextHop;

    fn from_str(text: &str) -> Result<Self, BadNextHop> {
        let inner = text.strip_prefix('[').ok_or(BadNextHop::Bare)?;
        let (host, port) = inner.rsplit_once(']').ok_or(BadNextHop::Unclosed)?;
        let port = match port {
            "" => None,
            port => {
                let number = port.strip_prefix(':').and_then(|port| port.parse().ok());
                Some(number.filter(|port| *port > 0).ok_or(BadNextHop::Port)?)
            }
        };
        Ok(Self { host: host.parse()?, port })
    }
}

impl FromStr for Host {
    type Err = BadNextHop;

    fn from_str(text: &str) -> Result<Self, BadNextHop> {
        if let Some((tag, address)) = text.split_once(':')
            && tag.eq_ignore_ascii_case("ipv6")
        {
            let address: Ipv6Addr = address.parse().map_err(|_| BadNextHop::Host)?;
            return Ok(Self::Address(address.into()));
        }
        match text.parse() {
            Ok(address) => Ok(Self::Address(address)),
            Err(_) if text.starts_with('[') => Err(BadNextHop::Host),
            Err(_) => text.parse().map(Self::Name).map_err(|_| BadNextHop::Host),
        }
    }
}

/// A text that is no next hop.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum BadNextHop {
    #[error(
        "a bare domain, whose mail servers (MX) cannot be looked up yet; \
         expected a host in brackets, such as '[mx.example.com]' or '[192.0.2.1]:25'"
    )]
    Bare,
    #[error("no ] after the host; expected '[host]' or '[host]:port'")]
    Unclosed,
    #[error("no host between [ and ]; expected a name, or an address such as [2001:db8::1]")]
    Host,
    #[error("no port after ]; expected : and a number from 1 to 65535, as in '[host]:25'")]
    Port,
}

/// Where SMTP servers listen.
const SMTP_PORT: u16 = 25;

/// Where SMTP servers listen that begin with TLS (RFC 8314, 7.3).
const SUBMISSIONS_PORT: u16 = 465;

/// Where LMTP servers listen (`lmtp_tcp_port`).
const LMTP_PORT: u16 = 24;

/// Most addresses of a host that are tried (`smtp_mx_address_limit`).
const ADDRESSES_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read() {
        for (text, name, address) in [
            ("[192.0.2.1]", "192.0.2.1", "192.0.2.1:25"),
            ("[192.0.2.1]:2525", "192.0.2.1", "192.0.2.1:2525"),
            ("[2001:db8::1]:587", "2001:db8::1", "[2001:db8::1]:587"),
            ("[IPv6:2001:db8::1]", "2001:db8::1", "[2001:db8::1]:25"),
        ] {
            let hop: NextHop = text.parse().unwrap();
            assert_eq!(hop.name(), name);
            let addresses = hop.resolve(Protocol::Smtp, TlsStart::Starttls).unwrap();
            assert_eq!(addresses, [address.parse().unwrap()]);
        }
        let hop: NextHop = "[mx.example]:24".parse().unwrap();
        assert_eq!((&*hop.name(), hop.port), ("mx.example", Some(24)));
    }

    #[test]
    fn port_is_that_of_the_protocol() {
        let hop: NextHop = "[192.0.2.1]".parse().unwrap();
        for (protocol, start, port) in [
            (Protocol::Smtp, TlsStart::Starttls, 25),
            (Protocol::Smtp, TlsStart::Implicit, 465),
            (Protocol::Lmtp, TlsStart::Starttls, 24),
            (Protocol::Lmtp, TlsStart::Implicit, 24),
        ] {
            assert_eq!(hop.resolve(protocol, start).unwrap()[0].port(), port);
        }
    }

    #[test]
    fn what_is_no_host_in_brackets_is_told_apart() {
        for (text, error) in [
            ("example.com", BadNextHop::Bare),
            ("192.0.2.1:25", BadNextHop::Bare),
            ("[mx.example", BadNextHop::Unclosed),
            ("[]:25", BadNextHop::Host),
            ("[mx example]", BadNextHop::Host),
            ("[ipv6:mx]", BadNextHop::Host),
            ("[[mx]]", BadNextHop::Host),
            ("[mx]25", BadNextHop::Port),
            ("[mx]:0", BadNextHop::Port),
            ("[mx]:65536", BadNextHop::Port),
            ("[mx]:", BadNextHop::Port),
        ] {
            assert_eq!(text.parse::<NextHop>(), Err(error), "{text}");
        }
    }
}
