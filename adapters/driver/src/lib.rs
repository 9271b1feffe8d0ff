//! The one loop that drives an SMTP conversation, and the traits that a runtime implements.
//!
//! A runtime offers [`Io`] for one connection: one method that moves bytes both ways. The loop in
//! [`Connection`] does the rest, the same for every runtime. There are adapters for tokio, smol,
//! async-std and blocking sockets; `examples/poll.rs` makes one by hand.

mod alarm;
mod clock;
mod connection;
mod content;
mod dial;
mod io;
mod message;
mod open;
mod pair;
mod polled;
mod reports;

pub use clock::Clock;
pub use connection::Connection;
pub use content::{Content, Open, Source};
pub use dial::Dial;
pub use envoi_delivery::{Delays, LogLine, Outcome, Report, Verdict};
pub use envoi_proto as proto;
pub use io::{Io, ReadAhead, Reading};
pub use message::Message;
pub use pair::{Conversation, Ended, Sender};
pub use polled::{PollStream, Polled};
pub use reports::Reports;
