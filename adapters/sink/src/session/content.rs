//! The content of a message: DATA, BDAT, and the end of data.

use crate::answer::{self, Answer};
use crate::transaction::Body;
use crate::{Message, Point, Protocol};

use super::{Session, Stage, Standing};

/// A chunk under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Chunk {
    /// How long it is.
    size: u64,
    /// How much of it is still to come.
    left: u64,
    last: bool,
    /// Why its content does not count.
    refusal: Option<Answer>,
}

impl Session {
    pub(super) fn data(&mut self) {
        if self.fails(Point::Data) {
            return;
        }
        let chunked = self.transaction.body != Body::Awaited;
        let begun = if chunked { Err(answer::CHUNKS_BEGUN) } else { Ok(()) };
        match self.check_recipients().and(begun) {
            Ok(()) => {
                self.unstuffer.restart();
                self.stage = Stage::Content;
                self.replies.line(format_args!("354 End data with <CR><LF>.<CR><LF>"));
            }
            Err(answer) => self.refuse(answer),
        }
    }

    pub(super) fn bdat(&mut self, size: u64, last: bool) {
        if !self.options.extensions.chunking || !self.helo.extended {
            return self.refuse(answer::UNKNOWN_COMMAND);
        }
        let refusal = match self.transaction.body {
            Body::Awaited | Body::Begun => self.check_recipients().err(),
            Body::RefusedEarly | Body::Failed => Some(answer::CHUNK_FAILED),
        };
        let chunk = Chunk { size, left: size, last, refusal };
        self.stage = Stage::Chunk(chunk);
        if size == 0 {
            self.end_chunk(chunk);
        }
    }

    pub(super) fn handle_content(&mut self, input: &[u8]) -> usize {
        if !self.begin_content() {
            return input.len();
        }
        let transaction = &mut self.transaction;
        let step = self.unstuffer.unstuff(input, |run| transaction.add_content(run));
        if step.ended {
            self.stage = Stage::Command { refusing: false };
            self.end_data(false);
        }
        step.taken
    }

    pub(super) fn handle_chunk(&mut self, mut chunk: Chunk, input: &[u8]) -> usize {
        if chunk.refusal.is_none() && !self.begin_content() {
            return input.len();
        }
        let taken = usize::try_from(chunk.left).map_or(input.len(), |left| left.min(input.len()));
        if chunk.refusal.is_none() {
            self.transaction.add_content(&input[..taken]);
        }
        chunk.left -= taken as u64;
        self.stage = Stage::Chunk(chunk);
        if chunk.left == 0 {
            self.end_chunk(chunk);
        }
        taken
    }

    /// Whether the session goes on after the first bytes of content.
    fn begin_content(&mut self) -> bool {
        if self.transaction.body == Body::Awaited {
            self.transaction.body = Body::Begun;
            if self.fails_for(Point::Content, self.replies_due()) {
                self.transaction.body = Body::RefusedEarly;
            }
        }
        self.standing == Standing::Open
    }

    fn end_chunk(&mut self, chunk: Chunk) {
        self.stage = Stage::Command { refusing: false };
        let early = self.transaction.body == Body::RefusedEarly && chunk.refusal.is_none();
        if early && !chunk.last {
            self.transaction.body = Body::Failed;
            return;
        }
        if !early && self.fails(Point::Bdat) {
            self.transaction.body = Body::Failed;
            return;
        }
        match chunk.refusal {
            Some(answer) => self.replies.say(answer),
            None if chunk.last => self.end_data(true),
            None if self.transaction.is_too_big() => {
                self.transaction.body = Body::Failed;
                self.replies.say(answer::TOO_BIG);
            }
            None => {
                self.transaction.body = Body::Begun;
                self.replies.say_with(answer::OK, format_args!(": {} octets", chunk.size));
            }
        }
    }

    fn end_data(&mut self, chunked: bool) {
        if self.transaction.body != Body::RefusedEarly {
            if self.transaction.is_too_big() {
                (0..self.replies_due()).for_each(|_| self.replies.say(answer::TOO_BIG));
            } else {
                self.judge(chunked);
            }
        }
        self.transaction.reset();
    }

    /// Accepts the message, but for faults.
    fn judge(&mut self, chunked: bool) {
        match self.options.protocol {
            Protocol::Smtp => {
                if !self.fails(Point::Eod) {
                    let number = self.ledger.next_number();
                    self.replies.say_with(answer::OK, format_args!(": queued as {number}"));
                    self.accept(number, chunked);
                }
            }
            Protocol::Lmtp => self.judge_each(chunked),
        }
    }

    // RFC 2033, 4.2: a reply for each recipient that was accepted, in their order.
    fn judge_each(&mut self, chunked: bool) {
        let mut number = None;
        let mut accepted = vec![false; self.transaction.recipients];
        for accepted in &mut accepted {
            if self.standing != Standing::Open || self.fails(Point::Eod) {
                continue;
            }
            *accepted = true;
            let number = *number.get_or_insert_with(|| self.ledger.next_number());
            self.replies.say_with(answer::OK, format_args!(": queued as {number}"));
        }
        if let Some(number) = number {
            self.transaction.retain_recipients(&accepted);
            self.accept(number, chunked);
        }
    }

    fn accept(&mut self, number: u64, chunked: bool) {
        self.tally.messages += 1;
        self.tally.recipients += self.transaction.recipients as u64;
        self.messages.extend(self.transaction.take(number, chunked).map(|message| Message {
            helo: self.helo.name.clone(),
            tls: self.tls.clone(),
            identity: self.identity.clone(),
            ..message
        }));
    }

    /// How many replies the end of data gets.
    fn replies_due(&self) -> usize {
        match self.options.protocol {
            Protocol::Smtp => 1,
            Protocol::Lmtp => self.transaction.recipients,
        }
    }
}
