//! Work that may have to wait.

use std::future::ready;
use std::thread;

use envoi_driver::Asked;

/// Does work here and now or, if it may have to wait for another process, in a thread of its own.
///
/// A thread more costs little beside what it waits for.
pub(crate) fn elsewhere<T: Send + 'static>(
    blocks: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Asked<T> {
    if !blocks {
        return Box::pin(ready(work()));
    }
    let (done, result) = async_channel::bounded(1);
    thread::spawn(move || {
        // Nobody may wait any more.
        let _ = done.try_send(work());
    });
    Box::pin(async move {
        let result = result.recv().await;
        result.expect("the work is done, or has panicked")
    })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn work_is_done_here_or_in_a_thread() {
        let here = thread::current().id();
        for (blocks, expected) in [(false, true), (true, false)] {
            let mut work = pin!(elsewhere(blocks, || thread::current().id()));
            let mut context = Context::from_waker(Waker::noop());
            let done_by = loop {
                if let Poll::Ready(done_by) = work.as_mut().poll(&mut context) {
                    break done_by;
                }
                thread::yield_now();
            };
            assert_eq!(done_by == here, expected);
        }
    }
}
