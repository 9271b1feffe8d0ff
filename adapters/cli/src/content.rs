//! Content from files and from standard input.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use envoi_driver::Content;
use tempfile::NamedTempFile;

use crate::error::Error;

/// Content that has been read through once, and the file that keeps it if need be.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) content: Content,
    /// What came from a pipe and is too large for memory; gone when this is dropped.
    _spool: Option<NamedTempFile>,
}

impl Loaded {
    /// Content that is there as a whole.
    pub(crate) fn of(content: Content) -> Self {
        Self { content, _spool: None }
    }

    /// Reads a file, or standard input if it is `-`.
    pub(crate) fn read(file: &Path) -> Result<Self, Error> {
        let loaded = if is_stdin(file) {
            Self::spooled(io::stdin().lock())
        } else if fs::metadata(file).is_ok_and(|found| found.is_file() || found.is_dir()) {
            Content::file(file).map(Self::of)
        } else {
            // What is no regular file cannot be read twice.
            File::open(file).and_then(Self::spooled)
        };
        loaded.map_err(|source| Error::Unreadable { file: file.into(), expected: EXPECTED, source })
    }

    fn spooled(mut source: impl Read) -> io::Result<Self> {
        let mut start = Vec::new();
        source.by_ref().take(MEMORY_MAX).read_to_end(&mut start)?;
        if (start.len() as u64) < MEMORY_MAX {
            return Ok(Self::of(start.into()));
        }
        let mut spool = NamedTempFile::new()?;
        io::copy(&mut start.chain(source), &mut spool)?;
        Ok(Self { content: Content::file(spool.path())?, _spool: Some(spool) })
    }
}

/// Whether a file stands for standard input.
pub(crate) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// What a file is to be.
const EXPECTED: &str = "a file with a message, or -";

/// Most bytes of a pipe that are kept in memory.
const MEMORY_MAX: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipe_that_is_too_large_for_memory_is_kept_in_a_file() {
        let loaded = Loaded::spooled(io::repeat(b'x').take(MEMORY_MAX + 5)).unwrap();
        assert_eq!(loaded.content.survey().unwrap().length, MEMORY_MAX + 5);
        assert!(loaded._spool.is_some());
        let loaded = Loaded::spooled(&b"hello\n"[..]).unwrap();
        assert_eq!(loaded.content.survey().unwrap().size(), 7);
        assert!(loaded._spool.is_none());
    }
}
