//! Replies that are looked up before they count (`smtp_reply_filter`).

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Client;
use crate::error::Error;
use crate::reply::printable;
use crate::stage::Stage;
use crate::time::Instant;
use crate::timer::Moved;
use crate::unsuitable::Unsuitable;

/// What a reply's line becomes, as far as could be found out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Filtered {
    /// It stays as it is.
    Unchanged,
    /// The server is taken to have said this.
    Replaced(String),
    /// Nobody can tell: the conversation ends, with [`Error::LocalData`](crate::Error::LocalData) or
    /// [`Unsuitable::LocalData`].
    Failed,
}

/// A line of the server on its way to the client, which waits for an answer.
#[derive(Debug, Default)]
pub(crate) struct LineFilter {
    /// The line so far, its end included.
    line: Vec<u8>,
    /// What is asked: the line for people to read, without its end.
    question: Option<String>,
}

impl Client {
    /// Takes input that is looked up first, up to the end of a line, and says how much that was.
    pub(crate) fn filter_input(
        &mut self,
        filter: &mut LineFilter,
        input: &[u8],
        now: Instant,
    ) -> usize {
        let read = filter.take(input, self.parser.line_max, self.config.smtputf8);
        self.run(Moved { read, written: 0 }, now);
        read
    }
}

impl Client {
    /// Nobody knows what the server said. As Postfix, we are polite up to the first transaction.
    ///
    /// # Errors
    /// If there is one: the conversation is over.
    pub(crate) fn handle_unknown(&mut self, now: Instant) -> Result<(), Error> {
        let stage = self.stage().unwrap_or(Stage::Quit);
        if !stage.is_handshake() {
            return Err(self.fail(Error::LocalData(stage)));
        }
        self.wire.pop();
        self.exchange = None;
        self.reject(Unsuitable::LocalData);
        self.run(Moved::default(), now);
        Ok(())
    }
}

impl LineFilter {
    /// Takes input up to the end of a line, and says how much that was. Of a line no more is kept
    /// than it takes to see that it is longer than `max`.
    pub(crate) fn take(&mut self, input: &[u8], max: usize, utf8: bool) -> usize {
        let end = memchr::memchr(b'\n', input);
        let (text, taken) = match end {
            Some(end) => (&input[..end], end + 1),
            None => (input, input.len()),
        };
        let room = (max + 1).saturating_sub(self.line.len());
        self.line.extend_from_slice(&text[..text.len().min(room)]);
        if end.is_some() {
            let mut shown = &self.line[..self.line.len().min(max)];
            while let [before @ .., b'\r'] = shown {
                shown = before;
            }
            self.question = Some(printable(shown, utf8));
            self.line.push(b'\n');
        }
        taken
    }

    /// What is asked.
    pub(crate) fn question(&self) -> Option<&str> {
        self.question.as_deref()
    }

    /// Takes the answer: what was asked, and the line that counts.
    pub(crate) fn answer(&mut self, replacement: Option<&str>) -> Option<(String, Vec<u8>)> {
        let question = self.question.take()?;
        let mut line = core::mem::take(&mut self.line);
        if let Some(replacement) = replacement {
            // One line stays one line.
            let bytes = replacement.bytes().map(|b| if b == b'\n' { b' ' } else { b });
            line = bytes.chain(*b"\n").collect();
        }
        Some((question, line))
    }
}
