//! The part of verification that a handshake cannot do without.

use alloc::sync::Arc;
use alloc::vec::Vec;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerMisbehaved, SignatureScheme};
use webpki::{Error as PkiError, RawPublicKeyEntity};

use super::certificate::Certificate;

/// A verifier that takes any certificate, but no signature of a handshake that its key did not
/// make. Whether the certificate is the right one is for a [`Judge`](super::Judge) to say.
///
/// All conversations share one: rustls resumes a session only with the verifier that began it.
#[derive(Debug)]
pub struct Signatures(WebPkiSupportedAlgorithms);

impl Signatures {
    /// The verifier of a provider's algorithms.
    pub fn new(provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self(provider.signature_verification_algorithms))
    }
}

impl ServerCertVerifier for Signatures {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = key(certificate)?;
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| bad_encoding())?;
        let unknown = PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme;
        let mut schemes = self.0.mapping.iter();
        let (_, algorithms) =
            schemes.find(|(scheme, _)| *scheme == signed.scheme).ok_or(unknown)?;
        // RFC 5246, 7.4.1.4.1: a scheme of TLS 1.2 does not say which curve it is about.
        for algorithm in *algorithms {
            match key.verify_signature(*algorithm, message, signed.signature()) {
                Ok(()) => return Ok(HandshakeSignatureValid::assertion()),
                Err(PkiError::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
                Err(_) => break,
            }
        }
        Err(Error::InvalidCertificate(CertificateError::BadSignature))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // webpki would refuse keys for the sake of other parts of their certificates.
        verify_tls13_signature_with_raw_key(message, &key(certificate)?, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn key<'a>(certificate: &'a CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'a>, Error> {
    Ok(Certificate::read(certificate).ok_or_else(bad_encoding)?.key())
}

fn bad_encoding() -> Error {
    Error::InvalidCertificate(CertificateError::BadEncoding)
}

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests {
    use alloc::vec;

    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::pem::PemObject;
    use rustls::sign::CertifiedKey;
    use rustls::version::{TLS12, TLS13};

    use super::*;
    use crate::tls::testing::{providers, shake};

    const RSA: &[u8] = include_bytes!("../../testdata/tls/rsa.pem");
    const EC: &[u8] = include_bytes!("../../testdata/tls/ec.pem");
    const VERSION_1: &[u8] = include_bytes!("../../testdata/tls/v1.pem");

    #[test]
    fn any_certificate_whose_key_signs_will_do() {
        for provider in providers() {
            for (certificate, key) in [(RSA, RSA), (EC, EC), (VERSION_1, EC)] {
                for version in [&TLS12, &TLS13] {
                    let identity = identity(certificate, key, &provider);
                    let sent = identity.cert.clone();
                    assert_eq!(shake(provider.clone(), identity, version).unwrap(), sent);
                }
            }
        }
    }

    #[test]
    fn signature_of_another_key_will_not() {
        for provider in providers() {
            for version in [&TLS12, &TLS13] {
                let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
                let identity = identity(EC, key.as_bytes(), &provider);
                let error = shake(provider.clone(), identity, version).unwrap_err();
                assert_eq!(error, Error::InvalidCertificate(CertificateError::BadSignature));
            }
        }
    }

    #[test]
    fn certificate_without_a_key_will_not() {
        for provider in providers() {
            for version in [&TLS12, &TLS13] {
                let mut identity = identity(EC, EC, &provider);
                identity.cert = vec![b"no certificate".to_vec().into()];
                let error = shake(provider.clone(), identity, version).unwrap_err();
                assert_eq!(error, Error::InvalidCertificate(CertificateError::BadEncoding));
            }
        }
    }

    fn identity(certificate: &[u8], key: &[u8], provider: &CryptoProvider) -> CertifiedKey {
        let key = PrivateKeyDer::from_pem_slice(key).unwrap();
        let key = provider.key_provider.load_private_key(key).unwrap();
        CertifiedKey::new(vec![CertificateDer::from_pem_slice(certificate).unwrap()], key)
    }
}
