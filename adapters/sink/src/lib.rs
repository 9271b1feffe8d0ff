//! An SMTP and LMTP receiver to test against: takes mail, keeps it, and fails on request.
//!
//! A [`Sink`] listens on a socket, in a thread of its own, until it is dropped:
//!
//! ```
//! use std::io::{BufRead, BufReader, Write};
//! use std::net::TcpStream;
//!
//! use envoi_sink::{Options, Sink};
//!
//! let sink = Sink::listen("127.0.0.1:0", Options::default())?;
//!
//! let mut stream = TcpStream::connect(sink.address())?;
//! stream.write_all(b"EHLO client.example\r\nMAIL FROM:<ann@client.example>\r\n\
//!     RCPT TO:<bob@mx.example>\r\nDATA\r\nSubject: hello\r\n\r\nhello\r\n.\r\nQUIT\r\n")?;
//! let farewell = BufReader::new(stream).lines().last().expect("a reply")?;
//!
//! assert_eq!(farewell, "221 2.0.0 Bye");
//! assert_eq!(sink.messages()[0].recipients, ["bob@mx.example"]);
//! assert_eq!(sink.messages()[0].content, b"Subject: hello\r\n\r\nhello\r\n");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What it is strict about
//!
//! Commands out of sequence, parameters that were not offered, lines that end in a bare
//! `<LF>` and addresses that are not ASCII without SMTPUTF8 are refused, and content ends with
//! `<CR><LF>.<CR><LF>` alone. It does not wait where a client may not pipeline: whatever it
//! reads at once, it answers at once, in one write.
//!
//! # How it fails
//!
//! [`Options::recipients`] refuses recipients by their names, and [`Options::faults`] go wrong
//! anywhere else, as often as wanted. A [`Fault`] has a text form for command lines:
//!
//! ```
//! use envoi_sink::{Fault, Options};
//!
//! let faults: Result<Vec<Fault>, _> =
//!     ["helo:reject@1", "rcpt:tempfail=450 4.7.1 Greylisted", "eod:disconnect@3"]
//!         .map(str::parse)
//!         .into_iter()
//!         .collect();
//! let options = Options { faults: faults?, ..Options::default() };
//! # Ok::<(), envoi_sink::FaultError>(())
//! ```
//!
//! # TLS and AUTH
//!
//! [`Options::tls`] has it speak TLS, with a certificate of its own making if need be, and
//! [`Options::auth`] has it ask who sends. Each [`Message`] tells how it came and from whom:
//!
//! ```
//! use envoi_sink::{Auth, Options, Tls};
//!
//! let auth = Auth { is_required: true, ..Auth::new("ann", "secret") };
//! let tls = Tls::self_made("sink.example")?;
//! let options = Options { tls: Some(tls), auth: Some(auth), ..Options::default() };
//! # Ok::<(), envoi_sink::TlsError>(())
//! ```
//!
//! # Without a socket
//!
//! A [`Session`] is the same server as bytes in and bytes out, without socket, clock or
//! thread. It is what the dialogues of this crate are tested with, and what a simulated network
//! can carry:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_sink::{Options, Session};
//!
//! let mut session = Session::new(Arc::new(Options::default()));
//! assert_eq!(session.output(), b"220 sink.example ESMTP Envoi sink\r\n");
//! session.handle_transmitted(session.output().len());
//!
//! session.handle_input(b"NOOP\r\nQU");
//! session.handle_input(b"IT\r\n");
//! assert_eq!(session.output(), b"250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n");
//! assert!(session.wants_close());
//! ```
//!
//! # Limits
//!
//! A command line has at most 2048 bytes, a line of AUTH 12,288, a message 10,000 recipients and,
//! where it is kept, 256 MiB; the hundredth malformed command ends the session. Nothing is read
//! from a client that does not read its replies. There are no timeouts: an idle client is kept
//! until it leaves.

#![forbid(unsafe_code)]

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
compile_error!("TLS needs one of the features `aws-lc-rs` and `ring`");

mod acceptor;
mod answer;
mod auth;
mod command;
mod connection;
mod end_point;
mod extensions;
mod fault;
mod handshake;
mod layer;
mod ledger;
mod line;
mod message;
mod name_server;
mod options;
mod point;
mod replies;
mod server;
mod session;
mod sink;
mod store;
mod tls;
mod transaction;
mod unstuff;
mod zone;

pub use crate::auth::{Auth, Identity, Mechanism, Secret};
pub use crate::extensions::{Extensions, Limits};
pub use crate::fault::{Action, Fault, FaultError};
pub use crate::handshake::Handshake;
pub use crate::ledger::Ledger;
pub use crate::message::Message;
pub use crate::name_server::NameServer;
pub use crate::options::{Keep, Options, Protocol, Recipients};
pub use crate::point::Point;
pub use crate::session::{Session, Tally};
pub use crate::sink::Sink;
pub use crate::tls::{Certificate, ClientCertificate, Tls, TlsError, TlsStart, TlsVersions};
pub use crate::zone::{BadZone, Zone};
