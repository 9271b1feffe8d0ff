//! In what portions bytes move.

use std::fmt;

/// In what portions bytes move while a dialogue is played.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pace {
    /// As much as possible at once.
    Whole,
    /// The server's bytes with a gap before this one, counted from the beginning.
    SplitAt(usize),
    /// The server's bytes one by one.
    ByteByByte,
    /// The client's bytes one by one, and its content in small pieces.
    SlowWriter,
}

impl Pace {
    /// All of them, for a server that sends so many bytes.
    pub fn all(server_bytes: usize) -> impl Iterator<Item = Self> {
        let splits = (1..server_bytes).map(Self::SplitAt);
        [Self::Whole, Self::ByteByByte, Self::SlowWriter].into_iter().chain(splits)
    }

    /// How many of the `bytes` at `position` arrive together.
    pub(super) fn portion(self, position: usize, bytes: usize) -> usize {
        match self {
            Self::SplitAt(at) if at > position => bytes.min(at - position),
            Self::Whole | Self::SplitAt(_) | Self::SlowWriter => bytes,
            Self::ByteByByte => bytes.min(1),
        }
    }

    /// How many bytes of a flight leave together at most.
    pub(super) fn write(self) -> usize {
        match self {
            Self::SlowWriter => 1,
            Self::Whole | Self::SplitAt(_) | Self::ByteByByte => usize::MAX,
        }
    }

    /// How many bytes of content the application gives at once at most.
    pub(super) fn give(self) -> usize {
        match self {
            Self::SlowWriter => 7,
            Self::Whole | Self::SplitAt(_) | Self::ByteByByte => usize::MAX,
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("with all bytes at once"),
            Self::SplitAt(at) => write!(f, "with a gap before byte {at} of the server's"),
            Self::ByteByByte => f.write_str("with the server's bytes one by one"),
            Self::SlowWriter => f.write_str("with the client's bytes one by one"),
        }
    }
}
