//! From a destination to what became of each recipient of a message.
//!
//! A [`Delivery`] takes messages from host to host until each recipient has its verdict. A
//! [`Ledger`] is about one conversation: it takes the events of a message's transactions and
//! closes with a [`Report`], one [`Outcome`] for each recipient, whatever happened. Like
//! `envoi-proto` both are pure: no I/O, no clock, no randomness.
//!
//! # From host to host
//!
//! A driver asks for the next [`Step`], takes the reports that there are, does the step, and tells
//! what came of it. Here nobody is there:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_delivery::{Delivery, Policy, Step};
//! use envoi_proto::{Envelope, Instant};
//!
//! let envelope = Envelope::new("ann@client.example".parse()?, vec!["bob@mx.example".parse()?]);
//! let hosts = vec!["[192.0.2.1]".parse()?, "[192.0.2.2]:2525".parse()?];
//! let policy = Arc::new(Policy::default());
//! let now = Instant::ORIGIN;
//! let mut delivery = Delivery::new(hosts, [Arc::new(envelope)], policy, 0, now);
//!
//! let mut reports = Vec::new();
//! loop {
//!     let step = delivery.step(now);
//!     while let Some((_message, report)) = delivery.poll_report() {
//!         reports.push(report);
//!     }
//!     match step {
//!         Step::Ask(question) => panic!("a resolver answers {question:?}, and others meanwhile"),
//!         Step::Connect(_attempt) => delivery.handle_unreachable("Connection refused", now),
//!         Step::Wait => panic!("nothing has been asked that is not answered"),
//!         Step::Done => break,
//!     }
//! }
//! let outcome = &reports[0].outcomes[0];
//! assert_eq!(&*outcome.text, "connect to 192.0.2.2[192.0.2.2]:2525: Connection refused");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where there is a connection, the conversation is about the attempt's messages, with its peer and
//! under its circumstances; each message's report goes to [`Delivery::handle_report`], and
//! [`Delivery::handle_ended`] follows the last. A host that is not to be connected to, for reasons
//! of ours, is a [`Skip`].
//!
//! Recipients in several domains have as many destinations: [`Sorting`] parts the messages, and
//! puts the reports together again.
//!
//! # One conversation
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

mod decision;
mod delays;
mod delivery;
mod fallback;
mod ledger;
mod part;
mod policy;
mod report;
mod restate;
mod skip;
mod sorting;
mod tls_status;

pub use delays::{Delays, Seconds};
pub use delivery::{Attempt, Delivery, Step};
pub use fallback::Fallback;
pub use ledger::Ledger;
pub use policy::Policy;
pub use report::{Action, Handover, LogLine, Outcome, Remedy, Report, Verdict};
pub use restate::BadStatement;
pub use skip::Skip;
pub use sorting::{Batch, Sorting};
pub use tls_status::{Protection, RequireTlsStatus, TlsStatus};
