//! Work that may take for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How much of the work that was given up is still going on: there is no way to stop it.
#[derive(Clone, Debug, Default)]
pub(super) struct Overdue(Arc<AtomicUsize>);

impl Overdue {
    /// Does something on a thread of its own, and waits for it; fails when it takes too long, and
    /// as long as what took too long before has not ended.
    pub(super) fn wait_for<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        if self.0.load(Ordering::Acquire) > 0 {
            return Err("busy with a key that takes too long".to_owned());
        }
        // No room: a result is either taken or it is not.
        let (sender, receiver) = mpsc::sync_channel(0);
        let overdue = self.clone();
        let spawned = thread::Builder::new().name("table lookup".to_owned()).spawn(move || {
            if sender.send(work()).is_err() {
                overdue.0.fetch_sub(1, Ordering::AcqRel);
            }
        });
        spawned.map_err(|error| error.to_string())?;
        receiver.recv_timeout(limit).map_err(|_| {
            self.0.fetch_add(1, Ordering::AcqRel);
            drop(receiver);
            format!("no result within {limit:?}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_does_not_end_fails_and_fails_at_once_from_then_on() {
        let (overdue, limit) = (Overdue::default(), Duration::from_millis(10));
        let (go_on, wait) = mpsc::channel::<()>();
        let error = overdue.wait_for(limit, move || wait.recv()).unwrap_err();
        assert_eq!(error, "no result within 10ms");
        let error = overdue.wait_for(limit, || ()).unwrap_err();
        assert_eq!(error, "busy with a key that takes too long");
        drop(go_on);
        while overdue.0.load(Ordering::Acquire) > 0 {
            thread::yield_now();
        }
        assert_eq!(overdue.wait_for(Duration::from_secs(60), || 1), Ok(1));
    }
}
