//! Questions that are under way.

use hashbrown::HashTable;

use crate::query::Query;

/// Questions that somebody has asked and nobody has answered.
#[derive(Default)]
pub(super) struct Flights {
    under_way: HashTable<Flight>,
}

struct Flight {
    hash: u64,
    query: Query,
}

impl Flights {
    /// Whether somebody has asked already; if not, this is who.
    pub(super) fn join(&mut self, hash: u64, query: &Query) -> bool {
        if self.under_way.find(hash, |flight| flight.query == *query).is_some() {
            return true;
        }
        if self.under_way.len() < FLIGHTS_MAX {
            let flight = Flight { hash, query: query.clone() };
            self.under_way.insert_unique(hash, flight, |flight| flight.hash);
        }
        false
    }

    /// Ends a flight, and gives the question as it was first asked.
    pub(super) fn land(&mut self, hash: u64, query: &Query) -> Option<Query> {
        let found = self.under_way.find_entry(hash, |flight| flight.query == *query).ok()?;
        Some(found.remove().0.query)
    }
}

/// Most questions under way that others can join.
pub(super) const FLIGHTS_MAX: usize = 65_536;
