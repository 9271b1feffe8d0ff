//! A server that runs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::process::{self, Process};
use super::{Error, Received, Server, log};

/// A server with its processes, which end when this is dropped.
#[derive(Debug)]
pub struct Running {
    server: Server,
    address: SocketAddr,
    dir: PathBuf,
    process: Process,
}

impl Running {
    pub(super) fn new(server: Server, address: SocketAddr, dir: &Path, process: Process) -> Self {
        Self { server, address, dir: dir.to_owned(), process }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Which server it is.
    pub const fn server(&self) -> Server {
        self.server
    }

    /// Everything accepted so far, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Queue`] if the server's queue is not in the form that is known here.
    pub fn messages(&self) -> Result<Vec<Received>, Error> {
        self.server.messages(&self.dir, self.process.id())
    }

    /// Everything accepted, as soon as there are `n` messages.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there are fewer after `timeout`.
    pub fn wait_for(&self, n: usize, timeout: Duration) -> Result<Vec<Received>, Error> {
        process::wait_for(n, timeout, || self.messages())
    }

    /// The lines of its log that contain a text, as soon as there are `n`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there are fewer after `timeout`.
    pub fn log_lines(&self, text: &str, n: usize, timeout: Duration) -> Result<Vec<String>, Error> {
        log::wait_for_lines(&self.dir.join(self.server.log()), text, n, timeout)
    }

    /// The ids of its processes.
    pub fn processes(&self) -> Vec<u32> {
        self.process.family()
    }
}
