//! A connection to proxymap(8), for one question at a time.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::attributes::Attributes;

#[derive(Debug)]
pub(super) struct Connection {
    stream: UnixStream,
    timeout: Duration,
    /// What was read beyond the last list.
    input: Vec<u8>,
    /// Whether the server has yet to say which protocol it has.
    is_new: bool,
}

impl Connection {
    pub(super) fn open(socket: &Path, timeout: Duration) -> io::Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_write_timeout(Some(timeout))?;
        Ok(Self { stream, timeout, input: Vec::new(), is_new: true })
    }

    pub(super) fn ask(&mut self, message: &Attributes) -> io::Result<Attributes> {
        self.stream.write_all(&message.encode())?;
        let deadline = Instant::now() + self.timeout;
        let reply = self.receive(deadline)?;
        // Postfix before 3.6 says nothing of protocols, but answers at once.
        let is_announcement = self.is_new && reply.value("protocol").is_some();
        self.is_new = false;
        if !is_announcement {
            return Ok(reply);
        }
        match reply.value("protocol") {
            Some(b"proxymap_protocol") => self.receive(deadline),
            protocol => Err(io::Error::other(format!(
                "expected proxymap_protocol, found {:?}",
                String::from_utf8_lossy(protocol.unwrap_or_default())
            ))),
        }
    }

    fn receive(&mut self, deadline: Instant) -> io::Result<Attributes> {
        loop {
            if let Some((list, length)) = Attributes::decode(&self.input) {
                self.input.drain(..length);
                return Ok(list);
            }
            if self.input.len() > LIST_MAX {
                return Err(io::Error::other("a list of attributes without an end"));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut space = [0; 4096];
            match self.stream.read(&mut space) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => self.input.extend_from_slice(&space[..n]),
                // The deadline is looked at above.
                Err(error) if is_nothing_yet(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn is_nothing_yet(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut, io::ErrorKind::Interrupted];
    kinds.contains(&error.kind())
}

/// The longest list that is read.
const LIST_MAX: usize = 1 << 20;
