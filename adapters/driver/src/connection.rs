//! The one loop.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use envoi_delivery::{Delays, Report};
use envoi_proto::{
    Channel, Client, Config, Error, Event, Instant, Line, Peer, Progress, Reply, Stage, Step,
    TransactionId,
};

use crate::io::Io;
use crate::message::Message;
use crate::open::OpenMessage;
use crate::reports::Reports;

/// A conversation and the connection that carries it.
pub struct Connection<I> {
    io: I,
    channel: Channel,
    peer: Peer,
    relay: Arc<str>,
    /// Messages under way, oldest first.
    open: VecDeque<OpenMessage>,
    /// Reports that nobody has taken yet.
    reports: VecDeque<Report>,
    /// Reports of messages whose sending was dropped.
    abandoned: Vec<Report>,
    /// Why nothing more can be sent, once that is so.
    end: Option<End>,
    /// When the connection was begun, until the first message is charged with it.
    began: Option<Instant>,
    /// When the clock was last asked.
    now: Instant,
    listener: Option<Listener>,
}

type Listener = Box<dyn FnMut(Line) + Send>;

/// Why nothing more can be sent.
enum End {
    /// The conversation is over.
    Over(Error),
    /// The server will not serve us.
    Unavailable(Stage, Reply<'static>),
}

/// Where messages come from.
pub(crate) trait Queue {
    /// The next message; none if there will be no more.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>>;
}

/// What ended a wait.
enum Woken {
    /// There is content, or there will be no more.
    Content(TransactionId, std::io::Result<()>),
    Message(Option<Message>),
    Moved(Progress),
}

impl<I: Io> Connection<I> {
    /// A conversation over a connection that the caller has made, and began to make at `began`.
    pub fn over(io: I, peer: Peer, config: Arc<Config>, began: Instant) -> Self {
        let now = io.now();
        let client = Client::new(config, peer.clone(), now);
        Self {
            channel: Channel::new(client),
            io,
            relay: peer.to_string().into(),
            peer,
            open: VecDeque::new(),
            reports: VecDeque::new(),
            abandoned: Vec::new(),
            end: None,
            began: Some(began),
            now,
            listener: None,
        }
    }

    /// Calls `listener` with every line of the dialogue. Content is elided.
    pub fn listen(&mut self, listener: impl FnMut(Line) + Send + 'static) {
        self.channel.client_mut().record();
        self.listener = Some(Box::new(listener));
    }

    /// Sends one message and says what became of it. The conversation goes on.
    ///
    /// Dropping the future breaks the conversation off; [`Connection::abandoned`] tells what
    /// became of the message.
    pub async fn send(&mut self, message: Message) -> Report {
        self.break_off();
        let mut queue = One(Some(message));
        let report = self.next_report(&mut queue).await;
        report.expect("the queue does not end before its message is reported")
    }

    /// Sends messages one after another, and QUIT after the last. They are reported in order,
    /// each as soon as the server has answered for it.
    pub fn send_all<M>(self, messages: M) -> Reports<I, M::IntoIter>
    where
        M: IntoIterator<Item = Message>,
    {
        Reports::new(self, messages.into_iter())
    }

    /// Says QUIT.
    pub async fn quit(mut self) {
        while self.next_report(&mut Nothing).await.is_some() {}
        self.finish().await;
    }

    /// Breaks the conversation off and tells what became of the messages under way, and of those
    /// whose sending was dropped before.
    pub fn abandoned(&mut self) -> Vec<Report> {
        self.break_off();
        std::mem::take(&mut self.abandoned)
    }

    /// The machine inside.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Whether another message can be sent.
    pub fn is_open(&self) -> bool {
        self.end.is_none() && self.channel.client().is_open()
    }

    /// The connection, in whatever state the conversation is.
    pub fn into_io(self) -> I {
        self.io
    }

    /// Runs until a message is settled. None if there is none, and none will come.
    pub(crate) async fn next_report(&mut self, queue: &mut impl Queue) -> Option<Report> {
        self.now = self.io.now();
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Some(report);
            }
            if self.end.is_some() {
                let message = poll_fn(|cx| queue.poll_next(cx)).await?;
                self.refuse(message);
            } else {
                self.turn(queue).await;
            }
        }
    }

    /// Runs until the conversation is over, with nothing more to send.
    pub(crate) async fn finish(&mut self) {
        // A server that will not serve us hears QUIT all the same.
        while !matches!(self.end, Some(End::Over(_))) {
            self.turn(&mut Nothing).await;
        }
    }

    /// Breaks the conversation off, if messages are under way for which nobody waits.
    fn break_off(&mut self) {
        if !self.open.is_empty() {
            self.now = self.io.now();
            self.channel.abort();
            self.hear_out();
        }
        self.abandoned.extend(self.reports.drain(..));
    }

    /// Takes one step, and waits if that is the step. Nothing is lost if it is dropped.
    async fn turn(&mut self, queue: &mut impl Queue) {
        let now = self.now;
        let Self { io, channel, open, listener, .. } = self;
        let step = channel.step(now);
        let step = match listener {
            // Whoever listens hears what leads up to an exchange before it begins.
            Some(listener) if matches!(step, Ok(Step::Exchange { .. })) => {
                drop(step);
                tell(channel, listener);
                channel.step(now)
            }
            Some(_) | None => step,
        };
        let exchange = match step {
            Ok(Step::Exchange { out, space, content, envelope, deadline }) => {
                (out, space, content, envelope, deadline)
            }
            Ok(Step::Envelope) => return,
            Ok(Step::Closed) => return self.stop(End::Over(Error::NoMore)),
            Err(error) => return self.stop(End::Over(error)),
            Ok(Step::Event(event)) => {
                let heard = hear(&event, open, &self.peer);
                return self.note(heard);
            }
        };
        let (out, space, content, envelope, deadline) = exchange;
        if envelope && open.back().is_some_and(OpenMessage::has_more) {
            return self.begin();
        }
        let mut feed = None;
        if let Some(id) = content {
            let message = open.iter_mut().find(|message| message.has(id));
            let Some(opened) = message.and_then(|message| message.feed(id)) else {
                return channel.content_failed(now);
            };
            feed = Some((id, opened));
        }
        // A runtime that blocks would not notice the application, so it waits for one at a time.
        let is_applications_turn = content.is_some() || (envelope && deadline.is_none());
        let is_deaf = I::BLOCKS && out.is_empty() && is_applications_turn;
        let mut has_waited = false;
        let woken = {
            let mut exchange = pin!(io.exchange(out, space, deadline));
            poll_fn(|cx| {
                if let Some((id, feed)) = &mut feed
                    && let Poll::Ready(outcome) = feed.poll_fill::<I>(cx)
                {
                    return Poll::Ready(Woken::Content(*id, outcome));
                }
                if envelope && let Poll::Ready(message) = queue.poll_next(cx) {
                    return Poll::Ready(Woken::Message(message));
                }
                if is_deaf {
                    return Poll::Pending;
                }
                let progress = exchange.as_mut().poll(cx);
                has_waited |= progress.is_pending() || I::BLOCKS;
                progress.map(|progress| {
                    // What the runtime cannot explain is the end of the connection.
                    let lost = Progress { eof: true, broken: true, ..Progress::default() };
                    Woken::Moved(progress.unwrap_or(lost))
                })
            })
            .await
        };
        // Time passes where there is waiting, or much to be copied.
        if has_waited || is_deaf || content.is_some() {
            self.now = self.io.now();
        }
        match woken {
            Woken::Content(id, outcome) => self.give(id, outcome),
            Woken::Message(Some(message)) => self.take(message),
            Woken::Message(None) => self.channel.quit(self.now),
            Woken::Moved(progress) => self.channel.handle_progress(progress, self.now),
        }
    }

    /// Hears what the machine has to tell after the conversation was broken off.
    fn hear_out(&mut self) {
        while self.end.is_none() {
            match self.channel.step(self.now) {
                Ok(Step::Event(event)) => {
                    let heard = hear(&event, &mut self.open, &self.peer);
                    self.note(heard);
                }
                Ok(Step::Closed | Step::Envelope | Step::Exchange { .. }) => {
                    self.stop(End::Over(Error::NoMore));
                }
                Err(error) => self.stop(End::Over(error)),
            }
        }
    }

    /// Acts on what was heard.
    fn note(&mut self, heard: Heard) {
        if let Some(listener) = &mut self.listener {
            tell(&mut self.channel, listener);
        }
        match heard {
            Heard::Nothing => {}
            Heard::End => self.report(),
            Heard::Unavailable(stage, reply) => self.stop(End::Unavailable(stage, reply)),
        }
    }

    /// Sends nothing more, and reports what is open.
    fn stop(&mut self, end: End) {
        self.note(Heard::Nothing);
        self.end = Some(end);
        self.report();
    }

    /// Reports what is settled, in order; all of it, when nothing more can be sent.
    fn report(&mut self) {
        while let Some(first) = self.open.front_mut() {
            match &self.end {
                _ if first.is_over() => {}
                Some(end) => end.tell(first, &self.peer),
                None => break,
            }
            let settled = self.open.pop_front().expect("there is a first: seen above");
            self.reports.push_back(settled.close(self.now));
        }
    }

    /// Takes up a message.
    fn take(&mut self, message: Message) {
        let now = self.now;
        // The first message of a conversation pays for the connection.
        let began = self.began.take().unwrap_or(now);
        let before = Delays { connecting: now.since(began), ..Delays::default() };
        self.open.push_back(OpenMessage::new(message, self.relay.clone(), before, now));
        self.begin();
    }

    /// Begins the next transaction of the last message.
    fn begin(&mut self) {
        let now = self.now;
        let Some(message) = self.open.back_mut() else {
            return;
        };
        if let Err(misuse) = message.begin(&mut self.channel, now) {
            tracing::error!(%misuse, "message cannot be sent");
            let mut message = self.open.pop_back().expect("there is a last: seen above");
            message.fail(&Error::NoMore, &self.peer);
            self.reports.push_back(message.close(now));
        }
    }

    /// Reports a message that comes too late.
    fn refuse(&mut self, message: Message) {
        let now = self.now;
        let before = Delays::default();
        self.open.push_back(OpenMessage::new(message, self.relay.clone(), before, now));
        self.report();
    }

    /// Gives content that was read.
    fn give(&mut self, id: TransactionId, outcome: std::io::Result<()>) {
        let now = self.now;
        let Self { channel, open, .. } = self;
        let feed = open.iter_mut().find(|message| message.has(id)).and_then(|m| m.feed(id));
        match (feed, outcome) {
            (Some(feed), Ok(())) if !feed.chunk().is_empty() => {
                let taken = channel.handle_content(feed.chunk(), now);
                feed.consume(taken);
                // Small content ends here, in the flight that it began.
                if feed.is_ended() {
                    channel.content_end(now);
                }
            }
            (Some(_), Ok(())) => channel.content_end(now),
            (_, Err(error)) => {
                tracing::warn!(%error, "content cannot be read");
                channel.content_failed(now);
            }
            (None, Ok(())) => channel.content_failed(now),
        }
    }
}

/// What an event means to the loop.
enum Heard {
    Nothing,
    /// A transaction has ended.
    End,
    /// The server will not serve us.
    Unavailable(Stage, Reply<'static>),
}

/// Tells an event to the message that it is about.
fn hear(event: &Event<'_>, open: &mut VecDeque<OpenMessage>, peer: &Peer) -> Heard {
    let id = match event {
        Event::Recipient { transaction, .. }
        | Event::Message { transaction, .. }
        | Event::Delivery { transaction, .. }
        | Event::Refused { transaction, .. }
        | Event::Lost { transaction, .. }
        | Event::End { transaction } => *transaction,
        Event::Unavailable { stage, reply } => {
            return Heard::Unavailable(*stage, reply.clone().into_owned());
        }
        Event::Greeting { .. } | Event::Extensions(_) | Event::Ready | Event::Closed => {
            return Heard::Nothing;
        }
    };
    if let Some(message) = open.iter_mut().find(|message| message.has(id)) {
        message.handle_event(id, event, peer);
    }
    if matches!(event, Event::End { .. }) { Heard::End } else { Heard::Nothing }
}

/// Tells a listener what was said since it was told last.
fn tell(channel: &mut Channel, listener: &mut Listener) {
    while let Some(line) = channel.client_mut().poll_transcript() {
        listener(line);
    }
}

impl End {
    /// Settles a message that came too late, or did not come to its end.
    fn tell(&self, message: &mut OpenMessage, peer: &Peer) {
        match self {
            Self::Over(error) => message.fail(error, peer),
            Self::Unavailable(stage, reply) => {
                let (stage, reply) = (*stage, reply.clone());
                message.handle_unavailable(&Event::Unavailable { stage, reply }, peer);
            }
        }
    }
}

/// A queue of one message, which does not end.
struct One(Option<Message>);

impl Queue for One {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Message>> {
        self.0.take().map_or(Poll::Pending, |message| Poll::Ready(Some(message)))
    }
}

/// A queue that has ended.
struct Nothing;

impl Queue for Nothing {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Message>> {
        Poll::Ready(None)
    }
}

impl<I: fmt::Debug> fmt::Debug for Connection<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("io", &self.io).field("relay", &self.relay).finish()
    }
}
