//! The resolver that is built in.

mod lead;
mod nudge;
mod pace;
mod shared;
mod waiters;
mod wire;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;

use envoi_dns::{Answer, Limits, Query, ResolvConf};

use self::lead::Lead;
use self::shared::{Put, Shared, Turn};
use crate::resolver::Resolver;
use crate::runtime::Runtime;
use crate::system;

/// A stub resolver with a cache: asks the name servers of resolv.conf(5). Clones share both.
///
/// No task is spawned and no thread begun. Of all who wait for answers one leads: it moves the
/// bytes for all. When it has its answer, or is dropped, another one leads. So a
/// [`lookup`](Resolver::lookup) that is neither polled nor dropped may hold up others.
pub struct StubResolver<R: Runtime>(Arc<Shared<R>>);

impl<R: Runtime> StubResolver<R> {
    /// A resolver that asks these servers.
    ///
    /// # Errors
    /// If the system has no random numbers, or no socket.
    pub fn new(runtime: R, config: ResolvConf, limits: Limits) -> io::Result<Self> {
        Ok(Self(Arc::new(Shared::new(runtime, config, limits)?)))
    }

    /// A resolver that asks the servers of `/etc/resolv.conf`, as they are now.
    ///
    /// # Errors
    /// As [`StubResolver::new`], or if the file is there and cannot be read.
    pub fn system(runtime: R) -> io::Result<Self> {
        Self::new(runtime, system::resolv_conf()?, Limits::default())
    }

    /// Reads `/etc/resolv.conf` again, and forgets all answers. Questions under way are asked
    /// again.
    ///
    /// # Errors
    /// If the file is there and cannot be read; then all stays as it was.
    pub fn reload(&self) -> io::Result<()> {
        self.set_servers(system::resolv_conf()?)
    }

    /// Asks other servers from now on, and forgets all answers. Questions under way are asked
    /// again.
    ///
    /// # Errors
    /// If the system has no random numbers; then all stays as it was.
    pub fn set_servers(&self, config: ResolvConf) -> io::Result<()> {
        self.0.reload(config)
    }
}

impl<R: Runtime> Resolver for StubResolver<R> {
    fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
        self.0.recall(query)
    }

    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
        let lookup = match self.0.put(query) {
            Put::Known(answer) => Err(answer),
            Put::Waits(number) => Ok(Lookup { shared: &self.0, number }),
        };
        async move {
            match lookup {
                Ok(lookup) => lookup.run().await,
                Err(answer) => answer,
            }
        }
    }
}

/// One who waits for an answer.
struct Lookup<'a, R: Runtime> {
    shared: &'a Shared<R>,
    number: u64,
}

impl<R: Runtime> Lookup<'_, R> {
    async fn run(self) -> Arc<Answer> {
        loop {
            match poll_fn(|cx| self.shared.poll_turn(self.number, cx)).await {
                Turn::Answered(answer) => return answer,
                Turn::Leads(wire) => Lead::new(self.shared, wire).run(self.number).await,
            }
        }
    }
}

impl<R: Runtime> Drop for Lookup<'_, R> {
    fn drop(&mut self) {
        self.shared.leave(self.number);
    }
}

impl<R: Runtime> Clone for StubResolver<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R: Runtime> fmt::Debug for StubResolver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StubResolver").finish_non_exhaustive()
    }
}
