//! What happened in a conversation.

use alloc::sync::Arc;
use core::fmt;
use core::num::NonZeroU64;

use crate::error::Error;
use crate::extensions::Extensions;
use crate::reply::{Reply, ReplyParser};
use crate::stage::Stage;
use crate::status::Status;
use crate::tls::Info;
use crate::unsuitable::Unsuitable;

/// Something that was learnt, in the order in which it was.
///
/// Of every transaction, each recipient hears of its end exactly once: by its own refusal in
/// `Recipient`, by its own `Delivery` (LMTP), or by a `Message`, `Refused` or `Lost`, which settle
/// all that are not settled yet. `End` follows, and nothing more is said of the transaction.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// The server is there.
    Greeting {
        /// What it said.
        reply: Reply<'a>,
        /// Whether it greeted us with our own name: mail may be looping.
        is_own_name: bool,
    },
    /// The server told what it can do.
    Extensions(&'a Extensions),
    /// The TLS handshake is done.
    Tls(&'a Arc<Info>),
    /// The server knows who we are.
    Authenticated,
    /// Transactions can begin, or go on after a probe.
    Ready,
    /// We do not use the server; there will be no transaction any more.
    Unsuitable(&'a Unsuitable),
    /// The server will not serve us; there will be no transaction any more.
    Unavailable {
        /// What it was asked.
        stage: Stage,
        /// What it answered.
        reply: Reply<'a>,
    },
    /// A recipient was accepted for now, or refused for good.
    Recipient {
        /// The transaction.
        transaction: TransactionId,
        /// Its place in the envelope.
        index: usize,
        /// The reply to its RCPT.
        reply: Reply<'a>,
    },
    /// The message was taken or refused, for all recipients not settled yet.
    Message {
        /// The transaction.
        transaction: TransactionId,
        /// What decided: MAIL, DATA, BDAT or the end of data.
        stage: Stage,
        /// The reply that decided.
        reply: Reply<'a>,
    },
    /// The message was taken or refused for one accepted recipient (LMTP).
    Delivery {
        /// The transaction.
        transaction: TransactionId,
        /// Its place in the envelope.
        index: usize,
        /// What decided: the end of data or BDAT LAST.
        stage: Stage,
        /// The reply that decided.
        reply: Reply<'a>,
    },
    /// We did not send the message, for reasons of our own.
    Refused {
        /// The transaction.
        transaction: TransactionId,
        /// The reason.
        refusal: Refusal,
    },
    /// The conversation ended before the message was settled.
    Lost {
        /// The transaction.
        transaction: TransactionId,
        /// How it ended.
        error: Error,
        /// Whether the message may have arrived all the same.
        doubt: Doubt,
    },
    /// Nothing more will be said of this transaction.
    End {
        /// The transaction.
        transaction: TransactionId,
    },
    /// The conversation is over; the connection can be closed.
    Closed,
}

/// Identifies a transaction within its conversation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TransactionId(NonZeroU64);

impl TransactionId {
    pub(crate) const FIRST: Self = Self(NonZeroU64::MIN);

    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a message whose conversation was lost may have arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Doubt {
    /// Its end never left: the server cannot have it.
    None,
    /// Its end left and no reply came: the server may have it, and a retry may be a duplicate.
    Uncertain,
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It is larger than the server takes (RFC 1870).
    #[error("message size {size} exceeds size limit {limit}")]
    TooLarge {
        /// Bytes of the message.
        size: u64,
        /// Most bytes that the server takes.
        limit: u64,
    },
    /// It needs SMTPUTF8, and the server has none (RFC 6531).
    #[error("SMTPUTF8 is required, but was not offered")]
    Smtputf8,
    /// It goes under TLS alone, and there is none (RFC 8689).
    #[error("TLS is required, but was not used")]
    NotEncrypted,
    /// It goes under TLS with a verified certificate alone, and the certificate is another (RFC
    /// 8689).
    #[error("Server certificate not verified")]
    NotVerified,
    /// It goes to servers with REQUIRETLS alone, and the server has none (RFC 8689).
    #[error("REQUIRETLS is required, but was not offered")]
    RequireTls,
    /// Its content could not be read to the end.
    #[error("the content could not be read")]
    Unreadable,
    /// Its parts nest too deep to be converted for the server (`mime_nesting_limit`).
    #[error("MIME nesting exceeds safety limit")]
    MimeNesting,
    /// A lookup that its content needs failed.
    #[error("local data error")]
    LookupFailed,
    /// It was delivered to its recipient before.
    #[error("mail forwarding loop")]
    Loop,
    /// Its content is not as long as the envelope says.
    #[error("content of {promised} bytes was promised, {} came", if *.given > *.promised { "more" } else { "fewer" })]
    Broken {
        /// Bytes that the envelope announced.
        promised: u64,
        /// Bytes that came.
        given: u64,
    },
}

impl Refusal {
    /// The status to report.
    pub fn status(&self) -> Status {
        match self {
            Self::TooLarge { .. } => Status::permanent(3, 4),
            Self::Smtputf8 => Status::permanent(6, 7),
            Self::NotEncrypted | Self::NotVerified => Status::ENCRYPTION_NEEDED,
            Self::RequireTls => Status::REQUIRETLS_NEEDED,
            Self::MimeNesting => Status::permanent(6, 0),
            Self::Loop => Status::permanent(4, 6),
            Self::Unreadable | Self::LookupFailed | Self::Broken { .. } => Status::transient(3, 0),
        }
    }
}

/// An event without the reply that it speaks of, which the parser still holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pending {
    Greeting { is_own_name: bool },
    Extensions,
    Tls,
    Authenticated,
    Ready,
    Unsuitable,
    Unavailable(Stage),
    Recipient(TransactionId, usize),
    Message(TransactionId, Stage),
    Delivery(TransactionId, usize, Stage),
    Refused(TransactionId, Refusal),
    Lost(TransactionId, Error, Doubt),
    End(TransactionId),
    Closed,
}

impl Pending {
    /// The event, with what the conversation holds of it. None if it is about something that is
    /// not there.
    pub(crate) fn with(self, held: Held<'_>) -> Option<Event<'_>> {
        let Held { parser, extensions, tls, unsuitable } = held;
        let reply = || parser.reply();
        Some(match self {
            Self::Greeting { is_own_name } => Event::Greeting { reply: reply(), is_own_name },
            Self::Extensions => Event::Extensions(extensions),
            Self::Tls => Event::Tls(tls?),
            Self::Authenticated => Event::Authenticated,
            Self::Ready => Event::Ready,
            Self::Unsuitable => Event::Unsuitable(unsuitable?),
            Self::Unavailable(stage) => Event::Unavailable { stage, reply: reply() },
            Self::Recipient(transaction, index) => {
                Event::Recipient { transaction, index, reply: reply() }
            }
            Self::Message(transaction, stage) => {
                Event::Message { transaction, stage, reply: reply() }
            }
            Self::Delivery(transaction, index, stage) => {
                Event::Delivery { transaction, index, stage, reply: reply() }
            }
            Self::Refused(transaction, refusal) => Event::Refused { transaction, refusal },
            Self::Lost(transaction, error, doubt) => Event::Lost { transaction, error, doubt },
            Self::End(transaction) => Event::End { transaction },
            Self::Closed => Event::Closed,
        })
    }
}

/// What events speak of.
pub(crate) struct Held<'a> {
    pub(crate) parser: &'a ReplyParser,
    pub(crate) extensions: &'a Extensions,
    pub(crate) tls: Option<&'a Arc<Info>>,
    pub(crate) unsuitable: Option<&'a Unsuitable>,
}
