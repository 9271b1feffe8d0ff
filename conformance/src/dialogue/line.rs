//! What a line of a dialogue makes happen.

use std::time::Duration;

/// A line that is played.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands in its file, from 1.
    pub number: usize,
    /// What it says.
    pub action: Action,
}

/// What happens, or has to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// The server sends these bytes (`S:`, `S|`).
    Server(Vec<u8>),
    /// The server's side of the connection ends (`S: <eof>`).
    Ending(Ending),
    /// The client sends this command (`C:`), its CRLF included.
    Client(Vec<u8>),
    /// The client sends this line of content (`D:`), its CRLF included.
    Content(Vec<u8>),
    /// The client sends content of the message that is under way (`C: <content>`).
    Elided(Amount),
    /// Both sides shake hands, and speak TLS from here on (`<tls>`).
    Tls,
    /// The client begins a handshake (`C: <hello>`).
    Hello,
    /// The client says in an alert with this number why it goes (`C: <alert N>`).
    Alert(u8),
    /// Time passes (`wait`), and nothing happens before it is over.
    Wait(Duration),
    /// The client has just given up waiting (`timeout`).
    TimedOut,
    /// The application wants something (`A:`).
    Application(Wish),
    /// The dialogue ends here and the conversation does not (`idle`).
    Idle,
}

impl Action {
    /// What the server says, if this is that.
    pub(crate) fn said(&self) -> &[u8] {
        match self {
            Self::Server(bytes) => bytes,
            Self::Ending(_)
            | Self::Client(_)
            | Self::Content(_)
            | Self::Elided(_)
            | Self::Tls
            | Self::Hello
            | Self::Alert(_)
            | Self::Wait(_)
            | Self::TimedOut
            | Self::Application(_)
            | Self::Idle => &[],
        }
    }
}

/// How much of the content an elided line stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Amount {
    /// What is left of the message, or of the chunk that BDAT announced.
    Rest,
    /// So many bytes; the server reads no further for the time being.
    Bytes(usize),
}

/// How the server's side of the connection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// Nothing more comes (`<eof>`); TLS says so before.
    Eof,
    /// Nothing more comes, and TLS does not say so (`<cut>`).
    Cut,
    /// Nothing more comes and nothing more is taken (`<reset>`).
    Reset,
    /// Nothing more is taken (`<broken>`); what the server says still arrives.
    Broken,
}

/// What an application wants of a conversation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wish {
    /// To send the next message.
    Message,
    /// To end the conversation.
    Quit,
    /// To know whether the server is still there.
    Probe,
    /// To keep the conversation for later: it has to be fit for that.
    Park,
    /// To keep it for later, and it must not be fit for that.
    Discard,
    /// To break it off.
    Abort,
}

/// A verdict that the dialogue ends with (`=`).
#[derive(Clone, Debug)]
pub struct Expected {
    /// Where it stands in its file, from 1.
    pub number: usize,
    /// The recipient.
    pub recipient: String,
    /// `sent`, `deferred`, `bounced`, `deliverable` or `undeliverable`.
    pub verdict: String,
    /// The enhanced status code.
    pub status: String,
    /// Whether the message may have arrived all the same.
    pub is_uncertain: bool,
    /// The server that it is about, where the file says that; `none` if no server was reached.
    pub relay: Option<String>,
    /// What is said of it, where the file says that.
    pub text: Option<String>,
}

/// A program whose dialogue or verdicts differ from the file, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The program's name: `postfix`.
    pub program: String,
    /// The reason.
    pub reason: String,
}
