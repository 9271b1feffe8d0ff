//! Who we are, to servers that ask for a certificate.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::certificate::Certificate;
use super::roots::{pem_flaw, read_pem};

/// A certificate of ours, its chain and its private key.
#[derive(Clone, Debug)]
pub struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// Reads the PEM files of `smtp_tls_cert_file` and `smtp_tls_key_file`, which may be the same
    /// one.
    ///
    /// The first certificate is ours. Where the chain above it is incomplete, it is completed from
    /// `authorities`: those of `smtp_tls_CAfile`, as [`Roots::certificates`](super::Roots) has
    /// them. A certificate that signed itself is not added: whoever trusts it has it.
    ///
    /// # Errors
    /// If a file is malformed, holds no certificate or no key, or one that does not fit the other
    /// or the provider.
    pub fn from_pem(
        certificates: &[u8],
        key: &[u8],
        authorities: &[CertificateDer<'static>],
        provider: &CryptoProvider,
    ) -> Result<Self, BadIdentity> {
        let mut chain = read_pem(certificates).map_err(BadIdentity::Malformed)?;
        let end = chain.first().ok_or(BadIdentity::NoCertificate)?;
        let ours = Certificate::read(end).ok_or(BadIdentity::BadCertificate)?.key().into_owned();
        let der = private_key(key)?;
        let key = match provider.key_provider.load_private_key(der.clone_key()) {
            Ok(key) => key,
            Err(_) if is_dsa(der.secret_der()) => return Err(BadIdentity::Dsa),
            Err(_) => return Err(BadIdentity::BadKey),
        };
        if key.public_key().is_some_and(|public| public != ours) {
            return Err(BadIdentity::Mismatch);
        }
        complete(&mut chain, authorities);
        Ok(Self(Arc::new(CertifiedKey::new(chain, key))))
    }

    /// The chain and the key, as rustls takes them.
    pub fn certified_key(&self) -> &Arc<CertifiedKey> {
        &self.0
    }
}

fn private_key(file: &[u8]) -> Result<PrivateKeyDer<'static>, BadIdentity> {
    let contains = |text: &[u8]| file.windows(text.len()).any(|window| window == text);
    if contains(b"BEGIN ENCRYPTED PRIVATE KEY") || contains(b"Proc-Type: 4,ENCRYPTED") {
        return Err(BadIdentity::Encrypted);
    }
    match PrivateKeyDer::pem_slice_iter(file).next() {
        Some(key) => key.map_err(|error| BadIdentity::Malformed(pem_flaw(error))),
        None if contains(b"BEGIN DSA PRIVATE KEY") => Err(BadIdentity::Dsa),
        None => Err(BadIdentity::NoKey),
    }
}

/// Whether a key in PKCS #8 is one of DSA.
fn is_dsa(key: &[u8]) -> bool {
    key.windows(DSA.len()).any(|window| window == DSA)
}

/// Adds issuers as far as they are known, the last one aside if it signed itself.
fn complete(chain: &mut Vec<CertificateDer<'static>>, authorities: &[CertificateDer<'static>]) {
    while chain.len() < CHAIN_MAX {
        let Some(last) = chain.last().and_then(Certificate::read) else { return };
        let is_issuer = |candidate: &&CertificateDer<'_>| {
            Certificate::read(candidate).is_some_and(|candidate| {
                candidate.subject() == last.issuer() && !candidate.is_self_issued()
            })
        };
        let Some(issuer) = authorities.iter().find(is_issuer).filter(|_| !last.is_self_issued())
        else {
            return;
        };
        chain.push(issuer.clone());
    }
}

/// A certificate and a key that cannot be used together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadIdentity {
    /// A file is no PEM.
    #[error("malformed PEM: {0}")]
    Malformed(String),
    /// There is no certificate.
    #[error("no certificate in the file; expected -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// The first certificate is none.
    #[error("the first certificate in the file cannot be read")]
    BadCertificate,
    /// There is no key.
    #[error("no private key in the file; expected -----BEGIN PRIVATE KEY-----")]
    NoKey,
    /// The key asks for a password.
    #[error("the private key is encrypted; expected one without a password")]
    Encrypted,
    /// The key is of a kind that TLS has given up.
    #[error("DSA keys are not supported; expected RSA, ECDSA or Ed25519")]
    Dsa,
    /// The key cannot be read, or is of another kind.
    #[error("the private key cannot be used; expected RSA of 2048 bits or more, ECDSA or Ed25519")]
    BadKey,
    /// The key is that of another certificate.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
}

/// Most certificates to send; no server follows that many.
const CHAIN_MAX: usize = 10;

/// The object identifier of DSA, 1.2.840.10040.4.1, in DER.
const DSA: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01";

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::tls::testing::{Authority, providers};

    const RSA: &[u8] = include_bytes!("../../testdata/tls/rsa.pem");
    const RSA_PKCS1: &[u8] = include_bytes!("../../testdata/tls/rsa-pkcs1.pem");
    const EC: &[u8] = include_bytes!("../../testdata/tls/ec.pem");
    const DSA: &[u8] = include_bytes!("../../testdata/tls/dsa.pem");
    const DSA_PKCS8: &[u8] = include_bytes!("../../testdata/tls/dsa-pkcs8.pem");

    #[test]
    fn keys_of_all_kinds_are_read() {
        for provider in providers() {
            for (certificates, key) in [(RSA, RSA), (RSA, RSA_PKCS1), (EC, EC)] {
                let identity = Identity::from_pem(certificates, key, &[], &provider).unwrap();
                assert_eq!(identity.certified_key().cert.len(), 1);
                identity.certified_key().keys_match().unwrap();
            }
            for algorithm in [
                &rcgen::PKCS_ED25519,
                &rcgen::PKCS_ECDSA_P256_SHA256,
                &rcgen::PKCS_ECDSA_P384_SHA384,
            ] {
                let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
                let params = rcgen::CertificateParams::new(["a.example".into()]).unwrap();
                let certificate = params.self_signed(&key).unwrap().pem();
                let key = key.serialize_pem();
                Identity::from_pem(certificate.as_bytes(), key.as_bytes(), &[], &provider).unwrap();
            }
        }
    }

    #[test]
    fn chain_is_completed_up_to_the_root() {
        let root = Authority::root("Root");
        let (upper, other) = (root.below("Upper"), root.below("Other"));
        let lower = upper.below("Lower");
        let key = rcgen::KeyPair::generate().unwrap();
        let ours = lower.sign("client.example", &key, |_| {});
        let known = [&root, &other, &lower, &upper].map(|known| known.certificate.der().clone());
        let key = key.serialize_pem();
        let chain = [&ours, &lower.certificate, &upper.certificate];
        for given in 1..=chain.len() {
            let file = pem(&chain[..given]);
            let identity =
                Identity::from_pem(file.as_bytes(), key.as_bytes(), &known, &providers()[0])
                    .unwrap();
            let sent = identity.certified_key().cert.iter();
            assert!(sent.eq(chain.map(rcgen::Certificate::der)), "{given} given");
        }
        let file = pem(&chain[..1]);
        let identity =
            Identity::from_pem(file.as_bytes(), key.as_bytes(), &known[3..], &providers()[0])
                .unwrap();
        assert_eq!(identity.certified_key().cert.len(), 1, "the next one is not known");
    }

    #[test]
    fn chain_has_an_end() {
        let mut authorities = alloc::vec![Authority::root("0")];
        for i in 1..=CHAIN_MAX + 1 {
            authorities.push(authorities[i - 1].below(&i.to_string()));
        }
        let last = authorities.last().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let file = pem(&[&last.sign("client.example", &key, |_| {})]);
        let known: Vec<_> =
            authorities.iter().map(|known| known.certificate.der().clone()).collect();
        let key = key.serialize_pem();
        let identity =
            Identity::from_pem(file.as_bytes(), key.as_bytes(), &known, &providers()[0]).unwrap();
        assert_eq!(identity.certified_key().cert.len(), CHAIN_MAX);
    }

    #[test]
    fn bad_identities_are_told_what_is_wrong() {
        let unreadable = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let bad_key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let encrypted =
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE K";
        let old = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES";
        for (certificates, key, error) in [
            (&b""[..], RSA, "no certificate in the file; expected -----BEGIN CERTIFICATE-----"),
            (unreadable, RSA, "the first certificate in the file cannot be read"),
            (RSA, b"", "no private key in the file; expected -----BEGIN PRIVATE KEY-----"),
            (RSA, EC, "the private key does not belong to the certificate"),
            (RSA, encrypted, "the private key is encrypted; expected one without a password"),
            (RSA, old, "the private key is encrypted; expected one without a password"),
            (RSA, DSA, "DSA keys are not supported; expected RSA, ECDSA or Ed25519"),
            (RSA, DSA_PKCS8, "DSA keys are not supported; expected RSA, ECDSA or Ed25519"),
            (
                RSA,
                bad_key,
                "the private key cannot be used; expected RSA of 2048 bits or more, ECDSA or \
                 Ed25519",
            ),
            (&RSA[..200], RSA, "malformed PEM: no line -----END CERTIFICATE-----"),
            (RSA, &bad_key[..40], "malformed PEM: no line -----END PRIVATE KEY-----"),
        ] {
            for provider in providers() {
                let found = Identity::from_pem(certificates, key, &[], &provider).unwrap_err();
                assert_eq!(found.to_string(), error);
            }
        }
    }

    fn pem(certificates: &[&rcgen::Certificate]) -> String {
        certificates.iter().map(|certificate| certificate.pem()).collect()
    }
}
