//! What a route is set up with: the `with` lines of a route file.

use std::net::IpAddr;

use envoi_dns::{Destination, Families, Family, HostLookup, Rules, Services, Syntax};

use crate::dialogue::value::{choice, list, parse, yes};

/// The circumstances of a route.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    destination: String,
    syntax: Syntax,
    pub(super) rules: Rules,
    pub(super) seed: u64,
}

impl Setup {
    /// The defaults: mail for `example.com`, and no order but that of the answers.
    pub(super) fn new() -> Self {
        Self {
            destination: "example.com".into(),
            syntax: Syntax::Smtp,
            rules: Rules { shuffle: false, ..Rules::default() },
            seed: 0,
        }
    }

    /// Takes a setting.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let known = SETTINGS.iter().find(|(known, _)| *known == name);
        let (_, set) = known.ok_or_else(|| format!("unknown setting {name:?}"))?;
        set(self, value)
    }

    pub(super) fn destination(&self) -> Result<Destination, String> {
        Destination::parse(&self.destination, self.syntax, &Services::default())
            .map_err(|error| error.to_string())
    }
}

type Set = fn(&mut Setup, &str) -> Result<(), String>;

/// Every setting, by its name.
const SETTINGS: &[(&str, Set)] = &[
    ("destination", |s, v| {
        s.destination = v.into();
        Ok(())
    }),
    ("protocol", |s, v| {
        let (syntax, port) =
            choice(v, &[("smtp", (Syntax::Smtp, 25)), ("lmtp", (Syntax::Lmtp, 24))])?;
        (s.syntax, s.rules.port) = (syntax, port);
        Ok(())
    }),
    ("seed", |s, v| parse(v).map(|v| s.seed = v)),
    ("tcp_port", |s, v| parse(v).map(|v| s.rules.port = v)),
    ("disable_dns_lookups", |s, v| yes(v).map(|v| s.rules.dns = !v)),
    ("host_lookup", |s, v| {
        let words = [
            ("dns", HostLookup::Dns),
            ("native", HostLookup::Native),
            ("dns,native", HostLookup::DnsThenNative),
        ];
        choice(v, &words).map(|v| s.rules.host_lookup = v)
    }),
    ("inet_protocols", |s, v| {
        let words = [("all", Families::All), ("ipv4", Families::Ipv4), ("ipv6", Families::Ipv6)];
        choice(v, &words).map(|v| s.rules.families = v)
    }),
    ("address_preference", |s, v| {
        let words = [("any", None), ("ipv4", Some(Family::Ipv4)), ("ipv6", Some(Family::Ipv6))];
        choice(v, &words).map(|v| s.rules.prefers = v)
    }),
    ("balance_inet_protocols", |s, v| yes(v).map(|v| s.rules.balance = v)),
    ("randomize_addresses", |s, v| yes(v).map(|v| s.rules.shuffle = v)),
    ("mx_address_limit", |s, v| parse(v).map(|v| s.rules.address_limit = Some(v))),
    ("ignore_mx_lookup_error", |s, v| yes(v).map(|v| s.rules.ignore_mx_error = v)),
    ("defer_if_no_mx_address_found", |s, v| yes(v).map(|v| s.rules.defer_without_address = v)),
    ("cname_overrides_servername", |s, v| yes(v).map(|v| s.rules.canonical_names = v)),
    ("use_srv_lookup", |s, v| {
        s.rules.srv_services = list(v).map(Into::into).collect();
        Ok(())
    }),
    ("allow_srv_lookup_fallback", |s, v| yes(v).map(|v| s.rules.srv_fallback = v)),
    ("ignore_srv_lookup_error", |s, v| yes(v).map(|v| s.rules.ignore_srv_error = v)),
    ("inet_interfaces", |s, v| {
        let addresses: Result<Vec<IpAddr>, String> = list(v).map(parse).collect();
        addresses.map(|addresses| s.rules.own_addresses = addresses)
    }),
];
