//! hosts(5).

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::name::Name;

/// Names and addresses that the machine knows by itself (hosts(5)).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Hosts {
    /// Sorted; a name stands here as often as it has addresses.
    names: Vec<Name>,
    /// The address of each name, by the same index.
    addresses: Vec<IpAddr>,
}

impl Hosts {
    /// Reads hosts(5). What makes no sense is skipped, and so are addresses that no host can be
    /// reached by: `0.0.0.0` and `::`, and IPv6 addresses with a zone (`fe80::1%eth0`).
    pub fn parse(text: &str) -> Self {
        let mut entries: Vec<(Name, IpAddr)> = Vec::new();
        for (names, address) in text.lines().filter_map(read_line) {
            let names = names.filter_map(|name| name.parse().ok()).take(1 + ALIASES_MAX);
            let space = ENTRIES_MAX - entries.len();
            entries.extend(names.take(space).map(|name| (name, address)));
        }
        // Stable, so that each name keeps its addresses in the order of the file.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (names, addresses) = entries.into_iter().unzip();
        Self { names, addresses }
    }

    /// The addresses of a name, in the order of the file.
    pub fn addresses(&self, name: &Name) -> &[IpAddr] {
        let start = self.names.partition_point(|known| known < name);
        let count = self.names[start..].partition_point(|known| known == name);
        &self.addresses[start..start + count]
    }
}

/// Reads a line: a host's names, the official one first, and its address.
fn read_line(line: &str) -> Option<(impl Iterator<Item = &str>, IpAddr)> {
    let text = line.split('#').next().unwrap_or_default();
    let mut words = text.split_ascii_whitespace();
    let address: IpAddr = words.next()?.parse().ok()?;
    (!address.is_unspecified()).then_some((words, address))
}

/// Most pairs of a name and an address. The long lists that block advertisers stay below.
const ENTRIES_MAX: usize = 262_144;

/// Most aliases on a line.
const ALIASES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString};

    use super::*;

    /// Those of a name, in text.
    fn addresses(text: &str, name: &str) -> String {
        let hosts = Hosts::parse(text);
        let found = hosts.addresses(&name.parse().unwrap());
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hosts_are_found_by_name_and_alias() {
        let text = "# comment\n\
            127.0.0.1\tlocalhost # 192.0.2.9 localhost\n\
            ::1 localhost ip6-localhost\r\n\
            \x20192.0.2.2  MX.Example mx\n\
            192.0.2.1 mx.example. a.example\n\
            2001:db8::1 mx.example";
        for (name, found) in [
            ("localhost", "127.0.0.1 ::1"),
            ("ip6-localhost", "::1"),
            ("mx.example", "192.0.2.2 192.0.2.1 2001:db8::1"),
            ("mx", "192.0.2.2"),
            ("a.example", "192.0.2.1"),
            ("a", ""),
            ("a.exampl", ""),
            ("zzz", ""),
        ] {
            assert_eq!(addresses(text, name), found, "{name}");
        }
        assert_eq!(addresses("", "localhost"), "");
    }

    #[test]
    fn what_makes_no_sense_is_skipped() {
        for line in [
            "",
            "#",
            "x",
            "127.1 x",
            "192.0.2.1",
            "192.0.2.1x x",
            "192.0.2.1/24 x",
            "[::1] x",
            "fe80::1%eth0 x",
            "fe80::1%2 x",
            "0.0.0.0 x",
            ":: x",
            "192.0.2.1 x..y ü -x",
        ] {
            let text = format!("{line}\n192.0.2.3 last");
            let last = Hosts::parse("192.0.2.3 last");
            assert_eq!(Hosts::parse(&text), last, "{line}");
        }
        assert_eq!(addresses("192.0.2.1 b@d good", "good"), "192.0.2.1");
    }

    #[test]
    fn a_host_has_only_so_many_aliases() {
        let aliases: String = (1..=ALIASES_MAX + 1).map(|n| format!(" a{n}")).collect();
        let text = format!("192.0.2.1 x{aliases}");
        assert_eq!(addresses(&text, &format!("a{ALIASES_MAX}")), "192.0.2.1");
        assert_eq!(addresses(&text, &format!("a{}", ALIASES_MAX + 1)), "");
    }

    #[test]
    fn there_are_only_so_many_hosts() {
        let line = |n: usize| format!("192.0.2.1 a{n} b{n} c{n} d{n}\n");
        let text: String = (0..=ENTRIES_MAX / 4).map(line).collect();
        let hosts = Hosts::parse(&text);
        assert_eq!(hosts.names.len(), ENTRIES_MAX);
        let last = ENTRIES_MAX / 4;
        assert_eq!(hosts.addresses(&format!("d{}", last - 1).parse().unwrap()).len(), 1);
        assert_eq!(hosts.addresses(&format!("a{last}").parse().unwrap()).len(), 0);
    }
}
