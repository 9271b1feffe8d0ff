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
//! [`Mailer`] finds the servers of the recipients by itself, as the DNS has them:
//!
//! ```no_run
//! use envoi_tokio::proto::{Config, Envelope};
//! use envoi_tokio::{Mailer, Message};
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
//! Whatever answers questions to the DNS can take the place of the resolver that is built in. The
//! feature `hickory` has hickory-resolver do it; here it is a table with one exchanger in it:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_tokio::driver::Resolver;
//! use envoi_tokio::driver::dns::{Answer, Kind, Lack, Mx, Query, Records, Rules};
//! use envoi_tokio::{Network, Tokio};
//!
//! struct Table;
//!
//! impl Resolver for Table {
//!     async fn lookup(&self, query: Query) -> Arc<Answer> {
//!         let records = match (query.name.as_str(), query.kind) {
//!             ("example.com", Kind::Mx) => {
//!                 let exchange = Some("mx.example.com".parse().expect("it is a name"));
//!                 Records::Mx([Mx { preference: 10, exchange }].into_iter().collect())
//!             }
//!             ("mx.example.com", Kind::A) => {
//!                 Records::A([[192, 0, 2, 1].into()].into_iter().collect())
//!             }
//!             _ => return Arc::new(Answer::lacking(Lack::NoData)),
//!         };
//!         Arc::new(Answer { records: Ok(records), ..Answer::lacking(Lack::NoData) })
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let network = Network { runtime: Tokio::default(), resolver: Table, hosts: Arc::default() };
//! let rules = Arc::new(Rules::default());
//! let mut route = network.route(&"example.com".parse()?, rules).await;
//! let host = route.poll_host().expect("there is one");
//! assert_eq!((&*host.name, host.port), ("mx.example.com", 25));
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! Futures are `Send` and nothing is spawned. What else a connection can do, and what happens when
//! a send is dropped, is told in [`driver`].
//!
//! TLS and authentication are asked for in [`Peer`] and [`Config`]: [`driver`] has an example.

#[cfg(feature = "hickory")]
mod hickory;
mod runtime;

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
#[cfg(feature = "hickory")]
pub use hickory::Hickory;
pub use runtime::{Socket, Tokio};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A conversation over a connection of tokio's.
pub type Connection<S = TcpStream> = envoi_driver::Connection<Polled<Stream<S>>>;

/// Sends messages to the servers of their recipients.
pub type Mailer<V = StubResolver> = envoi_driver::Mailer<Tokio, V>;

/// What finds servers and connects to them.
pub type Network<V = StubResolver> = envoi_driver::Network<Tokio, V>;

/// The resolver that is built in.
pub type StubResolver = envoi_driver::StubResolver<Tokio>;

/// Connects to a server.
///
/// # Errors
/// If there is no connection in time.
pub async fn connect(
    dial: impl Into<Dial>,
    peer: Peer,
    config: Arc<Config>,
) -> io::Result<Connection> {
    envoi_driver::connect(&Tokio::default(), &dial.into(), peer, config).await
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

/// Whoever spawns them needs futures that can go to other threads.
const _: () = {
    use envoi_driver::{Runtime as _, dns};

    fn is_send<T: Send>(_: T) {}

    #[expect(dead_code, reason = "that it compiles is what counts")]
    fn futures(runtime: Tokio, mailer: &Mailer, message: Message, route: &mut dns::Route) {
        is_send(runtime.wait(&mut [], None));
        is_send(mailer.network.find(route));
        is_send(mailer.send(message));
    }
};

/// The code of the README, compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
