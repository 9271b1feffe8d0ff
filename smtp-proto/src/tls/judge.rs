//! Judges a server's certificates, once the handshake is over.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath};

use super::certificate::Certificate;
use super::judgment::{Judgment, Reason, Status};
use super::level::{Level, NotSupported};
use super::policy::{Destination, Policy};
use super::roots::Roots;

/// What many judgments have in common: whom to trust, and how signatures are verified.
#[derive(Clone, Debug)]
pub struct Judge {
    roots: Arc<Roots>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Judge {
    /// A judge who trusts these roots, unless a policy brings its own.
    pub fn new(roots: Arc<Roots>, provider: &CryptoProvider) -> Self {
        Self { roots, algorithms: provider.signature_verification_algorithms }
    }

    /// Says what a server's certificates are worth, its own first.
    pub fn judge(
        &self,
        certificates: &[CertificateDer<'_>],
        policy: &Policy,
        destination: Destination<'_>,
        now: UnixTime,
    ) -> Judgment {
        let Some(first) = certificates.first() else {
            return nothing();
        };
        let read = Certificate::read(first);
        let key = read.as_ref().map(Certificate::key);
        let case = Case { certificates, read: read.as_ref(), policy, destination, now };
        let (status, reason) = match policy.level {
            Level::None | Level::May | Level::Encrypt => self.weigh_chain(&case),
            Level::Fingerprint => case.compare_fingerprints(key.as_deref()),
            Level::Dane | Level::DaneOnly => {
                (self.weigh_chain(&case).0, Some(NotSupported(policy.level).into()))
            }
            Level::Verify | Level::Secure => match self.weigh_chain(&case) {
                (Status::Trusted, None) => case.compare_names(),
                untrusted => untrusted,
            },
        };
        Judgment {
            status,
            matched: status == Status::Verified,
            reason,
            certificate: Some(policy.digest.of(first)),
            key: key.map(|key| policy.digest.of(&key)),
            subject: read.as_ref().map(Certificate::subject_name).unwrap_or_default(),
            issuer: read.as_ref().map(Certificate::issuer_name).unwrap_or_default(),
        }
    }

    /// Whether a server's certificate is trusted, and why not.
    fn weigh_chain(&self, case: &Case<'_>) -> (Status, Option<Reason>) {
        match self.check_chain(case) {
            Ok(()) => (Status::Trusted, None),
            Err(reason) => (Status::Untrusted, Some(reason)),
        }
    }

    /// Whether somebody whom we trust vouches for the server's certificate.
    fn check_chain(&self, case: &Case<'_>) -> Result<(), Reason> {
        let roots = case.policy.trust_anchors.as_ref().unwrap_or(&self.roots);
        let (Some(first), Some(read)) = (case.certificates.first(), case.read) else {
            return Err(Reason::Malformed);
        };
        if roots.certificates().contains(first) {
            return is_alive(read, case.now);
        }
        let end = EndEntityCert::try_from(first).map_err(|error| case.reason(error))?;
        let depth = case.policy.verify_depth;
        let is_short = |path: &VerifiedPath<'_>| {
            let above = path.intermediate_certificates().count() + 1;
            if above > depth { Err(Error::MaximumPathDepthExceeded) } else { Ok(()) }
        };
        end.verify_for_usage(
            self.algorithms.all,
            roots.anchors(),
            &case.certificates[1..],
            case.now,
            KeyUsage::server_auth(),
            None,
            Some(&is_short),
        )
        .map(|_| ())
        .map_err(|error| case.reason(error))
    }
}

/// One server's certificates, and what is asked of them.
struct Case<'a> {
    certificates: &'a [CertificateDer<'a>],
    /// The first of them, if it can be read.
    read: Option<&'a Certificate<'a>>,
    policy: &'a Policy,
    destination: Destination<'a>,
    now: UnixTime,
}

impl Case<'_> {
    /// Whether the certificate or its key is listed. Neither dates nor issuers count.
    fn compare_fingerprints(&self, key: Option<&[u8]>) -> (Status, Option<Reason>) {
        let listed = &self.policy.fingerprints;
        let certificate = self.certificates.first().map(AsRef::as_ref);
        if certificate.into_iter().chain(key).any(|der| listed.contain(der)) {
            return (Status::Verified, None);
        }
        (Status::Untrusted, Some(Reason::Fingerprint))
    }

    /// Whether a trusted certificate has one of the names that are asked for.
    fn compare_names(&self) -> (Status, Option<Reason>) {
        let names = self.read.map(Certificate::dns_names).unwrap_or_default();
        let policy = self.policy;
        let fits = |name: &&str| policy.names.accept(name, self.destination, policy.wildcards);
        if names.iter().any(fits) {
            (Status::Verified, None)
        } else if names.is_empty() {
            (Status::Trusted, Some(Reason::NoNames))
        } else {
            (Status::Trusted, Some(Reason::OtherNames(list(&names))))
        }
    }

    /// Why nobody vouches for the certificate.
    #[expect(clippy::wildcard_enum_match_arm, reason = "webpki's other errors are shown as named")]
    fn reason(&self, error: Error) -> Reason {
        match error {
            _ if self.read.is_some_and(Certificate::is_self_issued) => Reason::SelfSigned,
            Error::CertExpired { not_after, .. } => Reason::Expired(not_after),
            Error::CertNotValidYet { not_before, .. } => Reason::NotYetValid(not_before),
            Error::UnknownIssuer => self.unknown(),
            Error::MaximumPathDepthExceeded => {
                Reason::TooLong(DEPTH_MAX.min(self.policy.verify_depth))
            }
            Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => Reason::Purpose,
            Error::InvalidSignatureForPublicKey => Reason::Signature,
            Error::UnsupportedSignatureAlgorithmContext(_)
            | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Reason::Algorithm,
            Error::CaUsedAsEndEntity => Reason::Authority,
            Error::BadDer | Error::BadDerTime | Error::TrailingData(_) => Reason::Malformed,
            error => Reason::Chain(format!("{error:?}")),
        }
    }

    /// What is missing above the last certificate of the chain.
    fn unknown(&self) -> Reason {
        let sent: Vec<_> = self.certificates.iter().filter_map(Certificate::read).collect();
        let Some(mut last) = self.read else { return Reason::Malformed };
        // Whoever sends a circle gets no further.
        for _ in 0..DEPTH_MAX {
            let is_above = |above: &&Certificate<'_>| above.subject() == last.issuer();
            let Some(above) = sent.iter().find(is_above) else { break };
            last = above;
        }
        if last.is_self_issued() {
            Reason::UntrustedRoot(last.subject_name())
        } else {
            Reason::UnknownIssuer(last.issuer_name())
        }
    }
}

fn nothing() -> Judgment {
    Judgment {
        status: Status::Anonymous,
        matched: false,
        reason: Some(Reason::NoCertificate),
        certificate: None,
        key: None,
        subject: String::new(),
        issuer: String::new(),
    }
}

/// Judges a certificate that is itself trusted: chains are for those that are not.
fn is_alive(certificate: &Certificate<'_>, now: UnixTime) -> Result<(), Reason> {
    match certificate.validity() {
        Some((first, _)) if now < first => Err(Reason::NotYetValid(first)),
        Some((_, last)) if now > last => Err(Reason::Expired(last)),
        Some(_) => Ok(()),
        None => Err(Reason::Malformed),
    }
}

/// The names of a certificate, as far as they can be shown.
fn list(names: &[&str]) -> String {
    let shown: Vec<_> = names
        .iter()
        .take(NAMES_MAX)
        .map(|name| name.chars().take(NAME_MAX).flat_map(char::escape_debug).collect::<String>())
        .collect();
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    shown.join(", ") + more
}

/// Most certificates above the server's for webpki: six and a trust anchor.
const DEPTH_MAX: usize = 7;

/// Most names of a certificate shown in a reason.
const NAMES_MAX: usize = 5;

/// Most characters of one of them.
const NAME_MAX: usize = 80;

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests;
