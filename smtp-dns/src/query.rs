//! What is asked of a resolver.

use core::fmt;

use crate::name::Name;

/// A question to the DNS, of class IN.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Query {
    /// Whose records.
    pub name: Name,
    /// Which records.
    pub kind: Kind,
}

/// A type of record.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// RFC 1035, 3.4.1.
    A,
    /// RFC 3596.
    Aaaa,
    /// RFC 1035, 3.3.9.
    Mx,
    /// RFC 2782.
    Srv,
    /// RFC 6698.
    Tlsa,
    /// RFC 1035, 3.3.14.
    Txt,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Srv => "SRV",
            Self::Tlsa => "TLSA",
            Self::Txt => "TXT",
        })
    }
}
