//! An application that is slow, hasty or careless, with the conversation that it holds.

use std::sync::Arc;

use envoi_delivery::{Delays, Ledger, Report};
use envoi_proto::tls::Level;
use envoi_proto::{
    Channel, Circumstances, Client, Error, Event, Filtered, Instant, Line, Peer, Progress, Step,
    Surveyed, TransactionId,
};

use super::message::Message;
use super::network::Network;
use super::scenario::{Habits, Scenario};
use crate::seeded::{Random, Trace};
use crate::witness::{Violation, Witness, ensure};

/// A conversation, the messages that go through it, and what is known of them.
pub(super) struct Application {
    witness: Witness,
    random: Random,
    habits: Habits,
    /// Whether bytes are those of TLS.
    is_secured: bool,
    channel: Channel,
    peer: Peer,
    parcels: Vec<Parcel>,
    /// How many of them were given to the conversation.
    begun: usize,
    transcript: Vec<Line>,
    /// Until when it lets the client wait.
    busy_until: Instant,
    /// The latest deadline that the client named.
    deadline: Option<Instant>,
    /// Events since bytes moved last.
    events: usize,
    /// Most lines that can have been read then.
    lines: usize,
    /// Whether the client has taken all that was read.
    is_quiet: bool,
    /// Whether it wants nothing more and leaves the conversation open.
    pub(super) is_lingering: bool,
    pub(super) is_over: bool,
}

/// A message and its ledger.
struct Parcel {
    message: Message,
    ledger: Ledger,
    id: Option<TransactionId>,
    given: usize,
}

/// How a turn went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// Something moved.
    Moved,
    /// Nothing moves before this time.
    Waits(Option<Instant>),
}

/// What an exchange can bring.
struct Exchange {
    progress: Progress,
    written: Vec<u8>,
    read: Vec<u8>,
    content: Option<TransactionId>,
    envelope: bool,
    deadline: Option<Instant>,
}

impl Application {
    pub(super) fn new(scenario: Scenario, random: &mut Random) -> Self {
        let Scenario { config, peer, messages, habits, .. } = scenario;
        let is_secured = peer.level() != Level::None;
        let witness =
            if is_secured { Witness::blind(&config, &peer) } else { Witness::new(&config, &peer) };
        let mut client = Client::new(Arc::new(config), peer.clone(), Instant::ORIGIN);
        client.record();
        let parcel = |message: Message| {
            let ledger = Ledger::new(message.envelope.clone(), Circumstances::default());
            Parcel { message, ledger, id: None, given: 0 }
        };
        let mut random = random.fork();
        let mut channel = Channel::new(client);
        if random.chance(FILTERED) {
            channel.filter_replies();
        }
        Self {
            witness,
            random,
            habits,
            is_secured,
            channel,
            peer,
            parcels: messages.into_iter().map(parcel).collect(),
            begun: 0,
            transcript: Vec::new(),
            busy_until: Instant::ORIGIN,
            deadline: None,
            events: 0,
            lines: 0,
            is_quiet: true,
            is_lingering: false,
            is_over: false,
        }
    }

    /// Takes one step.
    pub(super) fn turn(
        &mut self,
        network: &mut Network,
        now: Instant,
        trace: &mut Trace,
    ) -> Result<Turn, Violation> {
        self.wander(now, trace);
        let is_busy = now < self.busy_until;
        let exchange = match self.channel.step(now) {
            Ok(Step::Event(event)) => {
                trace.note(now, || format!("   {event:?}"));
                self.witness.told(&event)?;
                enter(&event, &mut self.parcels, &self.peer);
                self.events += 1;
                let events = self.events;
                let max = EVENTS_MAX + self.lines;
                ensure(events <= max, || format!("{events} events of {} lines", self.lines))?;
                return Ok(Turn::Moved);
            }
            Ok(Step::Envelope) => return self.answer_envelope(is_busy, now, trace),
            Ok(Step::Filter { .. }) => {
                self.channel.handle_filtered(Filtered::Unchanged, now);
                return Ok(Turn::Moved);
            }
            Ok(Step::Closed) => return self.stop(None, now, trace),
            Err(error) => return self.stop(Some(error), now, trace),
            Ok(Step::Exchange { out, space, content, envelope, deadline }) => {
                let gives_first = content.is_some() && !is_busy && self.random.chance(700);
                let out = if gives_first { &[] } else { out };
                let progress = network.exchange(out, space, now, trace);
                let written = out[..progress.written].to_vec();
                let read = space[..progress.read].to_vec();
                Exchange { progress, written, read, content, envelope, deadline }
            }
        };
        self.exchanged(exchange, is_busy, now, trace)
    }

    fn exchanged(
        &mut self,
        exchange: Exchange,
        is_busy: bool,
        now: Instant,
        trace: &mut Trace,
    ) -> Result<Turn, Violation> {
        let Exchange { progress, written, read, content, envelope, deadline } = exchange;
        self.collect();
        self.lines = if self.is_secured {
            // A record is read with the last of its pieces, all its lines at once.
            (self.lines.saturating_sub(self.events) + read.len()).min(RECORD_MAX)
        } else {
            read.iter().filter(|byte| **byte == b'\n').count()
        };
        self.events = 0;
        self.is_quiet = read.is_empty();
        self.deadline = deadline;
        self.witness.wrote(&written)?;
        self.witness.heard(&read)?;
        self.witness.look(self.channel.client())?;
        let has_moved = progress != Progress::default();
        self.channel.handle_progress(progress, now);
        if has_moved {
            return Ok(Turn::Moved);
        }
        if !is_busy {
            if let Some(id) = content {
                return self.give(id, now, trace);
            }
            if envelope {
                return self.answer_envelope(false, now, trace);
            }
        }
        if deadline.is_some_and(|deadline| deadline <= now) {
            return Ok(Turn::Moved);
        }
        let busy = is_busy.then_some(self.busy_until);
        Ok(Turn::Waits(busy.into_iter().chain(deadline).min()))
    }

    /// Does what nobody expects.
    fn wander(&mut self, now: Instant, trace: &mut Trace) {
        let Habits { quits, aborts, dawdles, pause, .. } = self.habits;
        let is_idle = self.busy_until <= now;
        if self.random.chance(quits) {
            trace.note(now, || "A: quit".into());
            self.channel.quit(now);
        }
        // What was read and not taken is forgotten: the witness would know more.
        if self.random.chance(aborts) && self.is_quiet {
            trace.note(now, || "A: abort".into());
            self.channel.abort();
        }
        if is_idle && self.random.chance(dawdles) {
            self.busy_until = now + pause.mul_f64(self.random.below(1000) as f64 / 1000.0);
        }
    }

    fn answer_envelope(&mut self, is_busy: bool, now: Instant, trace: &mut Trace) -> Answered {
        if is_busy {
            return Ok(Turn::Moved);
        }
        let Some(parcel) = self.parcels.get_mut(self.begun) else {
            return self.idle(now, trace);
        };
        self.begun += 1;
        let envelope = parcel.message.envelope.clone();
        match self.channel.send(envelope.clone(), now) {
            Ok(id) => {
                trace.note(now, || format!("A: message {} as {id}", self.begun - 1));
                parcel.id = Some(id);
                self.witness.sent(id, envelope);
            }
            Err(misuse) => {
                let max = self.channel.client().recipients_max();
                let is_large = max.is_some_and(|max| envelope.recipients.len() > max);
                ensure(is_large, || format!("a message was wanted, and is not: {misuse}"))?;
            }
        }
        Ok(Turn::Moved)
    }

    /// There are no more messages.
    fn idle(&mut self, now: Instant, trace: &mut Trace) -> Answered {
        let is_reusable = self.channel.client().is_reusable();
        if is_reusable && self.habits.probes > 0 {
            self.habits.probes -= 1;
            trace.note(now, || "A: park, probe".into());
            self.channel.park();
            let probed = self.channel.client_mut().probe(now);
            ensure(probed.is_ok(), || "an idle conversation cannot be probed".into())?;
            return Ok(Turn::Moved);
        }
        if is_reusable && self.habits.lingers {
            self.is_lingering = true;
            return Ok(Turn::Waits(self.deadline));
        }
        trace.note(now, || "A: quit".into());
        self.channel.quit(now);
        Ok(Turn::Moved)
    }

    fn give(&mut self, id: TransactionId, now: Instant, trace: &mut Trace) -> Answered {
        let place = self.parcels.iter().position(|parcel| parcel.id == Some(id));
        let place = place.ok_or_else(|| Violation(format!("content is wanted of {id}")))?;
        let parcel = &mut self.parcels[place];
        let Message { content, breaks_after, .. } = &parcel.message;
        let end = breaks_after.unwrap_or(content.len());
        // Every other message is there as a whole.
        let is_whole = parcel.given == 0 && breaks_after.is_none() && place % 2 == 0;
        let whole = is_whole.then(|| Surveyed::new(content.clone().into()));
        if whole.is_some_and(|whole| self.channel.handle_surveyed(&whole, now)) {
            trace.note(now, || format!("A: all {end} bytes of {id}"));
            parcel.given = end;
            self.witness.given(id, content)?;
            let promised = parcel.message.envelope.length;
            if promised.is_none_or(|promised| promised == end as u64) {
                self.witness.content_ended(id)?;
            }
        } else if parcel.given < end {
            let piece = self.random.between(1, self.habits.piece);
            let piece = &content[parcel.given..end.min(parcel.given + piece)];
            let waiting = self.channel.client().poll_transmit().len();
            let taken = self.channel.handle_content(piece, now);
            trace.note(now, || format!("A: {taken} of {} bytes of {id}", piece.len()));
            let client = self.channel.client();
            let has_moved = taken > 0 || client.poll_transmit().len() > waiting;
            ensure(has_moved || client.wants_content().is_none(), || {
                format!("{id} wants content, and takes none")
            })?;
            parcel.given += taken;
            self.witness.given(id, &piece[..taken])?;
        } else if breaks_after.is_some() {
            trace.note(now, || format!("A: the content of {id} breaks off"));
            self.channel.content_failed(now);
        } else {
            trace.note(now, || format!("A: the content of {id} ends"));
            let promised = parcel.message.envelope.length;
            if promised.is_none_or(|promised| promised == content.len() as u64) {
                self.witness.content_ended(id)?;
            }
            self.channel.content_end(now);
        }
        Ok(Turn::Moved)
    }

    fn stop(&mut self, error: Option<Error>, now: Instant, trace: &mut Trace) -> Answered {
        trace.note(now, || format!("   it is over: {error:?}"));
        self.is_over = true;
        self.witness.ended();
        let is_late = self.deadline.is_some_and(|deadline| deadline <= now);
        let is_timeout = matches!(error, Some(Error::TimedOut(_)));
        ensure(!is_timeout || is_late, || "timed out before the deadline".into())?;
        Ok(Turn::Moved)
    }

    /// Looks at the conversation as it is left, and closes the ledgers.
    pub(super) fn finish(mut self) -> Result<Vec<(Message, Report)>, Violation> {
        self.collect();
        self.witness.compare(&self.transcript)?;
        self.witness.finish()?;
        let close = |parcel: Parcel| (parcel.message, parcel.ledger.close(Delays::default()));
        Ok(self.parcels.into_iter().map(close).collect())
    }

    /// Collects the transcript so far.
    fn collect(&mut self) {
        while let Some(line) = self.channel.client_mut().poll_transcript() {
            self.transcript.push(line);
        }
    }
}

type Answered = Result<Turn, Violation>;

/// Enters an event in the ledger that it concerns.
fn enter(event: &Event<'_>, parcels: &mut [Parcel], peer: &Peer) {
    let id = match event {
        Event::Recipient { transaction, .. }
        | Event::Message { transaction, .. }
        | Event::Delivery { transaction, .. }
        | Event::Refused { transaction, .. }
        | Event::Lost { transaction, .. }
        | Event::End { transaction } => *transaction,
        Event::Unavailable { .. }
        | Event::Unsuitable(_)
        | Event::Tls(_)
        | Event::Authenticated
        | Event::Greeting { .. }
        | Event::Extensions(_)
        | Event::Ready
        | Event::Closed => return,
    };
    if let Some(parcel) = parcels.iter_mut().find(|parcel| parcel.id == Some(id)) {
        let places = 0..parcel.message.envelope.recipients.len();
        parcel.ledger.handle_event(event, places, peer);
    }
}

/// Most events that follow one another without a byte in between.
const EVENTS_MAX: usize = 32;

/// Most bytes of a record of TLS (RFC 8446, 5.1), each of which may end a line.
const RECORD_MAX: usize = 1 << 14;

/// How many conversations in a thousand have a filter that changes nothing.
const FILTERED: u32 = 100;
