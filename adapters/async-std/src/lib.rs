//! SMTP delivery on async-std.
//!
//! [`connect`] makes a connection, [`Connection::send_all`] sends over it. A stream that was made
//! elsewhere is carried by [`over`]. The server of this example is envoi-sink, on loopback:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_async_std::proto::{Config, Envelope, Peer};
//! use envoi_async_std::{Message, Verdict, connect};
//! use envoi_sink::{Options, Sink};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # async_std::task::block_on(async {
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
//!
//! async-std is discontinued (RUSTSEC-2025-0052). This adapter stays for programs that are still
//! on it; new ones do better with smol, whose reactor it shares.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use async_io::Async;
use async_std::io::{Read, Write};
use async_std::net::TcpStream;
pub use envoi_driver as driver;
pub use envoi_driver::proto;
use envoi_driver::proto::{Config, Peer};
use envoi_driver::{Clock, Dial, PollStream, Polled, ReadAhead, Reading};
pub use envoi_driver::{Content, Message, Outcome, Report, Verdict};

/// A conversation over a connection of async-std's.
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
    let stream = Async::new_nonblocking(dial.start()?)?;
    let connected = async_std::io::timeout(dial.timeout, stream.writable());
    connected.await?;
    stream.get_ref().take_error()?.map_or(Ok(()), Err)?;
    let stream = TcpStream::from(stream.into_inner()?);
    dial.name(&mut peer);
    let io = Polled::new(Stream(stream), clock);
    Ok(Connection::over(io, peer, config, proto::Instant::ORIGIN))
}

/// A conversation over a stream that is connected. TCP_NODELAY should be set on it.
pub fn over<S>(stream: S, peer: Peer, config: Arc<Config>) -> Connection<S>
where
    S: Read + Write + Unpin,
{
    let io = Polled::new(Stream(stream), Clock::start());
    Connection::over(io, peer, config, proto::Instant::ORIGIN)
}

/// A stream of async-std's.
#[derive(Debug)]
pub struct Stream<S>(pub S);

impl<S: Read + Write + Unpin> PollStream for Stream<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, space)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, out: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, out)
    }

    fn sleep(deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let rest = deadline.saturating_duration_since(Instant::now());
        Box::pin(async_std::task::sleep(rest))
    }

    fn read_ahead(work: ReadAhead) -> Reading {
        Box::pin(async_std::task::spawn_blocking(|| work.run()))
    }
}
