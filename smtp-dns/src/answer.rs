//! What a resolver answers.

use alloc::boxed::Box;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use smallvec::SmallVec;

use crate::name::Name;

/// The answer to a [`Query`](crate::Query).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The records, of the kind that was asked for, or why there are none.
    pub records: Result<Records, Lack>,
    /// The name that has them, if CNAMEs led there from the name asked for.
    pub canonical: Option<Box<Name>>,
    /// How long this holds, in seconds: the least TTL of the records and CNAMEs, or that of the
    /// lack of them (RFC 2308, 5). Zero is for this once.
    pub ttl: u32,
    /// Whether a resolver that we trust has validated it (RFC 4035, 3.2.3: the AD bit).
    pub is_secure: bool,
}

impl Answer {
    /// An answer without records, for this once.
    pub fn lacking(lack: Lack) -> Self {
        Self { records: Err(lack), canonical: None, ttl: 0, is_secure: false }
    }

    /// How long this holds.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.ttl.into())
    }
}

/// Records of one kind, at least one, in the order in which they came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Records {
    /// IPv4 addresses.
    A(SmallVec<[Ipv4Addr; 4]>),
    /// IPv6 addresses.
    Aaaa(SmallVec<[Ipv6Addr; 1]>),
    /// Mail exchangers.
    Mx(SmallVec<[Mx; 1]>),
    /// Hosts of a service.
    Srv(Box<[Srv]>),
    /// Certificates or keys of a server.
    Tlsa(Box<[Tlsa]>),
    /// Texts: the strings of each are joined.
    Txt(Box<[Box<[u8]>]>),
}

/// A mail exchanger (RFC 1035, 3.3.9).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Mx {
    /// The less, the better.
    pub preference: u16,
    /// The host; none is the root, which stands for 'no mail' (RFC 7505).
    pub exchange: Option<Name>,
}

/// A host of a service (RFC 2782).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Srv {
    /// The less, the better.
    pub priority: u16,
    /// The share among those of the same priority.
    pub weight: u16,
    /// Where it listens.
    pub port: u16,
    /// The host; none is the root, which stands for 'no such service'.
    pub target: Option<Name>,
}

/// A certificate or key of a server (RFC 6698, 2.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tlsa {
    /// How it is to be used.
    pub usage: u8,
    /// What of the certificate it is about.
    pub selector: u8,
    /// How it is compared.
    pub matching: u8,
    /// What it is compared with.
    pub data: Box<[u8]>,
}

/// Why there are no records.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Lack {
    /// There is no such name (NXDOMAIN).
    #[error("Host not found")]
    NoName,
    /// The name has other records.
    #[error("Host found but no data record of requested type")]
    NoData,
    /// No server could tell: none answered, or all had trouble or do not serve us (SERVFAIL,
    /// NOTIMP, REFUSED).
    #[error("Host not found, try again")]
    TryAgain,
    /// The servers make nothing of the question (FORMERR and the like).
    #[error("Non-recoverable error")]
    Refused,
    /// The records are there and make no sense.
    #[error("Malformed or unexpected name server reply")]
    Malformed,
    /// A filter of ours removed all records (`smtp_dns_reply_filter`).
    #[error("DNS reply filter drops all results")]
    Filtered,
}
