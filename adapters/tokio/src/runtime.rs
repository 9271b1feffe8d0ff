//! Sockets, timers and threads of tokio's.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use envoi_driver::proto::Instant;
use envoi_driver::{Clock, Dial, PollSocket, PollStream, Polled, Runtime, Watched, wait_polled};
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;

use crate::Stream;

/// The runtime of tokio that the calling task is on. It needs I/O and time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio {
    clock: Clock,
}

impl Runtime for Tokio {
    type Io = Polled<Stream<TcpStream>>;
    type Socket = Socket;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    async fn connect(&self, dial: &Dial) -> io::Result<Self::Io> {
        let stream = TcpStream::from_std(dial.start()?)?;
        match dial.timeout {
            Some(timeout) => tokio::time::timeout(timeout, stream.writable())
                .await
                .map_err(|_| io::ErrorKind::TimedOut)??,
            None => stream.writable().await?,
        }
        stream.take_error()?.map_or(Ok(()), Err)?;
        Ok(Polled::new(Stream(stream), self.clock))
    }

    #[expect(deprecated, reason = "what takes its place is unsafe; an OwnedFd is what it asks for")]
    fn watch(&self, socket: OwnedFd) -> io::Result<Socket> {
        Ok(Socket { fd: AsyncFd::new(socket)?, is_closed: AtomicBool::new(false) })
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
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// A socket, as tokio watches it.
#[derive(Debug)]
pub struct Socket {
    fd: AsyncFd<OwnedFd>,
    /// Whether it was told that the socket is closed for writing, which tokio never forgets.
    is_closed: AtomicBool,
}

impl PollSocket for Socket {
    fn poll_ready(&self, writes: bool, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut is_ready = false;
        // Whoever is told reads and writes until that would block: what came is told once.
        if let Poll::Ready(mut guard) = self.fd.poll_read_ready(cx)? {
            guard.clear_ready();
            is_ready = true;
        }
        // An error of a datagram socket shows in nothing but that.
        while let Poll::Ready(mut guard) = self.fd.poll_write_ready(cx)? {
            let is_closed = guard.ready().is_write_closed();
            guard.clear_ready();
            if is_closed {
                is_ready |= !self.is_closed.swap(true, Ordering::Relaxed);
                break;
            }
            is_ready |= writes;
        }
        if is_ready { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.get_ref().as_fd()
    }
}
