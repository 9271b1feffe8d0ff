//! What an editor asks, and what it is answered.

use alloc::string::String;
use core::fmt;

use super::Action;

/// A question of an [`Editor`](crate::Editor). Bytes are as the content has them: UTF-8 or not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lookup<'a> {
    /// What an address is to become, quoted as RFC 5322 asks. The answer is the address that it
    /// becomes, quoted so, too; what a search leads to is the answerer's.
    Generic(&'a [u8]),
    /// What is to be done with a header, its lines joined by LF, or with a line of a body. A line
    /// longer than `line_length_limit` is asked for piece by piece.
    Check(Checks, &'a [u8]),
}

/// The table that is asked about a header or a line.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Checks {
    /// The message's own headers: `smtp_header_checks`.
    Header,
    /// Headers that describe a body: `smtp_mime_header_checks`.
    Mime,
    /// Headers of attached messages: `smtp_nested_header_checks`.
    Nested,
    /// Lines of what is no header: `smtp_body_checks`.
    Body,
}

impl Checks {
    /// The parameter, without `smtp_`.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Header => "header_checks",
            Self::Mime => "mime_header_checks",
            Self::Nested => "nested_header_checks",
            Self::Body => "body_checks",
        }
    }

    /// What is checked, as log lines call it.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Header | Self::Mime | Self::Nested => "header",
            Self::Body => "body",
        }
    }
}

/// Prints the parameter of the SMTP client.
impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "smtp_{}", self.parameter())
    }
}

/// What an [`Editor`](crate::Editor) is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Nothing is known of it: it stays.
    Unchanged,
    /// The address becomes this one.
    Address(String),
    /// This is done with the header or line.
    Action(Action),
    /// The lookup failed: the message must wait.
    Failed,
}
