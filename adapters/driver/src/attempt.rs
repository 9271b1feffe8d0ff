//! Authentication with the system's randomness.

use std::io;

use envoi_proto::auth::{Attempt, Credentials};

use crate::random::random;

/// An attempt to authenticate, for [`Peer::auth`](envoi_proto::Peer::auth). Each conversation
/// needs its own.
///
/// # Errors
/// If the system has no random numbers.
pub fn attempt(credentials: Credentials) -> io::Result<Attempt> {
    Ok(Attempt::new(credentials, random()?))
}
