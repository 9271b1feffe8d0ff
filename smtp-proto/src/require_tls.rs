//! What a sender asks of TLS, and how far we insist on it (RFC 8689).

use alloc::string::String;
use core::str::FromStr;

use crate::event::Refusal;
use crate::status::Status;
use crate::tls::Info;
use crate::unsuitable::Unsuitable;

/// What the sender of a message asks of TLS (RFC 8689).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TlsRequest {
    /// Nothing.
    #[default]
    None,
    /// `REQUIRETLS`: that it goes by TLS alone, to servers that do the same with it.
    Required,
    /// `TLS-Required: no`: that it goes even where TLS that is asked for cannot be had. The
    /// conversation sees to that; whatever this says, it makes no message go without TLS that a
    /// [`Peer`](crate::Peer) asks for.
    NotRequired,
}

/// How far REQUIRETLS is insisted on (`smtp_requiretls_policy`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum RequireTls {
    /// A message goes under TLS with a verified certificate, to a server with REQUIRETLS.
    #[default]
    Enforce,
    /// It goes under TLS. Servers with REQUIRETLS are told.
    OpportunisticStarttls,
    /// It goes. Servers with REQUIRETLS are told, which they have under TLS alone.
    Opportunistic,
    /// It goes, and nobody is told.
    Disable,
}

impl RequireTls {
    /// Why a message for which TLS is required does not go to a server that has it so far.
    pub(crate) fn refusal(self, tls: Option<&Info>, is_offered: bool) -> Option<Refusal> {
        match (self, tls) {
            (Self::Opportunistic | Self::Disable, _) => None,
            (Self::Enforce | Self::OpportunisticStarttls, None) => Some(Refusal::NotEncrypted),
            (Self::OpportunisticStarttls, Some(_)) => None,
            (Self::Enforce, Some(info)) if !info.is_verified() => Some(Refusal::NotVerified),
            (Self::Enforce, Some(_)) => (!is_offered).then_some(Refusal::RequireTls),
        }
    }

    /// The status of a message for which TLS is required, if that is why a server is not used.
    pub fn status(self, reason: &Unsuitable) -> Option<Status> {
        let is_reason = match reason {
            Unsuitable::TlsNotOffered => {
                matches!(self, Self::Enforce | Self::OpportunisticStarttls)
            }
            Unsuitable::NotVerified => self == Self::Enforce,
            Unsuitable::NoTls
            | Unsuitable::Auth(_)
            | Unsuitable::Rejected(_)
            | Unsuitable::LocalData => false,
        };
        is_reason.then_some(Status::ENCRYPTION_NEEDED)
    }
}

/// Case does not matter.
impl FromStr for RequireTls {
    type Err = UnknownAction;

    fn from_str(word: &str) -> Result<Self, UnknownAction> {
        let known = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        let unknown = || UnknownAction(word.chars().take(SHOWN_MAX).collect());
        known.map(|(_, action)| *action).ok_or_else(unknown)
    }
}

/// The word says nothing of REQUIRETLS.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown action {0:?}; expected enforce, opportunistic+starttls, opportunistic or disable")]
pub struct UnknownAction(String);

const WORDS: [(&str, RequireTls); 4] = [
    ("enforce", RequireTls::Enforce),
    ("opportunistic+starttls", RequireTls::OpportunisticStarttls),
    ("opportunistic", RequireTls::Opportunistic),
    ("disable", RequireTls::Disable),
];

/// Most characters of an unknown action shown in its error.
const SHOWN_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn actions_are_read_in_any_case() {
        for (word, action) in WORDS {
            assert_eq!(word.to_uppercase().parse(), Ok(action));
        }
        assert_eq!(
            "may".parse::<RequireTls>().unwrap_err().to_string(),
            "unknown action \"may\"; expected enforce, opportunistic+starttls, opportunistic or \
             disable"
        );
    }

    #[test]
    fn plaintext_is_refused_by_those_who_insist() {
        for (action, refusal) in [
            (RequireTls::Enforce, Some(Refusal::NotEncrypted)),
            (RequireTls::OpportunisticStarttls, Some(Refusal::NotEncrypted)),
            (RequireTls::Opportunistic, None),
            (RequireTls::Disable, None),
        ] {
            assert_eq!(action.refusal(None, false), refusal);
            let is_told = action.status(&Unsuitable::TlsNotOffered).is_some();
            assert_eq!(is_told, refusal.is_some());
        }
        assert!(RequireTls::Enforce.status(&Unsuitable::NotVerified).is_some());
        assert!(RequireTls::OpportunisticStarttls.status(&Unsuitable::NotVerified).is_none());
        assert!(RequireTls::Enforce.status(&Unsuitable::NoTls).is_none());
    }
}
