//! Messages of the DNS: a question out, an answer in (RFC 1035, 4).

mod casing;
mod found;
mod inquiry;
mod response;

pub(crate) use casing::Casing;
pub(crate) use inquiry::{Inquiry, Likeness, Options};
pub(crate) use response::{Detour, Response};

#[cfg(test)]
pub(crate) use tests::Draft;

/// The number that a message begins with, if it is one at all.
pub(crate) fn id(message: &[u8]) -> Option<u16> {
    let header = message.get(..HEADER)?;
    Some(u16::from_be_bytes([header[0], header[1]]))
}

/// Length of a message's header (RFC 1035, 4.1.1).
const HEADER: usize = 12;

#[cfg(test)]
mod tests;
