//! What a resolver is asked to do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::servers::MANY_DOMAINS;

use crate::case::Case;

/// Routes to domains, one after the other, as many at a time as the case has it.
#[derive(Debug)]
pub(crate) struct Job {
    /// The name server.
    pub(crate) server: SocketAddr,
    pub(crate) case: Case,
    left: AtomicUsize,
}

impl Job {
    pub(crate) fn new(server: SocketAddr, case: Case, routes: usize) -> Self {
        Self { server, case, left: AtomicUsize::new(routes) }
    }

    /// The number of the next domain; none once there are enough routes.
    pub(crate) fn take(&self) -> Option<usize> {
        let left = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.ok().map(|left| left % MANY_DOMAINS)
    }
}
