//! Where mail is to be taken.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

mod flaw;
mod idn;
mod parser;

use crate::name::Name;
use crate::service::Services;

pub use flaw::{BadDestination, DestinationFlaw};

/// One place to take mail to: a next hop, or an element of one that is a list.
///
/// For SMTP it is one of these:
///
/// | text | where |
/// |---|---|
/// | `example.com` | the exchangers of a mail domain |
/// | `example.com:submission`, `example.com:587` | the same, at another port |
/// | `[mx.example.com]`, `[mx.example.com]:587` | a host |
/// | `[192.0.2.1]`, `[192.0.2.1]:587`, `192.0.2.1` | an address |
/// | `[ipv6:2001:db8::1]`, `[2001:db8::1]:587` | an address |
///
/// For LMTP a bare name is a host. `inet:` may stand before any of these, and `unix:path` is a
/// socket of this machine.
///
/// Domains and hosts may be internationalized; they are converted to ASCII (UTS #46, without
/// transitional mappings), while those that are ASCII are taken as they are. What ends in a number
/// is no name (RFC 1123, 2.1): an IPv4 address in full is that address, with brackets or without,
/// and `127.1` or `0x7f000001` is nothing. An IPv4-mapped IPv6 address is the IPv4 address.
///
/// Prints as it was written. The longest has [`LENGTH_MAX`](Self::LENGTH_MAX) bytes.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Destination {
    /// As it was written.
    text: Arc<str>,
    target: Target,
    service: Option<Service>,
}

/// What kind of place it is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Target {
    /// A mail domain, whose exchangers are looked up (MX, or SRV).
    Domain(Name),
    /// A host, whose addresses are looked up.
    Host(Name),
    /// An address.
    Address(IpAddr),
    /// A socket of this machine (LMTP).
    Unix(Box<str>),
}

/// Where on the host, if that is said.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Service {
    /// Its name in lower case, if it was given by name.
    pub name: Option<Box<str>>,
    /// Its port.
    pub port: u16,
}

/// Which protocol's next hops are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Syntax {
    /// A bare name is a mail domain.
    Smtp,
    /// A bare name is a host; `unix:` and `inet:` are known.
    Lmtp,
}

impl Destination {
    /// Longest destination, in bytes: a name of 253 characters has up to 1,012.
    pub const LENGTH_MAX: usize = 1_024;

    /// Longest list of destinations, in bytes.
    pub const LIST_LENGTH_MAX: usize = 65_536;

    /// Most destinations of a list.
    pub const LIST_MAX: usize = 100;

    /// Reads one destination.
    ///
    /// # Errors
    /// If it is none; the error says where.
    pub fn parse(text: &str, syntax: Syntax, services: &Services) -> Result<Self, BadDestination> {
        parser::parse(text, syntax, services).map_err(|flawed| flawed.of(text))
    }

    /// Reads a list: elements stand between commas and blanks, any number of them, and are tried
    /// in order.
    ///
    /// # Errors
    /// If an element is none, or there is no element.
    pub fn list(
        text: &str,
        syntax: Syntax,
        services: &Services,
    ) -> Result<Vec<Self>, BadDestination> {
        parser::parse_list(text, syntax, services).map_err(|flawed| flawed.of(text))
    }

    /// Reads the domain of a mailbox: a mail domain, or the literal of an address (RFC 5321,
    /// 4.1.3). That is data, so it names no host, port, or socket, and is no list.
    ///
    /// # Errors
    /// If it is neither.
    pub fn of_domain(domain: &str) -> Result<Self, BadDestination> {
        parser::parse_domain(domain).map_err(|flawed| flawed.of(domain))
    }

    /// What kind of place it is.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Where on the host, if that is said.
    pub fn service(&self) -> Option<&Service> {
        self.service.as_ref()
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Destination {
    type Err = BadDestination;

    /// Reads a destination of SMTP, with the services of mail alone.
    fn from_str(text: &str) -> Result<Self, BadDestination> {
        Self::parse(text, Syntax::Smtp, &Services::default())
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
