//! Where the content of a message comes from.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use envoi_proto::{Conversion, Edits, Survey, Surveyed, TlsRequest, TlsRequired};
use rustix::fs::{FileType, fstat};

use crate::edited::{Answers, Edited, Editing};
use crate::io::{Io, ReadAhead, Reading, fill};

/// Message content, which can be read from its beginning as often as needed.
#[derive(Clone, Debug)]
pub struct Content(Kind);

#[derive(Clone)]
enum Kind {
    Bytes(Surveyed),
    File(PathBuf, Survey),
    Open(Arc<dyn Open>, Option<Survey>),
    Edited(Box<Self>, Editing),
}

/// Content that can be opened again: for the next host, for a retry.
pub trait Open: Send + Sync {
    /// Begins to read from the first byte.
    ///
    /// # Errors
    /// If that is not possible; the message is deferred then.
    fn open(&self) -> io::Result<Box<dyn Source + Send>>;
}

/// Content that is being read.
pub trait Source {
    /// The next bytes; none at the end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>>;
}

impl Content {
    /// A file. A small one is read here; a large one is read through once, and again when it is
    /// sent, by then without blocking the runtime.
    ///
    /// # Errors
    /// If the file cannot be read, or is a pipe or a device: those give what they have once.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let mut file = File::open(path)?;
        let stat = fstat(&file)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if !kind.is_file() && !kind.is_dir() {
            return Err(io::Error::other("not a regular file: it could be read only once"));
        }
        let length = stat.st_size as u64;
        if length <= SMALL_MAX {
            // Into room that is not zeroed first.
            let mut bytes = Vec::with_capacity(length as usize);
            file.take(length).read_to_end(&mut bytes)?;
            return Ok(bytes.into());
        }
        let mut buffer = vec![0; CHUNK];
        let mut survey = Survey::default();
        loop {
            let end = fill(&mut file, &mut buffer)?;
            survey.take(&buffer[..end]);
            if end < buffer.len() {
                return Ok(Self(Kind::File(path.into(), survey)));
            }
        }
    }

    /// Content from elsewhere. If nothing is known of it beforehand, MAIL says neither its size
    /// nor whether it is ASCII.
    pub fn open_with(open: impl Open + 'static, survey: Option<Survey>) -> Self {
        Self(Kind::Open(Arc::new(open), survey))
    }

    /// Content that can be read once. A retry after its first byte was read is a deferral.
    pub fn once(source: impl Source + Send + 'static) -> Self {
        Self::open_with(Once(Mutex::new(Some(Box::new(source)))), None)
    }

    /// The same content, changed on its way. What is said of it beforehand stays as it is: MAIL
    /// tells the size that it has before.
    #[must_use]
    pub fn edited(self, edits: impl Into<Arc<Edits>>, answers: Arc<dyn Answers>) -> Self {
        let editing = Editing { edits: edits.into(), answers };
        Self(Kind::Edited(Box::new(self.0), editing))
    }

    /// What its header asks of TLS by `TLS-Required: no` (RFC 8689), looked at up to `limit` bytes
    /// of each field (`header_size_limit`). A file is read up to where its header ends.
    ///
    /// Of content from elsewhere nothing is known: whoever has it says so in the envelope.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn tls_request(&self, limit: usize) -> io::Result<TlsRequest> {
        self.0.tls_request(limit)
    }

    /// What is known of it beforehand.
    pub fn survey(&self) -> Option<Survey> {
        self.0.survey()
    }

    /// Whether it is changed on its way.
    pub(crate) fn is_edited(&self) -> bool {
        matches!(self.0, Kind::Edited(..))
    }

    /// Begins to read. What is edited is converted as well, if it has to be; its length before that
    /// may be promised.
    pub(crate) fn open(&self, promised: Option<u64>, conversion: Conversion) -> io::Result<Feed> {
        let Kind::Edited(inner, editing) = &self.0 else { return self.0.open() };
        let edited = editing.begin(inner.open()?, promised, conversion);
        Ok(Feed::Edited(Box::new(edited)))
    }
}

impl Kind {
    fn survey(&self) -> Option<Survey> {
        match self {
            Self::Bytes(surveyed) => Some(surveyed.survey()),
            Self::File(_, survey) => Some(*survey),
            Self::Open(_, survey) => *survey,
            Self::Edited(inner, _) => inner.survey(),
        }
    }

    fn tls_request(&self, limit: usize) -> io::Result<TlsRequest> {
        let mut finder = TlsRequired::new(limit);
        match self {
            Self::Bytes(surveyed) => {
                finder.take(surveyed.bytes());
            }
            Self::File(path, _) => {
                let (mut file, mut buffer) = (File::open(path)?, vec![0; HEADER_CHUNK]);
                loop {
                    let end = fill(&mut file, &mut buffer)?;
                    if !finder.take(&buffer[..end]) || end < buffer.len() {
                        break;
                    }
                }
            }
            Self::Open(..) => {}
            Self::Edited(inner, _) => return inner.tls_request(limit),
        }
        Ok(finder.finish())
    }

    /// Begins to read, as it is before it is edited.
    fn open(&self) -> io::Result<Feed> {
        Ok(match self {
            Self::Bytes(surveyed) => Feed::Whole(surveyed.clone()),
            Self::File(path, _) => Feed::File(ReadAhead::new(File::open(path)?), 0),
            Self::Open(open, _) => Feed::Source(open.open()?, Bytes::new()),
            Self::Edited(inner, _) => inner.open()?,
        })
    }
}

impl<T: Into<Bytes>> From<T> for Content {
    fn from(bytes: T) -> Self {
        Self(Kind::Bytes(Surveyed::new(bytes.into())))
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(surveyed) => write!(f, "{} bytes", surveyed.bytes().len()),
            Self::File(path, _) => path.fmt(f),
            Self::Open(..) => f.write_str("Open"),
            Self::Edited(inner, _) => write!(f, "{inner:?}, edited"),
        }
    }
}

/// Content on its way into a transaction.
pub(crate) enum Feed {
    /// Everything, of which nothing was taken.
    Whole(Surveyed),
    /// All that is left.
    Bytes(Bytes),
    /// What was read of a file, and how much of that was taken.
    File(ReadAhead, usize),
    /// The next part of a file, on its way.
    Reading(Reading),
    /// A source, and what is left of what it gave.
    Source(Box<dyn Source + Send>, Bytes),
    /// What is changed on its way.
    Edited(Box<Edited>),
}

impl Feed {
    /// Bytes that were read and not taken.
    pub(crate) fn chunk(&self) -> &[u8] {
        match self {
            Self::Whole(surveyed) => surveyed.bytes(),
            Self::Bytes(bytes) | Self::Source(_, bytes) => bytes,
            Self::File(read, taken) => &read.buffer[*taken..],
            Self::Reading(_) => &[],
            Self::Edited(edited) => edited.chunk(),
        }
    }

    /// Drops the first `n` bytes of the chunk.
    pub(crate) fn consume(&mut self, n: usize) {
        if let Self::Whole(surveyed) = self {
            *self = Self::Bytes(surveyed.bytes().clone());
        }
        match self {
            Self::Bytes(bytes) | Self::Source(_, bytes) => bytes.advance(n),
            Self::File(_, taken) => *taken += n,
            Self::Edited(edited) => edited.consume(n),
            Self::Reading(_) | Self::Whole(_) => {}
        }
    }

    /// Whether everything was taken, as far as is known.
    pub(crate) fn is_ended(&self) -> bool {
        match self {
            Self::Whole(surveyed) => surveyed.bytes().is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::File(read, taken) => read.is_ended && *taken == read.buffer.len(),
            Self::Edited(edited) => edited.is_ended(),
            Self::Reading(_) | Self::Source(..) => false,
        }
    }

    /// Makes sure that there is a chunk, unless the content has ended.
    pub(crate) fn poll_fill<I: Io>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.chunk().is_empty() {
            match self {
                Self::Edited(edited) => return edited.poll_fill::<I>(cx),
                Self::Whole(_) | Self::Bytes(_) => break,
                Self::File(read, _) if read.is_ended => break,
                Self::File(read, taken) => {
                    if read.run_at_once() {
                        *taken = 0;
                        continue;
                    }
                    let Self::File(read, _) = std::mem::replace(self, Self::Bytes(Bytes::new()))
                    else {
                        break;
                    };
                    *self = Self::Reading(I::read_ahead(read));
                }
                Self::Reading(reading) => {
                    let read = ready!(reading.as_mut().poll(cx));
                    *self = Self::File(read, 0);
                }
                Self::Source(source, chunk) => {
                    *chunk = ready!(source.poll_next(cx))?;
                    if chunk.is_empty() {
                        *self = Self::Bytes(Bytes::new());
                    }
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// A source that is handed out once.
struct Once(Mutex<Option<Box<dyn Source + Send>>>);

impl Open for Once {
    fn open(&self) -> io::Result<Box<dyn Source + Send>> {
        let mut source = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        source.take().ok_or_else(|| io::Error::other("the content was read before"))
    }
}

/// Bytes that are read at once from a file of which the header is wanted alone.
const HEADER_CHUNK: usize = 8 * 1024;

/// Largest file that is kept in memory, from when it is looked over until it is sent.
const SMALL_MAX: u64 = 256 * 1024;

/// Bytes that are read from a file at once: they are still in the processor's cache when they are
/// encoded and written.
pub(crate) const CHUNK: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_that_could_not_be_read_again_is_refused() {
        for (path, error) in [
            ("/dev/null", "not a regular file"),
            ("/", "Is a directory"),
            ("/none", "No such file"),
        ] {
            let refused = Content::file(path).unwrap_err().to_string();
            assert!(refused.contains(error), "{path}: {refused}");
        }
    }
}
