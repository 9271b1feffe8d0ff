//! What was asked of TLS for a recipient, and what came of it.

use core::fmt;

use envoi_proto::tls::{Info, Level};
use envoi_proto::{Error, Peer, Refusal, Stage, Unsuitable};

/// What was asked of TLS for a recipient, and what came of it
/// (`smtp_log_tls_feature_status`).
///
/// Prints as Postfix's log lines have it after `tls=`: the level; before it a `!`, if it was not
/// reached; behind it a `?`, if the conversation did not get as far, or a `:` and what there was
/// in its place. If REQUIRETLS was asked for, the same of it follows after a `/`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TlsStatus {
    /// How much was asked for.
    pub level: Level,
    /// What there was.
    pub protection: Protection,
    /// What came of REQUIRETLS, if the sender asked for it and we did not switch it off.
    pub require_tls: Option<RequireTlsStatus>,
}

/// How far TLS protected a conversation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protection {
    /// It ended before that was known.
    Undecided,
    /// It was in plaintext, or was not to be.
    None,
    /// It had TLS.
    Encrypted,
    /// It had TLS, and the server's certificate was the right one.
    Verified,
}

/// What came of REQUIRETLS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequireTlsStatus {
    /// The conversation ended before that was known.
    Undecided,
    /// It was insisted on, and was not to be had.
    Violated,
    /// The message was to go without.
    Unused,
    /// MAIL said it.
    Used,
}

impl TlsStatus {
    /// That of a conversation of which no TLS is known, and which came so far.
    pub(crate) fn begun(peer: &Peer, way: Way) -> Self {
        let protection = match way {
            Way::Before => Protection::Undecided,
            Way::Past | Way::Lack => Protection::None,
        };
        Self { level: peer.wanted_level(), protection, require_tls: None }
    }

    /// The same, where there was this TLS.
    pub(crate) fn with(self, tls: Option<&Info>) -> Self {
        let protection = match tls {
            Some(info) if info.is_verified() => Protection::Verified,
            Some(_) => Protection::Encrypted,
            None => self.protection,
        };
        Self { protection, ..self }
    }
}

impl Protection {
    fn satisfies(self, level: Level) -> bool {
        match self {
            Self::Undecided | Self::Verified => true,
            Self::Encrypted => !level.requires_match(),
            Self::None => !level.requires_tls(),
        }
    }
}

impl fmt::Display for TlsStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, protection, require_tls } = *self;
        if !protection.satisfies(level) {
            f.write_str("!")?;
        }
        level.fmt(f)?;
        match protection {
            // Of a conversation that is to have no TLS there is nothing to decide.
            _ if level == Level::None => {}
            Protection::Undecided => f.write_str("?")?,
            Protection::None => f.write_str(":none")?,
            Protection::Encrypted if level.requires_match() => f.write_str(":encrypt")?,
            Protection::Encrypted | Protection::Verified => {}
        }
        match require_tls {
            None => Ok(()),
            Some(RequireTlsStatus::Undecided) => f.write_str("/requiretls?"),
            Some(RequireTlsStatus::Violated) => f.write_str("/!requiretls"),
            Some(RequireTlsStatus::Unused) => f.write_str("/requiretls:none"),
            Some(RequireTlsStatus::Used) => f.write_str("/requiretls"),
        }
    }
}

/// How far a conversation came, seen from the point where TLS begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    /// It ended before.
    Before,
    /// It went on, or could not because it had to have TLS and there was none.
    Past,
    /// It lacked what the sender asked for.
    Lack,
}

impl Way {
    /// A reply decided at this stage.
    pub(crate) fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Greeting | Stage::Ehlo | Stage::Helo | Stage::Lhlo | Stage::Handshake => {
                Self::Before
            }
            Stage::Starttls
            | Stage::Auth
            | Stage::XforwardName
            | Stage::XforwardHelo
            | Stage::Mail
            | Stage::Recipient
            | Stage::Data
            | Stage::Content
            | Stage::EndOfData
            | Stage::Chunk
            | Stage::LastChunk
            | Stage::Reset
            | Stage::Probe
            | Stage::Quit => Self::Past,
        }
    }

    /// The conversation failed.
    pub(crate) fn of_error(error: &Error, peer: &Peer) -> Self {
        match error {
            Error::Lost(Stage::Handshake)
            | Error::TimedOut(Stage::Handshake)
            | Error::Tls(Stage::Handshake, _)
                if peer.wanted_level().requires_tls() =>
            {
                Self::Past
            }
            Error::Lost(Stage::Starttls) | Error::TimedOut(Stage::Starttls) => Self::Before,
            Error::Lost(stage)
            | Error::TimedOut(stage)
            | Error::Endless(stage)
            | Error::Unexpected(stage)
            | Error::LocalData(stage)
            | Error::GivenUp(stage)
            | Error::Tls(stage, _) => Self::of_stage(*stage),
            Error::NoSender | Error::Early => Self::Past,
            Error::Injected | Error::NoMore => Self::Before,
        }
    }

    /// We did not send the message.
    pub(crate) fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotEncrypted | Refusal::NotVerified | Refusal::RequireTls => Self::Lack,
            Refusal::TooLarge { .. }
            | Refusal::Smtputf8
            | Refusal::Unreadable
            | Refusal::MimeNesting
            | Refusal::LookupFailed
            | Refusal::Loop
            | Refusal::Broken { .. } => Self::Past,
        }
    }

    /// The server is not used.
    pub(crate) fn of_unsuitable(reason: &Unsuitable) -> Self {
        match reason {
            Unsuitable::TlsNotOffered
            | Unsuitable::NoTls
            | Unsuitable::NotVerified
            | Unsuitable::Auth(_)
            | Unsuitable::Rejected(_) => Self::Past,
            Unsuitable::LocalData => Self::Before,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use envoi_proto::tls::Policy;

    use super::*;

    #[test]
    fn status_prints_as_log_lines_have_it() {
        use Protection::{Encrypted, None, Undecided, Verified};
        for (level, texts) in [
            (Level::None, ["none", "none", "none", "none"]),
            (Level::May, ["may?", "may:none", "may", "may"]),
            (Level::Encrypt, ["encrypt?", "!encrypt:none", "encrypt", "encrypt"]),
            (Level::Verify, ["verify?", "!verify:none", "!verify:encrypt", "verify"]),
            (Level::DaneOnly, ["dane-only?", "!dane-only:none", "!dane-only:encrypt", "dane-only"]),
        ] {
            for (protection, text) in [Undecided, None, Encrypted, Verified].into_iter().zip(texts)
            {
                let status = TlsStatus { level, protection, require_tls: Option::None };
                assert_eq!(status.to_string(), text);
            }
        }
    }

    #[test]
    fn handshake_that_fails_leaves_open_what_nobody_insists_on() {
        for (error, level, text) in [
            (Error::Lost(Stage::Handshake), Level::May, "may?"),
            (Error::Lost(Stage::Handshake), Level::Encrypt, "!encrypt:none"),
            (Error::Lost(Stage::Greeting), Level::Encrypt, "encrypt?"),
            (Error::Lost(Stage::Starttls), Level::Encrypt, "encrypt?"),
            (Error::Lost(Stage::Mail), Level::May, "may:none"),
            (Error::NoMore, Level::May, "may?"),
            (Error::Injected, Level::Encrypt, "encrypt?"),
        ] {
            let mut peer = Peer::new("mx.example");
            peer.tls = Policy::new(level);
            let status = TlsStatus::begun(&peer, Way::of_error(&error, &peer));
            assert_eq!(status.to_string(), text, "{error}");
        }
    }

    #[test]
    fn mail_that_goes_in_plaintext_after_tls_has_failed_shows_it() {
        let mut peer = Peer::new("mx.example");
        peer.tls = Policy::new(Level::May);
        peer.tls_failure = Some(Error::Lost(Stage::Handshake));
        let status = TlsStatus::begun(&peer, Way::of_stage(Stage::EndOfData));
        assert_eq!(status.with(None).to_string(), "may:none");
    }
}
