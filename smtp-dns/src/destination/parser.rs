//! How destinations are read.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::destination::flaw::DestinationFlaw as Flaw;
use crate::destination::{BadDestination, Destination, Service, Syntax, Target, idn};
use crate::name::Name;
use crate::service::Services;

/// What is wrong with a text, and at which byte.
pub(super) struct Flawed {
    pub(super) at: usize,
    pub(super) flaw: Flaw,
}

impl Flawed {
    pub(super) fn new(at: usize, flaw: Flaw) -> Self {
        Self { at, flaw }
    }

    /// Says it of the whole text.
    pub(super) fn of(self, text: &str) -> BadDestination {
        BadDestination::new(text, self.at, self.flaw)
    }
}

/// A part of a text, and the byte at which it begins there.
#[derive(Clone, Copy)]
struct Part<'a> {
    at: usize,
    text: &'a str,
}

impl<'a> Part<'a> {
    /// What stands behind the first `length` bytes.
    fn skip(self, length: usize) -> Self {
        Self { at: self.at + length, text: &self.text[length..] }
    }

    /// The first `length` bytes.
    fn take(self, length: usize) -> Self {
        Self { at: self.at, text: &self.text[..length] }
    }

    /// What stands behind a prefix, whatever its case.
    fn after(self, prefix: &str) -> Option<Self> {
        let begun = self.text.get(..prefix.len())?;
        begun.eq_ignore_ascii_case(prefix).then(|| self.skip(prefix.len()))
    }

    fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// Blames the part from its beginning.
    fn blame<T>(self, flaw: Flaw) -> Result<T, Flawed> {
        Err(Flawed::new(self.at, flaw))
    }

    /// Blames what stands `offset` bytes into it.
    fn blame_at<T>(self, offset: usize, flaw: Flaw) -> Result<T, Flawed> {
        Err(Flawed::new(self.at + offset, flaw))
    }
}

/// Reads one destination.
pub(super) fn parse(
    text: &str,
    syntax: Syntax,
    services: &Services,
) -> Result<Destination, Flawed> {
    destination(Part { at: 0, text }, syntax, services)
}

/// Reads a list of destinations.
pub(super) fn parse_list(
    text: &str,
    syntax: Syntax,
    services: &Services,
) -> Result<Vec<Destination>, Flawed> {
    let max = Destination::LIST_LENGTH_MAX;
    if text.len() > max {
        return Err(Flawed::new(max, Flaw::TooLong { max }));
    }
    let mut list = Vec::new();
    let mut at = 0;
    for element in text.split(SEPARATORS) {
        let part = Part { at, text: element };
        at += element.len() + 1;
        if part.is_empty() {
            continue;
        }
        if list.len() == Destination::LIST_MAX {
            return part.blame(Flaw::TooMany);
        }
        list.push(destination(part, syntax, services)?);
    }
    if list.is_empty() { Err(Flawed::new(0, Flaw::Empty)) } else { Ok(list) }
}

/// Reads the domain of a mailbox.
pub(super) fn parse_domain(text: &str) -> Result<Destination, Flawed> {
    let whole = check_length(Part { at: 0, text })?;
    let target = if text.starts_with('[') {
        let (inside, behind) = brackets(whole)?;
        if !behind.is_empty() {
            return behind.blame(Flaw::AfterBracket);
        }
        match address(inside)? {
            Some(address) => Target::Address(address),
            None => return inside.blame(Flaw::Literal),
        }
    } else {
        Target::Domain(name(whole)?)
    };
    Ok(Destination { text: text.into(), target, service: None })
}

fn destination(
    whole: Part<'_>,
    syntax: Syntax,
    services: &Services,
) -> Result<Destination, Flawed> {
    check_length(whole)?;
    let text = Arc::from(whole.text);
    let mut rest = whole;
    if syntax == Syntax::Lmtp {
        if let Some(path) = whole.text.strip_prefix("unix:") {
            let path = check_path(whole.skip(whole.text.len() - path.len()))?;
            return Ok(Destination { text, target: Target::Unix(path.into()), service: None });
        }
        let inet = whole.text.strip_prefix("inet:").unwrap_or(whole.text);
        rest = whole.skip(whole.text.len() - inet.len());
    }
    let (target, behind) = if rest.text.starts_with('[') {
        let (inside, behind) = brackets(rest)?;
        (host(inside)?, behind)
    } else {
        bare(rest, syntax)?
    };
    let service = match behind.text.chars().next() {
        None => None,
        Some(':') => Some(service(behind.skip(1), services)?),
        Some(_) => return behind.blame(Flaw::AfterBracket),
    };
    Ok(Destination { text, target, service })
}

fn check_length(whole: Part<'_>) -> Result<Part<'_>, Flawed> {
    let max = Destination::LENGTH_MAX;
    if whole.is_empty() {
        return whole.blame(Flaw::Empty);
    }
    if whole.text.len() > max {
        return whole.blame_at(max, Flaw::TooLong { max });
    }
    Ok(whole)
}

/// Takes brackets apart: what they hold, and what stands behind them.
fn brackets(part: Part<'_>) -> Result<(Part<'_>, Part<'_>), Flawed> {
    let Some(end) = part.text.find(']') else {
        return part.blame_at(part.text.len(), Flaw::Unclosed);
    };
    Ok((part.take(end).skip(1), part.skip(end + 1)))
}

/// Reads what stands in brackets.
fn host(inside: Part<'_>) -> Result<Target, Flawed> {
    match address(inside)? {
        Some(address) => Ok(Target::Address(address)),
        None => name(inside).map(Target::Host),
    }
}

/// Reads what stands before a colon or the end, without brackets; gives what follows, too.
fn bare<'a>(part: Part<'a>, syntax: Syntax) -> Result<(Target, Part<'a>), Flawed> {
    let colon = part.text.find(':').unwrap_or(part.text.len());
    let address = part.after(IPV6_TAG).unwrap_or(part);
    if address.text.parse::<Ipv6Addr>().is_ok() {
        return part.blame(Flaw::NoBrackets);
    }
    let (host, behind) = (part.take(colon), part.skip(colon));
    let target = match host.text.parse::<Ipv4Addr>() {
        Ok(address) => Target::Address(check_address(host, address.into())?),
        Err(_) => match syntax {
            Syntax::Smtp => Target::Domain(name(host)?),
            Syntax::Lmtp => Target::Host(name(host)?),
        },
    };
    Ok((target, behind))
}

/// Reads an address, if it is meant to be one.
fn address(part: Part<'_>) -> Result<Option<IpAddr>, Flawed> {
    if let Ok(address) = part.text.parse::<Ipv4Addr>() {
        return check_address(part, address.into()).map(Some);
    }
    let tagged = part.after(IPV6_TAG);
    // One colon can be that of a port which has got into the brackets.
    if tagged.is_none() && part.text.matches(':').count() < 2 {
        return Ok(None);
    }
    let part = tagged.unwrap_or(part);
    match part.text.parse::<Ipv6Addr>() {
        Ok(address) => check_address(part, IpAddr::V6(address).to_canonical()).map(Some),
        Err(_) => {
            let is_foreign = |c: char| !c.is_ascii_hexdigit() && !matches!(c, ':' | '.');
            part.blame_at(part.text.find(is_foreign).unwrap_or(0), Flaw::Ipv6)
        }
    }
}

/// Lets an address pass that a host can have.
fn check_address(part: Part<'_>, address: IpAddr) -> Result<IpAddr, Flawed> {
    if address.is_unspecified() { part.blame(Flaw::Unspecified) } else { Ok(address) }
}

/// Reads a name that nobody takes for an address.
fn name(part: Part<'_>) -> Result<Name, Flawed> {
    if part.is_empty() {
        return part.blame(Flaw::NoHost);
    }
    let name = match idn::read(part.text) {
        Ok(name) => name,
        Err(flawed) => return part.blame_at(flawed.at, flawed.flaw),
    };
    if name.is_numeric() {
        return part.blame_at(idn::last_label(part.text), Flaw::Number);
    }
    Ok(name)
}

fn service(part: Part<'_>, services: &Services) -> Result<Service, Flawed> {
    if part.is_empty() {
        return part.blame(Flaw::NoService);
    }
    if part.text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match part.text.parse::<u16>() {
            Ok(port @ 1..) => Ok(Service { name: None, port }),
            Ok(0) | Err(_) => part.blame(Flaw::Port),
        };
    }
    match services.port(part.text) {
        Some(port) => Ok(Service { name: Some(part.text.to_ascii_lowercase().into()), port }),
        None => part.blame(Flaw::Service),
    }
}

/// Lets a path pass that a socket can have, and that a list can hold.
fn check_path(path: Part<'_>) -> Result<&str, Flawed> {
    if path.is_empty() {
        return path.blame(Flaw::NoPath);
    }
    let is_foreign = |c: &char| c.is_control() || SEPARATORS.contains(c);
    if let Some((at, c)) = path.text.char_indices().find(|(_, c)| is_foreign(c)) {
        return path.blame_at(at, Flaw::PathCharacter(c));
    }
    if path.text.len() > PATH_MAX {
        return path.blame_at(PATH_MAX, Flaw::LongPath { max: PATH_MAX });
    }
    Ok(path.text)
}

/// What stands between the elements of a list.
pub(super) const SEPARATORS: [char; 5] = [',', ' ', '\t', '\r', '\n'];

/// What marks an IPv6 address (RFC 5321, 4.1.3).
const IPV6_TAG: &str = "ipv6:";

/// Longest path of a socket: 108 bytes with the NUL at its end (unix(7)).
pub(super) const PATH_MAX: usize = 107;
