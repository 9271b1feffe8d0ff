//! The way to domains of real name servers: as they have it, and as Postfix's smtp(8) goes it.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod account;
mod bed;
mod cases;
mod circumstances;
mod differences;
mod expected;
mod groups;
mod reference;
mod services;
mod silence;
mod told;
mod ways;
