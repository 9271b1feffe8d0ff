//! Room for output, which the conversations of a thread lend each other.

use std::cell::Cell;

use bytes::BytesMut;
use envoi_proto::Channel;

thread_local! {
    /// Room that no conversation uses.
    ///
    /// A conversation writes for a short while and waits for a long one. What the one before has
    /// just emptied is still in the processor's cache, and those that wait hold nothing.
    static ROOM: Cell<BytesMut> = Cell::new(BytesMut::new());
}

/// Lends a conversation room, before it writes. Without any it makes its own.
pub(crate) fn lend(channel: &mut Channel) {
    channel.lend(ROOM.take());
}

/// Takes back what a conversation does not need while it waits.
pub(crate) fn take_back(channel: &mut Channel) {
    if let Some(room) = channel.give_back() {
        ROOM.set(room);
    }
}
