//! Sockets, timers and threads of async-std's.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::{Context, Poll};

use async_io::Async;
use async_std::net::TcpStream;
use envoi_driver::proto::Instant;
use envoi_driver::{Clock, Dial, PollSocket, PollStream, Polled, Runtime, Watched, wait_polled};

use crate::Stream;

/// async-std's reactor and threads, which are there wherever they are used.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd {
    clock: Clock,
}

impl Runtime for AsyncStd {
    type Io = Polled<Stream<TcpStream>>;
    type Socket = Socket;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    async fn connect(&self, dial: &Dial) -> io::Result<Self::Io> {
        let stream = Async::new_nonblocking(dial.start()?)?;
        match dial.timeout {
            Some(timeout) => async_std::io::timeout(timeout, stream.writable()).await?,
            None => stream.writable().await?,
        }
        stream.get_ref().take_error()?.map_or(Ok(()), Err)?;
        let stream = TcpStream::from(stream.into_inner()?);
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
        let sleep = |at| Stream::<TcpStream>::sleep(self.clock.to_std(at));
        wait_polled(sockets, deadline.map(sleep)).await
    }

    async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        async_std::task::spawn_blocking(work).await
    }
}

/// A socket, as async-std's reactor watches it.
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
