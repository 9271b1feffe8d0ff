//! Why a server could not be installed, started or read.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What went wrong around a real server; an SMTP reply is never one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A package is missing and could not be installed.
    #[error("package {package} is missing: {reason}; by hand: {by_hand}")]
    Package {
        /// The package's name in Debian.
        package: &'static str,
        /// What the package tools said.
        reason: String,
        /// Commands that do it.
        by_hand: String,
    },
    /// A server cannot be started by an ordinary user.
    #[error("mail servers start as root only")]
    NotRoot,
    /// A server is not known to speak TLS or AUTH.
    #[error("{0} speaks neither TLS nor AUTH here")]
    NoSecurity(&'static str),
    /// The system has no such user or group.
    #[error("no user or group {0}")]
    Account(&'static str),
    /// A file or program of the system failed.
    #[error("{what}: {source}")]
    Io {
        /// The file or program.
        what: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A program ended with failure.
    #[error("{program} failed: {output}")]
    Failed {
        /// The program's name.
        program: String,
        /// The end of what it wrote.
        output: String,
    },
    /// The server did not come up.
    #[error("{server} gave no greeting in {waited:?}: {log}")]
    Silent {
        /// The server's name.
        server: &'static str,
        /// How long it was given.
        waited: Duration,
        /// The end of what it wrote.
        log: String,
    },
    /// Fewer messages or outcomes than expected arrived in time.
    #[error("{found} of {wanted} after {waited:?}")]
    Missing {
        /// How many were wanted.
        wanted: usize,
        /// How many there were.
        found: usize,
        /// How long they were given.
        waited: Duration,
    },
    /// A file of the server's queue is not in the form that this version reads.
    #[error("queue file {file}: {reason}")]
    Queue {
        /// The queue file.
        file: PathBuf,
        /// What was not understood.
        reason: &'static str,
    },
    /// A server refused a message that it was to send on.
    #[error("submission refused: {0}")]
    Submission(String),
}

impl Error {
    /// Blames a file.
    pub(super) fn file(path: &Path, source: io::Error) -> Self {
        Self::Io { what: path.display().to_string(), source }
    }

    /// Blames a program.
    pub(super) fn program(name: &str, source: io::Error) -> Self {
        Self::Io { what: name.to_owned(), source }
    }
}
