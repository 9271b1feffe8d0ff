//! What the sessions of one sink count together.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Point;

/// How often clients reached each [`Point`], and how many messages were accepted.
///
/// Sessions that share a ledger share the numbering of their messages and the
/// occasions of their faults: `eod:tempfail@1` strikes one message, then no other.
#[derive(Debug, Default)]
pub struct Ledger {
    occasions: [AtomicU64; Point::ALL.len()],
    /// The number of the message accepted last.
    number: AtomicU64,
    /// The number of the AUTH begun last.
    exchange: AtomicU64,
}

impl Ledger {
    /// A ledger whose first message is the one after `number`.
    pub fn after(number: u64) -> Self {
        Self { number: AtomicU64::new(number), ..Self::default() }
    }

    /// Counts one more time that a client got to `point`: 1 for the first.
    pub(crate) fn occasion(&self, point: Point) -> u64 {
        self.occasions[point as usize].fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of one more message: 1 for the first.
    pub(crate) fn next_number(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of one more AUTH: 1 for the first.
    pub(crate) fn next_exchange(&self) -> u64 {
        self.exchange.fetch_add(1, Ordering::Relaxed) + 1
    }
}
