//! The messages of a conversation, from when they are taken up until they are reported.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use envoi_delivery::{Handover, Ledger, Report};
use envoi_proto::auth::Rejection;
use envoi_proto::tls::Info;
use envoi_proto::{
    Channel, Circumstances, Error, Event, Failed, Instant, Keyword, Peer, Reply, Said, Stage,
    TransactionId, Unsuitable, Unused,
};

use crate::content::Feed;
use crate::message::Message;
use crate::open::OpenMessage;

/// Messages under way, and reports that nobody has taken yet.
pub(crate) struct Outbox {
    peer: Arc<Peer>,
    relay: Arc<str>,
    /// What the fate of a failure depends on.
    pub(crate) circumstances: Circumstances,
    /// Messages under way, oldest first.
    open: VecDeque<OpenMessage>,
    reports: VecDeque<Report>,
    /// Why nothing more can be sent, once that is so.
    end: Option<End>,
    /// What protects the conversation.
    tls: Option<Arc<Info>>,
    /// To whom messages are handed over.
    handover: Handover,
    /// Whether the handshake was completed.
    was_ready: bool,
    /// When the connection was begun, until the first message is charged with it.
    began: Option<Instant>,
}

/// Why nothing more can be sent.
enum End {
    /// The conversation is over.
    Over(Error),
    /// The server will not serve us.
    Unavailable(Stage, Reply<'static>),
    /// We do not use the server.
    Unsuitable(Unsuitable),
}

impl Outbox {
    pub(crate) fn new(peer: Arc<Peer>, began: Instant) -> Self {
        Self {
            relay: peer.to_string().into(),
            peer,
            circumstances: Circumstances::default(),
            open: VecDeque::new(),
            reports: VecDeque::new(),
            end: None,
            tls: None,
            handover: Handover::Relayed,
            was_ready: false,
            began: Some(began),
        }
    }

    pub(crate) fn relay(&self) -> &str {
        &self.relay
    }

    /// Whether the handshake was completed.
    pub(crate) fn was_ready(&self) -> bool {
        self.was_ready
    }

    /// What is to be remembered of the server's reply to AUTH, said at `now` since the Unix epoch.
    pub(crate) fn rejection(&self, now: Duration) -> Option<Rejection> {
        let Some(End::Unavailable(Stage::Auth, reply)) = &self.end else { return None };
        let attempt = self.peer.auth.as_ref()?;
        Rejection::of_reply(reply, &attempt.credentials, now)
    }

    /// Whether the conversation ended because something of ours could not be looked up.
    pub(crate) fn lacked_data(&self) -> bool {
        matches!(
            self.end,
            Some(End::Over(Error::LocalData(_)) | End::Unsuitable(Unsuitable::LocalData))
        )
    }

    /// Whether no message is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether nothing more can be sent.
    pub(crate) fn is_closed(&self) -> bool {
        self.end.is_some()
    }

    /// Why nothing more can be sent, in words.
    pub(crate) fn why_closed(&self) -> Option<String> {
        let peer = &*self.peer;
        self.end.as_ref().map(|end| match end {
            End::Over(error) => Failed { peer, error }.to_string(),
            End::Unavailable(stage, reply) => Said { peer, reply, stage: *stage }.to_string(),
            End::Unsuitable(reason) => Unused { peer, reason }.to_string(),
        })
    }

    /// The oldest report that nobody has taken.
    pub(crate) fn pop_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    /// Takes up a message, or reports it if nothing more can be sent.
    pub(crate) fn take(&mut self, message: Message, channel: &mut Channel, now: Instant) {
        // The first message of a conversation pays for the connection.
        let connecting = now.since(self.began.take().unwrap_or(now));
        let mut ledger = Ledger::new(message.envelope.clone(), self.circumstances);
        ledger.set_relay(self.relay.clone());
        self.open.push_back(OpenMessage::new(message, ledger, connecting, now));
        if self.is_closed() {
            self.report(now);
        } else {
            self.begin(channel, now);
        }
    }

    /// Whether the last message has recipients that are in no transaction yet.
    pub(crate) fn has_more(&self) -> bool {
        self.open.back().is_some_and(OpenMessage::has_more)
    }

    /// Begins the next transaction of the last message.
    pub(crate) fn begin(&mut self, channel: &mut Channel, now: Instant) {
        let Some(message) = self.open.back_mut() else { return };
        if let Err(misuse) = message.begin(channel, now) {
            tracing::error!(%misuse, "message cannot be sent");
            message.abandon(&Error::NoMore, &self.peer);
            self.report(now);
        }
    }

    /// The content of a transaction. None if it cannot be read.
    pub(crate) fn feed(&mut self, id: TransactionId) -> Option<&mut Feed> {
        self.message(id)?.feed(id)
    }

    /// The message that a transaction belongs to.
    fn message(&mut self, id: TransactionId) -> Option<&mut OpenMessage> {
        self.open.iter_mut().find(|message| message.has(id))
    }

    /// Gives a transaction content that was read.
    pub(crate) fn give(
        &mut self,
        id: TransactionId,
        read: io::Result<()>,
        channel: &mut Channel,
        now: Instant,
    ) {
        let read = read.inspect_err(|error| tracing::warn!(%error, "content cannot be read"));
        let Some(feed) = self.feed(id).filter(|_| read.is_ok()) else {
            return channel.content_failed(now);
        };
        if let Feed::Edited(edited) = feed {
            let client = channel.client_mut();
            if let Some(refusal) = edited.refusal() {
                return client.content_refused(refusal, now);
            }
            client.content_converted();
        }
        let is_taken = if let Feed::Whole(surveyed) = feed {
            channel.handle_surveyed(surveyed, now)
        } else {
            false
        };
        if !is_taken {
            let taken = channel.handle_content(feed.chunk(), now);
            feed.consume(taken);
            if !feed.is_ended() {
                return;
            }
            // Small content ends here, in the flight that it began.
            channel.content_end(now);
        }
        if let Some(message) = self.message(id) {
            message.let_go(id);
        }
    }

    /// Hears of something that happened.
    pub(crate) fn hear(&mut self, event: &Event<'_>, now: Instant) {
        let id = match event {
            Event::Recipient { transaction, .. }
            | Event::Message { transaction, .. }
            | Event::Delivery { transaction, .. }
            | Event::Refused { transaction, .. }
            | Event::Lost { transaction, .. }
            | Event::End { transaction } => *transaction,
            Event::Unavailable { stage, reply } => {
                self.end = Some(End::Unavailable(*stage, reply.clone().into_owned()));
                return self.report(now);
            }
            Event::Unsuitable(reason) => {
                self.end = Some(End::Unsuitable((*reason).clone()));
                return self.report(now);
            }
            Event::Tls(info) => {
                self.tls = Some((*info).clone());
                // RFC 3207, 4.2: what EHLO said in plaintext does not count.
                self.handover = Handover::Relayed;
                return;
            }
            Event::Extensions(extensions) => {
                let answers = extensions.offers(Keyword::Dsn);
                self.handover = if answers { Handover::Answerable } else { Handover::Relayed };
                return;
            }
            Event::Ready => {
                self.was_ready = true;
                return;
            }
            Event::Greeting { .. } | Event::Authenticated | Event::Closed => return,
        };
        if let Some(message) = self.open.iter_mut().find(|message| message.has(id)) {
            message.handle_event(id, event, &self.peer);
        }
        if matches!(event, Event::End { .. }) {
            self.report(now);
        }
    }

    /// Sends nothing more, and reports what is under way.
    pub(crate) fn close(&mut self, error: Error, now: Instant) {
        self.end.get_or_insert(End::Over(error));
        self.report(now);
    }

    /// Reports what is settled, in order; all of it, when nothing more can be sent.
    fn report(&mut self, now: Instant) {
        while let Some(first) = self.open.front_mut() {
            match &self.end {
                _ if first.is_over() => {}
                Some(end) => end.tell(first, &self.peer),
                None => break,
            }
            let settled = self.open.pop_front().expect("there is a first: seen above");
            let (tls, handover) = (self.tls.clone(), self.handover);
            self.reports.push_back(settled.close(tls, handover, &self.peer, now));
        }
    }
}

impl End {
    /// Settles a message that came too late, or did not come to its end.
    fn tell(&self, message: &mut OpenMessage, peer: &Peer) {
        match self {
            Self::Over(error) => message.abandon(error, peer),
            Self::Unavailable(stage, reply) => {
                let (stage, reply) = (*stage, reply.clone());
                message.handle_unusable(&Event::Unavailable { stage, reply }, peer);
            }
            Self::Unsuitable(reason) => message.handle_unusable(&Event::Unsuitable(reason), peer),
        }
    }
}
