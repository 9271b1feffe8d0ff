//! The application of a dialogue: it holds the messages, gives them to the conversation, and
//! keeps their ledgers.

use std::sync::Arc;
use std::time::Duration;

use envoi_delivery::Ledger;
use envoi_proto::{
    Channel, Client, Doubt, Envelope, Error, Event, Filtered, Instant, Progress, Step,
    TransactionId,
};

use super::message::Message;
use super::{Dialogue, Pace};

/// A conversation and the messages that go through it.
pub(super) struct Application<'a> {
    dialogue: &'a Dialogue,
    pace: Pace,
    channel: Channel,
    now: Instant,
    parcels: Vec<Parcel<'a>>,
    /// How many of them were given to the conversation.
    given: usize,
    /// Those of them whose MAIL will be written.
    begun: Vec<usize>,
    /// What the client wrote, and in how many pieces.
    written: (Vec<u8>, usize),
    /// Whether the handshake was completed.
    was_ready: bool,
    /// How the conversation ended, if it has.
    end: Option<Option<Error>>,
    /// Whether nothing is left to do.
    is_over: bool,
}

/// A message on its way.
struct Parcel<'a> {
    message: &'a Message,
    envelope: Arc<Envelope>,
    ledger: Ledger,
    id: Option<TransactionId>,
    /// Bytes of its content that were given.
    given: usize,
}

/// What the client wants next.
enum Next {
    Again,
    Wait,
}

impl<'a> Application<'a> {
    pub(super) fn new(dialogue: &'a Dialogue, pace: Pace, now: Instant) -> Self {
        let setup = &dialogue.setup;
        let client = Client::new(Arc::new(setup.config()), setup.peer.clone(), now);
        let parcel = |message: &'a Message| {
            let envelope = Arc::new(message.envelope(&setup.config, now));
            let mut ledger = Ledger::new(envelope.clone(), setup.circumstances);
            ledger.set_relay(setup.peer.to_string().into());
            Parcel { message, envelope, ledger, id: None, given: 0 }
        };
        let mut channel = Channel::new(client);
        // A filter that changes nothing changes nothing.
        if setup.reply_filter.is_some() || pace == Pace::ByteByByte {
            channel.filter_replies();
        }
        Self {
            dialogue,
            pace,
            channel,
            now,
            parcels: dialogue.messages.iter().map(parcel).collect(),
            given: 0,
            begun: Vec::new(),
            written: (Vec::new(), 0),
            was_ready: false,
            end: None,
            is_over: false,
        }
    }

    /// Goes on until the server has to say something, writing so many bytes at most.
    pub(super) fn run(&mut self, mut allowance: usize) {
        allowance = allowance.saturating_sub(self.written.0.len());
        while !self.is_over {
            match self.next(&mut allowance) {
                Next::Again => {}
                Next::Wait => return,
            }
        }
    }

    fn next(&mut self, allowance: &mut usize) -> Next {
        // The last word of TLS is written at once or not at all.
        let is_leaving = self.channel.client().is_closed();
        let pace = if is_leaving { usize::MAX } else { self.pace.write() };
        let (content, out) = match self.channel.step(self.now) {
            Ok(Step::Event(event)) => {
                self.was_ready |= matches!(event, Event::Ready);
                let peer = &self.dialogue.setup.peer;
                note(&event, &mut self.parcels, self.given, peer);
                return Next::Again;
            }
            Ok(Step::Envelope) => {
                self.answer_envelope();
                return Next::Again;
            }
            Ok(Step::Filter { line }) => {
                let filter = &self.dialogue.setup.reply_filter;
                let filtered = filter.as_ref().map_or(Filtered::Unchanged, |f| f.look_up(line));
                self.channel.handle_filtered(filtered, self.now);
                return Next::Again;
            }
            Ok(Step::Exchange { out, content, .. }) => {
                let n = out.len().min(*allowance).min(pace);
                (content, out[..n].to_vec())
            }
            Ok(Step::Closed) => {
                self.is_over = true;
                self.end.get_or_insert(None);
                return Next::Again;
            }
            // What TLS has to say of it follows.
            Err(error) => {
                self.end = Some(Some(error));
                return Next::Again;
            }
        };
        self.exchange(content, &out, allowance)
    }

    /// Gives content if that is possible, and writes if it is not.
    fn exchange(
        &mut self,
        content: Option<TransactionId>,
        out: &[u8],
        allowance: &mut usize,
    ) -> Next {
        if content.is_some_and(|id| self.give(id)) {
            return Next::Again;
        }
        if out.is_empty() {
            return Next::Wait;
        }
        *allowance -= out.len();
        self.written.0.extend(out);
        self.written.1 += usize::from(!self.channel.client().is_closed());
        let progress = Progress { written: out.len(), ..Progress::default() };
        self.channel.handle_progress(progress, self.now);
        Next::Again
    }

    /// Gives content to a transaction; says whether anything came of it.
    fn give(&mut self, id: TransactionId) -> bool {
        let Some(parcel) = self.parcels.iter_mut().find(|parcel| parcel.id == Some(id)) else {
            return false;
        };
        let content = parcel.message.content();
        let end = parcel.message.breaks_after.unwrap_or(content.len()).min(content.len());
        if parcel.given < end {
            let piece = (end - parcel.given).min(self.pace.give());
            let piece = &content[parcel.given..parcel.given + piece];
            let taken = self.channel.handle_content(piece, self.now);
            parcel.given += taken;
            return taken > 0;
        }
        if parcel.message.breaks_after.is_some() {
            self.channel.content_failed(self.now);
        } else {
            self.channel.content_end(self.now);
        }
        true
    }

    /// Gives the next message, or quits, if the dialogue leaves that to the application.
    fn answer_envelope(&mut self) {
        if self.dialogue.is_led() {
            return;
        }
        if self.given < self.parcels.len() {
            self.send().expect("a message was wanted");
        } else {
            self.channel.quit(self.now);
        }
    }

    pub(super) fn send(&mut self) -> Result<(), String> {
        let place = self.given;
        let parcel = self.parcels.get_mut(place).ok_or("there is no message left")?;
        let sent = self.channel.send(parcel.envelope.clone(), self.now);
        parcel.id = Some(sent.map_err(|misuse| misuse.to_string())?);
        self.given += 1;
        // A message that will not be sent is refused at once.
        if !self.channel.client().has_event() {
            self.begun.push(place);
        }
        Ok(())
    }

    pub(super) fn quit(&mut self) -> Result<(), String> {
        self.channel.quit(self.now);
        Ok(())
    }

    pub(super) fn probe(&mut self) -> Result<(), String> {
        self.channel.client_mut().probe(self.now).map_err(|misuse| misuse.to_string())
    }

    pub(super) fn park(&mut self) -> Result<(), String> {
        if !self.channel.client().is_reusable() {
            return Err("not fit to be used again".into());
        }
        self.channel.park();
        Ok(())
    }

    pub(super) fn discard(&mut self) -> Result<(), String> {
        if self.channel.client().is_reusable() {
            return Err("fit to be used again".into());
        }
        self.channel.quit(self.now);
        Ok(())
    }

    pub(super) fn abort(&mut self) -> Result<(), String> {
        self.channel.abort();
        Ok(())
    }

    /// Reads what the server sent; says how much of it.
    pub(super) fn read(&mut self, bytes: &[u8]) -> usize {
        let read = match self.channel.step(self.now) {
            Ok(Step::Exchange { space, .. }) => {
                let n = bytes.len().min(space.len());
                space[..n].copy_from_slice(&bytes[..n]);
                n
            }
            Ok(Step::Event(_) | Step::Envelope | Step::Filter { .. } | Step::Closed) | Err(_) => 0,
        };
        self.progress(Progress { read, ..Progress::default() });
        read
    }

    pub(super) fn progress(&mut self, progress: Progress) {
        self.channel.handle_progress(progress, self.now);
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// Whether the handshake was completed.
    pub(super) fn was_ready(&self) -> bool {
        self.was_ready
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// What was written since this was asked last, and in how many pieces.
    pub(super) fn take_written(&mut self) -> (Vec<u8>, usize) {
        std::mem::take(&mut self.written)
    }

    /// Messages that were begun since this was asked last.
    pub(super) fn take_begun(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.begun)
    }

    /// How the conversation ended, if it has.
    pub(super) fn end(&self) -> Option<Option<Error>> {
        self.end
    }

    /// The ledgers, when all is said.
    pub(super) fn close(&mut self) -> Vec<Ledger> {
        let peer = &self.dialogue.setup.peer;
        if let Some(end) = self.end {
            let error = end.unwrap_or(Error::NoMore);
            for parcel in &mut self.parcels[self.given..] {
                let places = 0..parcel.envelope.recipients.len();
                parcel.ledger.failed(places, &error, Doubt::None, peer);
            }
        }
        std::mem::take(&mut self.parcels).into_iter().map(|parcel| parcel.ledger).collect()
    }
}

/// Enters an event in the ledgers that it concerns: of a server that will not serve us, in those
/// of the messages that wait.
fn note(event: &Event<'_>, parcels: &mut [Parcel<'_>], given: usize, peer: &envoi_proto::Peer) {
    let id = match event {
        Event::Recipient { transaction, .. }
        | Event::Message { transaction, .. }
        | Event::Delivery { transaction, .. }
        | Event::Refused { transaction, .. }
        | Event::Lost { transaction, .. }
        | Event::End { transaction } => Some(*transaction),
        Event::Unavailable { .. } | Event::Unsuitable(_) => None,
        Event::Greeting { .. }
        | Event::Extensions(_)
        | Event::Tls(_)
        | Event::Authenticated
        | Event::Ready
        | Event::Closed => return,
    };
    let concerned = parcels.iter_mut().enumerate().filter(|(place, parcel)| match id {
        Some(id) => parcel.id == Some(id),
        None => *place >= given,
    });
    for (_, parcel) in concerned {
        let places = 0..parcel.envelope.recipients.len();
        parcel.ledger.handle_event(event, places, peer);
    }
}
