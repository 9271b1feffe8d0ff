//! Dialogues with the sink: what a client says, and what it hears.

mod auth;
mod chunking;
mod faults;
mod lmtp;
mod loopback;
mod refusals;
mod smtp;
mod splits;
mod starttls;
mod talk;
mod tls;
mod tls_client;
