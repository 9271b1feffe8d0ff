//! Futures that are awaited together.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Futures under way, each with what it is about.
pub(crate) struct Together<T, F>(Vec<(T, Pin<Box<F>>)>);

impl<T, F: Future> Together<T, F> {
    /// Adds one. It is not polled yet.
    pub(crate) fn push(&mut self, about: T, future: F) {
        self.0.push((about, Box::pin(future)));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What comes of one of them. None if there is none. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<(T, F::Output)> {
        if self.0.is_empty() {
            return None;
        }
        Some(poll_fn(|cx| self.poll_next(cx)).await)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<(T, F::Output)> {
        for at in 0..self.0.len() {
            if let Poll::Ready(output) = self.0[at].1.as_mut().poll(cx) {
                return Poll::Ready((self.0.swap_remove(at).0, output));
            }
        }
        Poll::Pending
    }

    /// Drops all of them. Gives what they were about.
    pub(crate) fn abandon(&mut self) -> impl Iterator<Item = T> + use<T, F> {
        std::mem::take(&mut self.0).into_iter().map(|(about, _)| about)
    }
}

impl<T, F> Default for Together<T, F> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    /// The next output, if one is there.
    fn next<F: Future>(together: &mut Together<u8, F>) -> Poll<Option<(u8, F::Output)>> {
        pin!(together.next()).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn none_waits_for_another() {
        let mut together = Together::default();
        for about in 0..3 {
            together.push(about, async move {
                if about == 1 { pending().await } else { ready(about * 10).await }
            });
        }
        let Poll::Ready(Some(first)) = next(&mut together) else { panic!() };
        let Poll::Ready(Some(second)) = next(&mut together) else { panic!() };
        assert_eq!([first, second], [(0, 0), (2, 20)]);
        assert!(next(&mut together).is_pending());
        assert_eq!(together.abandon().collect::<Vec<_>>(), [1]);
        assert_eq!(next(&mut together), Poll::Ready(None));
    }
}
