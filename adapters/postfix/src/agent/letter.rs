//! A message, and what is known of it beside.

use envoi_driver::Message;
use envoi_driver::proto::Mailbox;

/// A message to be delivered, and what is known of it beside.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The message.
    pub message: Message,
    /// What lines of the log call it.
    pub queue_id: Option<String>,
    /// Whom the sender named, by the recipient's place in the envelope; none, or nothing at all,
    /// where that is the recipient.
    pub originals: Vec<Option<Mailbox>>,
}

impl From<Message> for Letter {
    fn from(message: Message) -> Self {
        Self { message, queue_id: None, originals: Vec::new() }
    }
}
