//! How connections are made.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use envoi_driver::{Dial, Endpoint, System};

use super::reader::Reader;
use super::routing::interfaces;

/// How connections are made.
#[derive(Clone, Debug)]
pub struct Dialing {
    /// The address to come from to IPv4 servers.
    pub bind: Option<Ipv4Addr>,
    /// The address to come from to IPv6 servers.
    pub bind6: Option<Ipv6Addr>,
    /// Whether there is no connection from any other address (`smtp_bind_address_enforce`).
    pub bind_enforce: bool,
    /// Bytes of the socket's buffers, where the system's choice does not do (`tcp_windowsize`).
    pub window: Option<NonZeroUsize>,
    /// Below which sockets of this machine are whose path is not absolute (`queue_directory`).
    pub directory: PathBuf,
    /// How long it may take; as long as the system likes, if there is no limit.
    pub timeout: Option<Duration>,
}

impl Dialing {
    pub(super) fn read(reader: &mut Reader<'_>, system: &System) -> Self {
        let timeout = reader.time("smtp_connect_timeout");
        let own = interfaces(reader, system);
        let bind = source(reader, "smtp_bind_address");
        let bind6 = source(reader, "smtp_bind_address6");
        Self {
            bind: bind.or_else(|| only(&own, ipv4)),
            bind6: bind6.or_else(|| only(&own, ipv6)),
            bind_enforce: reader.boolean("smtp_bind_address_enforce"),
            window: NonZeroUsize::new(reader.size("tcp_windowsize")),
            directory: reader.text("queue_directory").into(),
            timeout: (!timeout.is_zero()).then_some(timeout),
        }
    }

    /// A connection to a server.
    pub fn dial(&self, endpoint: impl Into<Endpoint>) -> Dial {
        let mut dial = Dial::from(match endpoint.into() {
            Endpoint::Unix(path) => {
                Endpoint::Unix(self.directory.join(&*path).to_string_lossy().into())
            }
            endpoint @ Endpoint::Ip(_) => endpoint,
        });
        (dial.bind, dial.bind6) = (self.bind, self.bind6);
        (dial.bind_enforce, dial.window) = (self.bind_enforce, self.window);
        dial.timeout = self.timeout;
        dial
    }
}

fn source<T: FromStr>(reader: &mut Reader<'_>, parameter: &str) -> Option<T> {
    let text = reader.text(parameter);
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    if bare.is_empty() {
        return None;
    }
    let read = bare.parse();
    if read.is_err() {
        reader.blame(parameter, "an address of this machine, of its family");
    }
    read.ok()
}

/// Whoever takes mail at one address of a family alone comes from there as well.
fn only<T>(own: &[IpAddr], of_family: impl Fn(IpAddr) -> Option<T>) -> Option<T> {
    let mut of_family = own.iter().filter_map(|own| of_family(*own).map(|found| (*own, found)));
    let (first, others) = (of_family.next(), of_family.next());
    first.filter(|(own, _)| others.is_none() && !own.is_loopback()).map(|(_, found)| found)
}

fn ipv4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn ipv6(address: IpAddr) -> Option<Ipv6Addr> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(address),
    }
}
