//! The bytes that a floor writes before it must wait for a reply.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use bytes::Bytes;

use super::Then;
use crate::job::{Content, Job};
use crate::text::{RECIPIENT, SENDER};

/// The flights of a conversation, built before it starts.
pub(super) struct Flights {
    /// What ends the last flight: the dot, with all of the content if that is in memory.
    last: Bytes,
    /// What ends every other one: the same, and the next envelope.
    more: Bytes,
    file: Option<Reading>,
}

impl Flights {
    pub(super) fn of(job: &Job) -> Self {
        let (content, file) = match &job.content {
            Content::Memory(content) => (content.clone(), None),
            Content::File(path) => (Bytes::new(), Some(Reading::of(path.clone(), job.size))),
        };
        let last = Bytes::from([content.as_ref(), b".\r\n"].concat());
        let more = Bytes::from([last.as_ref(), envelope().as_bytes()].concat());
        Self { last, more, file }
    }

    /// The same for another conversation, over the same bytes.
    pub(super) fn share(&self) -> Self {
        let file = self.file.as_ref().map(|file| Reading::of(file.path.clone(), file.size));
        Self { last: self.last.clone(), more: self.more.clone(), file }
    }

    /// What opens a conversation.
    pub(super) fn first(&self) -> Bytes {
        Bytes::from(envelope())
    }

    /// The next flight, in as few writes as its source allows.
    pub(super) fn next(&mut self, then: Then) -> io::Result<Flight<'_>> {
        let tail = match then {
            Then::Envelope => &self.more,
            Then::Nothing => &self.last,
        };
        if let Some(reading) = &mut self.file {
            reading.open()?;
        }
        Ok(Flight { tail: Some(tail), file: self.file.as_mut() })
    }
}

/// One flight on its way out.
pub(super) struct Flight<'a> {
    tail: Option<&'a [u8]>,
    file: Option<&'a mut Reading>,
}

impl Flight<'_> {
    /// What to write next.
    pub(super) fn chunk(&mut self) -> io::Result<Option<&[u8]>> {
        let Some(reading) = &mut self.file else {
            return Ok(self.tail.take());
        };
        if self.tail.is_none() {
            return Ok(None);
        }
        reading.fill()?;
        if reading.left == 0 {
            reading.buffer.extend_from_slice(self.tail.take().unwrap_or_default());
        }
        Ok(Some(&reading.buffer))
    }
}

/// A file on its way through a buffer.
struct Reading {
    path: PathBuf,
    size: usize,
    file: Option<File>,
    left: usize,
    buffer: Vec<u8>,
}

impl Reading {
    fn of(path: PathBuf, size: usize) -> Self {
        Self { path, size, file: None, left: 0, buffer: Vec::new() }
    }

    fn open(&mut self) -> io::Result<()> {
        self.file = Some(File::open(&self.path)?);
        self.left = self.size;
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = self.left.min(CHUNK);
        self.buffer.resize(length, 0);
        if let Some(file) = &mut self.file {
            file.read_exact(&mut self.buffer)?;
        }
        self.left -= length;
        if self.left == 0 {
            self.file = None;
        }
        Ok(())
    }
}

fn envelope() -> String {
    format!("MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\n")
}

/// How much of a file is read at once.
const CHUNK: usize = 256 << 10;
