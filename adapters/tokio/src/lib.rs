//! SMTP delivery on tokio.
//!
//! [`connect`] makes a connection, [`Connection::send_all`] sends over it. A stream that was made
//! elsewhere is carried by [`over`]. The server of this example is envoi-sink, on loopback:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_tokio::proto::{Config, Envelope, Peer};
//! use envoi_tokio::{Message, Verdict, connect};
//! use envoi_sink::{Options, Sink};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
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
//! Futures are `Send` and nothing is spawned. What else a connection can do, and what happens when
//! a send is dropped, is told in [`driver`].
//!
//! TLS and authentication are asked for in [`Peer`] and [`Config`]: [`driver`] has an example.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

pub use envoi_driver as driver;
pub use envoi_driver::proto;
use envoi_driver::proto::{Config, Peer};
use envoi_driver::{Clock, Dial, PollStream, Polled, ReadAhead, Reading};
pub use envoi_driver::{Content, Message, Outcome, Report, Verdict};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A conversation over a connection of tokio's.
pub type Connection<S = TcpStream> = envoi_driver::Connection<Polled<Stream<S>>>;

/// Connects to a server.
///
/// # Errors
/// If there is no connection in time.
pub async fn connect(
    dial: impl Into<Dial>,
    mut peer: Peer,
    config: Arc<Config>,
) -> io::Result<Connection> {
    let dial = dial.into();
    let clock = Clock::start();
    let stream = TcpStream::from_std(dial.start()?)?;
    let connected = tokio::time::timeout(dial.timeout, stream.writable()).await;
    connected.map_err(|_| io::ErrorKind::TimedOut)??;
    stream.take_error()?.map_or(Ok(()), Err)?;
    dial.name(&mut peer);
    let io = Polled::new(Stream(stream), clock);
    Ok(Connection::over(io, peer, config, proto::Instant::ORIGIN))
}

/// A conversation over a stream that is connected. TCP_NODELAY should be set on it.
pub fn over<S>(stream: S, peer: Peer, config: Arc<Config>) -> Connection<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let io = Polled::new(Stream(stream), Clock::start());
    Connection::over(io, peer, config, proto::Instant::ORIGIN)
}

/// A stream of tokio's.
#[derive(Debug)]
pub struct Stream<S>(pub S);

impl<S: AsyncRead + AsyncWrite + Unpin> PollStream for Stream<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut space = ReadBuf::new(space);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut space))?;
        Poll::Ready(Ok(space.filled().len()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, out: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, out)
    }

    fn sleep(deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep_until(deadline.into()))
    }

    fn read_ahead(work: ReadAhead) -> Reading {
        Box::pin(async {
            let read = tokio::task::spawn_blocking(|| work.run()).await;
            read.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
        })
    }
}

/// The code of the README, compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
