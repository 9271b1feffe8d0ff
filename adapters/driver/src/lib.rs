//! The one loop that drives an SMTP conversation, and the traits that a runtime implements.
//!
//! A runtime offers [`Io`] for one connection: one method that moves bytes both ways, and a clock.
//! The loop in [`Connection`] does the rest, the same for every runtime. There are adapters for
//! tokio, smol, async-std and blocking sockets, and whoever uses one of them needs no more of this
//! crate than [`Message`], [`Content`] and [`Report`].
//!
//! # A runtime by hand
//!
//! Here the server is in the same process, and no byte meets a socket:
//!
//! ```
//! use std::io;
//! use std::pin::pin;
//! use std::sync::Arc;
//! use std::task::{Context, Poll, Waker};
//!
//! use envoi_driver::proto::{Config, Envelope, Instant, Peer, Progress};
//! use envoi_driver::{Connection, Io, Message};
//! use envoi_sink::{Options, Session};
//!
//! struct Memory(Session);
//!
//! impl Io for Memory {
//!     async fn exchange(
//!         &mut self,
//!         out: &[u8],
//!         space: &mut [u8],
//!         _deadline: Option<Instant>,
//!     ) -> io::Result<Progress> {
//!         if !out.is_empty() {
//!             self.0.handle_input(out);
//!             return Ok(Progress { written: out.len(), ..Progress::default() });
//!         }
//!         let read = space.len().min(self.0.output().len());
//!         space[..read].copy_from_slice(&self.0.output()[..read]);
//!         self.0.handle_transmitted(read);
//!         Ok(Progress { read, eof: read == 0, ..Progress::default() })
//!     }
//!
//!     fn now(&self) -> Instant {
//!         Instant::ORIGIN
//!     }
//! }
//!
//! let envelope = Envelope::new("ann@client.example".parse()?, vec!["bob@mx.example".parse()?]);
//! let message = Message::new(envelope, "Subject: hello\r\n\r\nHello, Bob!\r\n");
//!
//! let io = Memory(Session::new(Arc::new(Options::default())));
//! let config = Arc::new(Config::new("client.example".parse()?));
//! let connection = Connection::over(io, Peer::new("mx.example"), config, Instant::ORIGIN);
//! let mut reports = connection.send_all([message]);
//! let report = {
//!     // Nothing ever waits here, so one poll goes all the way.
//!     let next = pin!(reports.next());
//!     let Poll::Ready(report) = next.poll(&mut Context::from_waker(Waker::noop())) else {
//!         panic!("nothing to wait for")
//!     };
//!     report.expect("the message is reported")
//! };
//! assert_eq!(&*report.outcomes[0].text, "250 2.0.0 Ok: queued as 1");
//! # Ok::<(), envoi_driver::proto::BadAddress>(())
//! ```
//!
//! `examples/poll.rs` does the same over a socket with poll(2). A runtime whose streams are polled
//! implements [`PollStream`] and gets an [`Io`], with timers, from [`Polled`].
//!
//! # TLS and authentication
//!
//! Both are in the machine that the loop drives, so an [`Io`] knows nothing of them. [`tls`] makes
//! what the conversations of a program share, from the system's clock and from files; [`attempt`]
//! is what one of them needs to authenticate. The server of this example has a certificate of its
//! own making:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_driver::proto::auth::Credentials;
//! use envoi_driver::proto::{Config, Peer};
//! use envoi_driver::tls::{self, Level, Policy, Roots, pki_types::CertificateDer};
//!
//! let server = envoi_sink::Tls::self_made("mx.example")?;
//!
//! // Once for the program; mostly with `tls::system_roots()`.
//! let mut roots = Roots::default();
//! roots.add([CertificateDer::from(server.certificate.der().to_vec())]);
//! let mut config = Config::new("client.example".parse()?);
//! config.tls = Some(Arc::new(tls::engine(roots)));
//!
//! // Anew for each conversation.
//! let mut peer = Peer::new("mx.example");
//! peer.tls = Policy::new(Level::Secure);
//! peer.auth = Some(envoi_driver::attempt(Credentials::password("ann", "secret")?)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A report says what the handshake came to ([`Report::tls`]). A server that is not what was asked
//! for, or that refuses our credentials, gets no mail; its messages are deferred, and
//! [`Connection::rejection`] tells what may be remembered of it.
//!
//! The feature `aws-lc-rs`, which is on by default, brings TLS with the cryptography of that name;
//! `ring` brings it with ring's. Without either there is none.
//!
//! # Ways to send
//!
//! - [`Connection::send`] sends one message and keeps the conversation, for the next one.
//! - [`Connection::send_all`] sends many, with QUIT after the last. The next message begins in the
//!   flight that ends the one before, and reports come in order, each as soon as the server has
//!   answered.
//! - [`Connection::pair`] splits a connection into a [`Sender`], which can be cloned and sends
//!   from several tasks, and a [`Conversation`], which somebody runs. Nothing here spawns
//!   anything.
//!
//! # Dropping a send
//!
//! A future that is dropped cannot take back what has left. Dropping that of [`Connection::send`]
//! while it is under way breaks the conversation off: [`Connection::abandoned`] tells what became
//! of the message. Dropping that of [`Reports::next`] loses nothing; [`Reports::abort`] breaks off
//! and reports the messages under way. [`Sender::send`] may be dropped freely: before the
//! message's turn it is not sent, and after that its report is returned by [`Conversation::run`].
//!
//! # Content
//!
//! [`Content`] is bytes, a file, or a [`Source`] that [`Open`] begins to read again from its first
//! byte. A file is read in pieces while it is sent, so that memory does not depend on its size.

mod alarm;
mod attempt;
mod clock;
mod connection;
mod content;
mod dial;
mod io;
mod message;
mod open;
mod outbox;
mod pair;
mod polled;
mod queue;
mod reports;
mod rooms;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub mod tls;

pub use attempt::attempt;
pub use clock::Clock;
pub use connection::Connection;
pub use content::{Content, Open, Source};
pub use dial::Dial;
pub use envoi_delivery::{Delays, Fallback, LogLine, Outcome, Report, Verdict};
pub use envoi_proto as proto;
pub use io::{Io, ReadAhead, Reading};
pub use message::Message;
pub use pair::{Conversation, Ended, Sender};
pub use polled::{PollStream, Polled};
pub use reports::Reports;
