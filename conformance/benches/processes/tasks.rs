//! Tasks of one tokio runtime, the same for all who use it.

use std::io;

use tokio::runtime;
use tokio::task::JoinSet;

use super::elapsed::{Elapsed, Stopwatch};

/// Runs something to its end.
///
/// The runtime has one thread: the server needs a core as well, and tasks that
/// move between threads cost more than they gain.
pub(crate) fn run(sender: impl Future<Output = io::Result<Elapsed>>) -> io::Result<Elapsed> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(sender)
}

/// Measures tasks, all started at once.
pub(crate) async fn time<T, F>(conversations: Vec<F>) -> io::Result<Elapsed>
where
    F: Future<Output = io::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    let stopwatch = Stopwatch::start()?;
    let mut tasks: JoinSet<_> = conversations.into_iter().collect();
    // Connections come back, so that closing them is not counted.
    let mut closed = Vec::with_capacity(tasks.len());
    while let Some(ended) = tasks.join_next().await {
        closed.push(ended??);
    }
    Ok(stopwatch.stop())
}
