//! SMTP delivery on smol.
//!
//! [`connect`] makes a connection, [`Connection::send_all`] sends over it. A stream that was made
//! elsewhere is carried by [`over`]. The server of this example is envoi-sink, on loopback:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_smol::proto::{Config, Envelope, Peer};
//! use envoi_smol::{Message, Verdict, connect};
//! use envoi_sink::{Options, Sink};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # smol::block_on(async {
//! let server = Sink::listen("127.0.0.1:0", Options::default())?;
//! let config = Arc::new(Config::new("client.example".parse()?));
//! let connection = connect(server.address(), Peer::new("mx.example"), config).await?;
//!
//! let envelope = Envelope::new("ann@client.example".parse()?, vec!["bob@mx.example".parse()?]);
//! let message = Message::new(envelope, "Subject: hello\r\n\r\nHello, Bob!\r\n");
//!
//! let mut reports = connection.send_all([message]);
//! while let Some(report) = reports.next().await {
//!     assert_eq!(report.outcomes[0].verdict, Verdict::Sent);
//! }
//! assert_eq!(server.count(), 1);
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! [`Mailer`] finds the servers of the recipients by itself, as the DNS has them:
//!
//! ```no_run
//! use envoi_smol::proto::{Config, Envelope};
//! use envoi_smol::{Mailer, Message};
//!
//! # async fn send() -> Result<(), Box<dyn std::error::Error>> {
//! let mailer = Mailer::new(Config::new("client.example".parse()?))?;
//! let recipients = vec!["bob@example.com".parse()?, "carol@example.net".parse()?];
//! let envelope = Envelope::new("ann@client.example".parse()?, recipients);
//! let report = mailer.send(Message::new(envelope, "Subject: hello\r\n\r\nHello!\r\n")).await;
//! for outcome in &report.outcomes {
//!     println!("{}", outcome.log_line());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Futures are `Send` and nothing is spawned. What else a connection can do, and what happens when
//! a send is dropped, is told in [`driver`].
//!
//! TLS and authentication are asked for in [`Peer`] and [`Config`]: [`driver`] has an example.

mod runtime;

use std::future::Future;
use std::io;
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

pub use envoi_driver as driver;
pub use envoi_driver::proto;
use envoi_driver::proto::{Config, Peer};
use envoi_driver::{Clock, Dial, PollStream, Polled, ReadAhead, Reading};
pub use envoi_driver::{Content, Message, Outcome, Report, Verdict};
pub use runtime::{Smol, Socket};
use smol::io::{AsyncRead, AsyncWrite};
use smol::{Async, Timer};

/// A conversation over a connection of smol's.
pub type Connection<S = Async<TcpStream>> = envoi_driver::Connection<Polled<Stream<S>>>;

/// Sends messages to the servers of their recipients.
pub type Mailer<V = StubResolver> = envoi_driver::Mailer<Smol, V>;

/// What finds servers and connects to them.
pub type Network<V = StubResolver> = envoi_driver::Network<Smol, V>;

/// The resolver that is built in.
pub type StubResolver = envoi_driver::StubResolver<Smol>;

/// Connects to a server.
///
/// # Errors
/// If there is no connection in time.
pub async fn connect(
    dial: impl Into<Dial>,
    peer: Peer,
    config: Arc<Config>,
) -> io::Result<Connection> {
    envoi_driver::connect(&Smol::default(), &dial.into(), peer, config).await
}

/// A conversation over a stream that is connected. TCP_NODELAY should be set on it.
pub fn over<S>(stream: S, peer: Peer, config: Arc<Config>) -> Connection<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let io = Polled::new(Stream(stream), Clock::start());
    Connection::over(io, peer, config, proto::Instant::ORIGIN)
}

/// A stream of smol's.
#[derive(Debug)]
pub struct Stream<S>(pub S);

impl<S: AsyncRead + AsyncWrite + Unpin> PollStream for Stream<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, space)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, out: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, out)
    }

    fn sleep(deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            Timer::at(deadline).await;
        })
    }

    fn read_ahead(work: ReadAhead) -> Reading {
        Box::pin(smol::unblock(|| work.run()))
    }
}

/// Whoever spawns them needs futures that can go to other threads.
const _: () = {
    use envoi_driver::{Runtime as _, dns};

    fn is_send<T: Send>(_: T) {}

    #[expect(dead_code, reason = "that it compiles is what counts")]
    fn futures(runtime: Smol, mailer: &Mailer, message: Message, route: &mut dns::Route) {
        is_send(runtime.wait(&mut [], None));
        is_send(mailer.network.find(route));
        is_send(mailer.send(message));
    }
};
