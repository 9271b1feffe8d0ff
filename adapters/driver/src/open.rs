//! A message that is being sent.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use envoi_delivery::{Delays, Handover, Ledger, Report};
use envoi_proto::tls::Info;
use envoi_proto::{
    Channel, Conversion, Doubt, Envelope, Error, Event, Instant, Misuse, Peer, TransactionId,
};
use smallvec::SmallVec;

use crate::content::{Content, Feed};
use crate::message::Message;

/// A message, its transactions, and what is known of its recipients.
pub(crate) struct OpenMessage {
    envelope: Arc<Envelope>,
    /// Its content, until it is given to the last recipients.
    content: Option<Content>,
    ledger: Ledger,
    /// Transactions under way: several, if the server takes few recipients at once.
    parts: SmallVec<[Part; 1]>,
    /// Recipients that are in no transaction yet begin here.
    next: usize,
    /// How long the connection took that was made for it.
    connecting: Duration,
    began: Instant,
}

/// One transaction of a message.
struct Part {
    id: TransactionId,
    /// Its recipients' places in the message's envelope.
    places: Range<usize>,
    /// How its content is made to pass where only ASCII does, if it is edited.
    conversion: Conversion,
    /// Its content, from when it is wanted until it is given.
    feed: Option<Feed>,
}

impl OpenMessage {
    pub(crate) fn new(
        message: Message,
        ledger: Ledger,
        connecting: Duration,
        now: Instant,
    ) -> Self {
        let Message { envelope, content } = message;
        let (content, parts, next) = (Some(content), SmallVec::new(), 0);
        Self { envelope, content, ledger, parts, next, connecting, began: now }
    }

    /// Whether there are recipients that are in no transaction yet.
    pub(crate) fn has_more(&self) -> bool {
        self.next < self.envelope.recipients.len()
    }

    /// Whether nothing more will be learnt.
    pub(crate) fn is_over(&self) -> bool {
        self.parts.is_empty() && !self.has_more()
    }

    /// Begins the next transaction.
    pub(crate) fn begin(&mut self, channel: &mut Channel, now: Instant) -> Result<(), Misuse> {
        let all = self.envelope.recipients.len();
        let max = channel.client().recipients_max().unwrap_or(all);
        let places = self.next..all.min(self.next + max);
        let mut envelope = self.envelope.clone();
        if places.len() < all {
            let part = Arc::make_mut(&mut envelope);
            part.recipients = part.recipients.drain(places.clone()).collect();
        }
        let mut conversion = Conversion::Off;
        if self.content.as_ref().is_some_and(Content::is_edited) {
            // What was promised of the content is true of it before it is edited.
            Arc::make_mut(&mut envelope).length = None;
            conversion = channel.client().conversion(&envelope);
        }
        self.ledger.set_require_tls(channel.client().says_require_tls(&envelope));
        let id = channel.send(envelope, now)?;
        self.next = places.end;
        self.parts.push(Part { id, places, conversion, feed: None });
        Ok(())
    }

    /// Whether a transaction belongs to this message.
    pub(crate) fn has(&self, id: TransactionId) -> bool {
        self.parts.iter().any(|part| part.id == id)
    }

    /// The content of a transaction. None if it cannot be opened.
    pub(crate) fn feed(&mut self, id: TransactionId) -> Option<&mut Feed> {
        let part = self.parts.iter_mut().find(|part| part.id == id)?;
        if part.feed.is_none() {
            let promised = self.envelope.length;
            let opened = self.content.as_ref()?.open(promised, part.conversion);
            let opened = opened.inspect_err(|error| tracing::warn!(%error, "content is gone"));
            part.feed = opened.ok();
        }
        part.feed.as_mut()
    }

    /// Lets go of content that was given to its end. The server's answer is waited for without it.
    pub(crate) fn let_go(&mut self, id: TransactionId) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.id == id) {
            part.feed = None;
        }
        if !self.has_more() {
            self.content = None;
        }
    }

    /// Takes an event of one of its transactions.
    pub(crate) fn handle_event(&mut self, id: TransactionId, event: &Event<'_>, peer: &Peer) {
        let Some(at) = self.parts.iter().position(|part| part.id == id) else {
            return;
        };
        self.ledger.handle_event(event, self.parts[at].places.clone(), peer);
        if let Event::End { .. } = event {
            self.parts.remove(at);
        }
    }

    /// Settles what is open: there will be no other transaction.
    pub(crate) fn abandon(&mut self, error: &Error, peer: &Peer) {
        let all = 0..self.envelope.recipients.len();
        self.next = all.end;
        self.parts.clear();
        self.ledger.failed(all, error, Doubt::None, peer);
    }

    /// Settles what is open by what the server, or we, said to the connection as such.
    pub(crate) fn handle_unusable(&mut self, event: &Event<'_>, peer: &Peer) {
        let all = 0..self.envelope.recipients.len();
        self.ledger.handle_event(event, all, peer);
    }

    /// The outcomes.
    pub(crate) fn close(
        mut self,
        tls: Option<Arc<Info>>,
        handover: Handover,
        peer: &Peer,
        now: Instant,
    ) -> Report {
        self.ledger.set_tls(tls, peer.tls_failure);
        self.ledger.set_handover(handover);
        let (connecting, transmitting) = (self.connecting, now.since(self.began));
        self.ledger.close(Delays { connecting, transmitting, ..Delays::default() })
    }
}
