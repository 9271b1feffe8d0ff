//! The hosts that MX or SRV name.

use alloc::boxed::Box;
use alloc::vec::Vec;

use smallvec::{SmallVec, smallvec};

use super::lookup::Lookup;
use super::random::Random;
use crate::answer::{Mx, Srv};
use crate::failure::Failure;
use crate::host::{LeftOut, Omission};
use crate::name::Name;
use crate::rules::Rules;

/// Hosts that may take the mail, the best first, and what is known of their addresses.
#[derive(Debug)]
pub(super) struct Exchangers {
    pub(super) all: SmallVec<[Exchanger; 4]>,
    /// One for each name, as often as it may be named.
    pub(super) lookups: SmallVec<[Lookup; 3]>,
}

/// A host that may take the mail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchanger {
    /// The place of its lookup.
    pub(super) lookup: usize,
    /// The less, the better.
    pub(super) preference: u16,
    pub(super) port: u16,
}

/// What MX and SRV have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// None is the root.
    pub(super) name: Option<&'a Name>,
    pub(super) preference: u16,
    pub(super) weight: u16,
    pub(super) port: u16,
}

/// The entries of an answer.
pub(super) type Entries<'a> = SmallVec<[Entry<'a>; 4]>;

impl<'a> Entry<'a> {
    pub(super) fn of_mx(mx: &'a Mx, port: u16) -> Self {
        Self { name: mx.exchange.as_ref(), preference: mx.preference, weight: 0, port }
    }

    pub(super) fn of_srv(srv: &'a Srv) -> Self {
        let Srv { priority, weight, port, target } = srv;
        Self { name: target.as_ref(), preference: *priority, weight: *weight, port: *port }
    }
}

impl Exchangers {
    /// None.
    pub(super) fn new() -> Self {
        Self { all: SmallVec::new(), lookups: SmallVec::new() }
    }

    /// A host that is the destination itself.
    pub(super) fn direct(lookup: Lookup, port: u16) -> Self {
        let exchanger = Exchanger { lookup: 0, preference: 0, port };
        Self { all: smallvec![exchanger], lookups: smallvec![lookup] }
    }

    /// The hosts of entries that are in their order. What is named twice counts once.
    pub(super) fn named(entries: &[Entry<'_>], rules: &Rules) -> Self {
        let mut exchangers = Self::new();
        for entry in entries {
            let Some(name) = entry.name else { continue };
            let lookup = exchangers.lookup(name, rules);
            let (preference, port) = (entry.preference, entry.port);
            if !exchangers.all.iter().any(|known| known.lookup == lookup && known.port == port) {
                exchangers.all.push(Exchanger { lookup, preference, port });
            }
        }
        exchangers
    }

    /// The place of the lookup of a name.
    fn lookup(&mut self, name: &Name, rules: &Rules) -> usize {
        let known = self.lookups.iter().position(|lookup| lookup.is_of(name));
        known.unwrap_or_else(|| {
            self.lookups.push(Lookup::of_name(name, rules));
            self.lookups.len() - 1
        })
    }

    /// Whether all questions are answered.
    pub(super) fn is_complete(&self) -> bool {
        self.lookups.iter().all(Lookup::is_complete)
    }

    pub(super) fn lookup_of(&self, exchanger: &Exchanger) -> &Lookup {
        &self.lookups[exchanger.lookup]
    }
}

/// Sorts entries by preference and leaves out those that name no host, and those that are too many.
/// If there are none left, none of them named a host.
pub(super) fn select(entries: &mut Entries<'_>, null: &Failure, left_out: &mut Vec<LeftOut>) {
    entries.sort_by_key(|entry| entry.preference);
    let roots = entries.iter().filter(|entry| entry.name.is_none()).take(EXCHANGERS_MAX);
    left_out.extend(
        roots.map(|entry| left_out_entry(entry, Omission::Unresolved(Box::new(null.clone())))),
    );
    entries.retain(|entry| entry.name.is_some());
    let beyond = entries.iter().skip(EXCHANGERS_MAX).take(EXCHANGERS_MAX);
    left_out.extend(beyond.map(|entry| left_out_entry(entry, Omission::Beyond)));
    entries.truncate(EXCHANGERS_MAX);
}

fn left_out_entry(entry: &Entry<'_>, reason: Omission) -> LeftOut {
    let (name, preference) = (entry.name.cloned(), Some(entry.preference));
    LeftOut { name, address: None, preference, reason }
}

/// Puts entries of the same preference in an order in which each is first as often as its weight
/// says (RFC 2782).
pub(super) fn order_by_weight(entries: &mut [Entry<'_>], shuffles: bool, random: &mut Random) {
    for group in entries.chunk_by_mut(|a, b| a.preference == b.preference) {
        if shuffles {
            random.shuffle(group);
        }
        // Those without weight come first, which makes them the least likely to be chosen.
        group.sort_by_key(|entry| entry.weight != 0);
        let mut rest = group;
        while rest.len() > 1 {
            let chosen = choose(rest, random);
            rest[..=chosen].rotate_right(1);
            rest = &mut rest[1..];
        }
    }
}

/// The place of an entry, chosen by weight.
fn choose(entries: &[Entry<'_>], random: &mut Random) -> usize {
    let total = entries.iter().map(|entry| u32::from(entry.weight)).sum::<u32>();
    let mut number = random.below(total + 1);
    let reached = entries.iter().position(|entry| {
        let weight = u32::from(entry.weight);
        let is_reached = number <= weight;
        number = number.saturating_sub(weight);
        is_reached
    });
    reached.expect("the number is no more than all weights together")
}

/// Most exchangers of a destination that are looked at.
pub(super) const EXCHANGERS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    fn names(count: usize) -> Vec<Name> {
        (0..count).map(|i| format!("mx{i}.example").parse().unwrap()).collect()
    }

    fn entry(name: &Name, preference: u16, weight: u16) -> Entry<'_> {
        Entry { name: Some(name), preference, weight, port: 25 }
    }

    #[test]
    fn no_more_exchangers_are_looked_at_than_are_allowed() {
        let names = names(EXCHANGERS_MAX * 3);
        let worst_first = names.iter().enumerate();
        let mut entries: Entries<'_> =
            worst_first.map(|(i, name)| entry(name, 1000 - i as u16, 0)).collect();
        let mut left_out = Vec::new();
        select(&mut entries, &Failure::NullMx(names[0].clone()), &mut left_out);
        assert_eq!(entries.len(), EXCHANGERS_MAX);
        assert_eq!(entries[0].name, names.last());
        assert_eq!(left_out.len(), EXCHANGERS_MAX);
        assert!(left_out.iter().all(|left_out| left_out.reason == Omission::Beyond));
    }

    #[test]
    fn what_is_named_twice_counts_once() {
        let names = names(2);
        let entries = [entry(&names[0], 1, 0), entry(&names[1], 2, 0), entry(&names[0], 3, 0)];
        let other_port = Entry { port: 587, ..entries[2] };
        let exchangers = Exchangers::named(&entries, &Rules::default());
        assert_eq!((exchangers.all.len(), exchangers.lookups.len()), (2, 2));
        let entries = [entries[0], entries[1], other_port];
        let exchangers = Exchangers::named(&entries, &Rules::default());
        assert_eq!((exchangers.all.len(), exchangers.lookups.len()), (3, 2));
    }

    #[test]
    fn each_is_first_as_often_as_its_weight_says() {
        let names = names(3);
        let mut first = [0; 3];
        for seed in 0..10_000 {
            let mut entries =
                [entry(&names[0], 0, 10), entry(&names[1], 0, 0), entry(&names[2], 0, 89)];
            order_by_weight(&mut entries, true, &mut Random::new(seed));
            let place = names.iter().position(|name| Some(name) == entries[0].name);
            first[place.unwrap()] += 1;
        }
        // Numbers from 0 to 99: zero is for the one without weight.
        let [ten, none, most] = first;
        assert!((850..1150).contains(&ten), "{first:?}");
        assert!((60..140).contains(&none), "{first:?}");
        assert!((8750..9050).contains(&most), "{first:?}");
    }

    #[test]
    fn weights_do_not_reach_across_priorities() {
        let names = names(2);
        for seed in 0..100 {
            let mut entries = [entry(&names[0], 1, 0), entry(&names[1], 2, u16::MAX)];
            order_by_weight(&mut entries, true, &mut Random::new(seed));
            assert_eq!(entries[0].name, Some(&names[0]));
        }
    }
}
