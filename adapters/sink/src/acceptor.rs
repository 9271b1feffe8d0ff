//! What all TLS connections of a sink share.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::version::{TLS12, TLS13};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use crate::end_point::end_point;
use crate::tls::provider;
use crate::{ClientCertificate, Tls, TlsVersions};

/// The sink's side of every handshake.
#[derive(Debug)]
pub(crate) struct Acceptor {
    pub(crate) config: Arc<ServerConfig>,
    /// The channel binding `tls-server-end-point`.
    pub(crate) end_point: Vec<u8>,
}

impl Acceptor {
    pub(crate) fn new(tls: &Tls) -> Self {
        let provider = Arc::new(provider());
        let versions = match tls.versions {
            TlsVersions::All => [&TLS12, &TLS13].to_vec(),
            TlsVersions::Only12 => [&TLS12].to_vec(),
            TlsVersions::Only13 => [&TLS13].to_vec(),
        };
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions)
            .expect("the provider has cipher suites for every version");
        let config = match tls.client_certificate {
            ClientCertificate::Ignored => config.with_no_client_auth(),
            ClientCertificate::Asked => {
                config.with_client_cert_verifier(AnyClient::verifier(provider, false))
            }
            ClientCertificate::Required => {
                config.with_client_cert_verifier(AnyClient::verifier(provider, true))
            }
        };
        let certified = SingleCertAndKey::from(tls.certificate.certified());
        let config = Arc::new(config.with_cert_resolver(Arc::new(certified)));
        Self { config, end_point: end_point(tls.certificate.der()) }
    }
}

/// Takes every certificate whose key the client has, whoever signed it.
#[derive(Debug)]
struct AnyClient {
    provider: Arc<CryptoProvider>,
    is_required: bool,
}

impl AnyClient {
    fn verifier(provider: Arc<CryptoProvider>, is_required: bool) -> Arc<dyn ClientCertVerifier> {
        Arc::new(Self { provider, is_required })
    }
}

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        self.is_required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
