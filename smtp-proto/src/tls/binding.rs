//! What binds authentication to the certificate of a TLS session.

use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;
use rustls::pki_types::CertificateDer;

use super::certificate::{Certificate, Part, context};
use super::fingerprint::Digest;

/// The channel binding `tls-server-end-point` (RFC 5929, 4) of a server's certificate.
///
/// There is none if the certificate's signature names no single hash, as those of EdDSA.
pub fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let digest = signature_digest(Certificate::read(certificate)?.algorithm)?;
    Some(digest.of(certificate).as_bytes().to_vec())
}

/// The hash of a signature algorithm; SHA-256 for those that RFC 5929, 4.1 replaces.
fn signature_digest(algorithm: Part<'_>) -> Option<Digest> {
    let parts = algorithm.parts()?;
    let id = parts.first()?.oid()?;
    if id != RSA_PSS {
        return digest_of(id);
    }
    // RFC 4055, 3.1: the hash is the field tagged 0, and SHA-1 where that is left out.
    let fields = parts.get(1)?.parts()?;
    match fields.first().filter(|field| field.tag == context(0, true)) {
        Some(hash) => digest_of(hash.parts()?.first()?.parts()?.first()?.oid()?),
        None => Some(Digest::Sha256),
    }
}

fn digest_of(id: ObjectIdentifier) -> Option<Digest> {
    DIGESTS.iter().find(|(ids, _)| ids.contains(&id)).map(|(_, digest)| *digest)
}

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");

/// Signature algorithms and hashes, and the digest of the binding.
const DIGESTS: [(&[ObjectIdentifier], Digest); 3] = [
    (
        &[
            oid("1.2.840.113549.1.1.4"),   // md5WithRSAEncryption
            oid("1.2.840.113549.1.1.5"),   // sha1WithRSAEncryption
            oid("1.2.840.10045.4.1"),      // ecdsa-with-SHA1
            oid("1.3.14.3.2.26"),          // SHA-1
            oid("1.2.840.113549.1.1.11"),  // sha256WithRSAEncryption
            oid("1.2.840.10045.4.3.2"),    // ecdsa-with-SHA256
            oid("2.16.840.1.101.3.4.2.1"), // SHA-256
        ],
        Digest::Sha256,
    ),
    (
        &[oid("1.2.840.113549.1.1.12"), oid("1.2.840.10045.4.3.3"), oid("2.16.840.1.101.3.4.2.2")],
        Digest::Sha384,
    ),
    (
        &[oid("1.2.840.113549.1.1.13"), oid("1.2.840.10045.4.3.4"), oid("2.16.840.1.101.3.4.2.3")],
        Digest::Sha512,
    ),
];

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    #[test]
    fn hash_is_that_of_the_signature() {
        const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01?\x05\x00";
        const ECDSA: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03?";
        // With the default parameters: SHA-1.
        const PSS: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x00";
        const PSS_WITH_HASH: &[u8] = b"\x30\x1e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\
            \x30\x11\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02?\x05\x00";
        const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";
        for (template, last, digest) in [
            (RSA, 0x04, Some(Digest::Sha256)),
            (RSA, 0x05, Some(Digest::Sha256)),
            (RSA, 0x0b, Some(Digest::Sha256)),
            (RSA, 0x0c, Some(Digest::Sha384)),
            (RSA, 0x0d, Some(Digest::Sha512)),
            (RSA, 0x01, None),
            (ECDSA, 2, Some(Digest::Sha256)),
            (ECDSA, 3, Some(Digest::Sha384)),
            (ECDSA, 4, Some(Digest::Sha512)),
            (PSS, 0, Some(Digest::Sha256)),
            (PSS_WITH_HASH, 1, Some(Digest::Sha256)),
            (PSS_WITH_HASH, 2, Some(Digest::Sha384)),
            (PSS_WITH_HASH, 3, Some(Digest::Sha512)),
            (ED25519, 0, None),
        ] {
            let der: Vec<u8> =
                template.iter().map(|b| if *b == b'?' { last } else { *b }).collect();
            assert_eq!(signature_digest(Part::read(&der).unwrap()), digest, "{der:02x?}");
        }
    }

    #[test]
    fn end_point_is_the_hash_of_the_certificate() {
        let pem = include_bytes!("../../testdata/tls/rsa.pem");
        let certificate = CertificateDer::from_pem_slice(pem).unwrap();
        assert_eq!(
            end_point(&certificate).as_deref(),
            Some(Digest::Sha256.of(&certificate).as_bytes())
        );
        assert_eq!(end_point(&CertificateDer::from(&b"no certificate"[..])), None);
    }
}
