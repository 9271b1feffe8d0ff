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
//! Futures are `Send` and nothing is spawned. What else a connection can do, and what happens when
//! a send is dropped, is told in [`driver`].
//!
//! TLS and authentication are asked for in [`Peer`] and [`Config`]: [`driver`] has an example.

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
use smol::io::{AsyncRead, AsyncWrite};
use smol::{Async, Timer, future};

/// A conversation over a connection of smol's.
pub type Connection<S = Async<TcpStream>> = envoi_driver::Connection<Polled<Stream<S>>>;

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
    let late = async {
        Timer::after(dial.timeout).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    future::or(stream.writable(), late).await?;
    stream.get_ref().take_error()?.map_or(Ok(()), Err)?;
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
