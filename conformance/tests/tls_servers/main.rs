//! What real servers make of our TLS and AUTH, and what Postfix's smtp(8) makes of them.
//!
//! `ENVOI_FULL=1` adds messages of 100 MB. A server that cannot be had fails its tests.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod bed;
mod case;
mod client_certificates;
mod handshakes;
mod large;
mod logins;
mod openssl;
mod reference;
mod resumption;
