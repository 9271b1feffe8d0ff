//! What became of each recipient of a message.
//!
//! A [`Ledger`] takes the events of a message's transactions and closes with a [`Report`]: one
//! [`Outcome`] for each recipient, whatever happened. Like `envoi-proto` it is pure: no I/O, no
//! clock, no randomness.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod delays;
mod ledger;
mod report;

pub use delays::{Delays, Seconds};
pub use ledger::Ledger;
pub use report::{LogLine, Outcome, Report, Verdict};
