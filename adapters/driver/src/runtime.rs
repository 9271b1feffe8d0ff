//! What a runtime offers beside one connection.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use envoi_proto::{Config, Instant, Peer};

use crate::connection::Connection;
use crate::dial::Dial;
use crate::io::Io;

/// Sockets, timers and threads, as a runtime has them. Clones are cheap and share a clock.
#[expect(async_fn_in_trait, reason = "each adapter asserts that its own futures are Send")]
pub trait Runtime: Clone {
    /// A connection for a conversation.
    type Io: Io;
    /// A socket that does not block, as the runtime watches it.
    type Socket: AsFd;

    /// The time, on the clock that all deadlines are on.
    fn now(&self) -> Instant;

    /// Makes a connection, in time.
    ///
    /// # Errors
    /// What the system says, and that the time was up.
    async fn connect(&self, dial: &Dial) -> io::Result<Self::Io>;

    /// Begins to watch a socket that does not block.
    ///
    /// # Errors
    /// If there are too many.
    fn watch(&self, socket: OwnedFd) -> io::Result<Self::Socket>;

    /// Waits until there is something to do on one of the sockets, or until `deadline`, and marks
    /// those where there is.
    ///
    /// A socket is marked once for what came: the caller reads and writes until that would block
    /// before it waits for it again. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If the runtime cannot wait for them.
    async fn wait(
        &self,
        sockets: &mut [&mut Watched<Self::Socket>],
        deadline: Option<Instant>,
    ) -> io::Result<()>;

    /// Does what may block where that does no harm.
    fn block<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send;
}

/// Connects to a server, to converse with it.
///
/// # Errors
/// If there is no connection in time.
pub async fn connect<R: Runtime>(
    runtime: &R,
    dial: &Dial,
    mut peer: Peer,
    config: Arc<Config>,
) -> io::Result<Connection<R::Io>> {
    let began = runtime.now();
    let io = runtime.connect(dial).await?;
    dial.name(&mut peer);
    Ok(Connection::over(io, peer, config, began))
}

/// A socket to be waited for.
#[derive(Debug)]
pub struct Watched<S> {
    /// The socket.
    pub socket: S,
    /// Whether it is waited for until it can be written to, beside until it can be read from.
    pub writes: bool,
    /// Whether there is something to read, or room to write, as far as is known.
    pub is_ready: bool,
}

impl<S> Watched<S> {
    /// A socket of which nothing is known, and to which nothing is to be written.
    pub fn new(socket: S) -> Self {
        Self { socket, writes: false, is_ready: false }
    }
}
