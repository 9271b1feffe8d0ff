//! How far a conversation has come, and what is wanted of it.

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// Up to the reply to EHLO, HELO or LHLO, to STARTTLS, and to AUTH.
    Hello,
    /// The TLS handshake.
    Securing,
    /// Transactions may begin.
    Ready,
    /// The server will not serve us.
    Unavailable,
    /// It is over.
    Closed,
}

/// What is wanted of the conversation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Will {
    /// That it goes on.
    Open,
    /// That QUIT follows what is under way.
    Quit,
    /// QUIT was written.
    Quitting,
}
