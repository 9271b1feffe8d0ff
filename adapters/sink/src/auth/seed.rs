//! Where unpredictable bytes come from.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::hash::Hash;

/// A random number from which all others are derived.
#[derive(Clone, Default)]
pub(crate) struct Seed(pub(crate) [u8; 32]);

impl Seed {
    /// Printable bytes that no other number gets.
    pub(crate) fn nonce(&self, number: u64) -> String {
        BASE64_STANDARD.encode(&self.derive(&number.to_be_bytes())[..NONCE])
    }

    /// The salt of all stored passwords.
    pub(super) fn salt(&self) -> Vec<u8> {
        self.derive(b"salt")[..SALT].to_vec()
    }

    fn derive(&self, label: &[u8]) -> Vec<u8> {
        Hash::Sha256.keyed(&self.0, label)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// How many bytes a nonce has before it is made printable.
const NONCE: usize = 18;
const SALT: usize = 16;
