//! Why nothing was done.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use envoi_driver::dns::BadDestination;
use envoi_driver::proto::auth::BadCredentials;
use envoi_driver::tls::{BadFile, Level};
use envoi_sink::TlsError;

use crate::exit::Exit;
use crate::reason::{Flaw, Reason};

/// What stopped the program before it did anything: what it is about, and what was expected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read {file:?}: {}; expected {expected}", Reason(source))]
    Unreadable { file: PathBuf, expected: &'static str, source: io::Error },
    #[error("standard input (-) is given twice; expected it once, since it is read once")]
    StdinTwice,
    #[error("bad address {0:?}: no domain; expected local-part@domain")]
    NoDomain(String),
    #[error("nothing was done; mistakes in the parameters, told above: {0}")]
    BadParameters(usize),
    #[error("{0} has no use without parameters; expected -c or -o as well")]
    NoParameters(&'static str),
    #[error("cannot log to {socket:?}: {}; expected a socket of syslogd's", Reason(source))]
    NoLog { socket: PathBuf, source: io::Error },
    #[error("cannot write {file:?}: {}; expected a place for a file", Reason(source))]
    Unwritable { file: PathBuf, source: io::Error },
    #[error("{option} has no use with --tls {level}; expected {expected}")]
    Useless { option: &'static str, level: Level, expected: &'static str },
    #[error("--tls fingerprint has nothing to compare with; expected --tls-fingerprint as well")]
    NoFingerprint,
    #[error("cannot use {option} {}", Flaw(error, expected))]
    BadFile { option: &'static str, expected: &'static str, error: BadFile },
    #[error("cannot use --tls-cert {file:?} with its key: {error}")]
    SinkCertificate { file: PathBuf, error: TlsError },
    #[error("cannot make a certificate: {0}; expected another --host, or --tls-cert")]
    NoCertificate(TlsError),
    #[error("this machine trusts no authorities, whom --tls {0} asks for; expected --tls-ca")]
    NoRoots(Level),
    #[error("no password for {user:?}; expected {expected}")]
    NoPassword { user: String, expected: &'static str },
    #[error("nothing in the first line of {0:?}; expected a password or token")]
    NoSecret(PathBuf),
    #[error(transparent)]
    Credentials(BadCredentials),
    #[error(transparent)]
    Destination(BadDestination),
    #[error("cannot find out about this machine: {}", Reason(.0))]
    System(io::Error),
    #[error("no command {0:?}; expected send, route, sink, config, demo, completions or man")]
    NoCommand(String),
    #[error("no parameter {0:?}; expected one of Postfix, or one that main.cf sets")]
    NoParameter(String),
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
            | Self::NoParameters(_)
            | Self::Unwritable { .. }
            | Self::Useless { .. }
            | Self::NoFingerprint
            | Self::BadFile { .. }
            | Self::SinkCertificate { .. }
            | Self::NoCertificate(_)
            | Self::NoPassword { .. }
            | Self::NoSecret(_)
            | Self::Credentials(_)
            | Self::Destination(_)
            | Self::NoCommand(_)
            | Self::NoParameter(_) => Exit::Usage,
            Self::System(_)
            | Self::BadParameters(_)
            | Self::NoLog { .. }
            | Self::NoRoots(_)
            | Self::NotOurs { .. }
            | Self::Listen { .. }
            | Self::Dump { .. } => Exit::Configuration,
            Self::Demo => Exit::Software,
        }
    }
}
