//! Whether a certificate's name is the one that is asked for.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::level::SHOWN_MAX;
use super::policy::Destination;

/// Which names a certificate may have, of which one suffices: the value of
/// `smtp_tls_verify_cert_match`, `smtp_tls_secure_cert_match` or `match=`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NameRules(pub Vec<NameRule>);

impl NameRules {
    /// Whether a name in a certificate, which may begin with `*.`, is one of those.
    pub fn accept(
        &self,
        pattern: &str,
        destination: Destination<'_>,
        wildcards: Wildcards,
    ) -> bool {
        let pattern = pattern.strip_suffix('.').unwrap_or(pattern).to_ascii_lowercase();
        if !is_host_name(pattern.strip_prefix("*.").unwrap_or(&pattern)) {
            return false;
        }
        let host = || destination.host.parse().ok();
        let next_hop = || destination.next_hop.parse().ok();
        self.0.iter().any(|rule| match rule {
            NameRule::Hostname => host().is_some_and(|name| covers(&pattern, &name, wildcards)),
            NameRule::NextHop => next_hop().is_some_and(|name| covers(&pattern, &name, wildcards)),
            NameRule::DotNextHop => next_hop().is_some_and(|name| is_below(&pattern, &name)),
            NameRule::Name(name) => covers(&pattern, name, wildcards),
            NameRule::Below(name) => is_below(&pattern, name),
        })
    }
}

/// Takes rules that are separated by spaces, commas or colons.
impl FromStr for NameRules {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let words = text.split([' ', '\t', '\r', '\n', ',', ':']).filter(|word| !word.is_empty());
        let rules = words.map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if rules.is_empty() { Err(BadName::new(text, Flaw::Empty)) } else { Ok(Self(rules)) }
    }
}

/// Separated by colons.
impl fmt::Display for NameRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rule) in self.0.iter().enumerate() {
            write!(f, "{}{rule}", if i > 0 { ":" } else { "" })?;
        }
        Ok(())
    }
}

/// Names that a certificate may have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NameRule {
    /// The server's (`hostname`).
    Hostname,
    /// The next-hop's (`nexthop`).
    NextHop,
    /// Those below the next-hop's (`dot-nexthop`).
    DotNextHop,
    /// This one.
    Name(Name),
    /// Those below this one (`.example.com`).
    Below(Name),
}

impl FromStr for NameRule {
    type Err = BadName;

    fn from_str(word: &str) -> Result<Self, BadName> {
        match word.to_ascii_lowercase().as_str() {
            "hostname" => Ok(Self::Hostname),
            "nexthop" => Ok(Self::NextHop),
            "dot-nexthop" => Ok(Self::DotNextHop),
            _ => match word.strip_prefix('.') {
                Some(parent) => parent.parse().map(Self::Below),
                None => word.parse().map(Self::Name),
            }
            .map_err(|_| BadName::new(word, Flaw::Rule)),
        }
    }
}

impl fmt::Display for NameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hostname => f.write_str("hostname"),
            Self::NextHop => f.write_str("nexthop"),
            Self::DotNextHop => f.write_str("dot-nexthop"),
            Self::Name(name) => write!(f, "{name}"),
            Self::Below(name) => write!(f, ".{name}"),
        }
    }
}

/// A DNS name in ASCII and lower case, without a dot at its end.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Name(String);

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes A-labels and U-labels (UTS 46).
impl FromStr for Name {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bare = text.strip_suffix('.').unwrap_or(text);
        // Underscores are in use; what else is no letter, digit or hyphen is refused below.
        let ascii = idna::domain_to_ascii_cow(bare.as_bytes(), idna::AsciiDenyList::EMPTY)
            .map_err(|_| BadName::new(text, Flaw::Domain))?;
        if !is_host_name(&ascii) {
            return Err(BadName::new(text, Flaw::Domain));
        }
        Ok(Self(ascii.into_owned()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much the `*.` of a certificate's name stands for
/// (`tls_wildcard_matches_multiple_labels`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Wildcards {
    /// One label (RFC 9525, 6.3).
    #[default]
    OneLabel,
    /// One label or several.
    ManyLabels,
}

/// A name that no server has.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad name {shown:?}: {flaw}")]
pub struct BadName {
    shown: String,
    flaw: Flaw,
}

impl BadName {
    fn new(text: &str, flaw: Flaw) -> Self {
        Self { shown: text.chars().take(SHOWN_MAX).collect(), flaw }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Flaw {
    #[error("expected a domain")]
    Domain,
    #[error("expected hostname, nexthop, dot-nexthop, a domain or .domain")]
    Rule,
    #[error("no certificate could match an empty list")]
    Empty,
}

/// Whether a name in a certificate is `name`, or a wildcard for it.
fn covers(pattern: &str, name: &Name, wildcards: Wildcards) -> bool {
    let Some(parent) = pattern.strip_prefix("*.") else {
        return pattern == name.0;
    };
    let label = name.0.strip_suffix(parent).and_then(|rest| rest.strip_suffix('.'));
    // `*.com` would stand for too much, and addresses have no labels.
    let is_fit = parent.contains('.') && name.0.parse::<core::net::IpAddr>().is_err();
    is_fit && label.is_some_and(|label| wildcards == Wildcards::ManyLabels || !label.contains('.'))
}

/// Whether a name in a certificate is below `parent`.
fn is_below(pattern: &str, parent: &Name) -> bool {
    pattern.strip_suffix(&parent.0).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// Whether these are labels of a host, in lower case. Servers have names with underscores too.
fn is_host_name(text: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    let is_label =
        |label: &str| !label.is_empty() && label.len() <= LABEL_MAX && label.bytes().all(is_inner);
    text.len() <= NAME_MAX && text.split('.').all(is_label)
}

/// Longest name (RFC 1035, 2.3.4, without the length byte of the root).
const NAME_MAX: usize = 253;

/// Longest label (RFC 1035, 2.3.4).
const LABEL_MAX: usize = 63;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    const THERE: Destination<'_> =
        Destination { host: "Mail.Example.COM.", next_hop: "example.org" };

    #[test]
    fn names_are_compared_by_rule() {
        for (rules, name, is_accepted) in [
            ("hostname", "mail.example.com", true),
            ("hostname", "MAIL.example.com.", true),
            ("hostname", "www.example.com", false),
            ("hostname", "example.com", false),
            ("hostname", "example.org", false),
            ("hostname", "", false),
            ("hostname", ".", false),
            ("hostname", "mail.example.com\0.evil.example", false),
            ("hostname", "mail.example.com..", false),
            ("nexthop", "example.org", true),
            ("nexthop", "mail.example.org", false),
            ("dot-nexthop", "mail.example.org", true),
            ("dot-nexthop", "a.b.example.org", true),
            ("dot-nexthop", "*.example.org", true),
            ("dot-nexthop", "example.org", false),
            ("dot-nexthop", ".example.org", false),
            ("dot-nexthop", "notexample.org", false),
            ("nexthop, dot-nexthop", "mail.example.org", true),
            ("a.example:b.example", "b.example", true),
            ("a.example b.example", "c.example", false),
            (".c.example", "d.c.example", true),
            (".c.example", "c.example", false),
            ("bücher.example", "xn--bcher-kva.example", true),
            ("BÜCHER.example", "XN--BCHER-KVA.example", true),
            ("xn--bcher-kva.example", "bücher.example", false),
            (".bücher.example", "mx.xn--bcher-kva.example", true),
            ("mx_1.example", "mx_1.example", true),
        ] {
            let rules: NameRules = rules.parse().unwrap();
            let found = rules.accept(name, THERE, Wildcards::OneLabel);
            assert_eq!(found, is_accepted, "{rules} {name:?}");
        }
    }

    #[test]
    fn wildcard_stands_for_the_leftmost_label() {
        for (rule, pattern, one, many) in [
            ("mail.example.com", "*.example.com", true, true),
            ("mail.example.com", "*.EXAMPLE.com.", true, true),
            ("a.b.example.com", "*.example.com", false, true),
            ("example.com", "*.example.com", false, false),
            ("badexample.com", "*.example.com", false, false),
            ("xn--bcher-kva.example.com", "*.example.com", true, true),
            ("example.com", "*.com", false, false),
            ("mail.example.com", "*", false, false),
            ("mail.example.com", "*.", false, false),
            ("mail.example.com", "m*.example.com", false, false),
            ("mail.example.com", "mail.*.com", false, false),
            ("mail.example.com", "*.*.com", false, false),
            ("192.0.2.1", "*.0.2.1", false, false),
            ("192.0.2.1", "192.0.2.1", true, true),
        ] {
            let rules: NameRules = rule.parse().unwrap();
            for (wildcards, expected) in [(Wildcards::OneLabel, one), (Wildcards::ManyLabels, many)]
            {
                let found = rules.accept(pattern, THERE, wildcards);
                assert_eq!(found, expected, "{rule} {pattern} {wildcards:?}");
            }
        }
    }

    #[test]
    fn host_that_is_no_name_matches_nothing() {
        let rules: NameRules = "hostname:nexthop:dot-nexthop".parse().unwrap();
        let nowhere = Destination { host: "2001:db8::1", next_hop: "" };
        for name in ["2001:db8::1", "", "*.example.com"] {
            assert!(!rules.accept(name, nowhere, Wildcards::ManyLabels), "{name}");
        }
    }

    #[test]
    fn rules_are_written_as_they_are_read() {
        let rules: NameRules =
            "NEXTHOP, dot-nexthop hostname:.A.example,b.example.".parse().unwrap();
        assert_eq!(rules.to_string(), "nexthop:dot-nexthop:hostname:.a.example:b.example");
    }

    #[test]
    fn bad_rules_are_told_what_is_wrong() {
        for (text, error) in [
            (
                "a.example:b..example",
                "bad name \"b..example\": expected hostname, \
                 nexthop, dot-nexthop, a domain or .domain",
            ),
            (
                "*.example",
                "bad name \"*.example\": expected hostname, nexthop, \
                 dot-nexthop, a domain or .domain",
            ),
            (" ,:", "bad name \" ,:\": no certificate could match an empty list"),
        ] {
            assert_eq!(text.parse::<NameRules>().unwrap_err().to_string(), error);
        }
        for text in ["", ".", "..", "a\0b", "a b", "xn--a.example", &"a".repeat(64)] {
            assert_eq!(
                text.parse::<Name>().unwrap_err().to_string(),
                alloc::format!("bad name {text:?}: expected a domain")
            );
        }
    }
}
