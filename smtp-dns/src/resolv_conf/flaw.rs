//! What is wrong with a line of resolv.conf(5).

use alloc::boxed::Box;

use crate::excerpt::Excerpt;
use crate::name::NameFlaw;
use crate::resolv_conf::ResolvConf;

/// A line of which a word was skipped.
///
/// Prints as one short line without control characters.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {number}, {}: {flaw}", Excerpt { text: word, at: 0 })]
pub struct BadLine {
    /// Which line, from 1.
    pub number: usize,
    /// The word, or its beginning if it is long.
    pub word: Box<str>,
    /// What is wrong with it.
    pub flaw: LineFlaw,
}

/// What is wrong with a word of resolv.conf(5).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LineFlaw {
    /// The system's own resolver does not see such a line either.
    #[error("blanks before a keyword; expected it at the beginning of the line")]
    Indented,
    /// Neither an IPv4 nor an IPv6 address.
    #[error("no address; expected that of a name server, the zone a number if it has one")]
    Address,
    /// More than [`ResolvConf::SERVERS_MAX`].
    #[error("too many name servers; expected at most {}", ResolvConf::SERVERS_MAX)]
    Servers,
    /// A domain to search that is no name.
    #[error(transparent)]
    Name(#[from] NameFlaw),
    /// More domains to search than are looked at.
    #[error("too many domains; expected at most {max}")]
    Domains {
        /// Most domains.
        max: usize,
    },
    /// An option that takes a number, without one.
    #[error("no number; expected one after a colon")]
    Number,
}
