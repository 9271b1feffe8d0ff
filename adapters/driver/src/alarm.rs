//! A timer that is rarely set.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use envoi_proto::Instant;

/// Wakes at a deadline that moves with every exchange.
///
/// Deadlines nearly always move on. A timer that was set for an earlier one is left alone, and
/// set again only when it goes off.
#[derive(Default)]
pub(crate) struct Alarm {
    set: Option<(Instant, Sleep)>,
}

/// A timer of the runtime's.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Alarm {
    /// Whether `deadline` has passed; if not, the task is woken when it does.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        deadline: Instant,
        now: impl Fn() -> Instant,
        sleep: impl Fn(Instant) -> Sleep,
    ) -> Poll<()> {
        loop {
            match &mut self.set {
                Some((at, timer)) if *at <= deadline => {
                    if timer.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    self.set = None;
                    if now() >= deadline {
                        return Poll::Ready(());
                    }
                }
                _ if now() >= deadline => return Poll::Ready(()),
                _ => self.set = Some((deadline, sleep(deadline))),
            }
        }
    }
}
