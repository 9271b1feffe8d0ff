//! A server, as well as it does.

use std::collections::BTreeMap;

use super::entry::{Entry, Told, number};
use super::scenario::{Edns, Habits, Scenario};
use super::wire::{
    self, AUTHENTIC, Asked, FORMERR, NXDOMAIN, RECURSIVE, REFUSED, Record, Reply, SERVFAIL,
    TRUNCATED,
};
use crate::seeded::Random;

/// What there is, by name and type: the entry, and the place in its chain.
#[derive(Debug)]
pub(super) struct Zone {
    entries: Vec<Entry>,
    places: BTreeMap<(String, u16), (usize, usize)>,
}

impl Zone {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut places = BTreeMap::new();
        for (which, entry) in scenario.entries.iter().enumerate() {
            for (place, name) in entry.names().enumerate() {
                let key = (name.to_string(), number(entry.query.kind));
                places.insert(key, (which, place));
            }
        }
        Self { entries: scenario.entries.clone(), places }
    }

    /// Which entry a question is about, and which place in its chain.
    pub(super) fn find(&self, asked: &Asked) -> Option<(usize, usize)> {
        self.places.get(&(asked.name.clone(), asked.kind)).copied()
    }
}

/// What a server does when it is asked.
#[derive(Debug)]
pub(super) enum Reaction {
    Says(Vec<u8>),
    /// It ends the stream after so many bytes of the message.
    Cuts(Vec<u8>, usize),
}

/// Lets a server react to a question.
pub(super) fn react(
    habits: &Habits,
    zone: &Zone,
    asked: &Asked,
    is_stream: bool,
    random: &mut Random,
) -> Reaction {
    let mut reply = Reply::to(asked);
    if random.chance(habits.garbles) {
        return Reaction::Says(garble(&reply, random));
    }
    if random.chance(habits.strays) {
        let last = reply.question.len() - 6;
        reply.question[last] ^= 1;
    }
    if let Some(rcode) = error(habits, asked, random) {
        reply.flags[1] |= rcode;
        if rcode == FORMERR {
            reply.has_edns = false;
        }
        if rcode == FORMERR && habits.edns == Edns::Denied {
            (reply.question, reply.questions) = (Vec::new(), 0);
        }
    } else if random.chance(habits.refers) {
        reply.flags[1] &= !RECURSIVE;
        let data = wire::name(Some("ns.example"));
        let owner = wire::name(Some("example"));
        reply.authority.push(Record { owner, kind: wire::NS, ttl: 60, data });
    } else {
        tell(&mut reply, habits, zone, asked);
    }
    if habits.alters_case {
        reply.question.make_ascii_lowercase();
    }
    let mut bytes = reply.bytes();
    let payload = asked.payload.map_or(512, |payload| payload.max(512));
    let is_truncated = bytes.len() > payload.into() || random.chance(habits.truncates);
    if !is_stream && is_truncated {
        reply = reply.emptied();
        reply.flags[0] |= TRUNCATED;
        bytes = reply.bytes();
    }
    if is_stream && random.chance(habits.cuts) {
        let kept = random.below(bytes.len() + 2);
        return Reaction::Cuts(bytes, kept);
    }
    Reaction::Says(bytes)
}

fn error(habits: &Habits, asked: &Asked, random: &mut Random) -> Option<u8> {
    if asked.payload.is_some() && habits.edns != Edns::Known {
        Some(FORMERR)
    } else if random.chance(habits.fails) {
        Some(SERVFAIL)
    } else if random.chance(habits.refuses) {
        Some(REFUSED)
    } else {
        None
    }
}

/// Tells what there is.
fn tell(reply: &mut Reply, habits: &Habits, zone: &Zone, asked: &Asked) {
    let Some((which, place)) = zone.find(asked) else {
        reply.flags[1] |= REFUSED;
        return;
    };
    let entry = &zone.entries[which];
    let Told { mut cnames, mut records, soa, is_nameless } = entry.tell(place);
    if habits.repeats {
        records.extend(records.first().cloned());
    }
    if habits.is_backward {
        cnames.reverse();
        records.extend(cnames);
        reply.answers = records;
    } else {
        cnames.extend(records);
        reply.answers = cnames;
    }
    reply.authority.extend(soa);
    if is_nameless {
        reply.flags[1] |= NXDOMAIN;
    }
    if entry.is_secure {
        reply.flags[1] |= AUTHENTIC;
    }
}

/// Bytes that mean nothing, some of which begin well.
fn garble(reply: &Reply, random: &mut Random) -> Vec<u8> {
    let mut bytes = match random.below(3) {
        0 => Vec::new(),
        1 => reply.id.to_vec(),
        _ => {
            let mut bytes = reply.bytes();
            // One record is announced, and does not come.
            bytes[7] = 1;
            bytes.truncate(wire::HEADER + reply.question.len());
            return bytes;
        }
    };
    let length = random.scale(0, 600);
    bytes.extend((0..length).map(|_| random.next() as u8));
    bytes
}
