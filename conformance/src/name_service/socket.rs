//! The driver's sockets.

use envoi_dns::Instant;

/// A socket that the resolver has opened.
#[derive(Debug)]
pub(super) struct Socket {
    /// The place of the server.
    pub(super) server: usize,
    /// When it was opened, in pauses of the resolver.
    pub(super) moment: usize,
    pub(super) stream: Option<Stream>,
    /// Whether it is of no use any more.
    pub(super) has_failed: bool,
}

/// What a connection is beside that.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// What the server has read and not understood.
    pub(super) unread: Vec<u8>,
    /// When the last bytes arrive at the server, and at the driver: none overtake others.
    pub(super) upward: Instant,
    pub(super) downward: Instant,
    /// Whether the server has ended it.
    pub(super) is_cut: bool,
}

impl Stream {
    /// The next message that is complete.
    pub(super) fn next_message(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.unread.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let message = rest.get(..length)?.to_vec();
        self.unread.drain(..2 + length);
        Some(message)
    }
}
