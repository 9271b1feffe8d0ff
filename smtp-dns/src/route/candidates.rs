//! Addresses, in the order in which they are tried.

use core::net::IpAddr;

use smallvec::SmallVec;

use super::random::Random;
use crate::rules::{Family, Rules};

/// An address that may be tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Candidate {
    pub(super) address: IpAddr,
    /// The place of its exchanger.
    pub(super) exchanger: usize,
}

/// Addresses that may be tried, the best first.
pub(super) type Candidates = SmallVec<[Candidate; 8]>;

/// Puts the addresses of exchangers of one preference in order.
///
/// Each preference is shuffled for itself, in the order of preferences: what a worse one has
/// changes nothing in a better one.
pub(super) fn arrange(group: &mut [Candidate], rules: &Rules, random: &mut Random) {
    if rules.shuffle {
        random.shuffle(group);
    }
    if let Some(preferred) = rules.prefers {
        group.sort_by_key(|candidate| Family::of(candidate.address) != preferred);
    }
}

/// Leaves no more addresses than are allowed; what goes is given to `excess`.
pub(super) fn limit(candidates: &mut Candidates, rules: &Rules, mut excess: impl FnMut(Candidate)) {
    let Some(most) = rules.address_limit.filter(|most| *most > 0) else { return };
    if candidates.len() <= most {
        return;
    }
    let is_ipv6 = |candidate: &Candidate| Family::of(candidate.address) == Family::Ipv6;
    let ipv6 = candidates.iter().filter(|candidate| is_ipv6(candidate)).count();
    let counts = Counts { ipv4: candidates.len() - ipv6, ipv6 };
    if !rules.balance || counts.ipv4 == 0 || counts.ipv6 == 0 {
        candidates.drain(most..).for_each(excess);
        return;
    }
    let mut left = counts.balanced(most, Family::of(candidates[0].address));
    candidates.retain(|candidate| {
        let share = if is_ipv6(candidate) { &mut left.ipv6 } else { &mut left.ipv4 };
        let is_kept = *share > 0;
        if is_kept {
            *share -= 1;
        } else {
            excess(*candidate);
        }
        is_kept
    });
}

/// How many addresses there are of each family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Counts {
    ipv4: usize,
    ipv6: usize,
}

impl Counts {
    /// How many are kept of each if `most` are kept: half of each, as far as there are as many. An
    /// odd one is of the family that is tried first.
    fn balanced(self, most: usize, first: Family) -> Self {
        let half = most / 2;
        if self.ipv6 <= half {
            return Self { ipv4: most - self.ipv6, ..self };
        }
        if self.ipv4 <= half {
            return Self { ipv6: most - self.ipv4, ..self };
        }
        match first {
            Family::Ipv4 => Self { ipv4: most - half, ipv6: half },
            Family::Ipv6 => Self { ipv4: half, ipv6: most - half },
        }
    }
}

/// Most addresses of a destination that are looked at.
pub(super) const ADDRESSES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    /// `464` is an IPv4 address between two of IPv6.
    fn candidates(families: &str) -> Candidates {
        let candidate = |(exchanger, family)| {
            let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
            Candidate { address: if family == '4' { v4 } else { v6 }, exchanger }
        };
        families.chars().enumerate().map(candidate).collect()
    }

    fn families(candidates: &[Candidate]) -> String {
        let family = |candidate: &Candidate| match Family::of(candidate.address) {
            Family::Ipv4 => '4',
            Family::Ipv6 => '6',
        };
        candidates.iter().map(family).collect()
    }

    fn limited(before: &str, most: usize, balance: bool) -> String {
        let rules = Rules { address_limit: Some(most), balance, ..Rules::default() };
        let mut kept = candidates(before);
        let mut gone = 0;
        limit(&mut kept, &rules, |_| gone += 1);
        assert_eq!(kept.len() + gone, before.len());
        assert!(kept.is_sorted_by_key(|candidate| candidate.exchanger));
        families(&kept)
    }

    #[test]
    fn families_are_balanced_within_the_limit() {
        for (before, most, after) in [
            ("444466", 5, "44466"),
            ("666644", 5, "66644"),
            ("666664", 5, "66664"),
            ("444446", 5, "44446"),
            ("66666444", 5, "66644"),
            ("44444666", 5, "44466"),
            ("46666666", 4, "4666"),
            ("66664444", 4, "6644"),
            ("44446666", 1, "4"),
            ("66664444", 1, "6"),
            ("44466", 5, "44466"),
            ("4444444", 5, "44444"),
            ("6666666", 5, "66666"),
            ("664466", 0, "664466"),
        ] {
            assert_eq!(limited(before, most, true), after, "{most} of {before}");
        }
        assert_eq!(limited("66666444", 5, false), "66666");
    }

    #[test]
    fn the_first_is_kept_in_any_case() {
        for count in 1..10_u32 {
            for bits in 0..1_u32 << count {
                let family = |i| if bits >> i & 1 == 0 { '4' } else { '6' };
                let before: String = (0..count).map(family).collect();
                for most in 1..10 {
                    let after = limited(&before, most, true);
                    assert_eq!(after[..1], before[..1]);
                    assert_eq!(after.len(), most.min(before.len()));
                }
            }
        }
    }

    #[test]
    fn a_family_that_is_preferred_comes_first() {
        for prefers in [Family::Ipv4, Family::Ipv6] {
            let rules = Rules { prefers: Some(prefers), ..Rules::default() };
            for seed in 0..20 {
                let mut group = candidates("4646");
                arrange(&mut group, &rules, &mut Random::new(seed));
                assert!(group.is_sorted_by_key(|c| Family::of(c.address) != prefers));
            }
        }
    }

    #[test]
    fn without_shuffling_the_order_stays() {
        let rules = Rules { shuffle: false, ..Rules::default() };
        let mut group = candidates("464646");
        arrange(&mut group, &rules, &mut Random::new(7));
        assert_eq!(group, candidates("464646"));
        let rules = Rules { prefers: Some(Family::Ipv6), ..rules };
        arrange(&mut group, &rules, &mut Random::new(7));
        assert_eq!(group.iter().map(|c| c.exchanger).collect::<Vec<_>>(), [1, 3, 5, 0, 2, 4]);
    }
}
