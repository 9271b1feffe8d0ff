//! The channel binding that a certificate is, RFC 5929, 4.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The hash of a certificate in DER, by the function that it is signed with.
pub(crate) fn end_point(certificate: &[u8]) -> Vec<u8> {
    match signature_algorithm(certificate) {
        Some(RSA_SHA384 | ECDSA_SHA384) => Sha384::digest(certificate).to_vec(),
        Some(RSA_SHA512 | ECDSA_SHA512) => Sha512::digest(certificate).to_vec(),
        // So too, says the RFC, for MD5 and SHA-1, and it is silent about signatures that do
        // not name one function, such as Ed25519's.
        Some(_) | None => Sha256::digest(certificate).to_vec(),
    }
}

/// The object identifier in `signatureAlgorithm`, RFC 5280, 4.1.1.2.
fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = element(certificate)?;
    let (_, rest) = element(certificate)?;
    let (algorithm, _) = element(rest)?;
    element(algorithm).map(|(identifier, _)| identifier)
}

/// The content of the first DER element, and what follows that element.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = der.get(1..)?.split_first()?;
    if length < 0x80 {
        return rest.split_at_checked(length.into());
    }
    let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
    let length = length
        .iter()
        .try_fold(0_usize, |sum, &byte| sum.checked_mul(256)?.checked_add(byte.into()))?;
    rest.split_at_checked(length)
}

const RSA_SHA384: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c";
const RSA_SHA512: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d";
const ECDSA_SHA384: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x03";
const ECDSA_SHA512: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x04";

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384};

    use super::*;

    #[test]
    fn hash_is_that_of_the_signature() {
        let made = |algorithm| {
            let key = KeyPair::generate_for(algorithm).unwrap();
            CertificateParams::default().self_signed(&key).unwrap().der().to_vec()
        };
        let certificate = made(&PKCS_ECDSA_P256_SHA256);
        assert_eq!(end_point(&certificate), Sha256::digest(&certificate).to_vec());
        let certificate = made(&PKCS_ECDSA_P384_SHA384);
        assert_eq!(end_point(&certificate), Sha384::digest(&certificate).to_vec());
    }

    #[test]
    fn what_is_no_certificate_has_no_algorithm() {
        for der in [&b""[..], b"\x30", b"\x30\x85", b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"] {
            assert_eq!(signature_algorithm(der), None);
        }
    }
}
