//! Interrupting whoever waits by blocking a thread.

use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::net::{RecvFlags, recv};

use crate::runtime::{Runtime, Watched};

/// The end of a pair of sockets that is written to, so that the other end wakes its reader.
#[derive(Debug)]
pub(super) struct Nudge(UnixStream);

/// The other end.
#[derive(Debug)]
pub(super) struct Nudged<S>(pub(super) Watched<S>);

impl Nudge {
    /// A pair.
    pub(super) fn pair<R: Runtime>(runtime: &R) -> io::Result<(Self, Nudged<R::Socket>)> {
        let (writer, reader) = UnixStream::pair()?;
        writer.set_nonblocking(true)?;
        reader.set_nonblocking(true)?;
        let reader = runtime.watch(OwnedFd::from(reader))?;
        Ok((Self(writer), Nudged(Watched::new(reader))))
    }

    pub(super) fn send(&self) {
        // A pair that takes no more will wake its reader anyhow.
        let _ = (&self.0).write(&[0]);
    }
}

impl<S: std::os::fd::AsFd> Nudged<S> {
    /// Forgets the nudges that came.
    pub(super) fn drain(&mut self) {
        if std::mem::take(&mut self.0.is_ready) {
            let mut space = [0; 64];
            while recv(&self.0.socket, &mut space, RecvFlags::empty()).is_ok_and(|(_, n)| n > 0) {}
        }
    }
}
