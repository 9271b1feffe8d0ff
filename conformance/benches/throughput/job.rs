//! What a sender is asked to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

/// Messages to one recipient each, over conversations that stay open.
///
/// A sender opens all conversations first, starts its stopwatch, sends, and stops it at the last
/// reply.
#[derive(Debug)]
pub(crate) struct Job {
    /// Where the sink listens.
    pub(crate) address: SocketAddr,
    /// Connections, each with a conversation of its own.
    pub(crate) conversations: usize,
    /// What every message consists of.
    pub(crate) content: Content,
    /// Bytes of the content.
    pub(crate) size: usize,
    left: AtomicUsize,
}

impl Job {
    pub(crate) fn new(
        address: SocketAddr,
        conversations: usize,
        messages: usize,
        content: Content,
        size: usize,
    ) -> Self {
        Self { address, conversations, content, size, left: AtomicUsize::new(messages) }
    }

    /// Takes a message from the pile that all conversations share; false once it is used up.
    pub(crate) fn take(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    }
}

/// Where the bytes of a message come from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// One buffer that all messages share.
    Memory(Bytes),
    /// A file that each message reads again.
    File(PathBuf),
}
