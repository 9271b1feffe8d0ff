//! SMTP delivery over blocking sockets.
//!
//! [`connect`] makes a connection, [`Connection::send_all`] sends over it. A stream that was made
//! elsewhere is carried by [`over`]. The server of this example is envoi-sink, on loopback:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_blocking::proto::{Config, Envelope, Peer};
//! use envoi_blocking::{Message, Verdict, connect};
//! use envoi_sink::{Options, Sink};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Sink::listen("127.0.0.1:0", Options::default())?;
//! let config = Arc::new(Config::new("client.example".parse()?));
//! let connection = connect(server.address(), Peer::new("mx.example"), config)?;
//!
//! let envelope = Envelope::new("ann@client.example".parse()?, vec!["bob@mx.example".parse()?]);
//! let message = Message::new(envelope, "Subject: hello\r\n\r\nHello, Bob!\r\n");
//!
//! for report in connection.send_all([message]) {
//!     assert_eq!(report.outcomes[0].verdict, Verdict::Sent);
//! }
//! assert_eq!(server.count(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! [`Mailer`] finds the servers of the recipients by itself, as the DNS has them:
//!
//! ```no_run
//! use envoi_blocking::proto::{Config, Envelope};
//! use envoi_blocking::{Mailer, Message};
//!
//! # fn send() -> Result<(), Box<dyn std::error::Error>> {
//! let mailer = Mailer::new(Config::new("client.example".parse()?))?;
//! let recipients = vec!["bob@example.com".parse()?, "carol@example.net".parse()?];
//! let envelope = Envelope::new("ann@client.example".parse()?, recipients);
//! let report = mailer.send(Message::new(envelope, "Subject: hello\r\n\r\nHello!\r\n"));
//! for outcome in &report.outcomes {
//!     println!("{}", outcome.log_line());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! While there is something to write the calling thread waits in poll(2) for both directions, so a
//! server that will not read until it is read cannot deadlock it; otherwise it blocks in the read
//! itself, which saves two system calls per reply. [`Connection::into_driver`] gives the
//! connection to whoever wants to run it otherwise, as [`driver`] tells.
//!
//! TLS and authentication are asked for in [`Peer`] and [`Config`]: [`driver`] has an example.

mod mailer;
mod runtime;

use std::io;
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

pub use envoi_driver as driver;
pub use envoi_driver::proto;
use envoi_driver::proto::auth::Rejection;
use envoi_driver::proto::{Config, Instant, Peer, Progress};
pub use envoi_driver::{Content, Message, Outcome, Report, Verdict};
use envoi_driver::{Dial, Io, Runtime as _};
use futures_lite::future::block_on;
pub use mailer::Mailer;
pub use runtime::Blocking;
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send, sockopt};

/// A conversation over a connection of this thread's.
#[derive(Debug)]
pub struct Connection<S = TcpStream>(envoi_driver::Connection<Stream<S>>);

/// What finds servers and connects to them.
pub type Network<V = StubResolver> = envoi_driver::Network<Blocking, V>;

/// The resolver that is built in.
pub type StubResolver = envoi_driver::StubResolver<Blocking>;

/// Connects to a server.
///
/// # Errors
/// If there is no connection in time.
pub fn connect(dial: impl Into<Dial>, peer: Peer, config: Arc<Config>) -> io::Result<Connection> {
    let runtime = Blocking::default();
    block_on(envoi_driver::connect(&runtime, &dial.into(), peer, config)).map(Connection)
}

/// A conversation over a socket that is connected and blocks. TCP_NODELAY should be set on it.
pub fn over<S: AsFd>(socket: S, peer: Peer, config: Arc<Config>) -> Connection<S> {
    let stream = Stream { socket, runtime: Blocking::default(), patience: None };
    Connection(envoi_driver::Connection::over(stream, peer, config, Instant::ORIGIN))
}

impl<S: AsFd> Connection<S> {
    /// Does what comes before mail, as sending does by itself.
    ///
    /// # Errors
    /// See [`envoi_driver::Connection::ready`].
    pub fn ready(&mut self) -> io::Result<()> {
        block_on(self.0.ready())
    }

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

    /// Breaks the conversation off and tells what became of the messages under way.
    pub fn abandoned(&mut self) -> Vec<Report> {
        self.0.abandoned()
    }

    /// See [`envoi_driver::Connection::rejection`].
    pub fn rejection(&self, now: Duration) -> Option<Rejection> {
        self.0.rejection(now)
    }

    /// Whether another message can be sent.
    pub fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// The connection as the loop drives it, to pair or to run otherwise.
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

impl<S: AsFd, M> Reports<S, M> {
    /// See [`envoi_driver::Connection::rejection`].
    pub fn rejection(&self, now: Duration) -> Option<Rejection> {
        self.0.rejection(now)
    }
}

impl<S: AsFd, M: Iterator<Item = Message>> Iterator for Reports<S, M> {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        block_on(self.0.next())
    }
}

/// A socket, and the thread that waits for it.
#[derive(Debug)]
pub struct Stream<S> {
    socket: S,
    runtime: Blocking,
    /// How long the kernel waits when there is nothing to read, once it was told.
    patience: Option<Duration>,
}

impl<S: AsFd> Stream<S> {
    /// Reads when there is something, or when the time is up: one system call, mostly.
    ///
    /// Deadlines move with every exchange. A patience that ends before is left alone.
    fn read(&mut self, space: &mut [u8], deadline: Option<Instant>) -> Option<Progress> {
        loop {
            let rest = deadline.map(|deadline| deadline.since(self.runtime.now()));
            if rest.is_some_and(|rest| rest.is_zero()) {
                return None;
            }
            let is_short = |patience: Duration| rest.is_none_or(|rest| patience <= rest);
            if !self.patience.is_some_and(is_short) {
                let patience = rest.unwrap_or(PATIENCE_MAX).clamp(PATIENCE_MIN, PATIENCE_MAX);
                let timeout = sockopt::Timeout::Recv;
                let is_set = sockopt::set_socket_timeout(&self.socket, timeout, Some(patience));
                self.patience = is_set.is_ok().then_some(patience);
            }
            match recv(&self.socket, &mut *space, RecvFlags::empty()) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.patience = None,
                outcome => return Some(moved(outcome.map(|(read, _)| read))),
            }
        }
    }
}

impl<S: AsFd> Io for Stream<S> {
    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress> {
        if out.is_empty() {
            return Ok(self.read(space, deadline).unwrap_or_default());
        }
        loop {
            match send(&self.socket, out, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(written @ 1..) => return Ok(Progress { written, ..Progress::default() }),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Ok(_) | Err(_) => return Ok(Progress { broken: true, ..Progress::default() }),
            }
            match recv(&self.socket, &mut *space, RecvFlags::DONTWAIT) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                outcome => return Ok(moved(outcome.map(|(read, _)| read))),
            }
            let mut polled = [PollFd::new(&self.socket, PollFlags::IN | PollFlags::OUT)];
            if !self.runtime.poll(&mut polled, deadline)? {
                return Ok(Progress::default());
            }
        }
    }

    fn now(&self) -> Instant {
        self.runtime.now()
    }
}

/// What a read has moved.
fn moved(outcome: rustix::io::Result<usize>) -> Progress {
    let read = outcome.unwrap_or(0);
    Progress { read, eof: read == 0, broken: outcome.is_err(), written: 0 }
}

/// Longest time that the kernel is told to wait at once.
const PATIENCE_MAX: Duration = Duration::from_secs(3600);

/// Shortest; a timeout of zero would mean none.
const PATIENCE_MIN: Duration = Duration::from_millis(1);
