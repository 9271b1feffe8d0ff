//! Names that are not complete.

use smallvec::SmallVec;

use crate::name::Name;
use crate::resolv_conf::ResolvConf;

/// Which names are completed with domains of resolv.conf (`smtp_dns_resolver_options`, none).
///
/// Names with at least `ndots` dots are tried as they are first, others last. The next name is
/// tried only when it is certain that there are no records for the one before: no temporary
/// trouble leads mail to another host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Completion {
    /// Names without a dot (`res_defnames`): with the first domain, or if there is `search`, with
    /// each.
    pub undotted: bool,
    /// Names with dots, with each domain (`res_dnsrch`).
    pub search: bool,
}

impl Completion {
    /// The names to be tried, the last one first.
    pub(super) fn names(self, name: &Name, config: &ResolvConf) -> SmallVec<[Name; 1]> {
        let is_dotted = name.dots() > 0;
        let domains = match (is_dotted, self) {
            (true, Self { search: true, .. }) => SEARCH_MAX,
            (false, Self { undotted: true, search: true }) => SEARCH_MAX,
            (false, Self { undotted: true, search: false }) => 1,
            (true, Self { search: false, .. }) | (false, Self { undotted: false, .. }) => 0,
        };
        let domains = config.search.iter().take(domains);
        let mut names: SmallVec<_> = domains.filter_map(|domain| name.below(domain).ok()).collect();
        names.reverse();
        if name.dots() >= config.ndots {
            names.push(name.clone());
        } else {
            names.insert(0, name.clone());
        }
        names
    }
}

/// Most domains that a name is completed with.
const SEARCH_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString as _};
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::*;

    fn names(name: &str, completion: Completion, ndots: usize) -> Vec<String> {
        let config = ResolvConf {
            servers: Vec::new(),
            search: ["a.example", "b.example"].map(|name| name.parse().unwrap()).into(),
            ndots,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
            use_tcp: false,
            edns: true,
            trust_ad: false,
        };
        let names = completion.names(&name.parse().unwrap(), &config);
        names.iter().rev().map(Name::to_string).collect()
    }

    #[test]
    fn names_are_completed_as_resolv_conf_says() {
        let [none, undotted, search, both] =
            [(false, false), (true, false), (false, true), (true, true)]
                .map(|(undotted, search)| Completion { undotted, search });
        for (name, completion, ndots, expected) in [
            ("mx", none, 1, &["mx"][..]),
            ("mx", undotted, 1, &["mx.a.example", "mx"]),
            ("mx", search, 1, &["mx"]),
            ("mx", both, 1, &["mx.a.example", "mx.b.example", "mx"]),
            ("mx", both, 0, &["mx", "mx.a.example", "mx.b.example"]),
            ("x.y", none, 1, &["x.y"]),
            ("x.y", undotted, 1, &["x.y"]),
            ("x.y", search, 1, &["x.y", "x.y.a.example", "x.y.b.example"]),
            ("x.y", search, 2, &["x.y.a.example", "x.y.b.example", "x.y"]),
        ] {
            assert_eq!(names(name, completion, ndots), expected, "{completion:?} {ndots}");
        }
    }

    #[test]
    fn what_would_be_too_long_is_not_tried() {
        let long = format!("{}a", "a.".repeat(124));
        assert_eq!(names(&long, Completion { undotted: false, search: true }, 1), [long]);
    }
}
