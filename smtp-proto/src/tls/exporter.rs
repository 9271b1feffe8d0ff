//! Keying material for channel binding.
//!
//! rustls' unbuffered connections export none. The secret that it is made of goes through their
//! key log, where each connection has one of its own that keeps this secret and no other.

use alloc::vec::Vec;
use std::sync::Mutex;

use hmac::{Hmac, KeyInit, Mac};
use rustls::{CipherSuite, KeyLog};
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

/// Keeps the exporter secret of one connection.
#[derive(Default)]
pub(super) struct Exporter(Mutex<Option<Zeroizing<Vec<u8>>>>);

impl Exporter {
    /// The data of the binding `tls-exporter`, once (RFC 9266, 4.2). TLS 1.3 has it.
    pub(super) fn take(&self, suite: CipherSuite) -> Option<Vec<u8>> {
        let secret = self.0.lock().ok()?.take()?;
        let is_long = suite == CipherSuite::TLS13_AES_256_GCM_SHA384;
        Some(if is_long {
            export::<Hmac<Sha384>, Sha384>(&secret)
        } else {
            export::<Hmac<Sha256>, Sha256>(&secret)
        })
    }
}

impl KeyLog for Exporter {
    fn log(&self, label: &str, _client_random: &[u8], secret: &[u8]) {
        if label == LABEL
            && let Ok(mut kept) = self.0.lock()
        {
            *kept = Some(secret.to_vec().into());
        }
    }

    fn will_log(&self, label: &str) -> bool {
        label == LABEL
    }
}

impl core::fmt::Debug for Exporter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Exporter")
    }
}

/// RFC 8446, 7.5: `TLS-Exporter("EXPORTER-Channel-Binding", "", 32)`.
fn export<M: Mac + KeyInit, D: Digest>(secret: &[u8]) -> Vec<u8> {
    let nothing = D::digest(b"");
    let derived = expand::<M>(secret, b"EXPORTER-Channel-Binding", &nothing, nothing.len());
    expand::<M>(&derived, b"exporter", &nothing, BINDING_LENGTH).to_vec()
}

/// RFC 8446, 7.1: `HKDF-Expand-Label`, for no more than one block.
fn expand<M: Mac + KeyInit>(
    secret: &[u8],
    label: &[u8],
    context: &[u8],
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let mut info = Vec::new();
    info.extend_from_slice(&(length as u16).to_be_bytes());
    info.push((PREFIX.len() + label.len()) as u8);
    info.extend_from_slice(PREFIX);
    info.extend_from_slice(label);
    info.push(context.len() as u8);
    info.extend_from_slice(context);
    // RFC 5869, 2.3: the number of the block.
    info.push(1);
    let mut mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes any key");
    mac.update(&info);
    let block = mac.finalize().into_bytes();
    Zeroizing::new(block[..length].to_vec())
}

/// What rustls calls the secret.
const LABEL: &str = "EXPORTER_SECRET";

const PREFIX: &[u8] = b"tls13 ";

/// Bytes of the binding (RFC 9266, 4.2).
const BINDING_LENGTH: usize = 32;
