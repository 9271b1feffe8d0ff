//! What a cache keeps, and how long.

use core::time::Duration;

use crate::answer::{Answer, Lack};

use super::size;

/// What a cache keeps, and how long. Times count in whole seconds.
///
/// A domain with one exchanger takes three answers and some 500 bytes: with the defaults in
/// brackets 30,000 of them have room, and a million in 3,000,000 answers and 512 MiB.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Most answers (100,000); 16,777,216 is the most that can be asked for.
    pub entries: usize,
    /// Most bytes, all told, as a common allocator counts them (32 MiB).
    pub bytes: usize,
    /// Longest time that records are kept, whatever their TTL (a day).
    pub ttl_max: Duration,
    /// Shortest time that anything is kept whose TTL is not zero (none).
    pub ttl_min: Duration,
    /// Longest time that a lack of records is kept (3 h; RFC 2308, 5).
    pub negative_ttl_max: Duration,
    /// How long it is kept that no server could tell (5 s; RFC 2308, 7: at most 5 min).
    pub failure_ttl: Duration,
    /// How long records that hold no more are still better than none (RFC 8767; zero).
    ///
    /// A lack of records is never better: mail for a name that has come to be would bounce.
    pub stale: Duration,
}

impl Limits {
    /// How long an answer is kept, in seconds; zero if it is for this once.
    pub(super) fn lifetime(&self, answer: &Answer) -> u32 {
        let max = match &answer.records {
            Err(Lack::TryAgain | Lack::Refused | Lack::Malformed) => return self.failure_ttl(),
            Err(Lack::NoName | Lack::NoData | Lack::Filtered) => self.negative_ttl_max,
            Ok(_) => self.ttl_max,
        };
        if answer.ttl == 0 {
            return 0;
        }
        // RFC 2308, 5 lets the maximum win.
        answer.ttl.max(seconds(self.ttl_min)).min(seconds(max))
    }

    /// How long the servers' trouble is remembered, in seconds.
    pub(super) fn failure_ttl(&self) -> u32 {
        seconds(self.failure_ttl).min(FAILURE_TTL_MAX)
    }

    /// How long records are of use after they have expired, in seconds.
    pub(super) fn stale(&self) -> u32 {
        seconds(self.stale)
    }

    /// Most answers that there is room for.
    pub(super) fn entries(&self) -> usize {
        self.entries.min(ENTRIES_MAX).min(self.bytes / size::ENTRY_MIN)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 100_000,
            bytes: 32 << 20,
            ttl_max: Duration::from_secs(24 * 3600),
            ttl_min: Duration::ZERO,
            negative_ttl_max: Duration::from_secs(3 * 3600),
            failure_ttl: Duration::from_secs(5),
            stale: Duration::ZERO,
        }
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// Most answers of any cache: room to find them by is made beforehand.
const ENTRIES_MAX: usize = 1 << 24;

/// RFC 2308, 7: trouble of servers is not remembered for longer, in seconds.
const FAILURE_TTL_MAX: u32 = 300;

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use smallvec::smallvec;

    use super::*;
    use crate::answer::Records;

    #[test]
    fn each_kind_of_answer_has_its_own_limits() {
        let limits = Limits {
            ttl_max: Duration::from_secs(1000),
            ttl_min: Duration::from_secs(10),
            negative_ttl_max: Duration::from_secs(100),
            failure_ttl: Duration::from_secs(7),
            ..Limits::default()
        };
        for (answer, lifetime) in [
            (records(0), 0),
            (records(1), 10),
            (records(11), 11),
            (records(u32::MAX), 1000),
            (lack(Lack::NoName, 0), 0),
            (lack(Lack::NoName, 1), 10),
            (lack(Lack::NoData, 50), 50),
            (lack(Lack::NoData, 5000), 100),
            (lack(Lack::Filtered, 5000), 100),
            (lack(Lack::TryAgain, 0), 7),
            (lack(Lack::Refused, 5000), 7),
            (lack(Lack::Malformed, 0), 7),
        ] {
            assert_eq!(limits.lifetime(&answer), lifetime, "{answer:?}");
        }
    }

    #[test]
    fn trouble_is_kept_for_five_minutes_at_most() {
        let failure_ttl = Duration::from_secs(3600);
        let limits = Limits { failure_ttl, ..Limits::default() };
        assert_eq!(limits.lifetime(&lack(Lack::TryAgain, 0)), 300);
    }

    #[test]
    fn maximum_wins_over_minimum() {
        let limits = Limits { ttl_min: Duration::MAX, ..Limits::default() };
        assert_eq!(limits.lifetime(&records(5)), 24 * 3600);
    }

    #[test]
    fn entries_are_no_more_than_there_can_be() {
        let most = |entries, bytes| Limits { entries, bytes, ..Limits::default() }.entries();
        assert_eq!(most(usize::MAX, usize::MAX), ENTRIES_MAX);
        assert_eq!(most(7, usize::MAX), 7);
        assert_eq!(most(usize::MAX, 10 * size::ENTRY_MIN), 10);
    }

    fn records(ttl: u32) -> Answer {
        let records = Ok(Records::A(smallvec![Ipv4Addr::LOCALHOST]));
        Answer { records, ttl, ..Answer::lacking(Lack::NoData) }
    }

    fn lack(lack: Lack, ttl: u32) -> Answer {
        Answer { ttl, ..Answer::lacking(lack) }
    }
}
