//! What a runtime offers.

use std::fs::File;
use std::future::Future;
use std::io;
use std::pin::Pin;

use envoi_proto::{Instant, Progress};

use crate::content::CHUNK;

/// One connection, as a runtime moves its bytes.
#[expect(async_fn_in_trait, reason = "each adapter asserts that its own futures are Send")]
pub trait Io {
    /// Whether [`Io::exchange`] waits by blocking its thread, and is never pending.
    const BLOCKS: bool = true;

    /// Writes from `out` and reads to `space`, whichever is possible first.
    ///
    /// It returns at the first progress and never waits after that. When `deadline` passes it
    /// returns no progress. That the peer has closed or reset the connection is a flag in
    /// [`Progress`], not an error: what it said before still counts. Dropping the future loses
    /// nothing.
    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress>;

    /// The time, on the clock that deadlines are on.
    fn now(&self) -> Instant;

    /// Reads from a large file where that may block. By default it blocks here and now.
    fn read_ahead(work: ReadAhead) -> Reading {
        let read = work.run();
        Box::pin(async { read })
    }
}

/// A read of a file that may block.
#[derive(Debug)]
pub struct ReadAhead {
    file: File,
    /// What was read.
    pub(crate) buffer: Vec<u8>,
    /// Whether there is nothing left to read.
    pub(crate) is_ended: bool,
}

impl ReadAhead {
    pub(crate) fn new(file: File) -> Self {
        Self { file, buffer: Vec::new(), is_ended: false }
    }

    /// Does it if that does not block, because the kernel has the bytes already: other threads are
    /// asked for what comes from a disk, not for what is a copy.
    pub(crate) fn run_at_once(&mut self) -> bool {
        self.buffer.resize(CHUNK, 0);
        let read = read_cached(&self.file, &mut self.buffer);
        self.buffer.truncate(read.unwrap_or(0));
        self.is_ended = read == Some(0);
        read.is_some()
    }

    /// Does it.
    pub fn run(mut self) -> Self {
        self.buffer.resize(CHUNK, 0);
        let read = fill(&mut self.file, &mut self.buffer);
        // The promised length will be missed, and the message aborted.
        let read = read.inspect_err(|error| tracing::warn!(%error, "content cannot be read"));
        self.buffer.truncate(read.unwrap_or(0));
        self.is_ended = self.buffer.len() < CHUNK;
        self
    }
}

/// Reads until `space` is full or the source has ended, and says how much that was.
pub(crate) fn fill(source: &mut impl io::Read, space: &mut [u8]) -> io::Result<usize> {
    let mut end = 0;
    while end < space.len() {
        match source.read(&mut space[end..]) {
            Ok(0) => break,
            Ok(n) => end += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(end)
}

/// Reads what the kernel has in memory. None if that is not possible or not enough.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, space: &mut [u8]) -> Option<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};

    // From where the file stands, which moves.
    const HERE: u64 = u64::MAX;
    let mut space = [io::IoSliceMut::new(space)];
    preadv2(file, &mut space, HERE, ReadWriteFlags::NOWAIT).ok()
}

#[cfg(not(target_os = "linux"))]
fn read_cached(_: &File, _: &mut [u8]) -> Option<usize> {
    None
}

/// A read that is under way.
pub type Reading = Pin<Box<dyn Future<Output = ReadAhead> + Send>>;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_is_the_same_read_at_once_or_elsewhere() {
        let content: Vec<u8> = (0..CHUNK * 2 + 1000).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&content).unwrap();
        let open = || ReadAhead::new(File::open(file.path()).unwrap());

        let (mut read, mut elsewhere) = (open(), Vec::new());
        while !read.is_ended {
            read = read.run();
            elsewhere.extend_from_slice(&read.buffer);
        }
        assert!(elsewhere == content);

        let (mut read, mut at_once) = (open(), Vec::new());
        while !read.is_ended {
            if !read.run_at_once() {
                read = read.run();
            }
            at_once.extend_from_slice(&read.buffer);
        }
        assert!(at_once == content);
    }
}
