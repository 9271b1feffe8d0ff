//! Hashes, as the mechanisms use them.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::secret::Secret;

/// The hash of a SCRAM mechanism.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    pub(super) fn digest(self, bytes: &[u8]) -> Secret {
        match self {
            Self::Sha1 => Secret::concat(&[&Sha1::digest(bytes)]),
            Self::Sha256 => Secret::concat(&[&Sha256::digest(bytes)]),
        }
    }

    pub(super) fn mac(self, key: &[u8], text: &[u8]) -> Secret {
        match self {
            Self::Sha1 => Secret::concat(&[&mac::<Sha1>(key, text).finalize().into_bytes()]),
            Self::Sha256 => Secret::concat(&[&mac::<Sha256>(key, text).finalize().into_bytes()]),
        }
    }

    /// Whether `tag` is what [`Hash::mac`] gives, in a time that does not depend on it.
    pub(super) fn verify(self, key: &[u8], text: &[u8], tag: &[u8]) -> bool {
        match self {
            Self::Sha1 => mac::<Sha1>(key, text).verify_slice(tag).is_ok(),
            Self::Sha256 => mac::<Sha256>(key, text).verify_slice(tag).is_ok(),
        }
    }

    /// `Hi()` of RFC 5802, 2.2: PBKDF2 with one block of output.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], iterations: u32) -> Secret {
        let mut key = match self {
            Self::Sha1 => alloc::vec![0; 20],
            Self::Sha256 => alloc::vec![0; 32],
        };
        match self {
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, iterations, &mut key),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut key),
        }
        Secret::from(key)
    }
}

/// HMAC-MD5 (RFC 2104).
pub(super) fn mac_md5(key: &[u8], text: &[u8]) -> [u8; 16] {
    mac::<Md5>(key, text).finalize().into_bytes().into()
}

fn mac<H>(key: &[u8], text: &[u8]) -> Hmac<H>
where
    H: EagerHash,
    Hmac<H>: KeyInit + Mac,
{
    let mac: Hmac<H> = KeyInit::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.chain_update(text)
}
