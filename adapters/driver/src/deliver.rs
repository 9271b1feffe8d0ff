//! The loop from host to host.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use envoi_delivery::{Attempt, Delivery, Report, Skip, Step};
use envoi_dns::Question;
use envoi_proto::Instant;

use crate::connection::Connection;
use crate::content::Content;
use crate::dial::{BadSource, Dial, Endpoint};
use crate::io::Io;
use crate::lookups::{Found, Lookups};
use crate::message::Message;
use crate::network::Network;
use crate::resolver::Resolver;
use crate::runtime::Runtime;

/// What a program brings to a delivery: the messages, and how it holds conversations.
#[expect(async_fn_in_trait, reason = "each adapter asserts that its own futures are Send")]
pub trait Application<I: Io> {
    /// The connections that it holds them over: the runtime's, or something around them.
    type Io: Io;

    /// Looks up what a conversation depends on, before there is a connection: it may change the
    /// attempt's peer, or leave the host out. By default, it does nothing.
    ///
    /// What only matters once the server has said something, and could not be looked up, is
    /// [`Peer::unknown`](envoi_proto::Peer::unknown).
    ///
    /// # Errors
    /// Why the host is left out.
    async fn prepare(&mut self, attempt: &mut Attempt) -> Result<(), Skip> {
        let _ = attempt;
        Ok(())
    }

    /// How to connect. By default, as [`Dial`] has it.
    fn dial(&mut self, attempt: &Attempt) -> Dial {
        Endpoint::from(&attempt.host).into()
    }

    /// Begins a conversation over a connection that has just been made.
    ///
    /// # Errors
    /// If there can be none; it counts as a connection that was not made.
    fn begin(&mut self, attempt: &Attempt, io: I) -> io::Result<Connection<Self::Io>>;

    /// The content of a message, by the message's place.
    fn content(&mut self, message: usize) -> Content;

    /// The messages of a conversation, as it takes them up one by one. By default, as they are.
    fn hand_over(&mut self, messages: Vec<Message>) -> Box<dyn Iterator<Item = Message> + Send> {
        Box::new(messages.into_iter())
    }

    /// There is no connection.
    fn unreachable(&mut self, attempt: &Attempt, error: &io::Error) {
        let _ = (attempt, error);
    }

    /// What a conversation came to for a message. It need not be the last word.
    fn heard(&mut self, message: usize, report: &Report) {
        let _ = (message, report);
    }

    /// A conversation is over.
    fn ended(&mut self, connection: Connection<Self::Io>) {
        let _ = connection;
    }

    /// Looks at what became of a message before it is told, and may word it anew
    /// (`smtp_delivery_status_filter`). By default, it does nothing.
    async fn review(&mut self, message: usize, report: &mut Report) {
        let _ = (message, report);
    }

    /// What became of a message.
    fn settled(&mut self, message: usize, report: Report);
}

impl<R: Runtime, V: Resolver> Network<R, V> {
    /// Runs a delivery until all its messages are settled.
    ///
    /// Questions that are open when a conversation begins are put again after it, if it comes to
    /// that.
    pub async fn deliver<A>(&self, mut delivery: Delivery, application: &mut A)
    where
        A: Application<R::Io>,
    {
        let mut lookups = Lookups::default();
        let mut unasked = Vec::new();
        loop {
            let step = delivery.step(self.runtime.now());
            settle(&mut delivery, application).await;
            match step {
                Step::Ask(question) => {
                    if let Question::Dns(query) = &question
                        && let Some(answer) = self.resolver.recall(query)
                    {
                        delivery.handle_answer(query, answer);
                    } else {
                        lookups.push(question.clone(), self.look_up(question));
                    }
                }
                Step::Wait => {
                    for question in unasked.drain(..) {
                        lookups.push(Question::clone(&question), self.look_up(question));
                    }
                    let found = self.in_time(lookups.next(), delivery.deadline()).await;
                    match found.map(|found| found.expect("a delivery waits for what it has asked"))
                    {
                        Some(Found::Dns(query, answer)) => delivery.handle_answer(&query, answer),
                        Some(Found::Native(name, found)) => delivery.handle_native(&name, found),
                        // It knows what time it is.
                        None => {}
                    }
                }
                Step::Connect(mut attempt) => {
                    unasked.extend(lookups.abandon());
                    if let Err(skip) = application.prepare(&mut attempt).await {
                        delivery.handle_skipped(&skip, self.runtime.now());
                        continue;
                    }
                    match self.connect(&attempt, application).await {
                        Ok(connection) => {
                            self.converse(connection, attempt, &mut delivery, application).await;
                        }
                        Err(error) if BadSource::is_reason(&error) => {
                            application.unreachable(&attempt, &error);
                            delivery.handle_skipped(&Skip::bad_source(), self.runtime.now());
                        }
                        Err(error) => {
                            application.unreachable(&attempt, &error);
                            delivery.handle_unreachable(&reason(&error), self.runtime.now());
                        }
                    }
                }
                Step::Done => return,
            }
        }
    }

    async fn connect<A: Application<R::Io>>(
        &self,
        attempt: &Attempt,
        application: &mut A,
    ) -> io::Result<Connection<A::Io>> {
        let mut dial = application.dial(attempt);
        if let Some(deadline) = attempt.deadline {
            let left = deadline.since(self.runtime.now());
            dial.timeout = Some(dial.timeout.map_or(left, |timeout| timeout.min(left)));
        }
        let io = self.runtime.connect(&dial).await?;
        let connection = application.begin(attempt, io)?;
        Ok(connection.with_circumstances(attempt.circumstances).with_limit(attempt.deadline))
    }

    /// What comes of something that is waited for until the deadline. A runtime that blocks waits
    /// for it alone.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = T>,
        deadline: Option<Instant>,
    ) -> Option<T> {
        let (mut work, mut sockets) = (pin!(work), []);
        let mut alarm = pin!(self.runtime.wait(&mut sockets, deadline));
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if R::Io::BLOCKS || deadline.is_none() => Poll::Pending,
            Poll::Pending => alarm.as_mut().poll(cx).map(|_| None),
        })
        .await
    }

    /// Sends all messages of an attempt.
    async fn converse<A: Application<R::Io>>(
        &self,
        connection: Connection<A::Io>,
        attempt: Attempt,
        delivery: &mut Delivery,
        application: &mut A,
    ) {
        let messages: Vec<_> = attempt
            .messages
            .iter()
            .map(|(place, envelope)| Message {
                envelope: envelope.clone(),
                content: application.content(*place),
            })
            .collect();
        let mut reports = connection.send_all(application.hand_over(messages));
        for (place, _) in attempt.messages {
            let report = reports.next().await.expect("there is one report for each message");
            application.heard(place, &report);
            delivery.handle_report(place, report);
            settle(delivery, application).await;
        }
        let connection = reports.finish().await;
        delivery.handle_ended(connection.was_ready(), self.runtime.now());
        application.ended(connection);
    }
}

/// Tells the application of what is settled.
async fn settle<I: Io>(delivery: &mut Delivery, application: &mut impl Application<I>) {
    while let Some((place, mut report)) = delivery.poll_report() {
        application.review(place, &mut report).await;
        application.settled(place, report);
    }
}

/// An error of the system's, without its number.
fn reason(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::TimedOut {
        return "Connection timed out".into();
    }
    let mut text = error.to_string();
    text.truncate(text.rfind(" (os error ").unwrap_or(text.len()));
    text
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn errors_are_told_as_the_system_words_them() {
        for (error, text) in [
            (Errno::CONNREFUSED.into(), "Connection refused"),
            (io::ErrorKind::TimedOut.into(), "Connection timed out"),
            (Errno::TIMEDOUT.into(), "Connection timed out"),
            (io::Error::other("no randomness"), "no randomness"),
        ] {
            assert_eq!(reason(&error), text);
        }
    }
}
