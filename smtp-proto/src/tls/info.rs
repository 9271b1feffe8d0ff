//! What a handshake came to.

use alloc::string::String;
use core::fmt;

use rustls::CipherSuite;

use super::ciphers::suite_name;
use super::judgment::Judgment;
use super::level::Level;
use crate::config::Peer;

/// What a handshake came to.
///
/// Prints as Postfix's log line has it after `TLS connection established to NAME[ADDRESS]:PORT: `.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Info {
    /// `TLSv1.2` or `TLSv1.3`.
    pub protocol: &'static str,
    /// The cipher suite, as OpenSSL calls it.
    pub cipher: String,
    /// Bits of the cipher's key.
    pub bits: u16,
    /// The group of the key exchange, such as `X25519MLKEM768`; none in some resumed sessions.
    pub group: Option<String>,
    /// Whether the session began in an earlier conversation.
    pub is_resumed: bool,
    /// What the server's certificates are worth.
    pub judgment: Judgment,
}

impl Info {
    pub(super) fn of_suite(suite: CipherSuite, judgment: Judgment) -> Self {
        let (cipher, bits) = suite_name(suite);
        let (protocol, group, is_resumed) = ("", None, false);
        Self { protocol, cipher, bits, group, is_resumed, judgment }
    }

    /// Tells the log of it (`smtp_tls_loglevel`).
    pub(super) fn tell(&self, peer: &Peer) {
        let Judgment { status, reason, certificate, key, subject, issuer, .. } = &self.judgment;
        if let (Some(certificate), Some(key)) = (certificate, key) {
            tracing::debug!(
                target: "envoi::tls",
                "{peer}: subject_CN={subject}, issuer={issuer}, fingerprint={certificate}, \
                 pkey_fingerprint={key}"
            );
        }
        if let Some(reason) = reason.as_ref().filter(|_| peer.tls.level != Level::May) {
            tracing::info!(
                target: "envoi::tls",
                "certificate verification failed for {peer}: {reason}"
            );
        }
        let kind = if self.is_resumed { "reused" } else { "established" };
        tracing::info!(target: "envoi::tls", "{status} TLS connection {kind} to {peer}: {self}");
    }

    /// The certificate's status, and the rest.
    pub(crate) fn summary(&self) -> String {
        alloc::format!("{} {self}", self.judgment.status)
    }

    /// Whether the certificate is the one that was asked for.
    pub fn is_verified(&self) -> bool {
        self.judgment.matched
    }
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, cipher, bits, .. } = self;
        write!(f, "{protocol} with cipher {cipher} ({bits}/{bits} bits)")?;
        self.group.as_ref().map_or(Ok(()), |group| write!(f, " key-exchange {group}"))
    }
}
