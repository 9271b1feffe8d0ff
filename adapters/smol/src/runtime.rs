//! Sockets, timers and threads of smol's.

use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::{Context, Poll};

use envoi_driver::proto::Instant;
use envoi_driver::{Clock, Dial, PollSocket, PollStream, Polled, Runtime, Watched, wait_polled};
use smol::{Async, Timer, future};

use crate::Stream;

/// smol's reactor and threads, which are there wherever they are used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol {
    clock: Clock,
}

impl Runtime for Smol {
    type Io = Polled<Stream<Async<TcpStream>>>;
    type Socket = Socket;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    async fn connect(&self, dial: &Dial) -> io::Result<Self::Io> {
        let stream = Async::new_nonblocking(dial.start()?)?;
        let late = async {
            dial.timeout.map_or_else(Timer::never, Timer::after).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        future::or(stream.writable(), late).await?;
        stream.get_ref().take_error()?.map_or(Ok(()), Err)?;
        Ok(Polled::new(Stream(stream), self.clock))
    }

    fn watch(&self, socket: OwnedFd) -> io::Result<Socket> {
        Async::new_nonblocking(socket).map(Socket)
    }

    async fn wait(
        &self,
        sockets: &mut [&mut Watched<Socket>],
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let sleep = |at| Stream::<Async<TcpStream>>::sleep(self.clock.to_std(at));
        wait_polled(sockets, deadline.map(sleep)).await
    }

    async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        smol::unblock(work).await
    }
}

/// A socket, as smol watches it.
#[derive(Debug)]
pub struct Socket(Async<OwnedFd>);

impl PollSocket for Socket {
    fn poll_ready(&self, writes: bool, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let readable = self.0.poll_readable(cx)?;
        let writable = if writes { self.0.poll_writable(cx)? } else { Poll::Pending };
        if readable.is_ready() { Poll::Ready(Ok(())) } else { writable.map(Ok) }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
