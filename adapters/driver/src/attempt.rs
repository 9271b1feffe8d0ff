//! Authentication with the system's randomness.

use std::io;

use envoi_proto::auth::{Attempt, Credentials, NONCE_LENGTH};

/// An attempt to authenticate, for [`Peer::auth`](envoi_proto::Peer::auth). Each conversation
/// needs its own.
///
/// # Errors
/// If the system has no random numbers.
pub fn attempt(credentials: Credentials) -> io::Result<Attempt> {
    let mut nonce = [0; NONCE_LENGTH];
    getrandom::fill(&mut nonce).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Attempt::new(credentials, nonce))
}
