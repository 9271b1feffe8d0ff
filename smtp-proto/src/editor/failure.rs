//! Why content cannot be sent.

use alloc::string::String;

use crate::event::Refusal;
use crate::status::Status;

/// Why an [`Editor`](crate::Editor) gave up. The message must not be completed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EditFailure {
    /// A lookup failed.
    #[error("local data error")]
    Lookup,
    /// Parts nest deeper than `mime_nesting_limit`, and what lies below cannot be converted.
    #[error("MIME nesting exceeds safety limit")]
    Nesting,
    /// The message was delivered to this address before.
    #[error("mail forwarding loop for {0}")]
    Loop(String),
}

impl EditFailure {
    /// The status to report.
    pub fn status(&self) -> Status {
        self.refusal().status()
    }

    /// What a [`Client`](crate::Client) is told, which abandons the message then.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Lookup => Refusal::LookupFailed,
            Self::Nesting => Refusal::MimeNesting,
            Self::Loop(_) => Refusal::Loop,
        }
    }
}
