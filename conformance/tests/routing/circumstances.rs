//! What smtp(8) and we are set up with, the same for both.

use std::net::IpAddr;
use std::sync::Arc;

use conformance::servers::{OWN_ADDRESS, Protocol, Route};
use envoi_driver::Policy;
use envoi_driver::dns::{Destination, Families, Family, Rules};

/// Parameters in Postfix's words, and what they are in ours.
#[derive(Clone)]
pub(crate) struct Circumstances {
    parameters: Vec<(String, String)>,
    pub(crate) policy: Policy,
}

impl Circumstances {
    /// Postfix's defaults, but that nothing is shuffled. Mail may loop at port 25 alone.
    pub(crate) fn at(port: u16) -> Self {
        let own = ["127.0.0.1", "::1"].map(|own| own.parse::<IpAddr>().unwrap());
        let own_addresses = own.into_iter().chain([OWN_ADDRESS.into()]).collect();
        let rules = Rules { shuffle: false, port, own_addresses, ..Rules::default() };
        let policy = Policy { rules: Arc::new(rules), ..Policy::default() };
        let parameters = [
            ("disable_dns_lookups", "no"),
            ("smtp_host_lookup", "dns"),
            ("inet_protocols", "all"),
            ("smtp_randomize_addresses", "no"),
            ("smtp_tcp_port", &port.to_string()),
            ("proxy_interfaces", &OWN_ADDRESS.to_string()),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { parameters: parameters.into(), policy }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let rules = Arc::make_mut(&mut self.policy.rules);
        let is_yes = value == "yes";
        match name {
            "ignore_mx_lookup_error" => rules.ignore_mx_error = is_yes,
            "inet_protocols" => {
                rules.families = match value {
                    "ipv4" => Families::Ipv4,
                    "ipv6" => Families::Ipv6,
                    _ => panic!("{name}={value}"),
                }
            }
            "smtp_address_preference" => {
                rules.prefers = match value {
                    "ipv4" => Some(Family::Ipv4),
                    "ipv6" => Some(Family::Ipv6),
                    _ => panic!("{name}={value}"),
                }
            }
            "smtp_balance_inet_protocols" => rules.balance = is_yes,
            "smtp_cname_overrides_servername" => rules.canonical_names = is_yes,
            "smtp_defer_if_no_mx_address_found" => rules.defer_without_address = is_yes,
            "smtp_fallback_relay" => self.policy.fallback_relay = next_hops(value),
            "smtp_mx_address_limit" => rules.address_limit = Some(value.parse().unwrap()),
            "smtp_mx_session_limit" => self.policy.session_limit = Some(value.parse().unwrap()),
            _ => panic!("{name} is not known"),
        }
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A transport of Postfix's; without a next hop, it leads to the recipient's domain.
    pub(crate) fn route(&self, name: &str, next_hop: &str) -> Route {
        Route {
            name: name.to_owned(),
            protocol: Protocol::Smtp,
            next_hop: next_hop.to_owned(),
            parameters: self.parameters.clone(),
        }
    }
}

/// Reads a list of destinations.
pub(crate) fn next_hops(text: &str) -> Vec<Destination> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().unwrap()).collect()
}
