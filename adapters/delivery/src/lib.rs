//! What became of each recipient of a message.
//!
//! A [`Ledger`] takes the events of a message's transactions and closes with a [`Report`]: one
//! [`Outcome`] for each recipient, whatever happened. Like `envoi-proto` it is pure: no I/O, no
//! clock, no randomness.
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_delivery::{Delays, Ledger, Verdict};
//! use envoi_proto::{
//!     Circumstances, Doubt, Envelope, Error, ForwardPath, Peer, Stage, Status,
//! };
//!
//! let [bob, carol]: [ForwardPath; 2] = ["bob@mx.example".parse()?, "carol@mx.example".parse()?];
//! let envelope = Envelope::new("ann@client.example".parse()?, vec![bob.into(), carol.into()]);
//! let mut ledger = Ledger::new(Arc::new(envelope), Circumstances::default());
//!
//! // The connection broke after the dot: both recipients may have the message.
//! let lost = Error::Lost(Stage::EndOfData);
//! ledger.failed(0..2, &lost, Doubt::Uncertain, &Peer::new("mx.example"));
//! let report = ledger.close(Delays::default());
//!
//! let [bob, carol] = &report.outcomes[..] else { panic!("one for each recipient") };
//! assert_eq!((bob.verdict, bob.doubt), (Verdict::Deferred, Doubt::Uncertain));
//! assert_eq!(carol.status, Status::transient(4, 2));
//! assert_eq!(
//!     carol.log_line().to_string(),
//!     "to=<carol@mx.example>, relay=none, delay=0, delays=0/0/0/0, dsn=4.4.2, status=deferred \
//!      (lost connection with mx.example while sending end of data -- message may be sent more than \
//!      once)",
//! );
//! # Ok::<(), envoi_proto::BadAddress>(())
//! ```
//!
//! A driver feeds [`Ledger::handle_event`] every event of the message's transactions. What was
//! said first of a recipient stands. Who is not settled when the ledger closes is deferred, so no
//! recipient is ever without an outcome, and none has two.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod delays;
mod fallback;
mod ledger;
mod report;

pub use delays::{Delays, Seconds};
pub use fallback::Fallback;
pub use ledger::Ledger;
pub use report::{LogLine, Outcome, Report, Verdict};
