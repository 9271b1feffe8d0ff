//! Why nothing was done.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::exit::Exit;
use crate::reason::Reason;

/// What stopped the program before it did anything: what it is about, and what was expected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read {file:?}: {}; expected a file with a message, or -", Reason(source))]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("standard input (-) is given twice; expected it once, since it is read once")]
    StdinTwice,
    #[error("bad address {0:?}: no domain; expected local-part@domain")]
    NoDomain(String),
    #[error("parameters (-o {0}) are not implemented yet; expected options such as --helo")]
    Parameter(String),
    #[error("cannot write {file:?}: {}; expected a place for a file", Reason(source))]
    Unwritable { file: PathBuf, source: io::Error },
    #[error("no command {0:?}; expected send, sink, demo, completions or man")]
    NoCommand(String),
    #[error("cannot send from {address}: {}; expected an address of this machine", Reason(source))]
    NotOurs { address: IpAddr, source: io::Error },
    #[error("cannot listen on {address}: {}; expected a free address and port", Reason(source))]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot keep messages in {directory:?}: {}; expected a directory", Reason(source))]
    Dump { directory: PathBuf, source: io::Error },
    #[error("the demonstration did not go as it should; please report what is shown above")]
    Demo,
}

impl Error {
    /// What the program ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Unreadable { .. }
            | Self::StdinTwice
            | Self::NoDomain(_)
            | Self::Parameter(_)
            | Self::Unwritable { .. }
            | Self::NoCommand(_) => Exit::Usage,
            Self::NotOurs { .. } | Self::Listen { .. } | Self::Dump { .. } => Exit::Configuration,
            Self::Demo => Exit::Software,
        }
    }
}
