//! Sockets that the calling thread waits for.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::os::fd::OwnedFd;

use envoi_driver::proto::Instant;
use envoi_driver::{Clock, Dial, Runtime, Watched};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::Stream;

/// No runtime: whatever is waited for, the calling thread waits for in poll(2).
#[derive(Clone, Copy, Debug, Default)]
pub struct Blocking {
    pub(crate) clock: Clock,
}

impl Runtime for Blocking {
    type Io = Stream<TcpStream>;
    type Socket = OwnedFd;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    async fn connect(&self, dial: &Dial) -> io::Result<Self::Io> {
        let deadline = dial.timeout.map(|timeout| self.clock.now() + timeout);
        let socket = dial.start()?;
        if !self.poll(&mut [PollFd::new(&socket, PollFlags::OUT)], deadline)? {
            return Err(ErrorKind::TimedOut.into());
        }
        socket.take_error()?.map_or(Ok(()), Err)?;
        socket.set_nonblocking(false)?;
        Ok(Stream { socket, runtime: *self, patience: None })
    }

    fn watch(&self, socket: OwnedFd) -> io::Result<OwnedFd> {
        Ok(socket)
    }

    async fn wait(
        &self,
        sockets: &mut [&mut Watched<OwnedFd>],
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let wanted = |writes| if writes { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let polled = sockets.iter().map(|watched| (&watched.socket, wanted(watched.writes)));
        let mut polled: Vec<_> =
            polled.map(|(socket, wanted)| PollFd::new(socket, wanted)).collect();
        self.poll(&mut polled, deadline)?;
        let ready: Vec<_> = polled.iter().map(|polled| !polled.revents().is_empty()).collect();
        for (watched, is_ready) in sockets.iter_mut().zip(ready) {
            watched.is_ready |= is_ready;
        }
        Ok(())
    }

    async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        work()
    }
}

impl Blocking {
    /// Waits until there is something to do on one of the sockets, and says if it is in time.
    pub(crate) fn poll(
        &self,
        sockets: &mut [PollFd<'_>],
        deadline: Option<Instant>,
    ) -> io::Result<bool> {
        loop {
            let rest = deadline.map(|deadline| deadline.since(self.clock.now()));
            // A wait too long to be said is as good as one without end.
            let rest = rest.and_then(|rest| Timespec::try_from(rest).ok());
            match poll(sockets, rest.as_ref()) {
                Ok(0) if deadline.is_some_and(|deadline| self.clock.now() < deadline) => {}
                Ok(ready) => return Ok(ready > 0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
