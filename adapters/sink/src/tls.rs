//! How the sink speaks TLS.

use std::fmt;
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use thiserror::Error;

/// When and how the sink speaks TLS: after STARTTLS, unless told otherwise, and by TLS 1.2 or 1.3.
///
/// ```
/// use envoi_sink::{Options, Tls, TlsStart};
///
/// let tls = Tls { start: TlsStart::Implicit, ..Tls::self_made("sink.example")? };
/// let options = Options { tls: Some(tls), ..Options::default() };
/// # Ok::<(), envoi_sink::TlsError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tls {
    /// What the sink shows.
    pub certificate: Certificate,
    /// When it begins.
    pub start: TlsStart,
    /// The versions that are spoken.
    pub versions: TlsVersions,
    /// Whether clients show a certificate.
    pub client_certificate: ClientCertificate,
}

/// A chain of certificates, the server's own first, with its key.
#[derive(Clone)]
pub struct Certificate(Arc<CertifiedKey>);

/// When TLS begins.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TlsStart {
    /// When the client says STARTTLS, RFC 3207.
    Starttls,
    /// At once, RFC 8314, 3.3.
    Implicit,
}

/// Which versions of TLS are spoken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TlsVersions {
    /// TLS 1.2 and 1.3.
    All,
    /// TLS 1.2 alone.
    Only12,
    /// TLS 1.3 alone.
    Only13,
}

/// Whether clients show a certificate; any will do if it is theirs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ClientCertificate {
    /// They are not asked for one.
    Ignored,
    /// They are asked, and need not have one.
    Asked,
    /// Those without one are turned away.
    Required,
}

impl Tls {
    /// TLS with a certificate.
    pub fn new(certificate: Certificate) -> Self {
        Self {
            certificate,
            start: TlsStart::Starttls,
            versions: TlsVersions::All,
            client_certificate: ClientCertificate::Ignored,
        }
    }

    /// TLS with a self-signed certificate for `name`, made on the spot.
    ///
    /// # Errors
    ///
    /// If `name` cannot be in a certificate, or the provider has no randomness.
    pub fn self_made(name: &str) -> Result<Self, TlsError> {
        let made = self_signed(name);
        let made = made.map_err(|error| TlsError::NotMade(name.to_owned(), error.to_string()))?;
        let (certificate, key) = made;
        Certificate::new(vec![certificate], key.into()).map(Self::new)
    }
}

fn self_signed(
    name: &str,
) -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), rcgen::Error> {
    let mut parameters = CertificateParams::new([name.to_owned()])?;
    parameters.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.der().clone(), key.serialize_der().into()))
}

impl Certificate {
    /// A chain of certificates, the server's own first, and its key, both as PEM.
    ///
    /// # Errors
    ///
    /// If there is no certificate or no key in them, or the key is not the certificate's.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or(TlsError::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
        Self::new(chain, key)
    }

    fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        let certified = CertifiedKey::from_der(chain, key, &provider());
        let certified = certified.map_err(|error| TlsError::Unusable(error.to_string()))?;
        Ok(Self(Arc::new(certified)))
    }

    /// The server's own certificate, as DER.
    pub fn der(&self) -> &[u8] {
        &self.0.cert[0]
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0)
    }
}

impl Eq for Certificate {}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.cert == other.0.cert
    }
}

// The key is a secret.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(..)")
    }
}

/// Why there is no [`Certificate`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TlsError {
    /// The chain is empty or malformed.
    #[error("no certificate in the chain: expected PEM with BEGIN CERTIFICATE")]
    NoCertificate,
    /// The key is missing or malformed.
    #[error("no key: expected PEM with BEGIN PRIVATE KEY")]
    NoKey,
    /// The key and the certificate do not belong together, or one of them is not understood.
    #[error("unusable certificate or key: {0}")]
    Unusable(String),
    /// A self-signed certificate for this name could not be made.
    #[error("no certificate for `{0}`: {1}")]
    NotMade(String, String),
}

/// Who does the cryptography.
pub(crate) fn provider() -> CryptoProvider {
    crypto::default_provider()
}

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as crypto;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use rustls::crypto::ring as crypto;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    #[test]
    fn what_is_no_pem_is_told_apart() {
        let (chain, key) = pem_pair();
        let error =
            |chain: &str, key: &str| Certificate::from_pem(chain.as_bytes(), key.as_bytes()).err();
        assert_eq!(error("", &key), Some(TlsError::NoCertificate));
        assert_eq!(error(&chain, ""), Some(TlsError::NoKey));
        assert_eq!(error(&chain, &chain), Some(TlsError::NoKey));
        assert_eq!(error(&chain, &key), None);
    }

    #[test]
    fn key_has_to_be_that_of_the_certificate() {
        let ((chain, _), (_, key)) = (pem_pair(), pem_pair());
        let mismatch = Certificate::from_pem(chain.as_bytes(), key.as_bytes());
        assert!(matches!(mismatch, Err(TlsError::Unusable(_))));
    }

    #[test]
    fn name_that_cannot_be_in_a_certificate_is_named() {
        let error = Tls::self_made("m\u{fc}nchen.example").unwrap_err().to_string();
        assert!(error.starts_with("no certificate for `m\u{fc}nchen.example`: "), "{error}");
    }

    #[test]
    fn key_is_not_shown() {
        let shown = format!("{:?}", Tls::self_made("mx.example").unwrap());
        assert!(shown.starts_with("Tls { certificate: Certificate(..), start: "), "{shown}");
    }

    /// A certificate and its key.
    fn pem_pair() -> (String, String) {
        let (certificate, key) = self_signed("mx.example").unwrap();
        (pem("CERTIFICATE", &certificate), pem("PRIVATE KEY", key.secret_pkcs8_der()))
    }

    fn pem(label: &str, der: &[u8]) -> String {
        let lines = BASE64_STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
    }
}
