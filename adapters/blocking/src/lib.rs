//! SMTP delivery over blocking sockets.
//!
//! [`connect`] makes a connection, [`Connection::send_all`] sends over it. A stream that was made
//! elsewhere is carried by [`over`]. Sockets do not block by themselves: the calling thread waits
//! in poll(2) for both directions, so a server that will not read until it is read cannot
//! deadlock it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::sync::Arc;

pub use envoi_driver as driver;
pub use envoi_driver::proto;
use envoi_driver::proto::{Config, Instant, Peer, Progress};
use envoi_driver::{Clock, Dial, Io};
pub use envoi_driver::{Content, Message, Outcome, Report, Verdict};
use futures_lite::future::block_on;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// A conversation over a connection of this thread's.
#[derive(Debug)]
pub struct Connection<S = TcpStream>(envoi_driver::Connection<Stream<S>>);

/// Connects to a server.
///
/// # Errors
/// If there is no connection in time.
pub fn connect(
    dial: impl Into<Dial>,
    mut peer: Peer,
    config: Arc<Config>,
) -> io::Result<Connection> {
    let dial = dial.into();
    let clock = Clock::start();
    let stream = dial.start()?;
    let stream = Stream { stream, clock };
    if !stream.wait(PollFlags::OUT, Some(Instant::from_origin(dial.timeout)))? {
        return Err(ErrorKind::TimedOut.into());
    }
    stream.stream.take_error()?.map_or(Ok(()), Err)?;
    dial.name(&mut peer);
    Ok(Connection(envoi_driver::Connection::over(stream, peer, config, Instant::ORIGIN)))
}

/// A conversation over a stream that is connected and does not block. TCP_NODELAY should be set
/// on it.
pub fn over<S>(stream: S, peer: Peer, config: Arc<Config>) -> Connection<S>
where
    S: Read + Write + AsFd,
{
    let stream = Stream { stream, clock: Clock::start() };
    Connection(envoi_driver::Connection::over(stream, peer, config, Instant::ORIGIN))
}

impl<S: Read + Write + AsFd> Connection<S> {
    /// Sends one message and says what became of it. The conversation goes on.
    pub fn send(&mut self, message: Message) -> Report {
        block_on(self.0.send(message))
    }

    /// Sends messages one after another, and QUIT after the last. They are reported in order,
    /// each as soon as the server has answered for it.
    pub fn send_all<M>(self, messages: M) -> Reports<S, M::IntoIter>
    where
        M: IntoIterator<Item = Message>,
    {
        Reports(self.0.send_all(messages))
    }

    /// Says QUIT.
    pub fn quit(self) {
        block_on(self.0.quit());
    }

    /// The connection as the loop drives it, to listen to, to pair, or to run otherwise.
    pub fn into_driver(self) -> envoi_driver::Connection<Stream<S>> {
        self.0
    }

    /// Calls `listener` with every line of the dialogue. Content is elided.
    pub fn listen(&mut self, listener: impl FnMut(proto::Line) + Send + 'static) {
        self.0.listen(listener);
    }
}

/// The reports of [`Connection::send_all`], in the order of the messages.
#[derive(Debug)]
pub struct Reports<S, M>(envoi_driver::Reports<Stream<S>, M>);

impl<S: Read + Write + AsFd, M: Iterator<Item = Message>> Iterator for Reports<S, M> {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        block_on(self.0.next())
    }
}

/// A stream that does not block, and the thread that waits for it.
#[derive(Debug)]
pub struct Stream<S> {
    stream: S,
    clock: Clock,
}

impl<S: AsFd> Stream<S> {
    /// Waits for what is `wanted`, and says if it came before the deadline.
    fn wait(&self, wanted: PollFlags, deadline: Option<Instant>) -> io::Result<bool> {
        loop {
            let rest = deadline.map(|deadline| deadline.since(self.clock.now()));
            // A wait too long to be said is as good as one without end.
            let rest = rest.and_then(|rest| Timespec::try_from(rest).ok());
            let mut polled = [PollFd::new(&self.stream, wanted)];
            match poll(&mut polled, rest.as_ref()) {
                Ok(0) if deadline.is_some_and(|deadline| self.clock.now() < deadline) => {}
                Ok(ready) => return Ok(ready > 0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl<S: Read + Write + AsFd> Io for Stream<S> {
    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress> {
        loop {
            if !out.is_empty() {
                match done(self.stream.write(out)) {
                    Some(Ok(written @ 1..)) => {
                        return Ok(Progress { written, ..Progress::default() });
                    }
                    Some(_) => return Ok(Progress { broken: true, ..Progress::default() }),
                    None => {}
                }
            }
            if let Some(outcome) = done(self.stream.read(space)) {
                let read = outcome.as_ref().copied().unwrap_or(0);
                let (eof, broken) = (read == 0, outcome.is_err());
                return Ok(Progress { read, eof, broken, written: 0 });
            }
            let both = PollFlags::IN | PollFlags::OUT;
            let wanted = if out.is_empty() { PollFlags::IN } else { both };
            if !self.wait(wanted, deadline)? {
                return Ok(Progress::default());
            }
        }
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// What came of a call, unless there was nothing to be done.
fn done(outcome: io::Result<usize>) -> Option<io::Result<usize>> {
    let is_early =
        |e: &io::Error| matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted);
    if outcome.as_ref().is_err_and(is_early) { None } else { Some(outcome) }
}
