//! The machine's clock, as the pure crates are told it.

use std::time;

use envoi_proto::Instant;

/// A monotonic clock: the time since it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock(time::Instant);

impl Clock {
    /// A clock that begins at zero.
    pub fn start() -> Self {
        Self(time::Instant::now())
    }

    /// The time on it.
    pub fn now(&self) -> Instant {
        Instant::from_origin(self.0.elapsed())
    }

    /// The same point on the standard library's clock.
    pub fn to_std(&self, instant: Instant) -> time::Instant {
        // A deadline that no clock reaches is as good as one in a hundred years.
        let reachable = instant.since_origin().min(FAR);
        self.0 + reachable
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::start()
    }
}

const FAR: time::Duration = time::Duration::from_secs(100 * 365 * 24 * 3600);
