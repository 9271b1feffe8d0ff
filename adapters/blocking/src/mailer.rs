//! From a message to what became of it, on the calling thread.

use std::io;
use std::sync::Arc;

use envoi_driver::proto::Config;
use envoi_driver::{Message, Report, Resolver, StubResolver};
use futures_lite::future::block_on;

use crate::runtime::Blocking;

/// Sends messages to the servers of their recipients. Clones share what they know of the DNS.
#[derive(Clone, Debug)]
pub struct Mailer<V = StubResolver<Blocking>>(
    /// The mailer as other runtimes have it.
    pub envoi_driver::Mailer<Blocking, V>,
);

impl Mailer {
    /// See [`envoi_driver::Mailer::new`].
    ///
    /// # Errors
    /// If a file of the system's cannot be read, or it has no random numbers.
    pub fn new(config: impl Into<Arc<Config>>) -> io::Result<Self> {
        envoi_driver::Mailer::new(config).map(Self)
    }
}

impl<V: Resolver> Mailer<V> {
    /// Sends a message, and says what became of it for each recipient. Recipients of one domain
    /// share a conversation; one domain follows the other.
    pub fn send(&self, message: Message) -> Report {
        block_on(self.0.send(message))
    }

    /// Sends messages, and calls `settled` with the place and the report of each as soon as all
    /// its recipients are settled. What goes to the same domain shares conversations.
    pub fn send_all(
        &self,
        messages: impl IntoIterator<Item = Message>,
        settled: impl FnMut(usize, Report),
    ) {
        block_on(self.0.send_all(messages, settled));
    }
}
