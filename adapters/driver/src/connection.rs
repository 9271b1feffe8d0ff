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
        let client = Client::new(config, peer.clone(), io.now());
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
        while self.end.is_none() {
            self.turn(&mut Nothing).await;
        }
    }

    /// Breaks the conversation off, if messages are under way for which nobody waits.
    fn break_off(&mut self) {
        if !self.open.is_empty() {
            self.channel.abort();
            let now = self.io.now();
            while self.end.is_none() && self.note(now) {}
        }
        self.abandoned.extend(self.reports.drain(..));
    }

    /// Takes one step, and waits if that is the step. Nothing is lost if it is dropped.
    async fn turn(&mut self, queue: &mut impl Queue) {
        let now = self.io.now();
        if self.note(now) {
            return;
        }
        let Self { io, channel, open, .. } = self;
        let Ok(Step::Exchange { out, space, content, envelope, deadline }) = channel.step(now)
        else {
            return;
        };
        if envelope && open.back().is_some_and(OpenMessage::has_more) {
            return self.begin(now);
        }
        let mut feed = None;
        if let Some(id) = content {
            let message = open.iter_mut().find(|message| message.has(id));
            let Some(opened) = message.and_then(|message| message.feed(id)) else {
                return channel.content_failed(now);
            };
            feed = Some((id, opened));
        }
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
                exchange.as_mut().poll(cx).map(|progress| {
                    // What the runtime cannot explain is the end of the connection.
                    let lost = Progress { eof: true, broken: true, ..Progress::default() };
                    Woken::Moved(progress.unwrap_or(lost))
                })
            })
            .await
        };
        match woken {
            Woken::Content(id, outcome) => self.give(id, outcome, now),
            Woken::Message(Some(message)) => self.take(message, now),
            Woken::Message(None) => self.channel.quit(now),
            Woken::Moved(progress) => {
                let now = self.io.now();
                self.channel.handle_progress(progress, now);
            }
        }
    }

    /// Takes what the machine has to tell, and says if there was anything.
    fn note(&mut self, now: Instant) -> bool {
        let Self { channel, open, peer, end, .. } = self;
        let mut is_settled = false;
        match channel.step(now) {
            Err(error) => *end = Some(End::Over(error)),
            Ok(Step::Closed) => *end = Some(End::Over(Error::NoMore)),
            Ok(Step::Envelope) => {}
            Ok(Step::Exchange { .. }) => return false,
            Ok(Step::Event(event)) => match &event {
                Event::Recipient { transaction, .. }
                | Event::Message { transaction, .. }
                | Event::Delivery { transaction, .. }
                | Event::Refused { transaction, .. }
                | Event::Lost { transaction, .. }
                | Event::End { transaction } => {
                    let id = *transaction;
                    if let Some(message) = open.iter_mut().find(|message| message.has(id)) {
                        message.handle_event(id, &event, peer);
                    }
                    is_settled = true;
                }
                Event::Unavailable { stage, reply } => {
                    *end = Some(End::Unavailable(*stage, reply.clone().into_owned()));
                }
                Event::Greeting { .. } | Event::Extensions(_) | Event::Ready | Event::Closed => {}
            },
        }
        if let Some(listener) = &mut self.listener {
            while let Some(line) = self.channel.client_mut().poll_transcript() {
                listener(line);
            }
        }
        if is_settled || self.end.is_some() {
            self.report(now);
        }
        true
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
            self.reports.push_back(settled.close(now));
        }
    }

    /// Takes up a message.
    fn take(&mut self, message: Message, now: Instant) {
        // The first message of a conversation pays for the connection.
        let began = self.began.take().unwrap_or(now);
        let before = Delays { connecting: now.since(began), ..Delays::default() };
        self.open.push_back(OpenMessage::new(message, self.relay.clone(), before, now));
        self.begin(now);
    }

    /// Begins the next transaction of the last message.
    fn begin(&mut self, now: Instant) {
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
        let now = self.io.now();
        let before = Delays::default();
        self.open.push_back(OpenMessage::new(message, self.relay.clone(), before, now));
        self.report(now);
    }

    /// Gives content that was read.
    fn give(&mut self, id: TransactionId, outcome: std::io::Result<()>, now: Instant) {
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
