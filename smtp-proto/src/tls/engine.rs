//! What conversations under TLS have in common.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use rustls::client::{ResolvesClientCert, Resumption, Tls12Resumption, UnbufferedClientConnection};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, SignatureScheme};

use super::exporter::Exporter;
use super::fault::Fault;
use super::identity::Identity;
use super::judge::Judge;
use super::judgment::Judgment;
use super::policy::Policy;
use super::roots::Roots;
use super::sessions::{Sessions, Shelf, key};
use super::verifier::Signatures;
use crate::config::Peer;

/// What conversations under TLS have in common: cryptography, time, whom to trust, and sessions to
/// resume.
#[derive(Debug)]
pub struct Engine {
    provider: Arc<CryptoProvider>,
    time: Arc<dyn TimeProvider>,
    verifier: Arc<Signatures>,
    judge: Judge,
    resolver: Arc<Resolver>,
    sessions: Arc<Sessions>,
}

impl Engine {
    /// An engine without a certificate of our own, which trusts these roots.
    ///
    /// Random numbers are the provider's, the time of day is `time`'s; a test brings its own.
    pub fn new(provider: Arc<CryptoProvider>, time: Arc<dyn TimeProvider>, roots: Roots) -> Self {
        Self {
            verifier: Signatures::new(&provider),
            judge: Judge::new(Arc::new(roots), &provider),
            resolver: Arc::default(),
            sessions: Arc::default(),
            provider,
            time,
        }
    }

    /// Shows servers that ask for it a certificate of ours: of several, the first whose signatures
    /// they can check (`smtp_tls_eccert_file` beside `smtp_tls_cert_file`, `smtp_tls_chain_files`).
    #[must_use]
    pub fn with_identity(mut self, identity: &Identity) -> Self {
        let mut keys = self.resolver.0.clone();
        keys.push(identity.certified_key().clone());
        self.resolver = Arc::new(Resolver(keys));
        self
    }

    /// Keeps sessions here.
    #[must_use]
    pub fn with_sessions(mut self, sessions: Arc<Sessions>) -> Self {
        self.sessions = sessions;
        self
    }

    /// The cryptography.
    pub fn provider(&self) -> &Arc<CryptoProvider> {
        &self.provider
    }

    /// Begins a connection as a peer's policy asks.
    pub(super) fn connect(&self, peer: &Peer) -> Result<Begun, Fault> {
        let Policy { ciphers, protocols, sni, .. } = &peer.tls;
        let mut provider = CryptoProvider::clone(&self.provider);
        provider.cipher_suites = ciphers.suites(&provider).map_err(|_| Fault::NoCiphers)?;
        let builder = ClientConfig::builder_with_details(Arc::new(provider), self.time.clone());
        let builder = builder.with_protocol_versions(protocols.versions());
        let builder = builder.map_err(|_| Fault::NoCiphers)?.dangerous();
        let builder = builder.with_custom_certificate_verifier(self.verifier.clone());
        let mut config = builder.with_client_cert_resolver(self.resolver.clone());
        let destination = peer.destination();
        let name = sni.name(destination);
        config.enable_sni = name.is_some();
        let server = key(&[&peer.name, &peer.address, &peer.port, &peer.next_hop, &peer.tls]);
        let (sessions, time) = (self.sessions.clone(), self.time.clone());
        let shelf = Shelf { sessions, server: server.clone(), time };
        config.resumption = Resumption::store(Arc::new(shelf))
            .tls12_resumption(Tls12Resumption::SessionIdOrTickets);
        let exporter = Arc::new(Exporter::default());
        config.key_log = exporter.clone();
        let name = name.map_or_else(|| nobody().map(ServerName::from), |name| Ok(name.into()))?;
        let connection = UnbufferedClientConnection::new(Arc::new(config), name);
        let connection = connection.map_err(|error| fault(&error))?;
        Ok(Begun { connection, exporter, server })
    }

    /// Says what the certificates of a server are worth that began a session with us, as they
    /// were then.
    pub(super) fn judge_again(
        &self,
        certificates: &[CertificateDer<'_>],
        peer: &Peer,
        server: &str,
    ) -> Judgment {
        let known = certificates.first().and_then(|first| self.sessions.judgment(server, first));
        known.unwrap_or_else(|| self.judge(certificates, peer, server))
    }

    /// Says what a server's certificates are worth.
    pub(super) fn judge(
        &self,
        certificates: &[CertificateDer<'_>],
        peer: &Peer,
        server: &str,
    ) -> Judgment {
        // Without the time of day, every certificate is of the future.
        let now = self.time.current_time();
        let now = now.unwrap_or(UnixTime::since_unix_epoch(core::time::Duration::ZERO));
        let judgment = self.judge.judge(certificates, &peer.tls, peer.destination(), now);
        self.sessions.judged(server, &judgment);
        judgment
    }

    /// Forgets the sessions of a server with which a handshake failed.
    pub(super) fn forget(&self, server: &str) {
        self.sessions.forget(server);
    }

    /// Whether we have a certificate to show.
    pub(super) fn has_identity(&self) -> bool {
        self.resolver.has_certs()
    }
}

/// A connection that has just begun.
pub(super) struct Begun {
    pub(super) connection: UnbufferedClientConnection,
    pub(super) exporter: Arc<Exporter>,
    /// By which its sessions are kept.
    pub(super) server: Arc<str>,
}

/// The name of a server that is told none.
fn nobody() -> Result<rustls::pki_types::DnsName<'static>, Fault> {
    String::from("invalid").try_into().map_err(|_| Fault::Engine)
}

/// Our certificates, whichever authorities the server names.
#[derive(Debug, Default)]
struct Resolver(Vec<Arc<CertifiedKey>>);

impl ResolvesClientCert for Resolver {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        signature_schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let can_sign =
            |ours: &&Arc<CertifiedKey>| ours.key.choose_scheme(signature_schemes).is_some();
        self.0.iter().find(can_sign).or_else(|| self.0.first()).cloned()
    }

    fn has_certs(&self) -> bool {
        !self.0.is_empty()
    }
}

/// What an error of rustls is about.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not told apart is the server's fault")]
pub(super) fn fault(error: &rustls::Error) -> Fault {
    use rustls::Error as E;
    tracing::debug!(target: "envoi", %error, "TLS failed");
    match error {
        E::AlertReceived(alert) => Fault::Alert(alert.as_str().unwrap_or("unknown")),
        E::InvalidMessage(_) | E::InappropriateMessage { .. } => Fault::Malformed,
        E::PeerIncompatible(_) | E::NoApplicationProtocol => Fault::Incompatible,
        E::InvalidCertificate(_) | E::NoCertificatesPresented => Fault::Certificate,
        E::DecryptError => Fault::Decryption,
        E::FailedToGetCurrentTime | E::FailedToGetRandomBytes | E::General(_) => Fault::Engine,
        _ => Fault::Misbehaved,
    }
}

/// The provider that is built in: aws-lc-rs, or else ring.
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub fn default_provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    return rustls::crypto::ring::default_provider();
}

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests {
    use rustls::SignatureScheme as S;

    use super::*;
    use crate::tls::testing::{Clock, providers};

    const RSA: &[u8] = include_bytes!("../../testdata/tls/rsa.pem");
    const EC: &[u8] = include_bytes!("../../testdata/tls/ec.pem");

    #[test]
    fn a_server_sees_the_first_certificate_whose_signatures_it_can_check() {
        for provider in providers() {
            let mut engine = Engine::new(Arc::new(provider), Arc::new(Clock), Roots::default());
            let read = |pem| Identity::from_pem(pem, pem, &[], engine.provider()).unwrap();
            let [rsa, ec] = [read(RSA), read(EC)];
            assert!(!engine.has_identity());
            engine = engine.with_identity(&rsa).with_identity(&ec);
            assert!(engine.has_identity());
            for (schemes, shown) in [
                (&[S::RSA_PSS_SHA256][..], &rsa),
                (&[S::ECDSA_NISTP256_SHA256], &ec),
                (&[S::ECDSA_NISTP256_SHA256, S::RSA_PSS_SHA256], &rsa),
                (&[S::ED448], &rsa),
            ] {
                let seen = engine.resolver.resolve(&[], schemes).unwrap();
                assert!(Arc::ptr_eq(&seen, shown.certified_key()), "{schemes:?}");
            }
        }
    }
}
