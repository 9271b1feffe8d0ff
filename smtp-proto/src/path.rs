//! The paths of MAIL and RCPT.

use core::fmt::{self, Write};
use core::str::FromStr;

use crate::address::{BadAddress, Mailbox, Quoting};

/// The sender of a message: a mailbox, or null for a notification (RFC 5321, 4.5.5).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ReversePath {
    /// `<>`: nothing is ever to be sent back.
    Null,
    /// Where notifications go.
    Mailbox(Mailbox),
}

impl ReversePath {
    /// Whether only SMTPUTF8 can carry it.
    pub fn is_ascii(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Mailbox(mailbox) => mailbox.is_ascii(),
        }
    }

    pub(crate) fn write(&self, out: &mut impl Write, quoting: Quoting) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Mailbox(mailbox) => mailbox.write(out, quoting),
        }
    }
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Quoting::AsNeeded)
    }
}

/// Parses a mailbox, or `<>` or nothing for the null sender.
impl FromStr for ReversePath {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        match text {
            "" | "<>" => Ok(Self::Null),
            text => text.parse().map(Self::Mailbox),
        }
    }
}

impl From<Mailbox> for ReversePath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

/// A recipient's mailbox.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ForwardPath(Mailbox);

impl ForwardPath {
    /// The mailbox.
    pub fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ForwardPath {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        text.parse().map(Self)
    }
}

impl From<Mailbox> for ForwardPath {
    fn from(mailbox: Mailbox) -> Self {
        Self(mailbox)
    }
}
