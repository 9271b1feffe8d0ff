//! What the sink has to say.

/// One line of reply: code, enhanced status code and text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    /// Left out when ENHANCEDSTATUSCODES is not offered.
    pub(crate) status: &'static str,
    pub(crate) text: &'static str,
}

impl Answer {
    pub(crate) const fn new(code: u16, status: &'static str, text: &'static str) -> Self {
        Self { code, status, text }
    }
}

pub(crate) const OK: Answer = Answer::new(250, "2.0.0", "Ok");
pub(crate) const SENDER_OK: Answer = Answer::new(250, "2.1.0", "Ok");
pub(crate) const RECIPIENT_OK: Answer = Answer::new(250, "2.1.5", "Ok");
pub(crate) const BYE: Answer = Answer::new(221, "2.0.0", "Bye");
pub(crate) const CANNOT_VERIFY: Answer = Answer::new(252, "2.0.0", "Try RCPT to find out");

pub(crate) const READY_FOR_TLS: Answer = Answer::new(220, "2.0.0", "Ready to start TLS");
pub(crate) const AUTHENTICATED: Answer = Answer::new(235, "2.7.0", "Authentication successful");

pub(crate) const DEFERRED: Answer = Answer::new(450, "4.2.1", "Mailbox deferred by its name");
pub(crate) const BOUNCED: Answer = Answer::new(550, "5.1.1", "No such user, by its name");

pub(crate) const UNAVAILABLE: Answer = Answer::new(421, "4.3.2", "Closing the connection");
pub(crate) const TOO_MANY_ERRORS: Answer = Answer::new(421, "4.7.0", "Error: too many errors");
pub(crate) const TOO_MANY_MESSAGES: Answer =
    Answer::new(421, "4.7.0", "Error: too many messages in this connection");
pub(crate) const TOO_MANY_RECIPIENTS: Answer =
    Answer::new(452, "4.5.3", "Error: too many recipients");

pub(crate) const UNKNOWN_COMMAND: Answer =
    Answer::new(500, "5.5.2", "Error: command not recognized");
pub(crate) const LINE_TOO_LONG: Answer = Answer::new(500, "5.5.2", "Error: line too long");
pub(crate) const BARE_LF: Answer = Answer::new(500, "5.5.2", "Error: line ends in a bare <LF>");
pub(crate) const AUTH_LINE_TOO_LONG: Answer =
    Answer::new(500, "5.5.6", "Error: authentication line too long");
pub(crate) const STRAY_BYTE: Answer =
    Answer::new(500, "5.5.2", "Error: control character or malformed UTF-8 in command");

pub(crate) const NOT_BASE64: Answer = Answer::new(501, "5.5.2", "Error: malformed base64");
pub(crate) const CANCELED: Answer = Answer::new(501, "5.7.0", "Authentication canceled");
pub(crate) const CHALLENGE_FIRST: Answer =
    Answer::new(501, "5.7.0", "Error: the server speaks first");
pub(crate) const BAD_PARAMETER: Answer = Answer::new(501, "5.5.4", "Error: malformed parameter");
pub(crate) const UNKNOWN_PARAMETER: Answer = Answer::new(555, "5.5.4", "Unsupported option");
pub(crate) const NOT_ASCII: Answer =
    Answer::new(553, "5.6.7", "Address needs the parameter SMTPUTF8");

pub(crate) const HELO_FIRST: Answer = Answer::new(503, "5.5.1", "Error: send EHLO first");
pub(crate) const NESTED_MAIL: Answer = Answer::new(503, "5.5.1", "Error: nested MAIL command");
pub(crate) const MAIL_FIRST: Answer = Answer::new(503, "5.5.1", "Error: need MAIL command");
pub(crate) const CHUNKS_BEGUN: Answer =
    Answer::new(503, "5.5.1", "Error: the message's BDAT has begun");
pub(crate) const CHUNK_FAILED: Answer =
    Answer::new(503, "5.5.1", "Error: an earlier chunk failed, need RSET");
pub(crate) const MAIL_OPEN: Answer =
    Answer::new(503, "5.5.1", "Error: MAIL transaction in progress");
pub(crate) const TLS_ACTIVE: Answer = Answer::new(503, "5.5.1", "Error: TLS already active");
pub(crate) const AUTHENTICATED_ALREADY: Answer =
    Answer::new(503, "5.5.1", "Error: already authenticated");
pub(crate) const NO_SERVICE: Answer = Answer::new(503, "5.3.2", "Error: no service, only QUIT");
pub(crate) const NO_RECIPIENTS: Answer = Answer::new(554, "5.5.1", "Error: no valid recipients");
// RFC 2033, 4.2: without recipients LMTP answers DATA with 503.
pub(crate) const NO_RECIPIENTS_LMTP: Answer =
    Answer::new(503, "5.5.1", "Error: no valid recipients");
pub(crate) const TOO_BIG: Answer = Answer::new(552, "5.3.4", "Message size exceeds fixed limit");

pub(crate) const UNKNOWN_MECHANISM: Answer =
    Answer::new(504, "5.5.4", "Unrecognized authentication type");
pub(crate) const AUTHENTICATION_REQUIRED: Answer =
    Answer::new(530, "5.7.0", "Authentication required");
pub(crate) const BAD_CREDENTIALS: Answer =
    Answer::new(535, "5.7.8", "Authentication credentials invalid");
pub(crate) const ENCRYPTION_NEEDED: Answer =
    Answer::new(538, "5.7.11", "Encryption required for requested authentication mechanism");
