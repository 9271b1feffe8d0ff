//! Hosts that mail can be taken to.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::net::IpAddr;

use crate::failure::Failure;
use crate::name::Name;

/// A host, by one of its addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Host {
    /// What it is called in logs and certificates: its name, its address, or the path.
    pub name: Arc<str>,
    /// Where it is.
    pub address: Address,
    /// Where it listens. Zero for a path.
    pub port: u16,
    /// How it was found: the preference of its MX, or the priority of its SRV, if it has one.
    pub preference: Option<u16>,
    /// How long the address holds, in seconds; zero if it was not looked up in the DNS.
    pub ttl: u32,
    /// Whether every answer that led here was secure.
    pub is_secure: bool,
}

/// Where a host is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Address {
    /// On the internet.
    Ip(IpAddr),
    /// On this machine.
    Unix(Arc<str>),
}

/// A host that is not tried, or not by this address, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeftOut {
    /// Its name; none is the root, or an address that stands in place of a name.
    pub name: Option<Name>,
    /// The address, if it is about one.
    pub address: Option<IpAddr>,
    /// The preference of its MX, or the priority of its SRV, if it has one.
    pub preference: Option<u16>,
    /// Why.
    pub reason: Omission,
}

/// Why a host is not tried.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Omission {
    /// No address was found, or its name is the root.
    #[error("{0}")]
    Unresolved(Box<Failure>),
    /// It is this machine.
    #[error("it is this machine")]
    Ourselves,
    /// It is no better than this machine, which is among the exchangers.
    #[error("it is no better than this machine")]
    NoBetterThanOurselves,
    /// There are enough others (`smtp_mx_address_limit`).
    #[error("enough others are tried")]
    TooMany,
    /// There are more exchangers or addresses than anybody looks at. Of those, as many again are
    /// told.
    #[error("there are too many to look at")]
    Beyond,
    /// Its address is of a family that is not used (`inet_protocols`).
    #[error("addresses of its family are not used")]
    Family,
}
