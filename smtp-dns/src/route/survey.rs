//! What the answers about hosts come to.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::candidates::{ADDRESSES_MAX, Candidate, Candidates, arrange, limit};
use super::exchangers::Exchangers;
use super::lookup::Lookup;
use super::random::Random;
use crate::failure::Failure;
use crate::host::{LeftOut, Omission};
use crate::rules::Rules;

/// A look at all hosts of a destination.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub(super) exchangers: &'a Exchangers,
    pub(super) source: Source,
    pub(super) rules: &'a Rules,
    /// Whether our own addresses matter.
    pub(super) detects_loops: bool,
    /// What the destination is called in a failure.
    pub(super) subject: &'a Arc<str>,
    pub(super) random: Random,
}

/// Where hosts are named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Source {
    /// Nowhere: the destination is the host.
    Itself,
    Mx,
    Srv,
}

/// What a survey shows.
#[derive(Debug)]
pub(super) struct Findings {
    /// The addresses to be tried, in order.
    pub(super) candidates: Candidates,
    /// Why there are none, if there are none.
    pub(super) failure: Option<Failure>,
    /// Whether an address is ours.
    pub(super) leads_here: bool,
}

impl Survey<'_> {
    /// The address that will be the first, whatever the answers that are still to come.
    pub(super) fn first(mut self) -> Option<Candidate> {
        let exchangers = self.exchangers;
        let mut candidates = Candidates::new();
        let mut places = 0..exchangers.all.len();
        for group in exchangers.all.chunk_by(|a, b| a.preference == b.preference) {
            let is_complete = |one| exchangers.lookup_of(one).is_complete();
            if !group.iter().all(is_complete) {
                return None;
            }
            for place in places.by_ref().take(group.len()) {
                if self.gather(place, &mut candidates) {
                    return None;
                }
            }
            // A preference without addresses is as good as none.
            if !candidates.is_empty() {
                self.arrange(&mut candidates);
                return candidates.first().copied();
            }
        }
        None
    }

    /// All of it, when all questions are answered.
    pub(super) fn findings(mut self, left_out: &mut Vec<LeftOut>) -> Findings {
        let exchangers = self.exchangers;
        let preference = |one: &Candidate| exchangers.all[one.exchanger].preference;
        let mut candidates = Candidates::new();
        let mut our_preference = None;
        for (place, exchanger) in exchangers.all.iter().enumerate() {
            if self.gather(place, &mut candidates) {
                our_preference.get_or_insert(exchanger.preference);
            }
        }
        let mut failure = self.leave_out_hosts(&candidates, left_out);
        if let Some(ours) = our_preference {
            failure = self.cut(&mut candidates, ours, left_out);
        }
        for group in candidates.chunk_by_mut(|a, b| preference(a) == preference(b)) {
            self.arrange(group);
        }
        limit(&mut candidates, self.rules, |one| {
            left_out.push(self.left_out(one.exchanger, Some(one.address), Omission::TooMany));
        });
        Findings { candidates, failure, leads_here: our_preference.is_some() }
    }

    /// Adds the addresses of an exchanger, and says whether one of them is ours.
    fn gather(&self, place: usize, candidates: &mut Candidates) -> bool {
        let mut is_ours = false;
        for address in self.lookup(place).addresses(self.rules.families) {
            is_ours |= self.is_ours(address);
            if candidates.len() < ADDRESSES_MAX {
                candidates.push(Candidate { address, exchanger: place });
            }
        }
        is_ours
    }

    /// Puts candidates of one preference in order.
    fn arrange(&mut self, group: &mut [Candidate]) {
        match self.source {
            Source::Itself | Source::Mx => arrange(group, self.rules, &mut self.random),
            // Their order is that of their weights.
            Source::Srv => {}
        }
    }

    /// Leaves out what hosts lack, and says why there are no candidates if there are none: for the
    /// reason of the last host, which is soft if any is.
    fn leave_out_hosts(
        &self,
        candidates: &[Candidate],
        left_out: &mut Vec<LeftOut>,
    ) -> Option<Failure> {
        let families = self.rules.families;
        let mut failure = None;
        let mut is_soft = self.source == Source::Mx && self.rules.defer_without_address;
        for place in 0..self.exchangers.all.len() {
            let lookup = self.lookup(place);
            let before = left_out.len();
            for address in lookup.unused_addresses(families).take(ADDRESSES_MAX) {
                left_out.push(self.left_out(place, Some(address), Omission::Family));
            }
            let found = lookup.addresses(families).count();
            if found == 0 {
                let reason = lookup.failure(self.rules);
                is_soft |= reason.is_soft();
                // A destination that is the host itself has the reason as its failure.
                if self.source != Source::Itself && left_out.len() == before {
                    let reason = Omission::Unresolved(reason.clone().into());
                    left_out.push(self.left_out(place, None, reason));
                }
                failure = Some(reason);
            } else if candidates.len() == ADDRESSES_MAX
                && candidates.iter().filter(|one| one.exchanger == place).count() < found
            {
                left_out.push(self.left_out(place, None, Omission::Beyond));
            }
        }
        let failure = failure.filter(|_| candidates.is_empty())?;
        Some(if is_soft { failure.softened() } else { failure })
    }

    /// Leaves out what is no better than we are, and says why there are no candidates if there are
    /// none.
    fn cut(
        &self,
        candidates: &mut Candidates,
        ours: u16,
        left_out: &mut Vec<LeftOut>,
    ) -> Option<Failure> {
        let all = &self.exchangers.all;
        let better = candidates.iter().take_while(|one| all[one.exchanger].preference < ours);
        for one in candidates.drain(better.count()..) {
            let reason = match self.is_ours(one.address) {
                true => Omission::Ourselves,
                false => Omission::NoBetterThanOurselves,
            };
            left_out.push(self.left_out(one.exchanger, Some(one.address), reason));
        }
        if !candidates.is_empty() {
            return None;
        }
        // Better ones that have no address may have one again.
        let is_best = all.first().is_some_and(|best| best.preference == ours);
        let subject = self.subject.clone();
        Some(if is_best { Failure::Loop(subject) } else { Failure::NoPrimaryRelay(subject) })
    }

    fn is_ours(&self, address: IpAddr) -> bool {
        self.detects_loops && self.rules.is_own(address)
    }

    fn lookup(&self, place: usize) -> &Lookup {
        self.exchangers.lookup_of(&self.exchangers.all[place])
    }

    fn left_out(&self, place: usize, address: Option<IpAddr>, reason: Omission) -> LeftOut {
        let name = self.lookup(place).subject.name().cloned();
        let exchanger = &self.exchangers.all[place];
        let preference = (self.source != Source::Itself).then_some(exchanger.preference);
        LeftOut { name, address, preference, reason }
    }
}
