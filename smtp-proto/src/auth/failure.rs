//! Why authentication fails on our side of the wire.

use alloc::borrow::Cow;
use alloc::string::String;

use super::coding::{CHALLENGE_MAX, RESPONSE_MAX};
use super::exchange::ROUNDS_MAX;
use super::scram::{ITERATIONS_MAX, ITERATIONS_MIN};

/// An authentication that we give up, whatever the server thinks of it.
///
/// That the server refuses us is its reply, and no failure.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Failure {
    /// There is nothing that we could try.
    #[error(transparent)]
    NoMechanism(#[from] NoMechanism),
    /// The server wants to know something before we say what must come first.
    #[error("non-empty initial {mechanism} challenge")]
    InitialChallenge {
        /// The name of the mechanism.
        mechanism: &'static str,
    },
    /// The dialogue does not end.
    #[error("authentication protocol loop: more than {ROUNDS_MAX} challenges")]
    Loop,
    /// The mechanism cannot go on.
    #[error("{mechanism}: {reason}")]
    Mechanism {
        /// Its name.
        mechanism: &'static str,
        /// Why.
        reason: Reason,
    },
}

/// Why none of the server's mechanisms can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoMechanism {
    /// The server named none.
    #[error("no authentication mechanism offered")]
    NotOffered,
    /// The filter leaves none.
    #[error("every authentication mechanism offered is filtered out")]
    Filtered,
    /// DIGEST-MD5 would be the one.
    #[error("DIGEST-MD5 is not supported: it is obsolete (RFC 6331)")]
    DigestMd5,
    /// Those that are left are unknown, or take another kind of credentials.
    #[error("no authentication mechanism offered takes these credentials")]
    Unsuited,
    /// Those that would do lack what the security options ask for.
    #[error("no compatible authentication mechanisms for this type of connection security")]
    Insecure,
}

/// Why a mechanism cannot go on.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The server sent what RFC 4954, 4 does not allow.
    #[error("challenge is not base64")]
    NotBase64,
    /// The server sent more than RFC 4954, 4 allows.
    #[error("challenge of more than {CHALLENGE_MAX} bytes")]
    LongChallenge,
    /// The credentials need more than RFC 4954, 4 allows.
    #[error("response of more than {RESPONSE_MAX} bytes")]
    LongResponse,
    /// All has been said.
    #[error("unexpected challenge")]
    UnexpectedChallenge,
    /// The server's message is not what the mechanism prescribes.
    #[error("malformed challenge: expected {0}")]
    Malformed(&'static str),
    /// The server answers somebody else.
    #[error("challenge with a nonce that does not begin with ours")]
    Nonce,
    /// The server wants too little work of us, or too much.
    #[error("challenge with an iteration count out of {ITERATIONS_MIN} to {ITERATIONS_MAX}")]
    Iterations,
    /// The server's signature is wrong or missing: it is not the one that knows the password.
    #[error("server did not prove that it knows the password")]
    NotProven,
    /// The server said so itself, before its reply; unprintable bytes read `?`.
    #[error("server reports: {0}")]
    Reported(String),
    /// SASLprep (RFC 4013) forbids a character, or leaves none.
    #[error("user name or password with characters that SASLprep forbids")]
    Prohibited,
    /// What a mechanism from elsewhere has to say.
    #[error("{0}")]
    Other(Cow<'static, str>),
}

impl Reason {
    /// What the server wrote, fit for a log.
    pub(super) fn reported(message: &[u8]) -> Self {
        let message = &message[..message.len().min(REPORT_MAX)];
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' };
        Self::Reported(message.iter().map(shown).collect())
    }
}

/// Most bytes of what a server reports that are kept.
const REPORT_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_report_is_harmless_and_cut_short() {
        let report = Reason::reported(b"{\"status\":\"no\r\n250 ok\x1b[2J\xff\"}");
        assert_eq!(report.to_string(), "server reports: {\"status\":\"no??250 ok?[2J?\"}");
        let report = Reason::reported(&[b'x'; REPORT_MAX + 1]);
        assert_eq!(report, Reason::Reported("x".repeat(REPORT_MAX)));
    }
}
