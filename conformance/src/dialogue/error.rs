//! What is wrong with a dialogue file.

use std::io;
use std::path::{Path, PathBuf};

/// A file that is no dialogue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("{}: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// One of its lines cannot be understood.
    #[error("{}:{line}: {reason}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What stands there, and what was expected.
        reason: String,
    },
}

impl Error {
    pub(crate) fn malformed(file: &Path, line: usize, reason: impl Into<String>) -> Self {
        Self::Malformed { file: file.into(), line, reason: reason.into() }
    }
}
