//! Where messages come from.

use std::task::{Context, Poll};

use crate::message::Message;

/// A source of messages.
pub(crate) trait Queue {
    /// The next message; none if there will be no more.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>>;
}

/// A queue of one message, which does not end.
pub(crate) struct One(pub(crate) Option<Message>);

impl Queue for One {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Message>> {
        self.0.take().map_or(Poll::Pending, |message| Poll::Ready(Some(message)))
    }
}

/// A queue that has ended.
pub(crate) struct Nothing;

impl Queue for Nothing {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Message>> {
        Poll::Ready(None)
    }
}
