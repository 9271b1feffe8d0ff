//! What all mechanisms have in common.

use core::fmt;

use super::failure::Reason;
use super::secret::Secret;
use super::security::SecurityOptions;

/// The client's side of one SASL dialogue (RFC 4422). Challenges and responses are bytes:
/// [`Exchange`](super::Exchange) puts them into lines.
pub trait Mechanism: fmt::Debug + Send + Sync {
    /// As AUTH calls it: upper case.
    fn name(&self) -> &'static str;

    /// What it is proof against.
    fn properties(&self) -> SecurityOptions;

    /// What is said first; `None` where the server begins. Asked once.
    fn initial_response(&mut self) -> Option<Secret>;

    /// What is said to a challenge.
    ///
    /// # Errors
    /// If the dialogue must not go on.
    fn step(&mut self, challenge: &[u8]) -> Result<Secret, Reason>;

    /// Whether the server may say that we are authenticated: whether it has shown all that it
    /// had to, and has not reported an error.
    ///
    /// # Errors
    /// If its word does not count.
    fn finish(&self) -> Result<(), Reason>;
}
