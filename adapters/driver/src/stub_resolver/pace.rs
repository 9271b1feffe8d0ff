//! How many questions are put at once.

use std::time::Duration;

use envoi_dns::Instant;

/// The pace at which questions are put, so that a crowd of them does not overflow what a server
/// has room for until it reads.
///
/// For each answer one more is put. A burst of them is put in each period in which few answers
/// come: the server is not what is slow.
#[derive(Debug)]
pub(super) struct Pace {
    /// How many may be put now.
    left: usize,
    /// How many answers have come in this period.
    answers: usize,
    period_ends: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { left: 0, answers: 0, period_ends: Instant::ORIGIN }
    }

    /// Says how many of so many questions may be put now.
    pub(super) fn take(&mut self, wanted: usize, now: Instant) -> usize {
        if self.period_ends <= now {
            if self.answers < BURST_MAX {
                self.left = BURST_MAX;
            }
            self.answers = 0;
            self.period_ends = now + PERIOD;
        }
        let taken = wanted.min(self.left);
        self.left -= taken;
        taken
    }

    /// Counts an answer.
    pub(super) fn handle_answer(&mut self) {
        self.left = BURST_MAX.min(self.left + 1);
        self.answers += 1;
    }

    /// When there may be more without an answer.
    pub(super) fn period_ends(&self) -> Instant {
        self.period_ends
    }
}

/// Most questions at once: half of what Linux keeps for a socket unless it is asked for more.
const BURST_MAX: usize = 128;

/// How long a burst is given.
const PERIOD: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_origin(Duration::from_millis(millis))
    }

    #[test]
    fn a_crowd_goes_in_bursts_while_nobody_answers() {
        let mut pace = Pace::new();
        for period in 1..4 {
            let now = at(period * 100);
            assert_eq!(pace.take(1000, now), BURST_MAX);
            assert_eq!(pace.take(1000, at(period * 100 + 99)), 0);
            assert_eq!(pace.period_ends(), now + PERIOD);
        }
    }

    #[test]
    fn a_server_that_is_busy_gets_a_question_for_each_answer() {
        let mut pace = Pace::new();
        assert_eq!(pace.take(1000, at(1)), BURST_MAX);
        for millis in 1..1000 {
            pace.handle_answer();
            pace.handle_answer();
            assert_eq!(pace.take(1000, at(millis)), 2, "{millis}");
        }
    }

    #[test]
    fn a_few_questions_never_wait() {
        let mut pace = Pace::new();
        for second in 0..100 {
            assert_eq!(pace.take(BURST_MAX, at(second * 1000)), BURST_MAX);
        }
    }
}
