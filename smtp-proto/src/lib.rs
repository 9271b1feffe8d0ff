//! SMTP and LMTP seen from the client: one conversation as a pure state machine.
//!
//! Bytes, the time and the application's wishes go in; bytes, deadlines and events come out. There
//! is no socket, no clock, no thread and no randomness in here, so a conversation behaves the same
//! over any runtime, in a test, and when it is played again. TLS and authentication are in here as
//! well; what they need of the world is given to them. The crate is `no_std` and needs `alloc`;
//! TLS needs `std`. Whoever wants to send mail and has a runtime uses one of its adapters
//! (`envoi-tokio`, `envoi-smol`, `envoi-async-std`, `envoi-blocking`); this crate is for whoever
//! brings their own.
//!
//! # The run loop
//!
//! A [`Channel`] says what to do next: ask for a [`Step`], do it, ask again. Here the network is a
//! server that knows its lines by heart.
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_proto::{
//!     Channel, Client, Config, Envelope, Event, ForwardPath, Instant, Peer, Progress, Step,
//! };
//!
//! // What the server says, each time that we have nothing to write and wait for it.
//! let mut server = [
//!     "220 mx.example ESMTP\r\n",
//!     "250-mx.example\r\n250 PIPELINING\r\n",
//!     "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n550 5.1.1 No such user\r\n354 Go ahead\r\n",
//!     "250 2.0.0 Queued\r\n",
//! ]
//! .into_iter();
//!
//! let bob: ForwardPath = "bob@mx.example".parse()?;
//! let nobody: ForwardPath = "nobody@mx.example".parse()?;
//! let envelope = Envelope::new("ann@client.example".parse()?, vec![bob.into(), nobody.into()]);
//! let mut messages = [(envelope, "Subject: hello\n\n.plan\n")].into_iter();
//! let mut rest = "";
//!
//! let now = Instant::ORIGIN;
//! let config = Arc::new(Config::new("client.example".parse()?));
//! let mut channel = Channel::new(Client::new(config, Peer::new("mx.example"), now));
//! let mut flights: Vec<String> = Vec::new();
//! let mut learnt = Vec::new();
//! loop {
//!     match channel.step(now)? {
//!         Step::Event(Event::Recipient { index, reply, .. }) => {
//!             learnt.push(format!("recipient {index}: {reply}"));
//!         }
//!         Step::Event(Event::Message { reply, .. }) => learnt.push(format!("message: {reply}")),
//!         Step::Event(_) => {}
//!         Step::Filter { line } => panic!("nobody wants {line:?} to be looked up"),
//!         // Once for each message: the next one, or the wish to stop.
//!         Step::Envelope => match messages.next() {
//!             Some((envelope, content)) => {
//!                 channel.send(envelope, now)?;
//!                 rest = content;
//!             }
//!             None => channel.quit(now),
//!         },
//!         // The server has said 354: content goes first, so that it shares a write with its end.
//!         Step::Exchange { content: Some(_), .. } => {
//!             let taken = channel.handle_content(rest.as_bytes(), now);
//!             rest = &rest[taken..];
//!             if rest.is_empty() {
//!                 channel.content_end(now);
//!             }
//!         }
//!         // Bytes move. A real driver writes and reads at once, and waits until `deadline`.
//!         Step::Exchange { out, space, .. } => {
//!             let mut progress = Progress { written: out.len(), ..Progress::default() };
//!             if out.is_empty() {
//!                 let said = server.next().unwrap_or_default().as_bytes();
//!                 space[..said.len()].copy_from_slice(said);
//!                 progress.read = said.len();
//!             } else {
//!                 flights.push(String::from_utf8(out.to_vec())?);
//!             }
//!             channel.handle_progress(progress, now);
//!         }
//!         Step::Closed => break,
//!     }
//! }
//!
//! assert_eq!(flights, [
//!     "EHLO client.example\r\n",
//!     "MAIL FROM:<ann@client.example>\r\nRCPT TO:<bob@mx.example>\r\n\
//!      RCPT TO:<nobody@mx.example>\r\nDATA\r\n",
//!     "Subject: hello\r\n\r\n..plan\r\n.\r\nQUIT\r\n",
//! ]);
//! assert_eq!(learnt, [
//!     "recipient 0: 250 2.1.5 Ok",
//!     "recipient 1: 550 5.1.1 No such user",
//!     "message: 250 2.0.0 Queued",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The borrow that a [`Step`] holds makes a wrong order impossible: nothing can be done to the
//! channel while an event or a buffer of it is looked at.
//!
//! # Channel and Client
//!
//! [`Client`] is the protocol. It has a call for each thing that can happen (`handle_…`) and for
//! each thing that it wants (`poll_…`, `wants_…`), and leaves their order to the caller.
//! [`Channel`] is a client with the buffer for its input and that order: events before errors,
//! errors before the end, the next envelope before a write. Drivers hold a channel. Tests, probes
//! and recorders also speak to the client inside ([`Channel::client`], [`Channel::client_mut`]).
//!
//! # TLS
//!
//! TLS is the channel's, on rustls. When STARTTLS was answered, or before the greeting where
//! [`Peer::tls_start`] says so, the channel puts a layer between the client and its buffers: from
//! then on `out` and `space` of a [`Step::Exchange`] hold records. A driver moves them and cannot
//! tell. The handshake takes any certificate whose key signs; the peer's policy judges it before
//! anything is said under TLS, and [`Event::Tls`] tells what it came to. A server that will not do
//! is not used ([`Event::Unsuitable`]). What EHLO said in plaintext does not count, and plaintext
//! behind the reply to STARTTLS ends the conversation ([`Error::Injected`]).
//!
//! How much is asked for is a [`Level`](tls::Level). Only at [`May`](tls::Level::May) mail goes in
//! plaintext for want of TLS. A client without a channel has no TLS: it stays at
//! [`None`](tls::Level::None).
//!
//! A policy belongs to a [`Peer`]. What conversations have in common belongs to their [`Config`]:
//! an `Engine` has the cryptography with its randomness, the time of day, whom to trust, and
//! sessions to resume. A test gives it a clock of its own.
//!
//! # Authentication
//!
//! Between the last EHLO and the first transaction, a client with [`Peer::auth`] authenticates to
//! a server that offers AUTH. Which mechanisms may be used depends on what protects the connection
//! ([`Config::auth`]); [`auth`] is the rest. The nonce is an argument ([`auth::Attempt::nonce`]),
//! and so is what was refused before. Of secrets nothing is shown, neither in the transcript nor
//! in the trace.
//!
//! # Replies that are looked up
//!
//! With [`Channel::filter_replies`], a [`Step::Filter`] asks about each line of the server before
//! it counts, as Postfix's `smtp_reply_filter` has it. Whoever runs the channel looks it up, and
//! tells [`Channel::handle_filtered`]. Without, it costs nothing.
//!
//! # Time
//!
//! Nothing here reads a clock. `now` is the last argument of every call that can arm a timer: an
//! [`Instant`] is the time since an origin that the caller chose. The time of day, which
//! certificates are judged by, is the engine's. Each [`Stage`] of the dialogue
//! has its limit in [`TimeLimits`], with Postfix's defaults; one deadline covers whatever is
//! awaited.
//!
//! ```
//! # use std::{sync::Arc, time::Duration};
//! # use envoi_proto::{Client, Config, Error, Instant, Peer, Stage};
//! # let config = Arc::new(Config::new("client.example".parse().unwrap()));
//! let mut client = Client::new(config, Peer::new("mx.example"), Instant::ORIGIN);
//!
//! let deadline = client.poll_timeout().expect("the greeting is awaited");
//! assert_eq!(deadline.since_origin(), Duration::from_secs(300));
//! assert_eq!(client.handle_timeout(deadline), Err(Error::TimedOut(Stage::Greeting)));
//! ```
//!
//! # Replies, errors, panics
//!
//! A reply is an event, whatever its code: a 550 for one recipient is data. An [`Error`] ends the
//! conversation before its time, is the server's or the network's fault, and names the stage. A
//! [`Misuse`] is the caller's: it changes nothing, and the conversation goes on. A panic means our
//! bug, never their bytes.
//!
//! # What is settled when
//!
//! Each recipient of a transaction hears of its end exactly once; [`Event`] says by which event.
//! [`Event::End`] follows, and nothing more is said of that transaction. When a conversation is
//! lost, [`Event::Lost`] comes first for each open transaction, and says by [`Doubt`] whether the
//! message may have arrived all the same: that is so from the moment that the end of its content
//! has left. [`Fate`] says what a reply or a loss means, and for whom.
//!
//! # Pipelining
//!
//! To a server with PIPELINING (RFC 2920), `MAIL`, every `RCPT` and `DATA` go out as one write.
//! `DATA` is a sync point: content waits for the server's word. If no recipient is left when that
//! word is 354, a lone dot ends the transaction. Without PIPELINING each command waits for the
//! reply to the one before.
//!
//! # Overlap
//!
//! RFC 2920, 3.1 lets content open a group of commands. So once the content of one message is
//! given, [`Step::Envelope`] asks for the next, and `content . MAIL RCPT DATA` is one write: a
//! round trip for each message. At most one message is then in doubt. [`Peer::overlap`] turns it
//! off.
//!
//! # CHUNKING
//!
//! With [`Peer::chunking`], content goes by `BDAT` (RFC 3030) to servers that offer it. Messages
//! that fit in the buffer wait for nothing then: `MAIL RCPT BDAT LAST RSET`, several times in one
//! flight. How many may be in doubt at once is that setting. The `RSET` always travels: without it
//! a server may give a message the sender of the one before, which it refused.
//!
//! # Limits
//!
//! Whatever a server can fill has a limit with a name, in the file that obeys it.
//!
//! | limit | value | file |
//! |---|---|---|
//! | bytes of one reply line that are kept | 2048 | `reply.rs` |
//! | bytes of one reply that are kept | 2048 | `reply.rs` |
//! | lines of one reply | 128; more end the conversation | `reply.rs` |
//! | bytes of commands whose replies are owed | 4096 | `wire.rs` |
//! | content that waits to be written | [`Config::output_buffer`], 128 KiB | `config.rs` |
//! | unanswered chunks of one message | 2 | `script.rs` |
//! | messages in doubt | 1, or [`Peer::chunking`] | `config.rs` |
//! | bytes read at once by a [`Channel`] in plaintext | 4096 | `channel.rs` |
//! | bytes of records from which nothing has come | 65536; more end the conversation | `tls.rs` |
//! | plaintext in records that wait to be written | 128 KiB | `tls/layer.rs` |
//! | servers whose sessions are kept | 1024, if not told otherwise | `tls/sessions.rs` |
//! | tickets of one server that are kept | 8 | `tls/sessions.rs` |
//! | certificates above a server's | `Policy::verify_depth`, 7 at most | `tls/judge.rs` |
//! | characters of a certificate's name that are shown | 200 | `tls/certificate.rs` |
//! | bytes of a reply line while AUTH is under way | 12,288 | `securing.rs` |
//! | lines of transcript that nobody has fetched | 4096, the oldest go | `transcript.rs` |
//! | bytes of an address | 512 | `address.rs` |
//!
//! Authentication has a [table of its own](auth#limits).
//!
//! Memory is that of the envelopes under way and these buffers, whatever the message's size, and
//! with TLS what rustls keeps of the connection. [`Channel::park`] gives the buffers back while a
//! conversation is idle, and [`Channel::lend`] lets those that take turns write in the same one.
//!
//! # How to read the crate
//!
//! | question | file |
//! |---|---|
//! | Who calls what? | `channel.rs`, `client.rs` |
//! | What is said next? | `script.rs` |
//! | What does a reply do to the conversation? | `answer.rs` |
//! | How far is one message? | `transaction.rs` |
//! | What was written, and which replies are owed for it? | `wire.rs` |
//! | When do we give up? | `timer.rs`, with the table of `stage.rs` |
//! | What did the server say, and what can it do? | `reply.rs`, `status.rs`, `extensions.rs` |
//! | How is a command written? | `command.rs`, `xforward.rs`, `xtext.rs` |
//! | When do TLS and AUTH begin, and what ends them? | `securing.rs`, `unsuitable.rs` |
//! | How do records become plaintext, and what is good enough? | [`tls`] |
//! | How do we prove who we are? | [`auth`] |
//! | Who sends to whom? | `address.rs`, `envelope.rs` |
//! | What becomes of content on its way out? | `content.rs`, `survey.rs`, `surveyed.rs` |
//! | What is changed in content? | `editor.rs`, with `mime.rs` |
//! | What is the application told? | `event.rs`, `error.rs` |
//! | What does it mean, and for whom? | `fate.rs` |
//! | What do we take the server to have said? | `filter.rs` |
//! | What can be set? | `config.rs` |
//! | How did the dialogue look? | `transcript.rs` |
//!
//! Begin with `script.rs` and `answer.rs`: what we say, and what the server's answers do to it.
//!
//! # Features
//!
//! - `std`, on by default, searches content with AVX2 where the processor has it, and changes
//!   nothing else.
//! - `rustls` is TLS, for whoever brings a provider of cryptography. It needs `std`.
//! - `aws-lc-rs` and `ring` are `rustls` with a provider: `tls::default_provider` is aws-lc-rs if
//!   both are there. Neither is on by default here; in the adapters `aws-lc-rs` is.
//! - `arbitrary` makes valid inputs out of arbitrary bytes, for fuzzing.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod address;
mod answer;
#[cfg(feature = "arbitrary")]
mod arbitrary;
pub mod auth;
mod channel;
mod client;
mod command;
mod config;
mod content;
mod editor;
mod envelope;
mod error;
mod event;
mod extensions;
mod fate;
mod filter;
mod flaws;
mod mime;
mod path;
mod phase;
mod reply;
mod require_tls;
mod script;
mod securing;
mod stage;
mod status;
mod survey;
mod surveyed;
mod time;
mod timer;
pub mod tls;
mod tls_required;
mod transaction;
mod transcript;
mod unsuitable;
mod wire;
mod wishes;
mod xforward;
mod xtext;

pub use address::{BadAddress, Domain, Mailbox, Quoting};
pub use channel::{Channel, Progress, Step};
pub use client::Client;
pub use config::{
    BareCr, Config, Conversion, Farewell, Hello, Host, Peer, PixWorkarounds, Protocol, TlsStart,
    Unknown,
};
pub use content::{Encoder, Stuffing};
pub use editor::{Action, Answer, BadAction, Checks, EditFailure, Editor, Edits, Lookup, Note};
pub use envelope::{
    BadParameter, Body, Envelope, Envid, Notify, Orcpt, Purpose, Recipient, Ret, Smtputf8,
};
pub use error::{Error, Misuse};
pub use event::{Doubt, Event, Refusal, TransactionId};
pub use extensions::{Extensions, Keyword, Keywords, UnknownKeyword};
pub use fate::{Circumstances, Failed, Fate, Said, Scope, Server, Verdict, Withheld};
pub use filter::Filtered;
pub use mime::MimeLimits;
pub use path::{ForwardPath, ReversePath};
pub use reply::{Code, NotAReply, Reply, Severity};
pub use require_tls::{RequireTls, TlsRequest, UnknownAction};
pub use stage::{Per, Stage, TimeLimits};
pub use status::{NotAStatus, Status};
pub use survey::Survey;
pub use surveyed::Surveyed;
pub use time::Instant;
pub use tls_required::TlsRequired;
pub use transcript::Line;
pub use unsuitable::{Unsuitable, Unused};
pub use xforward::{Attributes, Source, Xforward};
