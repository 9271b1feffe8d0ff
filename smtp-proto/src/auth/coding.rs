//! Base64, as RFC 4954, 4 wraps challenges and responses in it.

use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::failure::Reason;
use super::secret::Secret;

/// What a server sent, decoded. Nothing is overlooked: no space, no missing padding.
pub(super) fn decode(text: &[u8]) -> Result<Vec<u8>, Reason> {
    STANDARD.decode(text).map_err(|_| Reason::NotBase64)
}

/// Bytes on their way to a server.
pub(super) fn encode(bytes: &[u8]) -> Secret {
    let mut text = alloc::vec![0; bytes.len().div_ceil(3) * 4];
    STANDARD.encode_slice(bytes, &mut text).expect("four characters for three bytes, or fewer");
    Secret::from(text)
}

/// Longest line either way, with its CRLF (RFC 4954, 4).
const LINE_MAX: usize = 12288;

/// Most bytes of a challenge, encoded, after `334 `.
pub(super) const CHALLENGE_MAX: usize = LINE_MAX - 6;

/// Most bytes of a response, encoded.
pub(super) const RESPONSE_MAX: usize = LINE_MAX - 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_taken_as_rfc_4648_writes_it_and_not_otherwise() {
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo")] {
            assert_eq!(decode(text.as_bytes()).unwrap(), bytes.as_bytes());
            assert_eq!(encode(bytes.as_bytes()).as_bytes(), text.as_bytes());
        }
        for bad in ["Zg", "Zg=", "Zh==", "Zm9v ", " Zm9v", "Zm\n9v", "Zm9-", "=", "Zg==Zg=="] {
            assert_eq!(decode(bad.as_bytes()), Err(Reason::NotBase64), "{bad:?}");
        }
    }
}
