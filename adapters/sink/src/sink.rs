//! The receiver on a socket.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use mio::Waker;

use crate::server::Server;
use crate::store::Store;
use crate::{Message, Options};

/// A receiver that listens until it is dropped, in a thread of its own.
///
/// What it counts and keeps is there to be seen before the client reads the reply.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    store: Arc<Store>,
    stop: Arc<Waker>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// Listens at the first of `address` that can be had; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// If there is no such address, or the directory for the messages cannot be made or read.
    pub fn listen(address: impl ToSocketAddrs, options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let store = Arc::new(Store::new(options.keep.clone())?);
        let server = Server::new(listener, options, Arc::clone(&store))?;
        let stop = server.waker();
        let thread = thread::Builder::new().name("envoi-sink".to_owned());
        let thread = Some(thread.spawn(move || server.run())?);
        Ok(Self { address, store, stop, thread })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A copy of the messages kept by [`Keep::Memory`](crate::Keep::Memory), oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.store.messages()
    }

    /// How many messages were accepted.
    pub fn count(&self) -> u64 {
        self.store.accepted.load(Ordering::Relaxed)
    }

    /// How many recipients the accepted messages had.
    pub fn recipients(&self) -> u64 {
        self.store.recipients.load(Ordering::Relaxed)
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> u64 {
        self.store.connections.load(Ordering::Relaxed)
    }

    /// How many reads returned data; with one client on a quiet machine, its flights.
    pub fn reads(&self) -> u64 {
        self.store.reads.load(Ordering::Relaxed)
    }

    /// Why a message could not be kept in its directory, the last time that happened.
    ///
    /// Its client sees the connection cut in place of the reply.
    pub fn failure(&self) -> Option<String> {
        self.store.failure()
    }

    /// Waits for as long as the sink works, which is for good unless polling fails.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported by it, and there is nothing to undo.
            let _ = thread.join();
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Without its wake-up the thread would never end, nor would this drop.
        if self.stop.wake().is_ok() {
            self.join();
        }
    }
}
