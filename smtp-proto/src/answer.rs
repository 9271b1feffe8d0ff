//! What a reply does to the conversation.

use crate::client::Client;
use crate::command::Command;
use crate::config::{Farewell, Hello, Protocol, TlsStart};
use crate::content::Stuffing;
use crate::envelope::Purpose;
use crate::error::Error;
use crate::event::{Doubt, Pending, TransactionId};
use crate::extensions::{Extensions, Keyword};
use crate::phase::{Phase, Will};
use crate::reply::{Code, Severity};
use crate::stage::Stage;
use crate::transaction::Step;
use crate::unsuitable::Unsuitable;
use crate::wire::Awaited;

impl Client {
    /// Acts on the reply that has just been completed.
    pub(crate) fn answer(&mut self) -> Result<(), Error> {
        let (code, is_positive) = (self.parser.code(), self.parser.is_positive());
        self.is_tainted |= code.is_protocol_complaint() && code.severity() == Severity::Permanent;
        let Some(front) = self.wire.front().copied() else {
            return self.unasked(code);
        };
        // RFC 3030, 2: whoever refuses a chunk reads it to its end all the same.
        let is_refused_chunk = matches!(front.stage, Stage::Chunk | Stage::LastChunk)
            && matches!(code.severity(), Severity::Transient | Severity::Permanent);
        if front.end > self.wire.sent() && !is_refused_chunk {
            return self.unasked(code);
        }
        self.wire.pop();
        if code == Code::CLOSING {
            self.wind_up();
        }
        match front.stage {
            Stage::Greeting => self.greeting(),
            Stage::Ehlo | Stage::Helo | Stage::Lhlo => self.hello(front.stage, code),
            Stage::Starttls => self.starttls_answer(),
            Stage::Auth => self.auth_answer()?,
            Stage::Probe if is_positive => self.tell(Pending::Ready),
            Stage::Probe => self.unavailable(front.stage),
            Stage::Reset if is_positive => self.is_recovering = false,
            // The next transaction could be taken for a part of the one before.
            Stage::Reset => self.wind_up(),
            Stage::Quit => self.close(),
            Stage::Handshake
            | Stage::XforwardName
            | Stage::XforwardHelo
            | Stage::Mail
            | Stage::Recipient
            | Stage::Data
            | Stage::Content
            | Stage::EndOfData
            | Stage::Chunk
            | Stage::LastChunk => self.transaction_answer(front)?,
        }
        Ok(())
    }

    /// Whether nothing is left but an answer to QUIT that nobody waits for.
    pub(crate) fn is_farewell_said(&self) -> bool {
        self.will == Will::Quitting
            && self.config.farewell == Farewell::Hasty
            && self.wire.is_written()
            && self.transactions.is_empty()
            && self.wire.front().is_some_and(|awaited| awaited.stage == Stage::Quit)
    }

    /// Takes no more transactions, and drops the one that has not begun.
    fn wind_up(&mut self) {
        if self.will == Will::Open {
            self.will = Will::Quit;
        }
        if self.transactions.last().is_some_and(|transaction| transaction.step == Step::Begin) {
            let dropped = self.transactions.pop();
            let id = dropped.expect("the last transaction was there").id;
            self.tell(Pending::Lost(id, Error::NoMore, Doubt::None));
            self.tell(Pending::End(id));
        }
    }

    /// The transaction whose content is on its way, its end not having left.
    fn leaving(&self) -> Option<TransactionId> {
        if let Some(awaited) = self.wire.front() {
            let is_end = awaited.stage == Stage::EndOfData && awaited.end > self.wire.sent();
            return awaited.transaction.filter(|_| is_end);
        }
        let transaction = self.transactions.first()?;
        let is_content = matches!(transaction.step, Step::Content | Step::Flush);
        let is_content = is_content || matches!(transaction.step, Step::Dot | Step::Pause(_));
        is_content.then_some(transaction.id)
    }

    /// Drops transactions of which nothing has left.
    fn drop_all(&mut self) {
        for dropped in core::mem::take(&mut self.transactions) {
            self.tell(Pending::Lost(dropped.id, Error::NoMore, Doubt::None));
            self.tell(Pending::End(dropped.id));
        }
    }

    /// A reply came before its time, or none was owed.
    fn unasked(&mut self, code: Code) -> Result<(), Error> {
        let is_refusal = matches!(code.severity(), Severity::Transient | Severity::Permanent);
        if let Some(id) = self.leaving().filter(|_| is_refusal) {
            // The server has heard enough. It may still be reading content, so there is no
            // command that it would understand.
            self.settle(0, Stage::EndOfData);
            self.transactions.remove(0);
            self.tell(Pending::End(id));
            self.drop_all();
            self.close();
            return Ok(());
        }
        if code == Code::CLOSING && self.transactions.is_empty() && self.phase != Phase::Hello {
            self.close();
            return Ok(());
        }
        let stage = self.stage().unwrap_or(Stage::Quit);
        let is_early = self.has_begun_tls() && !self.has_said_mail();
        if self.config.block_early_mail_reply && is_early {
            return Err(self.fail(Error::Early));
        }
        Err(self.fail(Error::Unexpected(stage)))
    }

    /// Whether TLS began with STARTTLS.
    fn has_begun_tls(&self) -> bool {
        self.secured.is_some() && self.peer.tls_start == TlsStart::Starttls
    }

    /// Whether a MAIL has left.
    fn has_said_mail(&self) -> bool {
        let first = self.wire.front();
        let is_waiting = first.is_none_or(|first| first.end > self.wire.sent());
        self.begun > 1 || self.begun == 1 && !is_waiting
    }

    fn greeting(&mut self) {
        let reply = self.parser.reply();
        if !reply.is_positive() {
            return self.unavailable(Stage::Greeting);
        }
        let text = &*reply.text;
        let mut words = text.split([' ', '\t', '\n']).filter(|word| !word.is_empty());
        let name = words.nth(1).unwrap_or_default();
        let is_own_name = name.eq_ignore_ascii_case(self.config.host_name.as_str());
        let says_esmtp = name.eq_ignore_ascii_case("ESMTP")
            || words.any(|word| word.eq_ignore_ascii_case("ESMTP"));
        // A PIX puts stars over all of the greeting but the code's digits.
        self.is_pix = text.bytes().all(|b| b"20 *\n".contains(&b));
        let says_ehlo = match self.config.hello {
            _ if self.is_pix && self.peer.pix.disable_esmtp => false,
            Hello::Ehlo => true,
            Hello::EhloIfOffered => says_esmtp,
            Hello::Helo => false,
        };
        self.has_greeted = true;
        self.tell(Pending::Greeting { is_own_name });
        if self.is_pix && self.peer.unknown.pix {
            return self.reject(Unsuitable::LocalData);
        }
        self.note_greeting(is_own_name);
        self.say_hello(match self.peer.protocol {
            Protocol::Lmtp => Stage::Lhlo,
            Protocol::Smtp if says_ehlo => Stage::Ehlo,
            Protocol::Smtp => Stage::Helo,
        });
    }

    pub(crate) fn say_hello(&mut self, stage: Stage) {
        self.hello = stage;
        let name = &self.config.helo_name;
        let command = if stage == Stage::Lhlo {
            Command::Lhlo(name)
        } else if stage == Stage::Ehlo {
            Command::Ehlo(name)
        } else {
            Command::Helo(name)
        };
        self.wire.command(command, stage, None);
    }

    fn hello(&mut self, stage: Stage, code: Code) {
        let is_positive = code.severity() == Severity::Positive;
        if is_positive {
            return self.ready(stage);
        }
        if stage == Stage::Ehlo && code != Code::CLOSING {
            return self.say_hello(Stage::Helo);
        }
        self.unavailable(stage);
    }

    /// Tells the log what is odd about the greeting.
    fn note_greeting(&self, is_own_name: bool) {
        let Self { peer, config, .. } = self;
        if is_own_name {
            let (host, name) = (peer.host(), config.host_name.as_str());
            tracing::warn!(target: "envoi", "host {host} greeted me with my own hostname {name}");
        }
        if self.is_pix && peer.pix.is_any() {
            let pix = peer.pix;
            tracing::info!(
                target: "envoi::message",
                "enabling PIX workarounds: {pix} for {peer}"
            );
        }
    }

    /// Tells the log of a line that is no part of any reply, where commands are sent ahead of
    /// their replies: whoever inserts it may not expect that.
    pub(crate) fn note_stray(&mut self) {
        let Some(line) = self.parser.take_stray().filter(|_| self.wire.pipelining) else { return };
        let (peer, protocol) = (&self.peer, self.peer.protocol);
        let (extended, parameter) = match protocol {
            Protocol::Smtp => ("ESMTP", "smtp_discard_ehlo_keyword_address_maps"),
            Protocol::Lmtp => ("LMTP", "lmtp_discard_lhlo_keyword_address_maps"),
        };
        tracing::warn!(
            target: "envoi::message",
            "non-{extended} response from {peer}: {line}"
        );
        if self.config.advises {
            tracing::warn!(
                target: "envoi",
                "replies of {peer} may be taken for one another: {parameter} turns off pipelining \
                 for it"
            );
        }
    }

    fn ready(&mut self, stage: Stage) {
        if stage != Stage::Helo && self.peer.unknown.ignore {
            return self.reject(Unsuitable::LocalData);
        }
        let mut ignore = self.peer.ignore;
        if !self.config.smtputf8 {
            ignore.insert(Keyword::Smtputf8);
        }
        // RFC 8689, 2: it means nothing but under TLS.
        if self.secured.is_none() {
            ignore.insert(Keyword::Requiretls);
        }
        let own_name = self.config.host_name.as_str();
        let said = Extensions::of_reply(&self.parser.reply(), own_name, ignore);
        self.extensions = if stage == Stage::Helo { said.without_keywords() } else { said };
        self.wire.pipelining = self.extensions.offers(Keyword::Pipelining);
        self.tell(Pending::Extensions);
        self.secure();
    }

    pub(crate) fn unavailable(&mut self, stage: Stage) {
        self.phase = Phase::Unavailable;
        self.tell(Pending::Unavailable(stage));
    }

    /// Acts on a reply that belongs to a transaction.
    fn transaction_answer(&mut self, awaited: Awaited) -> Result<(), Error> {
        let Some(id) = awaited.transaction else {
            return Ok(());
        };
        let place = self.transactions.iter().position(|transaction| transaction.id == id);
        let place = place.expect("a transaction stays while replies are owed for it");
        self.transactions[place].owed -= 1;
        let stage = awaited.stage;
        if stage == Stage::Data {
            return self.data_answer(place);
        }
        if stage == Stage::Mail {
            self.mail_answer(place);
        } else if stage == Stage::Recipient {
            self.recipient_answer(place);
        } else if stage == Stage::Chunk {
            self.chunk_answer(place);
        } else if matches!(stage, Stage::EndOfData | Stage::LastChunk) {
            self.final_answer(place, awaited);
        }
        // What the server thinks of XFORWARD changes nothing.
        Ok(())
    }

    fn mail_answer(&mut self, place: usize) {
        if !self.parser.is_positive() {
            self.settle(place, Stage::Mail);
        }
    }

    fn recipient_answer(&mut self, place: usize) {
        let is_lmtp = self.peer.protocol == Protocol::Lmtp;
        let is_positive = self.parser.is_positive();
        let transaction = &mut self.transactions[place];
        let (id, index) = (transaction.id, transaction.answered);
        transaction.answered += 1;
        transaction.accepted += usize::from(is_positive);
        if is_positive && is_lmtp {
            transaction.accepted_places.push(index);
        }
        if transaction.is_settled {
            return;
        }
        let is_last = transaction.answered == transaction.envelope.recipients.len();
        let is_verdict = transaction.envelope.purpose == Purpose::VerifyRecipients;
        transaction.is_settled = is_last && (transaction.accepted == 0 || is_verdict);
        if is_verdict || !is_positive || !self.tells_decisions_only {
            self.tell(Pending::Recipient(id, index));
        }
    }

    /// The sync point: content, a lone dot, or another transaction.
    fn data_answer(&mut self, place: usize) -> Result<(), Error> {
        let goes_on = self.parser.code().severity() == Severity::Intermediate;
        let transaction = &mut self.transactions[place];
        let is_probe = transaction.envelope.purpose == Purpose::VerifyData;
        if !goes_on {
            transaction.step = Step::Reset;
            self.settle(place, Stage::Data);
        } else if is_probe {
            // RFC 5321 has no way back from here but to hang up.
            let id = transaction.id;
            self.settle(place, Stage::Data);
            self.transactions.remove(place);
            self.tell(Pending::End(id));
            self.close();
        } else if transaction.is_settled && transaction.accepted > 0 {
            return Err(self.fail(Error::NoSender));
        } else if transaction.is_settled {
            transaction.step = Step::Done;
            self.wire.command(Command::Dot, Stage::EndOfData, None);
        } else {
            transaction.step = Step::Content;
            transaction.start = self.wire.position();
            self.begin_content(Stuffing::Dots);
        }
        Ok(())
    }

    fn chunk_answer(&mut self, place: usize) {
        if self.parser.is_positive() {
            return;
        }
        self.is_recovering = true;
        self.settle(place, Stage::Chunk);
        let transaction = &mut self.transactions[place];
        if matches!(transaction.step, Step::Chunk | Step::ChunkFull | Step::ChunkLast) {
            transaction.step = Step::Reset;
            self.chunk.clear();
        }
    }

    /// The reply to the end of data, one of several in LMTP.
    fn final_answer(&mut self, place: usize, awaited: Awaited) {
        let is_positive = self.parser.is_positive();
        self.is_recovering |= awaited.stage == Stage::LastChunk && !is_positive;
        let transaction = &mut self.transactions[place];
        let Some(&index) = transaction.accepted_places.get(transaction.delivered) else {
            return self.settle(place, awaited.stage);
        };
        let (id, is_told) = (transaction.id, transaction.is_settled);
        transaction.delivered += 1;
        if transaction.delivered < transaction.accepted_places.len() {
            transaction.owed += 1;
            self.wire.again(awaited);
        } else {
            transaction.is_settled = true;
        }
        if !is_told {
            self.tell(Pending::Delivery(id, index, awaited.stage));
        }
    }

    /// Tells all recipients that have not heard yet, if there are any.
    fn settle(&mut self, place: usize, stage: Stage) {
        let transaction = &mut self.transactions[place];
        if !transaction.is_settled {
            transaction.is_settled = true;
            let id = transaction.id;
            self.tell(Pending::Message(id, stage));
        }
    }
}
