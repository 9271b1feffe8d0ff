//! The one loop.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use envoi_delivery::Report;
use envoi_proto::auth::Rejection;
use envoi_proto::{
    Channel, Circumstances, Client, Config, Error, Filtered, Instant, Line, Peer, Progress, Step,
    TransactionId,
};
use tracing::Span;

use crate::asked::Asked;
use crate::content::Feed;
use crate::io::Io;
use crate::message::Message;
use crate::outbox::Outbox;
use crate::queue::{Nothing, One, Queue};
use crate::reports::Reports;
use crate::rooms;

/// A conversation and the connection that carries it.
pub struct Connection<I> {
    io: I,
    channel: Channel,
    outbox: Outbox,
    /// Reports of messages whose sending was dropped.
    abandoned: Vec<Report>,
    /// When the clock was last asked.
    now: Instant,
    /// When it has to be over.
    limit: Option<Instant>,
    listener: Option<Listener>,
    /// Looks up lines of replies.
    filter: Option<Filter>,
    span: Span,
}

type Listener = Box<dyn FnMut(Line) + Send>;
type Filter = Box<dyn FnMut(&str) -> Asked<Filtered> + Send>;

impl<I: Io> Connection<I> {
    /// A conversation over a connection that the caller has made, and began to make at `began`.
    pub fn over(io: I, peer: Peer, config: Arc<Config>, began: Instant) -> Self {
        let now = io.now();
        let span = tracing::debug_span!("conversation", relay = %peer);
        let peer = Arc::new(peer);
        let mut client = Client::new(config, peer.clone(), now);
        client.tell_decisions_only();
        Self {
            channel: Channel::new(client),
            io,
            outbox: Outbox::new(peer, began),
            abandoned: Vec::new(),
            now,
            limit: None,
            listener: None,
            filter: None,
            span,
        }
    }

    /// Decides by `circumstances` what the fate of a failure is.
    #[must_use]
    pub fn with_circumstances(mut self, circumstances: Circumstances) -> Self {
        self.outbox.circumstances = circumstances;
        self
    }

    /// Gives the conversation up when `limit` comes, whatever is waited for then.
    #[must_use]
    pub fn with_limit(self, limit: Option<Instant>) -> Self {
        Self { limit, ..self }
    }

    /// Calls `listener` with every line of the dialogue. Content is elided.
    pub fn listen(&mut self, listener: impl FnMut(Line) + Send + 'static) {
        self.channel.client_mut().record();
        self.listener = Some(Box::new(listener));
    }

    /// Has each line of a reply looked up before it counts (`smtp_reply_filter`).
    ///
    /// A question whose future was dropped is asked again.
    pub fn filter_replies(&mut self, ask: impl FnMut(&str) -> Asked<Filtered> + Send + 'static) {
        self.channel.filter_replies();
        self.filter = Some(Box::new(ask));
    }

    /// Does what comes before mail, as sending does by itself: the greeting, EHLO, TLS and
    /// authentication. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If mail cannot be sent, with the reason that reports have then.
    pub async fn ready(&mut self) -> io::Result<()> {
        self.break_off();
        self.now = self.io.now();
        while !self.outbox.was_ready() && !self.outbox.is_closed() {
            self.turn(&mut One(None)).await;
        }
        self.outbox.why_closed().map_or(Ok(()), |reason| Err(io::Error::other(reason)))
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
        self.break_off();
        self.now = self.io.now();
        self.finish().await;
    }

    /// Breaks the conversation off and tells what became of the messages under way, and of those
    /// whose sending was dropped before.
    pub fn abandoned(&mut self) -> Vec<Report> {
        self.break_off();
        std::mem::take(&mut self.abandoned)
    }

    /// That the server has refused our credentials, if it did, for
    /// [`Rejections`](envoi_proto::auth::Rejections) or a table. `now` is since the Unix epoch.
    pub fn rejection(&self, now: Duration) -> Option<Rejection> {
        self.outbox.rejection(now)
    }

    /// Whether the conversation ended because something of ours could not be looked up.
    pub fn lacked_data(&self) -> bool {
        self.outbox.lacked_data()
    }

    /// Whether the handshake was completed, so that mail could be sent.
    pub fn was_ready(&self) -> bool {
        self.outbox.was_ready()
    }

    /// The machine inside.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Whether another message can be sent.
    pub fn is_open(&self) -> bool {
        !self.outbox.is_closed() && self.channel.client().is_open()
    }

    /// The connection, in whatever state the conversation is.
    pub fn into_io(self) -> I {
        self.io
    }

    /// Runs until a message is settled. None if there is none, and none will come.
    pub(crate) async fn next_report(&mut self, queue: &mut impl Queue) -> Option<Report> {
        self.now = self.io.now();
        loop {
            if let Some(report) = self.outbox.pop_report() {
                return Some(report);
            }
            if self.outbox.is_closed() {
                let message = poll_fn(|cx| queue.poll_next(cx)).await?;
                self.outbox.take(message, &mut self.channel, self.now);
            } else {
                self.turn(queue).await;
            }
        }
    }

    /// Runs until the conversation is over, with nothing more to send. A server that will not
    /// serve us hears QUIT all the same.
    pub(crate) async fn finish(&mut self) {
        while !self.channel.is_over() {
            self.turn(&mut Nothing).await;
        }
    }

    /// Breaks the conversation off, if messages are under way for which nobody waits.
    fn break_off(&mut self) {
        if !self.outbox.is_empty() {
            self.now = self.io.now();
            self.channel.abort();
            while self.note() {}
            self.outbox.close(Error::NoMore, self.now);
        }
        self.abandoned.extend(std::iter::from_fn(|| self.outbox.pop_report()));
    }

    /// Does what is next, and waits if that is next. Nothing is lost if it is dropped.
    async fn turn(&mut self, queue: &mut impl Queue) {
        if self.limit.is_some_and(|limit| limit <= self.now) {
            self.limit = None;
            self.channel.give_up();
        }
        // Whoever listens hears what leads up to an exchange before it begins.
        if self.listener.is_some() && self.note() {
            return;
        }
        let Self { io, channel, outbox, now, limit, span, filter, .. } = self;
        // The step ends here: conversations are many, and what is still there in the wait is kept
        // for each of them.
        let (out, space, content, envelope, deadline) = match span.in_scope(|| channel.step(*now)) {
            Ok(Step::Exchange { out, space, content, envelope, deadline }) => {
                (out, space, content, envelope, deadline)
            }
            told => {
                if let Some(asked) = hear(told, outbox, filter.as_mut(), *now) {
                    let filtered = asked.await;
                    *now = io.now();
                    span.in_scope(|| channel.handle_filtered(filtered, *now));
                }
                return;
            }
        };
        let deadline = deadline.into_iter().chain(*limit).min();
        if envelope && outbox.has_more() {
            return outbox.begin(channel, *now);
        }
        let feed = match content.map(|id| (id, outbox.feed(id))) {
            Some((_, None)) => return channel.content_failed(*now),
            Some((id, Some(feed))) => Some((id, feed)),
            None => None,
        };
        // A runtime that blocks would not notice the application, so it waits for one at a time.
        let is_applications_turn = feed.is_some() || (envelope && deadline.is_none());
        let hears = !(I::BLOCKS && out.is_empty() && is_applications_turn);
        let mut wait = Wait::new(feed, envelope, hears);
        let woken = {
            let mut exchange = pin!(io.exchange(out, space, deadline));
            poll_fn(|cx| wait.poll::<I>(cx, queue, exchange.as_mut())).await
        };
        if wait.time_passed {
            *now = io.now();
        }
        self.handle_woken(woken, queue);
    }

    /// Does what a wait has ended with.
    fn handle_woken(&mut self, woken: Woken, queue: &mut impl Queue) {
        let Self { channel, outbox, now, .. } = self;
        let message = match woken {
            Woken::Content(id, read) => {
                rooms::lend(channel);
                outbox.give(id, read, channel, *now);
                if outbox.has_more() || !channel.client().wants_envelope() {
                    return;
                }
                // The next message shares the flight that ends this one. A queue that has none
                // is asked again beside the wire, and wakes us then.
                queue.poll_next(&mut Context::from_waker(Waker::noop()))
            }
            Woken::Message(message) => Poll::Ready(message),
            Woken::Moved(progress) => {
                channel.handle_progress(progress, *now);
                return rooms::take_back(channel);
            }
        };
        match message {
            Poll::Ready(Some(message)) => outbox.take(message, channel, *now),
            Poll::Ready(None) => channel.quit(*now),
            Poll::Pending => {}
        }
    }

    /// Takes what the machine has to tell, and says whether there may be more.
    fn note(&mut self) -> bool {
        let step = self.channel.step(self.now);
        let has_told = matches!(step, Ok(Step::Event(_) | Step::Envelope) | Err(_));
        hear(step, &mut self.outbox, None, self.now);
        if let Some(listener) = &mut self.listener {
            while let Some(line) = self.channel.client_mut().poll_transcript() {
                listener(line);
            }
        }
        has_told
    }
}

/// Tells the messages what the machine had to tell, or asks what it has to ask.
fn hear(
    step: Result<Step<'_>, Error>,
    outbox: &mut Outbox,
    filter: Option<&mut Filter>,
    now: Instant,
) -> Option<Asked<Filtered>> {
    match step {
        Ok(Step::Event(event)) => outbox.hear(&event, now),
        Ok(Step::Filter { line }) => return filter.map(|ask| ask(line)),
        Ok(Step::Envelope | Step::Exchange { .. }) => {}
        Ok(Step::Closed) => outbox.close(Error::NoMore, now),
        Err(error) => outbox.close(error, now),
    }
    None
}

/// A wait for what comes first.
struct Wait<'a> {
    /// Whose content can be given.
    feed: Option<(TransactionId, &'a mut Feed)>,
    /// Whether a message can be given.
    envelope: bool,
    /// Whether the wire is listened to.
    hears: bool,
    /// Whether time can have passed meanwhile.
    time_passed: bool,
}

impl<'a> Wait<'a> {
    fn new(feed: Option<(TransactionId, &'a mut Feed)>, envelope: bool, hears: bool) -> Self {
        // Reading takes its time.
        let time_passed = feed.as_ref().is_some_and(|(_, feed)| !matches!(feed, Feed::Whole(_)));
        Self { feed, envelope, hears, time_passed }
    }

    /// Content and messages come before the wire, so that they share the flight.
    fn poll<I: Io>(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut impl Queue,
        exchange: Pin<&mut impl Future<Output = io::Result<Progress>>>,
    ) -> Poll<Woken> {
        if let Some((id, feed)) = &mut self.feed
            && let Poll::Ready(read) = feed.poll_fill::<I>(cx)
        {
            return Poll::Ready(Woken::Content(*id, read));
        }
        if self.envelope
            && let Poll::Ready(message) = queue.poll_next(cx)
        {
            return Poll::Ready(Woken::Message(message));
        }
        let progress = if self.hears { exchange.poll(cx) } else { Poll::Pending };
        self.time_passed |= progress.is_pending() || I::BLOCKS;
        progress.map(|progress| {
            // What the runtime cannot explain is the end of the connection.
            let lost = Progress { eof: true, broken: true, ..Progress::default() };
            Woken::Moved(progress.unwrap_or(lost))
        })
    }
}

/// What ended a wait.
enum Woken {
    /// Content was read, or there is no more.
    Content(TransactionId, io::Result<()>),
    /// A message came, or there will be no more.
    Message(Option<Message>),
    Moved(Progress),
}

impl<I: fmt::Debug> fmt::Debug for Connection<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relay = self.outbox.relay();
        f.debug_struct("Connection").field("io", &self.io).field("relay", &relay).finish()
    }
}
