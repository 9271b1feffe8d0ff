//! A question under way.

use alloc::vec::Vec;
use core::time::Duration;

use smallvec::SmallVec;

use super::SocketId;
use super::server::Plan;
use crate::answer::{Answer, Lack};
use crate::message::{Detour, Inquiry};
use crate::name::Name;
use crate::query::Query;
use crate::time::Instant;

/// The place of a lookup.
pub(super) type Key = usize;

/// A question under way: which name is asked about, and what has come of it.
#[derive(Debug)]
pub(super) struct Lookup {
    /// As it was asked.
    pub(super) query: Query,
    /// The name that is asked about.
    pub(super) name: Name,
    /// Names to be tried after it, the last one first.
    names: SmallVec<[Name; 1]>,
    /// Whether the name of the question is tried before those that complete it.
    is_first: bool,
    /// What is answered if no name has records.
    lack: Option<Answer>,
    /// Names that were asked about before CNAMEs led on.
    visited: Vec<Name>,
    /// Where CNAMEs have led.
    detour: Option<Detour>,
    pub(super) plan: Plan,
    pub(super) flight: Option<Flight>,
    /// How often servers have been asked.
    pub(super) queries: usize,
    /// When nobody is asked any more.
    pub(super) gives_up: Instant,
}

/// A question that a server has been asked.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) inquiry: Inquiry,
    pub(super) attempt: Attempt,
    pub(super) socket: SocketId,
    pub(super) sent: Instant,
    pub(super) deadline: Instant,
}

/// How a server is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// The place of the server.
    pub(super) server: usize,
    pub(super) transport: Transport,
    pub(super) edns: bool,
    /// Whether it has answered in another case.
    pub(super) alters_case: bool,
    /// Whether a stream ended without the answer.
    pub(super) has_lost_stream: bool,
}

/// How messages travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Transport {
    Datagram,
    Stream,
}

impl Lookup {
    /// A lookup of the last of several names, and then of the others.
    pub(super) fn new(
        query: Query,
        mut names: SmallVec<[Name; 1]>,
        first: usize,
        now: Instant,
    ) -> Self {
        let name = names.pop().unwrap_or_else(|| query.name.clone());
        let is_first = name == query.name;
        Self {
            query,
            name,
            names,
            is_first,
            lack: None,
            visited: Vec::new(),
            detour: None,
            plan: Plan::new(first),
            flight: None,
            queries: 0,
            gives_up: now + PATIENCE_MAX,
        }
    }

    /// How many CNAMEs have led to the name that is asked about.
    pub(super) fn links(&self) -> usize {
        self.detour.as_ref().map_or(0, |detour| detour.links)
    }

    /// Turns to the name to which CNAMEs lead, if that makes sense.
    pub(super) fn follow(&mut self, mut detour: Detour) -> Result<(), Answer> {
        if let Some(before) = self.detour.take() {
            detour.ttl = detour.ttl.min(before.ttl);
            detour.is_secure &= before.is_secure;
        }
        let name = detour.canonical.clone();
        self.visited.push(core::mem::replace(&mut self.name, name));
        self.detour = Some(detour);
        self.plan = self.plan.again();
        if self.visited.contains(&self.name) {
            return Err(Answer::lacking(Lack::Malformed));
        }
        if self.visited.len() > DETOURS_MAX {
            return Err(Answer::lacking(Lack::NoData));
        }
        Ok(())
    }

    /// Takes the answer about the name that is asked about. Gives the answer to the question,
    /// unless there is another name to be tried.
    pub(super) fn settle(&mut self, mut answer: Answer) -> Option<Answer> {
        if let Some(detour) = self.detour.take() {
            answer.ttl = answer.ttl.min(detour.ttl);
            answer.is_secure &= detour.is_secure;
        }
        if self.name != self.query.name && answer.canonical.is_none() {
            answer.canonical = Some(self.name.clone().into());
        }
        if !matches!(answer.records, Err(Lack::NoName | Lack::NoData)) {
            return Some(answer);
        }
        let lack = self.worse(answer);
        let Some(name) = self.names.pop() else { return Some(lack) };
        self.lack = Some(lack);
        self.name = name;
        self.visited.clear();
        self.plan = self.plan.again();
        None
    }

    /// What two lacks of records come to: as with the system's resolver, what there is to say of
    /// the name as it is if that is tried first, or else that a name has other records.
    fn worse(&mut self, answer: Answer) -> Answer {
        let Some(before) = self.lack.take() else { return answer };
        let ttl = before.ttl.min(answer.ttl);
        let is_secure = before.is_secure && answer.is_secure;
        let keeps = self.is_first || before.records == Err(Lack::NoData);
        Answer { ttl, is_secure, ..if keeps { before } else { answer } }
    }
}

/// Longest time for a question, whatever the number of servers and rounds.
pub(super) const PATIENCE_MAX: Duration = Duration::from_secs(300);

/// Most messages that servers are sent for a question.
pub(super) const QUERIES_MAX: usize = 64;

/// How often a name is asked about to which CNAMEs lead that are by themselves.
pub(super) const DETOURS_MAX: usize = 8;
