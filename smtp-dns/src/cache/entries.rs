//! Answers that are kept, and which of them goes first.

use hashbrown::HashTable;

use crate::name::Name;
use crate::query::Query;

use super::entry::{self, Entry};
use super::lacks::Lacks;
use super::seed::Seed;
use super::size;
use super::slab::Slab;

/// Entries by question.
///
/// They stand in a row, over which a hand moves (CLOCK): when one has to go, the hand passes those
/// that were used since it last came by, and takes the first that was not. Whatever is at the end
/// of the row takes the free place, behind the hand.
pub(super) struct Entries {
    row: Slab<Entry>,
    /// Where each is in the row, by its question.
    places: HashTable<u32>,
    /// What is told where there are no records.
    lacks: Lacks,
    seed: Seed,
    /// Where the next one that has to go is looked for.
    hand: usize,
    /// What they take in memory, places and lacks aside.
    bytes: usize,
}

impl Entries {
    /// Room for as many entries, although only those that are there take memory.
    pub(super) fn new(max: usize, seed: u64) -> Self {
        // Made once, and half empty even then: it never grows, nor has to be cleaned of what was
        // removed, both of which would keep a lookup waiting for a long time.
        let places = HashTable::with_capacity(2 * max);
        let (row, lacks, seed) = (Slab::new(), Lacks::default(), Seed::new(seed));
        Self { row, places, lacks, seed, hand: 0, bytes: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.row.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes_empty() + self.lacks.bytes() + self.bytes
    }

    /// What is taken in memory even if there is no entry.
    pub(super) fn bytes_empty(&self) -> usize {
        self.places.allocation_size()
    }

    /// A hash that all questions about a name have: they are asked one after the other, and what
    /// stands side by side is found sooner.
    pub(super) fn hash(&self, query: &Query) -> u64 {
        self.seed.hash(&query.name)
    }

    /// The place of a question's entry, which holds until the next change.
    pub(super) fn find(&self, hash: u64, query: &Query) -> Option<usize> {
        self.find_marked(hash, &query.name, entry::mark(query.kind))
    }

    pub(super) fn at(&mut self, place: usize) -> &mut Entry {
        &mut self.row[place]
    }

    /// Adds an entry for a question that has none.
    pub(super) fn insert(&mut self, hash: u64, mut entry: Entry) {
        let place = u32::try_from(self.len()).expect("entries are fewer: Limits bounds them");
        match self.sibling(&entry) {
            Some(sibling) => entry.set_name(self.row[sibling].name().clone()),
            None => self.bytes += size::text(entry.name()),
        }
        self.lacks.share(entry.answer_mut());
        self.bytes += entry.size();
        self.row.push(entry);
        let (row, seed) = (&self.row, &self.seed);
        self.places.insert_unique(hash, place, |&place| seed.hash(row[index(place)].name()));
    }

    pub(super) fn remove(&mut self, place: usize) {
        let last = self.len() - 1;
        let hash = self.seed.hash(self.row[place].name());
        if let Ok(found) = self.places.find_entry(hash, |&other| index(other) == place) {
            let (number, _) = found.remove();
            let hash = self.seed.hash(self.row[last].name());
            if let Some(moved) = self.places.find_mut(hash, |&other| index(other) == last) {
                *moved = number;
            }
        }
        let entry = self.row.swap_remove(place);
        self.lacks.release(entry.answer());
        self.bytes -= entry.size();
        if self.sibling(&entry).is_none() {
            self.bytes -= size::text(entry.name());
        }
    }

    /// Removes the one that is missed least; there must be one.
    pub(super) fn evict(&mut self, now: u32) {
        for _ in 0..PASSED_MAX {
            let hand = self.hand();
            let entry = &mut self.row[hand];
            if !entry.is_used() || !entry.holds(now) {
                break;
            }
            entry.set_used(false);
            self.hand = hand + 1;
        }
        let hand = self.hand();
        self.remove(hand);
        self.hand = hand + 1;
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.row.clear();
        self.lacks = Lacks::default();
        (self.hand, self.bytes) = (0, 0);
    }

    /// The entry that shares its name with this one: a host is looked up in both families.
    fn sibling(&self, entry: &Entry) -> Option<usize> {
        let mark = entry.sibling_mark()?;
        self.find_marked(self.seed.hash(entry.name()), entry.name(), mark)
    }

    fn find_marked(&self, hash: u64, name: &Name, mark: u32) -> Option<usize> {
        let place = self.places.find(hash, |&place| self.row[index(place)].is_of(name, mark))?;
        Some(index(*place))
    }

    fn hand(&mut self) -> usize {
        if self.hand >= self.len() {
            self.hand = 0;
        }
        self.hand
    }
}

const fn index(place: u32) -> usize {
    place as usize
}

/// Most used entries that the hand passes for one that has to go, so that it never takes long.
pub(super) const PASSED_MAX: usize = 64;
