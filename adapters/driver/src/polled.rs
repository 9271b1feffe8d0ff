//! An [`Io`] for runtimes whose streams are polled.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use envoi_proto::{Instant, Progress};

use crate::alarm::{Alarm, Sleep};
use crate::clock::Clock;
use crate::io::{Io, ReadAhead, Reading};

/// A stream, a timer and a place to block, as an asynchronous runtime has them.
pub trait PollStream {
    /// Reads what is there.
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Writes what there is room for.
    fn poll_write(&mut self, cx: &mut Context<'_>, out: &[u8]) -> Poll<io::Result<usize>>;

    /// Is ready at `deadline`.
    fn sleep(deadline: std::time::Instant) -> Sleep;

    /// Does `work` where it may block.
    fn read_ahead(work: ReadAhead) -> Reading;
}

/// A connection over a [`PollStream`].
pub struct Polled<S> {
    stream: S,
    alarm: Alarm,
    clock: Clock,
}

impl<S: PollStream> Polled<S> {
    /// A connection over a stream that is connected. The caller has set TCP_NODELAY.
    pub fn new(stream: S, clock: Clock) -> Self {
        Self { stream, alarm: Alarm::default(), clock }
    }

    /// The stream, when the conversation is over.
    pub fn into_inner(self) -> S {
        self.stream
    }

    fn poll_exchange(
        &mut self,
        cx: &mut Context<'_>,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> Poll<Progress> {
        if !out.is_empty() {
            match self.stream.poll_write(cx, out) {
                Poll::Ready(Ok(written)) if written > 0 => {
                    return Poll::Ready(Progress { written, ..Progress::default() });
                }
                Poll::Ready(_) => {
                    return Poll::Ready(Progress { broken: true, ..Progress::default() });
                }
                Poll::Pending => {}
            }
        }
        if let Poll::Ready(outcome) = self.stream.poll_read(cx, space) {
            let read = outcome.as_ref().copied().unwrap_or(0);
            let (eof, broken) = (read == 0, outcome.is_err());
            return Poll::Ready(Progress { read, eof, broken, written: 0 });
        }
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        let clock = self.clock;
        let sleep = |at| S::sleep(clock.to_std(at));
        ready!(self.alarm.poll(cx, deadline, || clock.now(), sleep));
        Poll::Ready(Progress::default())
    }
}

impl<S: PollStream> Io for Polled<S> {
    const BLOCKS: bool = false;

    // Not an async fn: that would keep what it is called with twice.
    fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> impl Future<Output = io::Result<Progress>> {
        poll_fn(move |cx| self.poll_exchange(cx, out, space, deadline).map(Ok))
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn read_ahead(work: ReadAhead) -> Reading {
        S::read_ahead(work)
    }
}

impl<S: fmt::Debug> fmt::Debug for Polled<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Polled").field(&self.stream).finish()
    }
}
