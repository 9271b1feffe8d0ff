//! Bytes that nobody else is to see.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

/// Bytes that are overwritten when they are dropped, and that `Debug` does not show.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The parts, one after another, without a copy that would be left behind.
    pub fn concat(parts: &[&[u8]]) -> Self {
        let length = parts.iter().map(|part| part.len()).sum();
        let mut bytes = Vec::with_capacity(length);
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        Self::from(bytes)
    }

    /// What is not to be shown.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes must not have been moved while they were gathered.
impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
