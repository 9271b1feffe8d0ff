//! An observer of one conversation that knows SMTP but nothing of the client's insides.
//!
//! It is told what the application gives, what is written, what is heard and what the client
//! reports, follows the dialogue with a slow reader of its own, and says what was wrong.

mod encoding;
pub(crate) mod hearing;
mod line;
mod parcel;
mod reply;
mod report;
mod transcript;

use std::collections::VecDeque;
use std::sync::Arc;

use envoi_proto::{
    Client, Config, Envelope, Keyword, Keywords, Protocol, Quoting, RequireTls, Stuffing,
    TransactionId,
};

pub use encoding::Encoding;
use hearing::Hearing;
pub use parcel::{Parcel, Reported};

/// What a conversation did that it must not do.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(pub String);

/// Follows one conversation.
#[derive(Debug)]
pub struct Witness {
    encoding: Encoding,
    is_lmtp: bool,
    /// Keywords that do not count when the server offers them.
    ignore: Keywords,
    /// Whether addresses are written as they print.
    quotes: bool,
    may_chunk: bool,
    /// Whether messages that ask for TLS are not to go without it.
    requires_tls: bool,
    output_max: usize,
    pipelining: bool,
    chunking: bool,
    /// Messages in the order in which they were given.
    parcels: Vec<Parcel>,
    /// Commands written to their end and not answered, oldest first.
    awaited: VecDeque<Awaited>,
    /// Refusals that came before the chunk that they refuse was announced.
    early: VecDeque<u16>,
    reading: Reading,
    /// The part of a command that was written.
    line: Vec<u8>,
    hearing: Hearing,
    standing: Standing,
    /// Commands as they were written, the dot included.
    said: Vec<String>,
    /// Lines of the replies, as far as they can be compared.
    heard: Vec<String>,
    /// Whether bytes cannot be followed, being those of TLS.
    is_blind: bool,
    /// Whether all replies so far can be compared: how much of a long one is kept depends on how
    /// its unusual characters are shown.
    is_comparable: bool,
}

/// A command that the server has to answer.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    asked: Asked,
    /// Of which message.
    parcel: usize,
    /// Bytes of the command.
    bytes: usize,
}

/// What the server was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    Greeting,
    Ehlo,
    Helo,
    Mail,
    Recipient(usize),
    Data,
    EndOfData,
    Chunk,
    LastChunk,
    /// AUTH, or a response to a challenge.
    Auth,
    Quit,
    /// What changes nothing: RSET and XFORWARD.
    Other,
}

/// What the next byte that is written belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reading {
    Command,
    /// A response to a challenge of AUTH.
    Response,
    Content {
        parcel: usize,
    },
    Chunk {
        parcel: usize,
        left: usize,
        is_last: bool,
    },
}

/// Whether anything may still be written or reported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    Open,
    /// QUIT was written.
    Quit,
    /// The server broke the protocol, or said that it is over.
    Over,
}

impl Witness {
    /// A witness of a conversation from its beginning.
    pub fn new(config: &Config, peer: &envoi_proto::Peer) -> Self {
        let mut ignore = peer.ignore;
        if !config.smtputf8 {
            ignore.insert(Keyword::Smtputf8);
        }
        let greeting = Awaited { asked: Asked::Greeting, parcel: 0, bytes: 0 };
        Self {
            encoding: Encoding::new(config),
            is_lmtp: peer.protocol == Protocol::Lmtp,
            ignore,
            quotes: config.quoting == Quoting::AsNeeded,
            may_chunk: peer.chunking.is_some(),
            requires_tls: matches!(
                peer.require_tls,
                RequireTls::Enforce | RequireTls::OpportunisticStarttls
            ),
            output_max: 2 * config.output_buffer.get() + OUTPUT_SLACK,
            pipelining: false,
            chunking: false,
            parcels: Vec::new(),
            awaited: [greeting].into(),
            early: VecDeque::new(),
            reading: Reading::Command,
            line: Vec::new(),
            hearing: Hearing::default(),
            standing: Standing::Open,
            said: Vec::new(),
            heard: Vec::new(),
            is_blind: false,
            is_comparable: true,
        }
    }

    /// A witness of a conversation under TLS, which sees what is wanted and reported alone.
    pub fn blind(config: &Config, peer: &envoi_proto::Peer) -> Self {
        Self { is_blind: true, ..Self::new(config, peer) }
    }

    /// The application gave an envelope.
    pub fn sent(&mut self, id: TransactionId, envelope: Arc<Envelope>) {
        self.parcels.push(Parcel::new(id, envelope));
    }

    /// The application gave content, of which so much was taken.
    ///
    /// # Errors
    /// If there is no such transaction.
    pub fn given(&mut self, id: TransactionId, content: &[u8]) -> Result<(), Violation> {
        let place = self.place(id)?;
        self.parcels[place].content.extend(content);
        Ok(())
    }

    /// The application said that the content is complete.
    ///
    /// # Errors
    /// If there is no such transaction.
    pub fn content_ended(&mut self, id: TransactionId) -> Result<(), Violation> {
        let place = self.place(id)?;
        self.parcels[place].is_complete = true;
        Ok(())
    }

    /// The messages that were given so far.
    pub fn parcels(&self) -> &[Parcel] {
        &self.parcels
    }

    /// What is to be said next by a server that obliges: the reply to the oldest command.
    pub fn obliging_reply(&self, has_pix: bool) -> Option<&'static str> {
        let front = self.awaited.front()?;
        Some(match front.asked {
            Asked::Greeting if has_pix => "220 ****0**2*\r\n",
            Asked::Greeting => "220 mx.example ESMTP\r\n",
            Asked::Ehlo if self.is_lmtp => {
                "250-mx.example\r\n250-CHUNKING\r\n250-8BITMIME\r\n250-DSN\r\n250 PIPELINING\r\n"
            }
            Asked::Ehlo => {
                "250-mx.example\r\n250-PIPELINING\r\n250-XFORWARD NAME ADDR PROTO HELO\r\n\
                 250-SIZE 5000\r\n250-CHUNKING\r\n250-DSN\r\n250-SMTPUTF8\r\n250 LIMITS RCPTMAX=9\r\n"
            }
            Asked::Data => "354 go\r\n",
            Asked::Auth => "235 ok\r\n",
            Asked::Quit => "221 bye\r\n",
            Asked::Helo
            | Asked::Mail
            | Asked::Recipient(_)
            | Asked::EndOfData
            | Asked::Chunk
            | Asked::LastChunk
            | Asked::Other => "250 ok\r\n",
        })
    }

    /// Looks at what the client wants.
    ///
    /// # Errors
    /// If that has no bounds.
    pub fn look(&self, client: &Client) -> Result<(), Violation> {
        let waiting = client.poll_transmit().len();
        ensure(waiting <= self.output_max, || format!("{waiting} bytes wait to be written"))?;
        if let Some(id) = client.wants_content() {
            let parcel = &self.parcels[self.place(id)?];
            ensure(!parcel.is_over, || format!("content wanted of {id}, which has ended"))?;
            ensure(!parcel.is_complete, || format!("content wanted of {id}, which is complete"))?;
        }
        let is_over = client.is_closed() && waiting > 0;
        ensure(!is_over, || "there is output after the end".into())
    }

    /// The conversation is over, and all events were polled.
    ///
    /// # Errors
    /// If a transaction has not ended.
    pub fn finish(&self) -> Result<(), Violation> {
        let open = self.parcels.iter().find(|parcel| !parcel.is_over);
        open.map_or(Ok(()), |parcel| Err(Violation(format!("{} never ended", parcel.id))))
    }

    /// Where the transaction stands among the messages.
    fn place(&self, id: TransactionId) -> Result<usize, Violation> {
        let place = self.parcels.iter().position(|parcel| parcel.id == id);
        place.ok_or_else(|| Violation(format!("there is no transaction {id}")))
    }

    fn expect(&mut self, asked: Asked, parcel: usize, bytes: usize) {
        self.awaited.push_back(Awaited { asked, parcel, bytes });
    }

    fn stuffing(&self, by_chunks: bool) -> Stuffing {
        if by_chunks { Stuffing::None } else { Stuffing::Dots }
    }
}

/// Fails unless `holds`.
///
/// # Errors
/// If it does not hold.
pub fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation(what())) }
}

/// Bytes that may wait beside content: commands, the dot, one command that is long by itself.
const OUTPUT_SLACK: usize = 16 * 1024;
