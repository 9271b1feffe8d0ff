//! Where in a dialogue a fault can strike.

use std::fmt;

use crate::answer::{Answer, BAD_CREDENTIALS};

/// A point in the dialogue, counted each time that a client reaches it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Point {
    /// The connection was accepted, the greeting is due.
    Connect,
    /// HELO, EHLO or LHLO.
    Helo,
    /// STARTTLS.
    Starttls,
    /// The first bytes of the TLS handshake; what is said here goes out in plaintext.
    Handshake,
    /// AUTH.
    Auth,
    /// A response to a challenge of AUTH.
    Response,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The first bytes of a message's content, the rest being under way.
    Content,
    /// The end of data, by dot or by BDAT LAST; with LMTP once per recipient.
    Eod,
    /// The end of any BDAT chunk.
    Bdat,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
    /// NOOP.
    Noop,
    /// XFORWARD.
    Xforward,
}

impl Point {
    /// Every point, in the order of a dialogue.
    pub const ALL: [Self; 16] = [
        Self::Connect,
        Self::Helo,
        Self::Starttls,
        Self::Handshake,
        Self::Auth,
        Self::Response,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Content,
        Self::Eod,
        Self::Bdat,
        Self::Rset,
        Self::Quit,
        Self::Noop,
        Self::Xforward,
    ];

    /// The word for it in a [`Fault`](crate::Fault).
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// How a server refuses for good here.
    pub(crate) fn rejection(self) -> Answer {
        self.row().1
    }

    /// How a server refuses for the time being here.
    pub(crate) fn deferral(self) -> Answer {
        self.row().2
    }

    fn row(self) -> (&'static str, Answer, Answer) {
        let answer = Answer::new;
        let busy = answer(451, "4.3.0", "Error: try again later");
        let auth_busy = answer(454, "4.7.0", "Temporary authentication failure");
        match self {
            Self::Connect => (
                "connect",
                answer(554, "5.3.2", "No mail service here"),
                answer(450, "4.3.2", "No mail service at the moment"),
            ),
            Self::Helo => ("helo", answer(550, "5.7.1", "Client host rejected"), busy),
            Self::Starttls => (
                "starttls",
                answer(554, "5.7.0", "STARTTLS rejected"),
                answer(454, "4.7.0", "TLS not available due to temporary reason"),
            ),
            Self::Handshake => ("handshake", answer(554, "5.7.0", "TLS rejected"), busy),
            Self::Auth => ("auth", BAD_CREDENTIALS, auth_busy),
            Self::Response => ("response", BAD_CREDENTIALS, auth_busy),
            Self::Mail => ("mail", answer(550, "5.7.1", "Sender address rejected"), busy),
            Self::Rcpt => (
                "rcpt",
                answer(550, "5.1.1", "Recipient address rejected"),
                answer(450, "4.2.1", "Recipient address deferred"),
            ),
            Self::Data => ("data", answer(554, "5.7.1", "DATA rejected"), busy),
            Self::Content => ("content", answer(554, "5.6.0", "Content rejected early"), busy),
            Self::Eod => ("eod", answer(554, "5.6.0", "Content rejected"), busy),
            Self::Bdat => ("bdat", answer(554, "5.6.0", "Chunk rejected"), busy),
            Self::Rset => ("rset", answer(502, "5.5.1", "RSET rejected"), busy),
            Self::Quit => ("quit", answer(502, "5.5.1", "QUIT rejected"), busy),
            Self::Noop => ("noop", answer(502, "5.5.1", "NOOP rejected"), busy),
            Self::Xforward => ("xforward", answer(550, "5.7.1", "XFORWARD rejected"), busy),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
