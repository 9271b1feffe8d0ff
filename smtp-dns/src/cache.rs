//! Answers that are still good, and questions that are under way.
//!
//! Nothing happens in the background: what has expired goes when it is asked for, or when its room
//! is wanted. Then goes what nobody has used since the last time that room was wanted there, so
//! that names which are asked for once do not drive out those that are asked for often.

mod entries;
mod entry;
mod flights;
mod lacks;
mod limits;
mod seed;
mod size;
mod slab;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;

use crate::answer::{Answer, Lack};
use crate::query::Query;
use crate::time::Instant;

use entries::Entries;
use entry::Entry;
use flights::Flights;
pub use limits::Limits;

/// Answers by question, for as long as they hold, and which questions are under way.
///
/// Time counts in whole seconds: an answer is forgotten up to a second before its TTL is over,
/// and never after. The TTL in an answer stays what it was when the answer came.
pub struct Cache {
    limits: Limits,
    entries: Entries,
    flights: Flights,
}

/// What a cache knows of a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Asked {
    /// The answer.
    Known(Arc<Answer>),
    /// Nothing: ask, and tell [`Cache::handle_answer`].
    First,
    /// Nothing yet: somebody else has asked.
    Joined,
}

impl Cache {
    /// An empty cache. `seed` keeps outsiders from choosing names that fall together.
    pub fn new(limits: Limits, seed: u64) -> Self {
        let entries = Entries::new(limits.entries(), seed);
        Self { limits, entries, flights: Flights::default() }
    }

    /// The answer, if it is known and still holds.
    pub fn recall(&mut self, query: &Query, now: Instant) -> Option<Arc<Answer>> {
        let hash = self.entries.hash(query);
        self.recall_hashed(hash, query, now)
    }

    /// The answer, or whether it has to be asked for.
    ///
    /// Where too many questions are under way, one that is asked twice is asked for twice.
    pub fn ask(&mut self, query: &Query, now: Instant) -> Asked {
        let hash = self.entries.hash(query);
        if let Some(answer) = self.recall_hashed(hash, query, now) {
            return Asked::Known(answer);
        }
        if self.flights.join(hash, query) { Asked::Joined } else { Asked::First }
    }

    /// Takes an answer, and gives what is to be told to all who asked: the answer itself, or what
    /// was known before if that is better than none (`stale`).
    pub fn handle_answer(&mut self, query: &Query, answer: Answer, now: Instant) -> Arc<Answer> {
        let hash = self.entries.hash(query);
        // The name of whoever asked may share its text with the answer that it came from.
        let query = self.flights.land(hash, query).unwrap_or_else(|| query.clone());
        let now = seconds(now);
        let known = self.entries.find(hash, &query);
        if let Some(place) = known
            && is_trouble(&answer)
            && let Some(better) = self.known_before(place, now)
        {
            tracing::debug!(name = %query.name, kind = %query.kind, "kept what was known before");
            return better;
        }
        if let Some(place) = known {
            self.entries.remove(place);
        }
        let answer = Arc::new(answer);
        let lifetime = self.limits.lifetime(&answer);
        if lifetime > 0 {
            let expires = now.saturating_add(lifetime);
            self.keep(hash, Entry::new(query, answer.clone(), expires), now);
        }
        answer
    }

    /// Whoever asked has given up: the next one asks again.
    pub fn abandon(&mut self, query: &Query) {
        let hash = self.entries.hash(query);
        self.flights.land(hash, query);
    }

    /// Forgets everything, but not which questions are under way.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// What the answers take in memory, as [`Limits::bytes`] counts it.
    pub fn bytes(&self) -> usize {
        self.entries.bytes()
    }

    fn recall_hashed(&mut self, hash: u64, query: &Query, now: Instant) -> Option<Arc<Answer>> {
        let now = seconds(now);
        let place = self.entries.find(hash, query)?;
        let entry = self.entries.at(place);
        if entry.holds(now) {
            entry.set_used(true);
            return Some(entry.answer().clone());
        }
        if !entry.is_usable(now, self.limits.stale()) {
            self.entries.remove(place);
        }
        None
    }

    /// What is told where the servers had trouble: an answer that holds, or a stale one, which
    /// then does for as long as their trouble would have been remembered.
    fn known_before(&mut self, place: usize, now: u32) -> Option<Arc<Answer>> {
        let entry = self.entries.at(place);
        if entry.holds(now) {
            return (!is_trouble(entry.answer())).then(|| entry.answer().clone());
        }
        if !entry.is_usable(now, self.limits.stale()) {
            return None;
        }
        // RFC 8767, 5: a name whose servers fail is not asked for each time.
        entry.prolong(now.saturating_add(self.limits.failure_ttl()), self.limits.stale());
        Some(entry.answer().clone())
    }

    /// Makes room for an entry and puts it there, unless it is too large to be kept at all.
    fn keep(&mut self, hash: u64, entry: Entry, now: u32) {
        let (entries, bytes) = (self.limits.entries(), self.limits.bytes);
        let size = entry.size() + size::text(entry.name()) + size::LACK;
        if entries == 0 || self.entries.bytes_empty() + size > bytes {
            return;
        }
        while self.entries.len() >= entries || self.entries.bytes() + size > bytes {
            self.entries.evict(now);
        }
        self.entries.insert(hash, entry);
    }
}

/// Whether the servers could not or would not tell (RFC 8767, 4).
fn is_trouble(answer: &Answer) -> bool {
    matches!(answer.records, Err(Lack::TryAgain | Lack::Refused))
}

/// Time in the unit in which the cache keeps it. After 136 years, nothing is kept any more.
fn seconds(now: Instant) -> u32 {
    u32::try_from(now.since_origin().as_secs()).unwrap_or(u32::MAX)
}
