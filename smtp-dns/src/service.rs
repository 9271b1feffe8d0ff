//! Services by name.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// The ports of services that have names: those of mail, and those of services(5).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Services {
    /// In place of what mail itself listens on, if anything is.
    known: Option<Vec<(Box<str>, u16)>>,
    /// From services(5), TCP alone: names in lower case, sorted, each once.
    entries: Vec<(Box<str>, u16)>,
}

impl Services {
    /// Reads services(5). What is not understood there is skipped, as the system does; of several
    /// entries of one name, the first counts.
    pub fn parse(text: &str) -> Self {
        let mut entries: Vec<(Box<str>, u16)> = Vec::new();
        for (names, port) in text.lines().filter_map(read_line) {
            let names = names.filter(|name| name.len() <= NAME_MAX).take(1 + ALIASES_MAX);
            let space = ENTRIES_MAX - entries.len();
            entries.extend(names.take(space).map(|name| (name.to_ascii_lowercase().into(), port)));
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|(later, _), (first, _)| later == first);
        Self { known: None, entries }
    }

    /// The same with other ports for what services(5) need not know: names, each with a `=` behind
    /// it, and their port, such as `smtps=submissions=465`, separated by commas or blanks
    /// (`known_tcp_ports`).
    ///
    /// # Errors
    /// The first word that is none of that.
    pub fn with_known<'a>(&self, list: &'a str) -> Result<Self, &'a str> {
        let mut known = Vec::new();
        let separators = [',', ' ', '\t', '\r', '\n'];
        for word in list.split(separators).filter(|word| !word.is_empty()) {
            let (names, port) = word.rsplit_once('=').ok_or(word)?;
            let port = port.parse().ok().filter(|port| *port != 0).ok_or(word)?;
            for name in names.split('=') {
                if name.is_empty() || name.len() > NAME_MAX {
                    return Err(word);
                }
                known.push((name.to_ascii_lowercase().into(), port));
            }
        }
        Ok(Self { known: Some(known), entries: self.entries.clone() })
    }

    /// The port of a service, whose name may be in any case (RFC 6335, 5.1): `smtp` 25,
    /// `submission` 587, `submissions` and `smtps` 465, `lmtp` 24 (`known_tcp_ports`), and then
    /// what services(5) says.
    pub fn port(&self, name: &str) -> Option<u16> {
        let name = name.to_ascii_lowercase();
        let known = match &self.known {
            Some(known) => known.iter().find(|(known, _)| **known == *name).map(|(_, port)| *port),
            None => KNOWN.iter().find(|(known, _)| *known == name).map(|(_, port)| *port),
        };
        if known.is_some() {
            return known;
        }
        let found = self.entries.binary_search_by(|(entry, _)| (**entry).cmp(&name)).ok()?;
        Some(self.entries[found].1)
    }
}

/// Reads a line: the names of a TCP service, and its port.
fn read_line(line: &str) -> Option<(impl Iterator<Item = &str>, u16)> {
    let text = line.split('#').next().unwrap_or_default();
    let mut words = text.split_ascii_whitespace();
    let (name, port) = (words.next()?, words.next()?.strip_suffix("/tcp")?);
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let port = port.parse().ok().filter(|port| *port != 0)?;
    Some((core::iter::once(name).chain(words), port))
}

/// What mail itself listens on (`known_tcp_ports`).
const KNOWN: [(&str, u16); 5] =
    [("smtp", 25), ("submission", 587), ("submissions", 465), ("smtps", 465), ("lmtp", 24)];

/// Most names of services(5), aliases included. IANA's registry has a fifth of that.
const ENTRIES_MAX: usize = 65_536;

/// Most aliases of a service.
const ALIASES_MAX: usize = 64;

/// Longest name that is kept, in bytes. RFC 6335, 5.1 allows 15; aliases are longer at times.
const NAME_MAX: usize = 63;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;

    #[test]
    fn the_services_of_mail_need_no_file() {
        let services = Services::parse("smtp 2525/tcp\nlmtp 2424/tcp\n");
        for (name, port) in [
            ("smtp", Some(25)),
            ("SMTP", Some(25)),
            ("submission", Some(587)),
            ("submissions", Some(465)),
            ("smtps", Some(465)),
            ("lmtp", Some(24)),
            ("", None),
            ("25", None),
        ] {
            assert_eq!(services.port(name), port, "{name}");
            assert_eq!(Services::default().port(name), port, "{name}");
        }
    }

    #[test]
    fn services_are_read_by_name_and_alias() {
        let text = "# Network services\n\
            domain\t\t53/tcp\t\t\t\t# Domain Name Server\n\
            domain          53/udp\n\
            http 80/tcp www WWW-http #web\r\n\
            \x20 pop3 110/tcp pop-3\n\
            http 8080/tcp\n\
            # gone 1/tcp\n\
            tftp 69/udp";
        let services = Services::parse(text);
        for (name, port) in [
            ("domain", Some(53)),
            ("http", Some(80)),
            ("www", Some(80)),
            ("www-HTTP", Some(80)),
            ("pop-3", Some(110)),
            ("gone", None),
            ("web", None),
            ("tftp", None),
        ] {
            assert_eq!(services.port(name), port, "{name}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_skipped() {
        let long = "a".repeat(NAME_MAX + 1);
        for line in [
            "",
            "#",
            "x",
            "x 1",
            "x /tcp",
            "x 0/tcp",
            "x 65536/tcp",
            "x +1/tcp",
            "x -1/tcp",
            "x 1/udp",
            "x 1/tcpx",
            "x 1 /tcp",
            "x ü/tcp",
            "x y/tcp",
            "x#1/tcp",
            &format!("{long} 1/tcp"),
        ] {
            let services = Services::parse(&format!("{line}\nlast 9/tcp"));
            assert_eq!(services.entries, [("last".into(), 9)], "{line}");
        }
    }

    #[test]
    fn a_service_has_only_so_many_aliases() {
        let aliases: String = (1..=ALIASES_MAX + 1).map(|n| format!(" a{n}")).collect();
        let services = Services::parse(&format!("x 1/tcp{aliases}"));
        assert_eq!(services.port(&format!("a{ALIASES_MAX}")), Some(1));
        assert_eq!(services.port(&format!("a{}", ALIASES_MAX + 1)), None);
    }

    #[test]
    fn there_are_only_so_many_services() {
        let text: String = (1..=ENTRIES_MAX + 1).map(|n| format!("s{n} 1/tcp\n")).collect();
        let services = Services::parse(&text);
        assert_eq!(services.entries.len(), ENTRIES_MAX);
        assert_eq!(services.port(&format!("s{ENTRIES_MAX}")), Some(1));
        assert_eq!(services.port(&format!("s{}", ENTRIES_MAX + 1)), None);
    }

    #[test]
    fn the_services_of_mail_can_be_others() {
        let services = Services::parse("submission 5587/tcp");
        let services = services.with_known("smtp=2525, a=B=26").unwrap();
        for (name, port) in [
            ("smtp", Some(2525)),
            ("A", Some(26)),
            ("b", Some(26)),
            ("submission", Some(5587)),
            ("lmtp", None),
        ] {
            assert_eq!(services.port(name), port, "{name}");
        }
        for bad in ["smtp", "smtp=", "=25", "smtp=0", "smtp=x", "smtp==25"] {
            assert_eq!(Services::default().with_known(bad), Err(bad));
        }
    }
}
