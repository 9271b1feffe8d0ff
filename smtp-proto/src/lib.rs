//! SMTP and LMTP seen from the client: one conversation as a pure state machine.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod address;
mod answer;
mod channel;
mod client;
mod command;
mod config;
mod content;
mod envelope;
mod error;
mod event;
mod extensions;
mod fate;
mod reply;
mod script;
mod stage;
mod status;
mod time;
mod timer;
mod transaction;
mod transcript;
mod wire;
mod xforward;
mod xtext;

pub use address::*;
pub use channel::*;
pub use client::*;
pub use config::*;
pub use content::*;
pub use envelope::*;
pub use error::*;
pub use event::*;
pub use extensions::*;
pub use fate::*;
pub use reply::*;
pub use stage::*;
pub use status::*;
pub use time::*;
pub use transcript::*;
pub use xforward::*;
