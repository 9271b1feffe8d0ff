//! A message as it was received.

use crate::{Handshake, Identity};

/// An accepted message with its envelope.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Message {
    /// The number in the reply to its end of data.
    pub number: u64,
    /// The client's name in HELO, EHLO or LHLO.
    pub helo: String,
    /// The TLS that it came by, if it did.
    pub tls: Option<Handshake>,
    /// Who sent it, if AUTH told.
    pub identity: Option<Identity>,
    /// The path in MAIL without its angle brackets: empty for the null sender.
    pub sender: String,
    /// What followed the path in MAIL, verbatim.
    pub mail_parameters: String,
    /// The paths of the accepted RCPTs without their angle brackets, in order.
    pub recipients: Vec<String>,
    /// What followed the path in each of those RCPTs, verbatim; as long as `recipients`.
    pub rcpt_parameters: Vec<String>,
    /// The arguments of the XFORWARD commands before MAIL, verbatim, joined by spaces.
    pub xforward: String,
    /// The content, byte by byte, dots unstuffed.
    pub content: Vec<u8>,
    /// Whether the content came by BDAT.
    pub chunked: bool,
    /// The length of the content in bytes.
    pub size: u64,
}
