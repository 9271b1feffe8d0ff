//! A conversation in two halves: one to send with, one to run.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_channel::Receiver;
use envoi_delivery::Report;

use crate::connection::Connection;
use crate::io::Io;
use crate::message::Message;
use crate::queue::Queue;

/// Sends messages over a [`Conversation`] that somebody runs. Clones share it.
#[derive(Clone, Debug)]
pub struct Sender(async_channel::Sender<Order>);

/// The other half of a [`Sender`]: a future to be awaited or spawned.
pub struct Conversation<I> {
    connection: Connection<I>,
    orders: Orders,
}

/// Nobody runs the conversation any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the conversation is not being run any more")]
pub struct Ended;

/// A message and who waits for its report.
struct Order {
    message: Message,
    answer: async_channel::Sender<Report>,
}

impl Sender {
    /// Sends a message and says what became of it.
    ///
    /// If the future is dropped before the message's turn has come, it is not sent. After that it
    /// is sent, and its report is among those that [`Conversation::run`] returns.
    ///
    /// # Errors
    /// If the conversation is not being run.
    pub async fn send(&self, message: Message) -> Result<Report, Ended> {
        let (answer, report) = async_channel::bounded(1);
        self.0.send(Order { message, answer }).await.map_err(|_| Ended)?;
        report.recv().await.map_err(|_| Ended)
    }
}

impl<I: Io> Connection<I> {
    /// Splits the connection into one half that sends and one that runs. QUIT follows when the
    /// last sender is gone.
    pub fn pair(self) -> (Sender, Conversation<I>) {
        let (sender, receiver) = async_channel::bounded(ORDERS_MAX);
        let orders = Orders { receiver: Box::pin(receiver), waiting: VecDeque::new() };
        (Sender(sender), Conversation { connection: self, orders })
    }
}

impl<I: Io> Conversation<I> {
    /// Runs until the last sender is gone. Returns reports that nobody waited for any more, the
    /// first thousand of them.
    pub async fn run(mut self) -> Vec<Report> {
        let mut unclaimed = Vec::new();
        while let Some(report) = self.connection.next_report(&mut self.orders).await {
            let answer = self.orders.waiting.pop_front();
            let answer = answer.expect("reports come in the order of the messages");
            if let Err(unsent) = answer.try_send(report)
                && unclaimed.len() < UNCLAIMED_MAX
            {
                unclaimed.push(unsent.into_inner());
            }
        }
        self.connection.finish().await;
        unclaimed
    }
}

struct Orders {
    receiver: Pin<Box<Receiver<Order>>>,
    /// Who waits for the reports of the messages under way.
    waiting: VecDeque<async_channel::Sender<Report>>,
}

impl Queue for Orders {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        use futures_core::Stream as _;
        while let Poll::Ready(order) = self.receiver.as_mut().poll_next(cx) {
            let Some(order) = order else {
                return Poll::Ready(None);
            };
            if !order.answer.is_closed() {
                self.waiting.push_back(order.answer);
                return Poll::Ready(Some(order.message));
            }
        }
        Poll::Pending
    }
}

impl<I> fmt::Debug for Conversation<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").finish_non_exhaustive()
    }
}

/// Most messages that wait for their turn; senders wait when there are more.
const ORDERS_MAX: usize = 16;

/// Most reports kept that nobody waits for.
const UNCLAIMED_MAX: usize = 1000;
