//! Names that may be incomplete.

use alloc::vec::Vec;

use crate::name::Name;
use crate::resolv_conf::ResolvConf;

/// How names are completed before they are looked up (`smtp_dns_resolver_options`, not at all).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Search {
    /// Domains that names are completed with (`search` in resolv.conf).
    pub domains: Vec<Name>,
    /// Names with as many dots are tried as they are first (`ndots`).
    pub ndots: usize,
    /// Whether names without a dot are completed with the first domain (`res_defnames`).
    pub completes: bool,
    /// Whether names with a dot are completed too, and with every domain in turn (`res_dnsrch`).
    pub searches: bool,
}

impl Search {
    /// The domains of resolv.conf(5), of which nothing is made yet.
    pub fn new(conf: &ResolvConf) -> Self {
        let (completes, searches) = (false, false);
        Self { domains: conf.search.clone(), ndots: conf.ndots, completes, searches }
    }

    /// Whether any name is completed.
    pub fn is_used(&self) -> bool {
        !self.domains.is_empty() && (self.completes || self.searches)
    }

    /// The names to be looked up in the place of this one, until one of them is there: as the
    /// system's own resolver has it. It is among them itself.
    pub fn candidates(&self, name: &Name) -> Vec<Name> {
        let dots = name.dots();
        let applies = if dots == 0 { self.completes } else { self.searches };
        let count = if self.searches { self.domains.len() } else { 1 };
        let domains = self.domains.iter().take(count).filter(|_| applies);
        let mut names: Vec<Name> = domains.filter_map(|domain| name.below(domain).ok()).collect();
        let place = if dots >= self.ndots { 0 } else { names.len() };
        names.insert(place, name.clone());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_the_system_does() {
        let domains: Vec<Name> =
            ["one.example", "two.example"].map(|domain| domain.parse().unwrap()).into();
        for (completes, searches, ndots, name, candidates) in [
            (false, false, 1, "mx", &["mx"][..]),
            (true, false, 1, "mx", &["mx.one.example", "mx"]),
            (true, false, 1, "mx.a", &["mx.a"]),
            (true, true, 1, "mx", &["mx.one.example", "mx.two.example", "mx"]),
            (true, true, 1, "mx.a", &["mx.a", "mx.a.one.example", "mx.a.two.example"]),
            (true, true, 2, "mx.a", &["mx.a.one.example", "mx.a.two.example", "mx.a"]),
            (false, true, 1, "mx.a", &["mx.a", "mx.a.one.example", "mx.a.two.example"]),
            (false, true, 1, "mx", &["mx"]),
        ] {
            let search = Search { domains: domains.clone(), ndots, completes, searches };
            assert_eq!(search.is_used(), completes || searches);
            let names = search.candidates(&name.parse().unwrap());
            let names: Vec<&str> = names.iter().map(Name::as_str).collect();
            assert_eq!(names, candidates, "{search:?}");
        }
        let nowhere = Search { completes: true, searches: true, ..Search::default() };
        assert!(!nowhere.is_used());
        assert_eq!(nowhere.candidates(&domains[0]), domains[..1]);
    }

    #[test]
    fn a_name_that_would_be_too_long_is_left_out() {
        let long = [&*"a".repeat(60), ".example"].concat().repeat(3).replace("examplea", "e.a");
        let search = Search {
            domains: [long.parse().unwrap(), "b.example".parse().unwrap()].into(),
            ndots: 1,
            completes: true,
            searches: true,
        };
        let name: Name = "x".repeat(60).parse().unwrap();
        let names = search.candidates(&name);
        assert_eq!(names.len(), 2);
        assert!(names[0].as_str().ends_with(".b.example"));
    }
}
