//! What is asked of TLS: by main.cf of all servers, and by `smtp_tls_policy_maps` of some.

mod attributes;
mod demands;
mod entry;
mod patterns;
mod require_tls;

pub use demands::{Demands, Grades};
pub use entry::BadPolicy;
pub use patterns::ExchangerPatterns;
pub use require_tls::{BadRequireTls, RequireTlsPolicy};

use envoi_driver::tls::Policy;

/// What is asked of the servers of a next hop.
#[derive(Clone, Debug)]
pub struct Demand {
    /// What is asked of their TLS.
    pub policy: Policy,
    /// What mail exchangers have to be called (`mx_host_pattern=`); none if nothing is said of it.
    pub exchangers: ExchangerPatterns,
}

/// The keys under which `smtp_tls_policy_maps` is asked for a next hop, as it was written: the
/// whole of it, and for a domain those above it, each with a dot before it.
pub fn keys(next_hop: &str) -> impl Iterator<Item = &str> {
    let next_hop = next_hop.strip_prefix("inet:").unwrap_or(next_hop);
    let is_domain =
        !next_hop.contains(['[', ':', '/']) && next_hop.parse::<std::net::IpAddr>().is_err();
    let above = next_hop.char_indices().skip(1).filter(|(_, c)| *c == '.').map(|(dot, _)| dot);
    std::iter::once(next_hop).chain(above.filter(move |_| is_domain).map(|dot| &next_hop[dot..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_domains_have_others_above_them() {
        for (next_hop, expected) in [
            ("example.com", "example.com .com"),
            ("mail.example.com", "mail.example.com .example.com .com"),
            ("[mail.example.com]", "[mail.example.com]"),
            ("[mail.example.com]:587", "[mail.example.com]:587"),
            ("example.com:587", "example.com:587"),
            ("inet:example.com", "example.com .com"),
            ("192.0.2.1", "192.0.2.1"),
            ("unix:/run/lmtp", "unix:/run/lmtp"),
            (".example.com", ".example.com .com"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(keys(next_hop).collect::<Vec<_>>().join(" "), expected);
        }
    }
}
