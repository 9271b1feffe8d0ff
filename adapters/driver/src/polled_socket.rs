//! Waiting for many sockets, for runtimes whose sockets are polled.

use std::future::poll_fn;
use std::io;
use std::os::fd::AsFd;
use std::task::{Context, Poll};

use crate::alarm::Sleep;
use crate::runtime::Watched;

/// A socket as an asynchronous runtime watches it.
pub trait PollSocket: AsFd {
    /// Is ready when something may have come that was not there before: bytes, an end, an error,
    /// or, if that is wanted, room to write.
    fn poll_ready(&self, writes: bool, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// Waits for sockets as [`Runtime::wait`](crate::Runtime::wait) does, for so long at most as
/// `patience` sleeps.
///
/// # Errors
/// If a socket cannot be polled.
pub async fn wait_polled<S: PollSocket>(
    sockets: &mut [&mut Watched<S>],
    mut patience: Option<Sleep>,
) -> io::Result<()> {
    poll_fn(|cx| {
        let mut is_over = false;
        for watched in &mut *sockets {
            if watched.socket.poll_ready(watched.writes, cx)?.is_ready() {
                watched.is_ready = true;
                is_over = true;
            }
        }
        if !is_over && let Some(sleep) = &mut patience {
            is_over = sleep.as_mut().poll(cx).is_ready();
        }
        if is_over { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}
