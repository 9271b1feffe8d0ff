//! What routing depends on beside the DNS.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The rules by which hosts are found and put in order. The names in brackets are Postfix's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rules {
    /// Whether the DNS is asked at all (`disable_dns_lookups`, no). If not, hosts are found by the
    /// system alone, and there is no MX.
    pub dns: bool,
    /// How the addresses of a host are found (`smtp_host_lookup`, dns).
    pub host_lookup: HostLookup,
    /// Which addresses are used (`inet_protocols`, all).
    pub families: Families,
    /// Which are tried first, among hosts of the same preference (`smtp_address_preference`, any).
    pub prefers: Option<Family>,
    /// Whether both families are kept when there are more than `address_limit`
    /// (`smtp_balance_inet_protocols`, yes).
    pub balance: bool,
    /// Whether hosts of the same preference are shuffled (`smtp_randomize_addresses`, yes).
    pub shuffle: bool,
    /// Most addresses that are tried (`smtp_mx_address_limit`, 5); zero is no limit either.
    pub address_limit: Option<usize>,
    /// Whether a domain whose MX lookup fails is taken to have none (`ignore_mx_lookup_error`, no).
    pub ignore_mx_error: bool,
    /// Whether mail waits when no exchanger has an address
    /// (`smtp_defer_if_no_mx_address_found`, no).
    pub defer_without_address: bool,
    /// Whether a server is called by the name that CNAMEs lead to
    /// (`smtp_cname_overrides_servername`, no).
    pub canonical_names: bool,
    /// Services that are looked up by SRV (`use_srv_lookup`, none), in lower case.
    pub srv_services: Vec<Box<str>>,
    /// Whether MX or addresses do where there is no SRV (`allow_srv_lookup_fallback`, no).
    pub srv_fallback: bool,
    /// Whether MX or addresses do where the SRV lookup fails (`ignore_srv_lookup_error`, no).
    pub ignore_srv_error: bool,
    /// Addresses at which this machine takes mail (`inet_interfaces`, `proxy_interfaces`); none if
    /// mail cannot loop, as that of LMTP.
    pub own_addresses: Vec<IpAddr>,
    /// The port, where a destination names none (`smtp_tcp_port`, 25; `lmtp_tcp_port`, 24).
    pub port: u16,
}

/// Where the addresses of a host are looked for, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HostLookup {
    /// In the DNS.
    Dns,
    /// Where the system looks: hosts(5) and whatever else it is set up with.
    Native,
    /// In the DNS, and if the host is not found there, where the system looks.
    DnsThenNative,
}

/// Address families.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Families {
    /// IPv4 alone.
    Ipv4,
    /// IPv6 alone.
    Ipv6,
    /// Both.
    All,
}

/// An address family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Rules {
    /// Whether this machine takes mail at the address.
    pub(crate) fn is_own(&self, address: IpAddr) -> bool {
        // ::ffff:192.0.2.1 leads where 192.0.2.1 does.
        self.own_addresses.contains(&address.to_canonical())
    }
}

impl Families {
    /// Whether the family is one of them.
    pub fn include(self, family: Family) -> bool {
        match self {
            Self::Ipv4 => family == Family::Ipv4,
            Self::Ipv6 => family == Family::Ipv6,
            Self::All => true,
        }
    }
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            dns: true,
            host_lookup: HostLookup::Dns,
            families: Families::All,
            prefers: None,
            balance: true,
            shuffle: true,
            address_limit: Some(5),
            ignore_mx_error: false,
            defer_without_address: false,
            canonical_names: false,
            srv_services: Vec::new(),
            srv_fallback: false,
            ignore_srv_error: false,
            own_addresses: Vec::new(),
            port: 25,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_family() {
        for (address, families) in [
            ("192.0.2.1", [true, false, true]),
            ("2001:db8::1", [false, true, true]),
            ("::ffff:192.0.2.1", [false, true, true]),
        ] {
            let family = Family::of(address.parse().unwrap());
            let all = [Families::Ipv4, Families::Ipv6, Families::All];
            assert_eq!(all.map(|all| all.include(family)), families, "{address}");
        }
    }

    #[test]
    fn our_addresses_are_known_in_either_form() {
        let own = ["192.0.2.1", "2001:db8::1"].map(|address| address.parse().unwrap());
        let rules = Rules { own_addresses: own.into(), ..Rules::default() };
        let is_own = |address: &str| rules.is_own(address.parse().unwrap());
        assert!(is_own("192.0.2.1") && is_own("::ffff:192.0.2.1") && is_own("2001:db8::1"));
        assert!(!is_own("192.0.2.2") && !is_own("::ffff:192.0.2.2") && !is_own("::192.0.2.1"));
    }
}
