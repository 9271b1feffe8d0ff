//! Addresses from where the system looks.

use std::net::IpAddr;

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};
use envoi_dns::{Name, NativeLack};

/// The addresses of a host as getaddrinfo(3) finds them, each once, the first hundred of them.
///
/// It blocks until the system knows.
pub(crate) fn addresses(name: &Name) -> Result<Vec<IpAddr>, NativeLack> {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    // The standard library does not tell why there is no address.
    let found = getaddrinfo(Some(name.as_str()), None, Some(hints));
    let found = found.map_err(|error| lack(error.kind()))?;
    let mut distinct = Vec::new();
    for address in found.flatten().map(|found| found.sockaddr.ip()) {
        if distinct.len() < ADDRESSES_MAX && !distinct.contains(&address) {
            distinct.push(address);
        }
    }
    if distinct.is_empty() { Err(NativeLack::NotFound) } else { Ok(distinct) }
}

fn lack(kind: LookupErrorKind) -> NativeLack {
    match kind {
        LookupErrorKind::NoName | LookupErrorKind::NoData => NativeLack::NotFound,
        LookupErrorKind::Again => NativeLack::TryAgain,
        LookupErrorKind::Memory | LookupErrorKind::System => NativeLack::System,
        LookupErrorKind::Badflags
        | LookupErrorKind::Fail
        | LookupErrorKind::Family
        | LookupErrorKind::Socktype
        | LookupErrorKind::Service
        | LookupErrorKind::Unknown
        | LookupErrorKind::IO => NativeLack::Failed,
    }
}

/// Most addresses of a host.
const ADDRESSES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_once_each() {
        let found = addresses(&"localhost".parse().unwrap()).unwrap();
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
        assert!((1..=2).contains(&found.len()), "{found:?}");
        let found = addresses(&"192.0.2.1".parse().unwrap()).unwrap();
        assert_eq!(found, [IpAddr::from([192, 0, 2, 1])]);
    }

    #[test]
    fn what_there_is_not_has_a_reason() {
        // RFC 6761, 6.4: whoever resolves names, this one is not found; without a network the
        // system does not know even that.
        let lack = addresses(&"envoi.invalid".parse().unwrap()).unwrap_err();
        assert!(matches!(lack, NativeLack::NotFound | NativeLack::TryAgain), "{lack:?}");
    }

    #[test]
    fn each_failure_of_the_system_has_a_meaning() {
        for (kind, expected) in [
            (LookupErrorKind::NoName, NativeLack::NotFound),
            (LookupErrorKind::NoData, NativeLack::NotFound),
            (LookupErrorKind::Again, NativeLack::TryAgain),
            (LookupErrorKind::System, NativeLack::System),
            (LookupErrorKind::Memory, NativeLack::System),
            (LookupErrorKind::Fail, NativeLack::Failed),
        ] {
            assert_eq!(lack(kind), expected, "{kind:?}");
        }
    }
}
