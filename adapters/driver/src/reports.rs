//! Reports of many messages, as they come.

use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

use envoi_delivery::Report;
use envoi_proto::auth::Rejection;

use crate::connection::Connection;
use crate::io::Io;
use crate::message::Message;
use crate::queue::Queue;

/// The reports of [`Connection::send_all`], in the order of the messages.
///
/// Nothing moves but while [`Reports::next`] is awaited.
pub struct Reports<I, M> {
    connection: Connection<I>,
    messages: Messages<M>,
}

impl<I: Io, M: Iterator<Item = Message>> Reports<I, M> {
    pub(crate) fn new(connection: Connection<I>, messages: M) -> Self {
        Self { connection, messages: Messages(messages) }
    }

    /// The next report. None when all messages are reported and the conversation is over.
    ///
    /// Dropping the future loses nothing. Dropping `Reports` itself breaks the conversation off.
    pub async fn next(&mut self) -> Option<Report> {
        let report = self.connection.next_report(&mut self.messages).await;
        if report.is_none() {
            self.connection.finish().await;
        }
        report
    }

    /// Ends the conversation, with QUIT if that is possible. Messages that were not taken up are
    /// not sent.
    pub async fn finish(mut self) -> Connection<I> {
        self.connection.finish().await;
        self.connection
    }

    /// Breaks the conversation off and reports the messages under way.
    pub fn abort(mut self) -> Vec<Report> {
        self.connection.abandoned()
    }
}

impl<I: Io, M> Reports<I, M> {
    /// See [`Connection::rejection`].
    pub fn rejection(&self, now: Duration) -> Option<Rejection> {
        self.connection.rejection(now)
    }

    /// See [`Connection::was_ready`].
    pub fn was_ready(&self) -> bool {
        self.connection.was_ready()
    }
}

struct Messages<M>(M);

impl<M: Iterator<Item = Message>> Queue for Messages<M> {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Message>> {
        Poll::Ready(self.0.next())
    }
}

impl<I, M> fmt::Debug for Reports<I, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").finish_non_exhaustive()
    }
}
