//! What goes wrong: by the peer's or the network's fault, or by the caller's.

use crate::stage::Stage;
use crate::tls::Fault;

/// The end of a conversation before its time.
///
/// A reply is never an error, whatever its code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    /// The connection closed or broke.
    #[error("lost connection while {0}")]
    Lost(Stage),
    /// The server took too long.
    #[error("conversation timed out while {0}")]
    TimedOut(Stage),
    /// The server sent a reply without end.
    #[error("reply of more than {max} lines while {0}", max = crate::reply::REPLY_LINES_MAX)]
    Endless(Stage),
    /// The server answered what it had not been asked.
    #[error("protocol error: unexpected reply while {0}")]
    Unexpected(Stage),
    /// The server refused the sender, accepted a recipient and asked for the content: whatever
    /// is sent, a message could be delivered that nobody wrote.
    #[error("protocol error: content asked for without a sender")]
    NoSender,
    /// The server sent something in plaintext behind its reply to STARTTLS: somebody may have put
    /// it there (RFC 3207, 6).
    #[error("protocol error: plaintext after the reply to STARTTLS")]
    Injected,
    /// The server answered to what somebody else has said before us, under TLS that was ours only
    /// then ([`Config::block_early_mail_reply`](crate::Config::block_early_mail_reply)).
    #[error("unexpected server message")]
    Early,
    /// A line of the server could not be looked up (`smtp_reply_filter`): nobody knows what it
    /// said.
    #[error("local data error while {0}")]
    LocalData(Stage),
    /// TLS failed.
    #[error("{1} while {0}")]
    Tls(Stage, Fault),
    /// The delivery took too long, of which this conversation was only a part
    /// ([`Channel::give_up`](crate::Channel::give_up)).
    #[error("gave up while {0}")]
    GivenUp(Stage),
    /// The server takes no more mail in this conversation.
    #[error("the server takes no more mail in this conversation")]
    NoMore,
}

impl Error {
    /// Whether TLS is what went wrong, or the connection ended in its handshake.
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Tls(..)) || matches!(self.stage(), Stage::Handshake)
    }

    /// The point in the dialogue at which it happened.
    pub const fn stage(self) -> Stage {
        match self {
            Self::Lost(stage)
            | Self::TimedOut(stage)
            | Self::Endless(stage)
            | Self::Unexpected(stage)
            | Self::LocalData(stage)
            | Self::GivenUp(stage)
            | Self::Tls(stage, _) => stage,
            Self::Injected => Stage::Starttls,
            Self::NoSender => Stage::Data,
            Self::NoMore | Self::Early => Stage::Mail,
        }
    }
}

/// A call that does not fit the state of the conversation, or the server's limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Misuse {
    /// The conversation cannot take an envelope: `wants_envelope()` says when it can.
    #[error("no envelope is wanted")]
    NotWanted,
    /// An envelope has no recipients.
    #[error("the envelope has no recipients")]
    NoRecipients,
    /// An envelope has more recipients than the server's RCPTMAX (RFC 9422).
    #[error("the envelope has more recipients than the server takes at once: {0}")]
    TooManyRecipients(usize),
}
