//! One connection's dialogue, as the server has it.

mod commands;
mod content;
mod security;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use memchr::memchr;

use crate::answer::{self, Answer};
use crate::auth::{Exchange, Seed};
use crate::command::{Command, is_auth};
use crate::line::{AUTH_LINE_MAX, LINE_MAX, Line};
use crate::replies::Replies;
use crate::transaction::Transaction;
use crate::unstuff::Unstuffer;
use crate::{
    Action, Handshake, Identity, Keep, Ledger, Mechanism, Message, Options, Point, Protocol,
    TlsStart,
};

use self::content::Chunk;

/// The server's side of one connection, without the connection.
///
/// After each [`handle_input`](Self::handle_input) take the messages with
/// [`poll_message`](Self::poll_message), transmit the [`output`](Self::output), then obey
/// [`wants_tls`](Self::wants_tls), [`wants_close`](Self::wants_close),
/// [`is_severed`](Self::is_severed) and [`is_stalled`](Self::is_stalled).
#[derive(Debug)]
pub struct Session {
    options: Arc<Options>,
    ledger: Arc<Ledger>,
    standing: Standing,
    stage: Stage,
    helo: Helo,
    /// The TLS in place, if there is.
    tls: Option<Handshake>,
    /// Who the client proved to be, if it did.
    identity: Option<Identity>,
    /// An AUTH under way.
    exchange: Option<(Mechanism, Box<dyn Exchange>)>,
    seed: Seed,
    line: Line,
    transaction: Transaction,
    unstuffer: Unstuffer,
    replies: Replies,
    messages: VecDeque<Message>,
    tally: Tally,
    /// How many MAILs were accepted.
    mails: u32,
    /// How many commands were malformed.
    errors: u32,
    /// What a fault wants said behind the reply to STARTTLS.
    injection: Option<String>,
    /// Whether a fault wants the reply under way to be the last.
    is_parting: bool,
}

/// How many messages were accepted, and for how many recipients.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Accepted messages.
    pub messages: u64,
    /// Recipients of accepted messages.
    pub recipients: u64,
}

/// What becomes of the connection once the output is transmitted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    Open,
    /// TLS begins.
    Securing,
    Stalled,
    Closing,
    /// As if closing, without TLS's farewell.
    Truncated,
    Severed,
}

/// What the next byte of input belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// A command, of which only QUIT is served after a greeting that refused.
    Command { refusing: bool },
    /// The answer to a challenge of AUTH.
    Response,
    /// Content that ends with a dot.
    Content,
    /// A chunk that ends after so many bytes.
    Chunk(Chunk),
}

/// How the client introduced itself.
#[derive(Debug, Default)]
struct Helo {
    /// Empty before it did.
    name: String,
    /// Whether it may use extensions.
    extended: bool,
    /// Whether a fault hid STARTTLS from it.
    is_stripped: bool,
}

impl Session {
    /// A session whose greeting is ready to be transmitted, with a ledger of its own.
    pub fn new(options: Arc<Options>) -> Self {
        Self::sharing(options, Arc::default())
    }

    /// A session like [`new`](Self::new) that counts together with others.
    pub fn sharing(options: Arc<Options>, ledger: Arc<Ledger>) -> Self {
        let extensions = &options.extensions;
        let keeps = options.keep != Keep::Nothing;
        let mut session = Self {
            replies: Replies::new(extensions.enhanced_status_codes),
            transaction: Transaction::new(keeps, extensions.size_max()),
            standing: Standing::Open,
            stage: Stage::Command { refusing: false },
            helo: Helo::default(),
            tls: None,
            identity: None,
            exchange: None,
            seed: Seed::default(),
            line: Line::default(),
            unstuffer: Unstuffer::new(),
            messages: VecDeque::new(),
            tally: Tally::default(),
            mails: 0,
            errors: 0,
            injection: None,
            is_parting: false,
            options,
            ledger,
        };
        if session.starts_tls(TlsStart::Implicit) {
            session.standing = Standing::Securing;
        } else {
            session.greet();
            session.part();
        }
        session
    }

    /// The session with what its challenges are drawn from; anyone can foretell them otherwise.
    #[must_use]
    pub fn with_seed(mut self, seed: [u8; 32]) -> Self {
        self.seed = Seed(seed);
        self
    }

    /// Takes what the client sent; nothing of it counts once the session is over or stalled, nor
    /// while it wants TLS.
    pub fn handle_input(&mut self, mut input: &[u8]) {
        while !input.is_empty() && self.standing == Standing::Open {
            let taken = match self.stage {
                Stage::Command { .. } | Stage::Response => self.handle_command(input),
                Stage::Content => self.handle_content(input),
                Stage::Chunk(chunk) => self.handle_chunk(chunk, input),
            };
            input = &input[taken..];
            self.part();
        }
    }

    /// What is to be transmitted: all replies to all input so far.
    pub fn output(&self) -> &[u8] {
        self.replies.output()
    }

    /// Forgets the first `n` bytes of the output.
    ///
    /// # Panics
    ///
    /// If the output is shorter.
    pub fn handle_transmitted(&mut self, n: usize) {
        self.replies.handle_transmitted(n);
    }

    /// The next accepted message; always none with [`Keep::Nothing`].
    pub fn poll_message(&mut self) -> Option<Message> {
        self.messages.pop_front()
    }

    /// What was accepted since it was last asked.
    pub fn poll_tally(&mut self) -> Tally {
        mem::take(&mut self.tally)
    }

    /// Whether to transmit the output, then close the connection.
    pub fn wants_close(&self) -> bool {
        matches!(self.standing, Standing::Closing | Standing::Truncated | Standing::Severed)
    }

    /// Whether that close is to be without TLS's farewell.
    pub fn is_truncated(&self) -> bool {
        self.standing == Standing::Truncated
    }

    /// Whether that close is to be abrupt, without a word of farewell.
    pub fn is_severed(&self) -> bool {
        self.standing == Standing::Severed
    }

    /// Whether to transmit the output, then neither read nor write, with the connection open.
    pub fn is_stalled(&self) -> bool {
        self.standing == Standing::Stalled
    }

    fn greet(&mut self) {
        if self.fails(Point::Connect) {
            // RFC 5321, 3.1: a server without service still waits for QUIT.
            self.stage = Stage::Command { refusing: true };
            return;
        }
        let protocol = match self.options.protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        };
        let host = &self.options.host;
        self.replies.line(format_args!("220 {host} {protocol} Envoi sink"));
    }

    /// Takes one line, or the beginning of one.
    fn handle_command(&mut self, input: &[u8]) -> usize {
        let Some(end) = memchr(b'\n', input) else {
            self.line.push(input);
            return input.len();
        };
        let (head, _) = input.split_at(end + 1);
        if self.line.is_empty() {
            self.handle_line(head);
        } else {
            let mut line = mem::take(&mut self.line);
            line.push(head);
            self.handle_line(line.bytes());
            line.clear();
            self.line = line;
        }
        head.len()
    }

    fn handle_line(&mut self, line: &[u8]) {
        if self.stage == Stage::Response {
            return self.handle_response(line);
        }
        let max = if is_auth(line) { AUTH_LINE_MAX } else { LINE_MAX };
        if line.len() > max {
            return self.refuse(answer::LINE_TOO_LONG);
        }
        let Some(line) = line.strip_suffix(b"\r\n") else {
            return self.refuse(answer::BARE_LF);
        };
        match Command::parse(line) {
            Ok(command) => self.serve(command),
            Err(answer) => self.refuse(answer),
        }
    }

    /// Says why not, and hangs up on the hundredth malformed command.
    fn refuse(&mut self, answer: Answer) {
        // Out of sequence is also who pipelined on a refusal that was still under way.
        self.errors += u32::from(matches!(answer.code, 500 | 501));
        if self.errors < ERRORS_MAX {
            return self.replies.say(answer);
        }
        self.replies.say(answer::TOO_MANY_ERRORS);
        self.standing = Standing::Closing;
    }

    /// Whether a fault strikes here, in which case the client has its answer.
    fn fails(&mut self, point: Point) -> bool {
        self.fails_for(point, 1)
    }

    /// Like [`fails`](Self::fails) where as many replies are due.
    fn fails_for(&mut self, point: Point, replies: usize) -> bool {
        let occasion = self.ledger.occasion(point);
        let faults = &self.options.faults;
        let Some(fault) = faults.iter().find(|fault| fault.strikes(point, occasion)) else {
            return false;
        };
        let text = fault.text.as_deref();
        match fault.action {
            Action::Reject => self.replies.repeat(replies, text, point.rejection()),
            Action::Tempfail => self.replies.repeat(replies, text, point.deferral()),
            Action::Unavailable => {
                self.replies.repeat(1, text, answer::UNAVAILABLE);
                self.standing = Standing::Closing;
            }
            Action::Disconnect => self.standing = Standing::Severed,
            Action::Stall => self.standing = Standing::Stalled,
            Action::Garbage => {
                self.replies.line(format_args!("{}", text.unwrap_or(GARBAGE)));
                return false;
            }
            Action::Truncate => {
                self.is_parting = true;
                return false;
            }
            Action::Strip => {
                self.helo.is_stripped = true;
                return false;
            }
            Action::Inject => {
                self.injection = Some(text.unwrap_or(INJECTION).to_owned());
                return false;
            }
        }
        true
    }

    /// Ends the session where a fault wanted that after the reply.
    fn part(&mut self) {
        if self.is_parting && matches!(self.standing, Standing::Open | Standing::Closing) {
            self.standing = Standing::Truncated;
        }
    }
}

/// No reply, by any reading of RFC 5321, 4.2.
const GARBAGE: &str = "~ this line is no reply ~";
/// What nobody asked for.
const INJECTION: &str = "250 2.0.0 Said before TLS";
/// How many malformed commands a client may make before it is hung up on.
const ERRORS_MAX: u32 = 100;
