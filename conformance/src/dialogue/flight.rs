//! What the client has to say at one point of a dialogue.

use std::collections::VecDeque;

use envoi_proto::{Config, Stuffing};

use super::line::{Action, Amount, Line};
use super::message::Message;
use crate::witness::Encoding;

/// Follows the messages of a dialogue along its lines, to know what its elided lines stand for.
#[derive(Clone, Debug)]
pub(crate) struct Contents<'a> {
    messages: &'a [Message],
    config: &'a Config,
    /// Messages that the client was given and has not begun.
    given: VecDeque<usize>,
    /// The message begun last.
    current: Option<usize>,
    /// Its content as it goes out.
    encoded: Vec<u8>,
    /// How much of that the lines so far have shown.
    shown: usize,
    /// What is left of the chunk that BDAT announced.
    chunk: Option<usize>,
}

impl<'a> Contents<'a> {
    pub(crate) fn new(messages: &'a [Message], config: &'a Config) -> Self {
        Self {
            messages,
            config,
            given: VecDeque::new(),
            current: None,
            encoded: Vec::new(),
            shown: 0,
            chunk: None,
        }
    }

    /// Says that the client was given a message, which it will begin.
    pub(crate) fn give(&mut self, message: usize) {
        self.given.push_back(message);
    }

    /// The bytes of a flight, line by line.
    pub(crate) fn flight(&mut self, lines: &[Line]) -> Vec<(usize, Vec<u8>)> {
        lines.iter().map(|line| (line.number, self.line(&line.action))).collect()
    }

    fn line(&mut self, action: &Action) -> Vec<u8> {
        match action {
            Action::Client(bytes) => {
                self.command(bytes);
                bytes.clone()
            }
            Action::Content(bytes) => bytes.clone(),
            Action::Elided(amount) => self.elided(*amount),
            // RFC 8446, 5.1 and 6: a record of type 21, with a fatal alert.
            Action::Alert(number) => vec![21, 3, 3, 0, 2, 2, *number],
            Action::Server(_)
            | Action::Tls
            | Action::Hello
            | Action::Ending(_)
            | Action::Wait(_)
            | Action::TimedOut
            | Action::Application(_)
            | Action::Idle => Vec::new(),
        }
    }

    fn command(&mut self, command: &[u8]) {
        let command = String::from_utf8_lossy(command);
        let mut words = command.split_ascii_whitespace();
        match words.next() {
            Some("MAIL") => {
                self.current = self.given.pop_front();
                (self.shown, self.chunk) = (0, None);
                self.encode(true);
            }
            Some("BDAT") => {
                if self.shown == 0 {
                    self.encode(false);
                }
                self.chunk = words.next().and_then(|bytes| bytes.parse().ok());
            }
            Some(_) | None => {}
        }
    }

    fn encode(&mut self, dots: bool) {
        let message = self.current.map(|current| &self.messages[current]);
        let stuffing = if dots { Stuffing::Dots } else { Stuffing::None };
        let encoding = Encoding::new(self.config);
        let encode = |message: &Message| encoding.of(message.content(), stuffing);
        self.encoded = message.map(encode).unwrap_or_default();
    }

    fn elided(&mut self, amount: Amount) -> Vec<u8> {
        let rest = &self.encoded[self.shown..];
        let rest = &rest[..self.chunk.unwrap_or(rest.len()).min(rest.len())];
        let bytes = match amount {
            Amount::Rest => rest,
            Amount::Bytes(bytes) => &rest[..bytes.min(rest.len())],
        };
        self.shown += bytes.len();
        if let Some(chunk) = &mut self.chunk {
            *chunk -= bytes.len();
        }
        bytes.to_vec()
    }
}

/// How many lines from the first on are said by the client without a pause.
pub(crate) fn flight_length(lines: &[Line]) -> usize {
    let is_client = |line: &&Line| {
        matches!(
            line.action,
            Action::Client(_) | Action::Content(_) | Action::Elided(_) | Action::Alert(_)
        )
    };
    lines.iter().take_while(is_client).count()
}

/// How many bytes a server reads that stops within a flight.
pub(crate) fn stops_after(flight: &[Line]) -> Option<usize> {
    let Some(Action::Elided(Amount::Bytes(last))) = flight.last().map(|line| &line.action) else {
        return None;
    };
    let bytes = |line: &Line| match &line.action {
        Action::Client(bytes) | Action::Content(bytes) => bytes.len(),
        Action::Elided(_)
        | Action::Tls
        | Action::Hello
        | Action::Alert(_)
        | Action::Server(_)
        | Action::Ending(_)
        | Action::Wait(_)
        | Action::TimedOut
        | Action::Application(_)
        | Action::Idle => 0,
    };
    Some(last + flight.iter().map(bytes).sum::<usize>())
}
