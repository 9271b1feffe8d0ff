//! When to give up on the server.

use core::time::Duration;

use crate::stage::{Per, Stage, TimeLimits};
use crate::time::Instant;

/// The deadline of what the conversation waits for.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    deadline: Option<Instant>,
    /// The stage, and how many replies had come before it.
    awaiting: Option<(Stage, u64)>,
}

/// What moved since the timer was last set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moved {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

impl Timer {
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Sets the deadline for what is awaited now.
    pub(crate) fn set(
        &mut self,
        awaiting: Option<(Stage, u64)>,
        moved: Moved,
        limits: &TimeLimits,
        now: Instant,
    ) {
        let is_new = self.awaiting != awaiting;
        if !is_new && moved.read + moved.written == 0 {
            return;
        }
        self.awaiting = awaiting;
        let Some((stage, _)) = awaiting else {
            self.deadline = None;
            return;
        };
        let fresh = now + limits.of(stage);
        self.deadline = match (limits.per, self.deadline) {
            (Per::Request { minimum_rate }, Some(old)) if !is_new => {
                Some((old + earned(stage, moved.written, minimum_rate)).min(fresh))
            }
            (Per::Progress | Per::Request { .. }, _) => Some(fresh),
        };
    }
}

/// The time that content earns by moving.
fn earned(stage: Stage, written: usize, minimum_rate: u32) -> Duration {
    if stage != Stage::Content || minimum_rate == 0 {
        return Duration::ZERO;
    }
    let nanos = (written as u64).saturating_mul(1_000_000_000);
    Duration::from_nanos(nanos / u64::from(minimum_rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: Option<(Stage, u64)> = Some((Stage::Mail, 2));
    const CONTENT: Option<(Stage, u64)> = Some((Stage::Content, 4));

    fn at(seconds: u64) -> Instant {
        Instant::from_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn progress_starts_the_limit_again() {
        let limits = TimeLimits::default();
        let mut timer = Timer::default();
        timer.set(MAIL, Moved::default(), &limits, at(0));
        assert_eq!(timer.deadline(), Some(at(300)));
        timer.set(MAIL, Moved::default(), &limits, at(10));
        assert_eq!(timer.deadline(), Some(at(300)));
        timer.set(MAIL, Moved { read: 1, written: 0 }, &limits, at(20));
        assert_eq!(timer.deadline(), Some(at(320)));
        timer.set(CONTENT, Moved::default(), &limits, at(30));
        assert_eq!(timer.deadline(), Some(at(210)));
        timer.set(None, Moved::default(), &limits, at(40));
        assert_eq!(timer.deadline(), None);
    }

    #[test]
    fn a_request_keeps_its_deadline_and_content_earns_time() {
        let per = Per::Request { minimum_rate: 500 };
        let limits = TimeLimits { per, ..TimeLimits::default() };
        let mut timer = Timer::default();
        timer.set(MAIL, Moved::default(), &limits, at(0));
        timer.set(MAIL, Moved { read: 9, written: 9 }, &limits, at(20));
        assert_eq!(timer.deadline(), Some(at(300)));
        timer.set(CONTENT, Moved::default(), &limits, at(30));
        timer.set(CONTENT, Moved { read: 0, written: 5000 }, &limits, at(40));
        assert_eq!(timer.deadline(), Some(at(220)));
        timer.set(CONTENT, Moved { read: 0, written: 1 << 40 }, &limits, at(41));
        assert_eq!(timer.deadline(), Some(at(221)));
    }
}
