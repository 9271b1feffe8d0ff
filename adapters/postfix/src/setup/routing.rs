//! How hosts are found.

use std::net::{IpAddr, ToSocketAddrs as _};

use envoi_driver::System;
use envoi_driver::dns::{Destination, Families, Family, HostLookup, Rules, Syntax};

use super::delivery::limit;
use super::reader::Reader;

/// The rules by which hosts are found.
pub(super) fn rules(reader: &mut Reader<'_>, system: &System) -> Rules {
    let dns = dns(reader);
    let mut rules = Rules {
        dns,
        host_lookup: host_lookup(reader),
        families: families(reader),
        address_limit: limit(reader.size("smtp_mx_address_limit")),
        canonical_names: reader.boolean("smtp_cname_overrides_servername"),
        port: reader.port("smtp_tcp_port", &system.services),
        ..Rules::default()
    };
    rules.prefers = reader.word(
        "smtp_address_preference",
        &[("any", None), ("ipv4", Some(Family::Ipv4)), ("ipv6", Some(Family::Ipv6))],
    );
    rules.balance = reader.boolean("smtp_balance_inet_protocols");
    rules.shuffle = reader.boolean("smtp_randomize_addresses");
    if reader.is_lmtp() {
        return rules;
    }
    rules.ignore_mx_error = reader.boolean("ignore_mx_lookup_error");
    rules.defer_without_address = reader.boolean("smtp_defer_if_no_mx_address_found");
    let services = reader.text("use_srv_lookup").to_ascii_lowercase();
    rules.srv_services = words(&services).map(Into::into).collect();
    rules.srv_fallback = reader.boolean("allow_srv_lookup_fallback");
    rules.ignore_srv_error = reader.boolean("ignore_srv_lookup_error");
    rules.own_addresses = own_addresses(reader, system);
    rules
}

/// The system with the ports of `known_tcp_ports`.
pub(super) fn known(reader: &mut Reader<'_>, system: &System) -> System {
    let mut system = system.clone();
    if reader.is_set("known_tcp_ports") {
        let text = reader.text("known_tcp_ports");
        match system.services.with_known(&text) {
            Ok(services) => system.services = services.into(),
            Err(word) => {
                let expected = format!("names and ports such as smtp=25; {word:?} is none");
                reader.blame("known_tcp_ports", &expected);
            }
        }
    }
    system
}

/// `disable_dns_lookups`, or `smtp_dns_support_level` in its place.
fn dns(reader: &mut Reader<'_>) -> bool {
    let levels =
        [("", None), ("disabled", Some(false)), ("enabled", Some(true)), ("dnssec", Some(true))];
    let level = reader.word("smtp_dns_support_level", &levels);
    level.unwrap_or_else(|| !reader.boolean("disable_dns_lookups"))
}

fn host_lookup(reader: &mut Reader<'_>) -> HostLookup {
    let text = reader.text("smtp_host_lookup");
    let has = |wanted| words(&text).any(|word| word == wanted);
    let is_known = words(&text).all(|word| matches!(word, "dns" | "native"));
    match (has("dns"), has("native")) {
        (true, true) if is_known => HostLookup::DnsThenNative,
        (true, false) if is_known => HostLookup::Dns,
        (false, true) if is_known => HostLookup::Native,
        (true, _) | (_, true) | (false, false) => {
            reader.blame("smtp_host_lookup", "dns, native or both");
            HostLookup::Dns
        }
    }
}

fn families(reader: &mut Reader<'_>) -> Families {
    let text = reader.text("inet_protocols");
    let has = |wanted| words(&text).any(|word| word == wanted);
    let is_known = words(&text).all(|word| matches!(word, "all" | "ipv4" | "ipv6"));
    match (has("all"), has("ipv4"), has("ipv6")) {
        (true, _, _) | (_, true, true) if is_known => Families::All,
        (_, true, _) if is_known => Families::Ipv4,
        (_, _, true) if is_known => Families::Ipv6,
        (_, _, _) => {
            reader.blame("inet_protocols", "all, ipv4, ipv6 or a list of them");
            Families::All
        }
    }
}

/// The addresses at which this machine takes mail: its own, and those of proxies before it.
fn own_addresses(reader: &mut Reader<'_>, system: &System) -> Vec<IpAddr> {
    let mut addresses = interfaces(reader, system);
    addresses.extend(named(reader, "proxy_interfaces"));
    addresses.iter_mut().for_each(|address| *address = address.to_canonical());
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// `inet_interfaces`.
pub(super) fn interfaces(reader: &mut Reader<'_>, system: &System) -> Vec<IpAddr> {
    let text = reader.text("inet_interfaces");
    match text.trim() {
        "all" => system.addresses.clone(),
        "loopback-only" => {
            let own = system.addresses.iter().copied();
            own.filter(IpAddr::is_loopback).collect()
        }
        _ => named(reader, "inet_interfaces"),
    }
}

/// Addresses and host names, the latter as the system finds them.
pub(super) fn named(reader: &mut Reader<'_>, parameter: &str) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for word in words(&reader.text(parameter)) {
        let bare = word.trim_start_matches('[').trim_end_matches(']');
        match bare.parse() {
            Ok(address) => addresses.push(address),
            Err(_) => match (bare, 0).to_socket_addrs() {
                Ok(found) => addresses.extend(found.map(|found| found.ip())),
                Err(error) => {
                    let expected = format!("addresses and names of hosts; {word}: {error}");
                    reader.blame(parameter, &expected);
                }
            },
        }
    }
    addresses
}

/// Reads destinations.
pub(super) fn destinations(
    reader: &mut Reader<'_>,
    parameter: &str,
    system: &System,
) -> Vec<Destination> {
    let syntax = if reader.is_lmtp() { Syntax::Lmtp } else { Syntax::Smtp };
    let text = reader.text(parameter);
    if text.trim().is_empty() {
        return Vec::new();
    }
    Destination::list(&text, syntax, &system.services).unwrap_or_else(|error| {
        reader.blame(parameter, &format!("destinations such as [mx.example.net]:587; {error}"));
        Vec::new()
    })
}

/// The words of a list.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty())
}
