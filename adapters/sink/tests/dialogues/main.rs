//! Dialogues with the sink: what a client says, and what it hears.

mod chunking;
mod faults;
mod lmtp;
mod loopback;
mod refusals;
mod smtp;
mod splits;
mod talk;
