//! Why mail has nowhere to go.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::net::IpAddr;

use crate::answer::Lack;
use crate::name::Name;
use crate::query::Kind;
use crate::route::NativeLack;
use crate::rules::HostLookup;

/// Why a destination has no host, with the enhanced status code and the words of a mail log.
///
/// Prints the words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The DNS has no records, or none that can be used.
    Lookup {
        /// Whose records.
        name: Name,
        /// Which records.
        kind: Kind,
        /// Why there are none.
        lack: Lack,
    },
    /// The system has no address.
    Native {
        /// The host.
        name: Name,
        /// Why there is none.
        lack: NativeLack,
    },
    /// The system has addresses, all of a family that is not used.
    NativeFamily(Name),
    /// The destination is an address of a family that is not used.
    Family {
        /// The address.
        address: IpAddr,
        /// Where it would have been looked for.
        lookup: HostLookup,
    },
    /// Nobody can be asked for it: it is too long, or a number.
    NoName(Arc<str>),
    /// The domain takes no mail (RFC 7505, 4).
    NullMx(Name),
    /// The service is decidedly not there (RFC 2782).
    NullSrv(Name),
    /// This machine is the best of the hosts.
    Loop(Arc<str>),
    /// This machine is the best of the hosts that have an address, and better ones have none.
    NoPrimaryRelay(Arc<str>),
    /// What would be hard, but another host may still be found, or mail is to wait for one.
    Softened(Box<Self>),
}

impl Failure {
    /// The enhanced status code (RFC 3463), by its three numbers; 4 is soft and 5 is hard.
    pub fn status(&self) -> [u16; 3] {
        match self {
            Self::Lookup { lack, .. } => match lack {
                Lack::TryAgain => [4, 4, 3],
                Lack::Refused => [5, 4, 3],
                Lack::NoName | Lack::NoData | Lack::Malformed => [5, 4, 4],
                Lack::Filtered => [4, 7, 0],
            },
            Self::Native { lack, .. } => match lack {
                NativeLack::NotFound => [5, 4, 4],
                NativeLack::TryAgain => [4, 4, 4],
                NativeLack::System => [4, 3, 0],
                NativeLack::Failed => [5, 3, 0],
            },
            Self::Family { lookup, .. } => match lookup {
                HostLookup::Dns => [5, 4, 4],
                HostLookup::Native | HostLookup::DnsThenNative => [5, 3, 0],
            },
            Self::NativeFamily(_) | Self::NoName(_) => [5, 4, 4],
            Self::NullMx(_) | Self::NullSrv(_) => [5, 1, 0],
            Self::Loop(_) => [5, 4, 6],
            Self::NoPrimaryRelay(_) => [4, 4, 4],
            Self::Softened(hard) => {
                let [_, subject, detail] = hard.status();
                [4, subject, detail]
            }
        }
    }

    /// Whether it may work later.
    pub fn is_soft(&self) -> bool {
        self.status()[0] == 4
    }

    /// The same, made soft if it is hard.
    pub(crate) fn softened(self) -> Self {
        if self.is_soft() { self } else { Self::Softened(self.into()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lookup { name, kind, lack } => match lack {
                Lack::NoName | Lack::NoData | Lack::TryAgain | Lack::Refused => write!(
                    f,
                    "Host or domain name not found. \
                     Name service error for name={name} type={kind}: {lack}"
                ),
                Lack::Malformed => {
                    write!(f, "Name service error for name={name} type={kind}: {lack}")
                }
                Lack::Filtered => write!(f, "Error looking up name={name} type={kind}: {lack}"),
            },
            Self::Native { name, lack } => write!(f, "unable to look up host {name}: {lack}"),
            Self::NativeFamily(name) => write!(f, "{name}: host not found"),
            Self::Family { address, lookup: HostLookup::Dns } => {
                write!(f, "Name service error for {address}: invalid host or domain name")
            }
            Self::Family { address, lookup: HostLookup::Native | HostLookup::DnsThenNative } => {
                let why = "Address family for hostname not supported";
                write!(f, "unable to look up host {address}: {why}")
            }
            Self::NoName(text) => {
                write!(f, "Name service error for {text}: invalid host or domain name")
            }
            Self::NullMx(name) => write!(f, "Domain {name} does not accept mail (nullMX)"),
            Self::NullSrv(name) => write!(f, "Domain {name} does not support SRV requests"),
            Self::Loop(name) => write!(f, "mail for {name} loops back to myself"),
            Self::NoPrimaryRelay(name) => write!(f, "unable to find primary relay for {name}"),
            Self::Softened(hard) => hard.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn each_failure_has_a_code_and_words() {
        let name: Name = "mx.example".parse().unwrap();
        let (address, text) = (IpAddr::from([192, 0, 2, 1]), Arc::<str>::from("mx.example"));
        let dns = |lack| Failure::Lookup { name: name.clone(), kind: Kind::Mx, lack };
        let native = |lack| Failure::Native { name: name.clone(), lack };
        let family = |lookup| Failure::Family { address, lookup };
        let host = "Host or domain name not found. Name service error for name=mx.example type=MX:";
        let service = "Name service error for name=mx.example type=MX:";
        for (failure, status, words) in [
            (dns(Lack::NoName), [5, 4, 4], format!("{host} Host not found")),
            (
                dns(Lack::NoData),
                [5, 4, 4],
                format!("{host} Host found but no data record of requested type"),
            ),
            (dns(Lack::TryAgain), [4, 4, 3], format!("{host} Host not found, try again")),
            (dns(Lack::Refused), [5, 4, 3], format!("{host} Non-recoverable error")),
            (
                dns(Lack::Malformed),
                [5, 4, 4],
                format!("{service} Malformed or unexpected name server reply"),
            ),
            (
                dns(Lack::Filtered),
                [4, 7, 0],
                "Error looking up name=mx.example type=MX: DNS reply filter drops all results"
                    .into(),
            ),
            (
                native(NativeLack::NotFound),
                [5, 4, 4],
                "unable to look up host mx.example: Name or service not known".into(),
            ),
            (
                native(NativeLack::TryAgain),
                [4, 4, 4],
                "unable to look up host mx.example: Temporary failure in name resolution".into(),
            ),
            (
                native(NativeLack::System),
                [4, 3, 0],
                "unable to look up host mx.example: System error".into(),
            ),
            (
                native(NativeLack::Failed),
                [5, 3, 0],
                "unable to look up host mx.example: Non-recoverable failure in name resolution"
                    .into(),
            ),
            (Failure::NativeFamily(name.clone()), [5, 4, 4], "mx.example: host not found".into()),
            (
                family(HostLookup::Dns),
                [5, 4, 4],
                "Name service error for 192.0.2.1: invalid host or domain name".into(),
            ),
            (
                family(HostLookup::Native),
                [5, 3, 0],
                "unable to look up host 192.0.2.1: Address family for hostname not supported"
                    .into(),
            ),
            (
                Failure::NoName(text.clone()),
                [5, 4, 4],
                "Name service error for mx.example: invalid host or domain name".into(),
            ),
            (
                Failure::NullMx(name.clone()),
                [5, 1, 0],
                "Domain mx.example does not accept mail (nullMX)".into(),
            ),
            (
                Failure::NullSrv(name.clone()),
                [5, 1, 0],
                "Domain mx.example does not support SRV requests".into(),
            ),
            (
                Failure::Loop(text.clone()),
                [5, 4, 6],
                "mail for mx.example loops back to myself".into(),
            ),
            (
                Failure::NoPrimaryRelay(text.clone()),
                [4, 4, 4],
                "unable to find primary relay for mx.example".into(),
            ),
        ] {
            assert_eq!((failure.status(), failure.to_string()), (status, words));
        }
    }

    #[test]
    fn a_hard_failure_is_softened_in_its_first_number_alone() {
        let hard = Failure::NullMx("mx.example".parse().unwrap());
        let soft = hard.clone().softened();
        assert_eq!(soft.status(), [4, 1, 0]);
        assert_eq!(soft.to_string(), hard.to_string());
        assert_eq!(soft.clone().softened(), soft);
        assert!(soft.is_soft() && !hard.is_soft());
    }
}
