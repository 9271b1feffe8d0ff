//! What the application wants: transactions, their content, QUIT.

use alloc::boxed::Box;
use alloc::sync::Arc;

use bytes::BytesMut;

use crate::client::Client;
use crate::command::Command;
use crate::config::Conversion;
use crate::content::{Converter, Encoder, Stuffing};
use crate::editor::EditFailure;
use crate::envelope::{Body, Envelope, Purpose};
use crate::error::Misuse;
use crate::event::{Pending, Refusal, TransactionId};
use crate::extensions::Keyword;
use crate::phase::{Phase, Will};
use crate::require_tls::{RequireTls, TlsRequest};
use crate::stage::Stage;
use crate::surveyed::Surveyed;
use crate::time::Instant;
use crate::timer::Moved;
use crate::transaction::{Step, Transaction};

impl Client {
    /// Begins a transaction as soon as the conversation allows it.
    ///
    /// # Errors
    /// If no envelope is wanted, or it can never be sent to this server in one transaction. A
    /// message that is too large or needs what the server lacks is refused by an event instead.
    pub fn send(
        &mut self,
        envelope: impl Into<Arc<Envelope>>,
        now: Instant,
    ) -> Result<TransactionId, Misuse> {
        let envelope = envelope.into();
        if !self.wants_envelope() {
            return Err(Misuse::NotWanted);
        }
        if envelope.recipients.is_empty() {
            return Err(Misuse::NoRecipients);
        }
        if let Some(max) = self.recipients_max().filter(|max| envelope.recipients.len() > *max) {
            return Err(Misuse::TooManyRecipients(max));
        }
        let id = self.next_id;
        self.next_id = id.next();
        if let Some(refusal) = self.refusal(&envelope) {
            self.tell(Pending::Refused(id, refusal));
            self.tell(Pending::End(id));
            return Ok(id);
        }
        self.begun += 1;
        self.transactions.push(Transaction::new(id, envelope));
        self.run(Moved::default(), now);
        Ok(id)
    }

    /// Takes content for the transaction that [`Client::wants_content`] names, as much as there is
    /// room for, and says how much that was.
    pub fn handle_content(&mut self, content: &[u8], now: Instant) -> usize {
        let max = self.config.output_max();
        let Some(Room { transaction, encoder, converter, out }) = self.content_room() else {
            return 0;
        };
        let is_chunk = transaction.step == Step::Chunk;
        let room = max.saturating_sub(out.len());
        let taken = match converter {
            None => encoder.encode(content, out, room),
            Some(converter) => converter.encode(content, encoder, out, room),
        };
        transaction.given += taken as u64;
        let given = transaction.given;
        let broken =
            Refusal::Broken { promised: transaction.envelope.length.unwrap_or(given), given };
        let is_too_long = transaction.envelope.length.is_some_and(|length| given > length);
        if is_chunk && taken < content.len() {
            transaction.step = Step::ChunkFull;
        }
        let refusal = is_too_long.then_some(broken).or_else(|| self.unconvertible());
        if let Some(refusal) = refusal {
            self.refuse(refusal, now);
            return taken;
        }
        self.is_filling &= self.wire.out.len() < max / 8 * 7;
        self.run(Moved::default(), now);
        taken
    }

    /// Whether the content of a message is converted for this server: it has no 8BITMIME, and the
    /// envelope does not promise ASCII. Such a message goes without `SIZE=`.
    pub fn converts(&self, envelope: &Envelope) -> bool {
        self.conversion(envelope) != Conversion::Off
    }

    /// How the content of a message is converted for this server. [`Conversion::Off`] if it is
    /// not.
    pub fn conversion(&self, envelope: &Envelope) -> Conversion {
        let takes_it = self.extensions.offers(Keyword::EightBitMime);
        let is_ascii = envelope.body == Some(Body::SevenBit);
        if takes_it || is_ascii { Conversion::Off } else { self.config.conversion }
    }

    /// Says of the transaction that [`Client::wants_content`] names that its content was converted
    /// before it is given, by an [`Editor`](crate::Editor): it goes as it is.
    pub fn content_converted(&mut self) {
        self.converter = None;
    }

    /// Takes all of a transaction's content and its end, if it can go out as it is; much of it is
    /// written from where it is. If not it goes by [`Client::handle_content`].
    pub fn handle_surveyed(&mut self, content: &Surveyed, now: Instant) -> bool {
        let max = self.config.output_max();
        let Some(Room { transaction, encoder, converter: None, out }) = self.content_room() else {
            return false;
        };
        if transaction.given > 0 || !encoder.is_needless(content) {
            return false;
        }
        let bytes = content.bytes();
        let (is_chunk, is_little) =
            (transaction.step == Step::Chunk, out.len() + bytes.len() <= max);
        if is_little {
            out.extend_from_slice(bytes);
        }
        if !is_little && (is_chunk || !self.wire.share(bytes)) {
            return false;
        }
        if let Some(transaction) = self.transactions.last_mut() {
            transaction.given = bytes.len() as u64;
        }
        self.content_end(now);
        true
    }

    /// Says that the content is complete.
    pub fn content_end(&mut self, now: Instant) {
        let Some(Room { transaction, encoder, converter, out }) = self.content_room() else {
            return;
        };
        let given = transaction.given;
        if let Some(promised) = transaction.envelope.length.filter(|length| given != *length) {
            return self.refuse(Refusal::Broken { promised, given }, now);
        }
        if let Some(converter) = converter {
            converter.finish(encoder, out);
        }
        encoder.finish(out);
        if let Some(refusal) = self.unconvertible() {
            return self.refuse(refusal, now);
        }
        let Some(Room { transaction, .. }) = self.content_room() else { return };
        let is_chunk = transaction.step == Step::Chunk;
        transaction.step = if is_chunk { Step::ChunkLast } else { Step::Dot };
        self.converter = None;
        self.run(Moved::default(), now);
    }

    /// Says that the content cannot be completed: the server must not take it for a message.
    pub fn content_failed(&mut self, now: Instant) {
        self.content_refused(Refusal::Unreadable, now);
    }

    /// Says why the content must not be completed: the server must not take it for a message.
    pub fn content_refused(&mut self, refusal: Refusal, now: Instant) {
        let step = self.transactions.last().map(|transaction| transaction.step);
        if matches!(step, Some(Step::Content | Step::Chunk | Step::ChunkFull)) {
            self.refuse(refusal, now);
        }
    }

    /// Ends the conversation after what is under way.
    pub fn quit(&mut self, now: Instant) {
        if self.will == Will::Open {
            self.will = Will::Quit;
            self.run(Moved::default(), now);
        }
    }

    /// Asks a server that has been idle whether it is still there; [`Event::Ready`](crate::Event::Ready)
    /// says yes.
    ///
    /// # Errors
    /// If the conversation is not idle.
    pub fn probe(&mut self, now: Instant) -> Result<(), Misuse> {
        let is_idle = self.wire.front().is_none() && self.transactions.is_empty();
        if self.phase != Phase::Ready || self.will != Will::Open || !is_idle {
            return Err(Misuse::NotWanted);
        }
        self.wire.command(Command::Rset, Stage::Probe, None);
        self.run(Moved::default(), now);
        Ok(())
    }

    /// Whether MAIL of a message says REQUIRETLS to this server (RFC 8689).
    pub fn says_require_tls(&self, envelope: &Envelope) -> bool {
        envelope.tls_request == TlsRequest::Required
            && self.peer.require_tls != RequireTls::Disable
            && self.extensions.offers(Keyword::Requiretls)
    }

    /// Why this server cannot take a message.
    fn refusal(&self, envelope: &Envelope) -> Option<Refusal> {
        if !self.extensions.offers(Keyword::Smtputf8) && envelope.requires_smtputf8() {
            return Some(Refusal::Smtputf8);
        }
        if envelope.tls_request == TlsRequest::Required {
            let tls = self.secured.as_ref().map(|secured| &*secured.info);
            let is_offered = self.extensions.offers(Keyword::Requiretls);
            if let Some(refusal) = self.peer.require_tls.refusal(tls, is_offered) {
                return Some(refusal);
            }
        }
        let (size, limit) = (envelope.size?, self.extensions.size?);
        let is_message = envelope.purpose == Purpose::Deliver;
        (is_message && size > limit).then_some(Refusal::TooLarge { size, limit })
    }

    /// Abandons the message whose content is being given.
    pub(crate) fn refuse(&mut self, refusal: Refusal, now: Instant) {
        let Some(transaction) = self.transactions.last_mut() else {
            return;
        };
        let id = transaction.id;
        let is_told = core::mem::replace(&mut transaction.is_settled, true);
        let by_chunks = transaction.step != Step::Content;
        transaction.step = if by_chunks { Step::Reset } else { Step::Done };
        if !is_told {
            self.tell(Pending::Refused(id, refusal));
        }
        self.chunk.clear();
        if by_chunks {
            return self.run(Moved::default(), now);
        }
        // Only the end of the connection tells a server that this was no message.
        self.transactions.pop();
        self.tell(Pending::End(id));
        self.close();
    }

    /// Why the content that is being given cannot be converted.
    fn unconvertible(&self) -> Option<Refusal> {
        self.converter.as_ref()?.failure().map(EditFailure::refusal)
    }

    /// The transaction whose content is being given, and the way that takes.
    fn content_room(&mut self) -> Option<Room<'_>> {
        let Self { transactions, encoder, converter, chunk, wire, .. } = self;
        let transaction = transactions.last_mut()?;
        let out = match transaction.step {
            Step::Chunk => chunk,
            Step::Content => &mut wire.out,
            Step::Begin
            | Step::XforwardName
            | Step::XforwardHelo
            | Step::Mail
            | Step::Recipients
            | Step::Data
            | Step::Go
            | Step::Dot
            | Step::Flush
            | Step::Pause(_)
            | Step::ChunkFull
            | Step::ChunkLast
            | Step::Reset
            | Step::Done => return None,
        };
        Some(Room { transaction, encoder, converter: converter.as_deref_mut(), out })
    }

    /// Begins the content of the last transaction.
    pub(crate) fn begin_content(&mut self, stuffing: Stuffing) {
        self.encoder = Encoder::new(&self.config, stuffing);
        let envelope = self.transactions.last().map(|transaction| &transaction.envelope);
        let is_converted = envelope.is_some_and(|envelope| self.converts(envelope));
        self.converter = is_converted.then(|| Box::new(Converter::new(&self.config)));
        self.is_filling = true;
    }
}

/// The way that content takes.
struct Room<'a> {
    transaction: &'a mut Transaction,
    encoder: &'a mut Encoder,
    converter: Option<&'a mut Converter>,
    out: &'a mut BytesMut,
}
