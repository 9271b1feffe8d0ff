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
//! A report says what the handshake came to ([`Outcome::tls`]). A server that is not what was asked
//! for, or that refuses our credentials, gets no mail; its messages are deferred, and
//! [`Connection::rejection`] tells what may be remembered of it.
//!
//! The feature `aws-lc-rs`, which is on by default, brings TLS with the cryptography of that name;
//! `ring` brings it with ring's. Without either there is none.
//!
//! # Finding servers
//!
//! A [`Runtime`] makes connections, waits for sockets, and does elsewhere what may block. On it
//! stand a resolver, the loop that finds hosts, and the one that goes from host to host. All of
//! them are futures that somebody polls: nothing is spawned.
//!
//! - [`Mailer`] has it all: messages go in, reports come out.
//! - [`Network`] finds the hosts of a destination ([`Network::route`]), and runs a delivery for an
//!   [`Application`] that holds its conversations as it likes ([`Network::deliver`]).
//! - [`Resolver`] answers questions to the DNS: [`StubResolver`], which asks the name servers of
//!   resolv.conf(5), or whatever else implements it.
//!
//! # Ways to send
//!
//! - [`Mailer::send`] finds the servers of a message's recipients, and goes from one to the next
//!   until each recipient has its verdict.
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
//! # Finding servers
//!
//! A [`Network`] is a [`Runtime`], a [`Resolver`] and what the system knows. [`Network::route`]
//! finds the hosts of a destination, [`Network::deliver`] runs a [`delivery`] over them for an
//! [`Application`]. [`StubResolver`] asks the name servers of resolv.conf(5), and remembers; another
//! resolver takes its place by one method.
//!
//! # Content
//!
//! [`Content`] is bytes, a file, or a [`Source`] that [`Open`] begins to read again from its first
//! byte. A file is read in pieces while it is sent, so that memory does not depend on its size.
//! [`Content::edited`] changes it on its way: headers in front, addresses rewritten, headers and
//! lines checked. Whoever has the tables implements [`Answers`].
//!
//! # Tables
//!
//! What a program looks up is asked where it matters: [`Application::prepare`] before each
//! connection, [`Connection::filter_replies`] for each line of a reply, [`FilteredResolver`] for
//! each record of the DNS, [`Application::review`] for each outcome. An answer may take its time
//! ([`Asked`]); a table that blocks is asked by [`Runtime::block`].

mod alarm;
mod asked;
mod attempt;
mod clock;
mod connection;
mod content;
mod deliver;
mod dial;
mod edited;
mod filtered_resolver;
mod io;
mod lookups;
mod mailer;
mod message;
mod native;
mod network;
mod open;
mod outbox;
mod pair;
mod polled;
mod polled_socket;
mod queue;
mod random;
mod reports;
mod resolver;
mod rooms;
mod runtime;
mod searching_resolver;
mod socket;
mod stub_resolver;
mod system;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub mod tls;
mod together;

pub use alarm::Sleep;
pub use asked::Asked;
pub use attempt::attempt;
pub use clock::Clock;
pub use connection::Connection;
pub use content::{Content, Open, Source};
pub use deliver::Application;
pub use dial::{BadSource, Dial, Endpoint};
pub use edited::{Answering, Answers};
pub use envoi_delivery as delivery;
pub use envoi_delivery::{
    Action, BadStatement, Delays, Fallback, Handover, LogLine, Outcome, Policy, Remedy, Report,
    Skip, Verdict,
};
pub use envoi_dns as dns;
pub use envoi_proto as proto;
pub use filtered_resolver::{FilteredResolver, Kept};
pub use io::{Io, ReadAhead, Reading};
pub use lookups::{Found, Lookups};
pub use mailer::Mailer;
pub use message::Message;
pub use network::Network;
pub use pair::{Conversation, Ended, Sender};
pub use polled::{PollStream, Polled};
pub use polled_socket::{PollSocket, wait_polled};
pub use random::seed;
pub use reports::Reports;
pub use resolver::Resolver;
pub use runtime::{Runtime, Watched, connect};
pub use searching_resolver::SearchingResolver;
pub use stub_resolver::StubResolver;
pub use system::{System, resolv_conf};
