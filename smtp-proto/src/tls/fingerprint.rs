//! Fingerprints of certificates and keys.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use sha2::Digest as _;

use super::level::SHOWN_MAX;

/// A digest of a certificate or of its public key, both in DER.
///
/// It prints as Postfix prints it: `5A:0C:…`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Fingerprint {
    digest: Digest,
    bytes: Vec<u8>,
}

impl Fingerprint {
    /// How it was made.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The digest itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.bytes.iter().enumerate() {
            write!(f, "{}{byte:02X}", if i > 0 { ":" } else { "" })?;
        }
        Ok(())
    }
}

/// Takes hexadecimal bytes with colons between them; their number tells the digest.
impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let bytes: Vec<u8> = text
            .split(':')
            .enumerate()
            .map(|(i, hex)| byte(hex).ok_or_else(|| BadFingerprint::new(text, Flaw::Byte(i + 1))))
            .collect::<Result<_, _>>()?;
        let digest = DIGESTS
            .into_iter()
            .find(|digest| digest.len() == bytes.len())
            .ok_or_else(|| BadFingerprint::new(text, Flaw::Length(bytes.len())))?;
        Ok(Self { digest, bytes })
    }
}

fn byte(hex: &str) -> Option<u8> {
    let is_byte = hex.len() == 2 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    is_byte.then(|| u8::from_str_radix(hex, 16).ok()).flatten()
}

/// Fingerprints of which one suffices: the value of `smtp_tls_fingerprint_cert_match` or `match=`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fingerprints(pub Vec<Fingerprint>);

impl Fingerprints {
    /// Whether this certificate or key, in DER, is among them.
    pub fn contain(&self, der: &[u8]) -> bool {
        self.0.iter().any(|listed| *listed == listed.digest.of(der))
    }
}

/// Takes fingerprints that are separated by spaces, commas or `|`.
impl FromStr for Fingerprints {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let words = text.split([' ', '\t', '\r', '\n', ',', '|']).filter(|word| !word.is_empty());
        let listed = words.map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if listed.is_empty() {
            return Err(BadFingerprint::new(text, Flaw::Empty));
        }
        Ok(Self(listed))
    }
}

/// How a fingerprint is made (`smtp_tls_fingerprint_digest`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Digest {
    /// For old tables.
    Md5,
    /// For old tables.
    Sha1,
    /// Postfix's default.
    #[default]
    Sha256,
    /// Longer.
    Sha384,
    /// The longest.
    Sha512,
}

impl Digest {
    /// The fingerprint of a certificate or public key in DER.
    pub fn of(self, der: &[u8]) -> Fingerprint {
        let bytes = match self {
            Self::Md5 => md5::Md5::digest(der).to_vec(),
            Self::Sha1 => sha1::Sha1::digest(der).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(der).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(der).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(der).to_vec(),
        };
        Fingerprint { digest: self, bytes }
    }

    /// How many bytes it makes.
    fn len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Case does not matter.
impl FromStr for Digest {
    type Err = UnknownDigest;

    fn from_str(word: &str) -> Result<Self, UnknownDigest> {
        DIGESTS
            .into_iter()
            .find(|digest| digest.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownDigest(word.chars().take(SHOWN_MAX).collect()))
    }
}

/// A word that is no digest.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown digest {0:?}; expected md5, sha1, sha256, sha384 or sha512")]
pub struct UnknownDigest(String);

/// A text that is no fingerprint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad fingerprint {shown:?}: {flaw}")]
pub struct BadFingerprint {
    shown: String,
    flaw: Flaw,
}

impl BadFingerprint {
    fn new(text: &str, flaw: Flaw) -> Self {
        Self { shown: text.chars().take(SHOWN_MAX).collect(), flaw }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Flaw {
    #[error("byte {0} is not two hexadecimal digits; bytes are separated by colons")]
    Byte(usize),
    #[error("{0} bytes; expected 16 (md5), 20 (sha1), 32 (sha256), 48 (sha384) or 64 (sha512)")]
    Length(usize),
    #[error("no certificate could match an empty list")]
    Empty,
}

const DIGESTS: [Digest; 5] =
    [Digest::Md5, Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    /// `printf abc | openssl dgst -c -…`
    const ABC: [(&str, &str); 5] = [
        ("md5", "90:01:50:98:3C:D2:4F:B0:D6:96:3F:7D:28:E1:7F:72"),
        ("sha1", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D"),
        (
            "sha256",
            "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:\
             B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD",
        ),
        (
            "sha384",
            "CB:00:75:3F:45:A3:5E:8B:B5:A0:3D:69:9A:C6:50:07:27:2C:32:AB:0E:DE:D1:63:\
             1A:8B:60:5A:43:FF:5B:ED:80:86:07:2B:A1:E7:CC:23:58:BA:EC:A1:34:C8:25:A7",
        ),
        (
            "sha512",
            "DD:AF:35:A1:93:61:7A:BA:CC:41:73:49:AE:20:41:31:\
             12:E6:FA:4E:89:A9:7E:A2:0A:9E:EE:E6:4B:55:D3:9A:\
             21:92:99:2A:27:4F:C1:A8:36:BA:3C:23:A3:FE:EB:BD:\
             45:4D:44:23:64:3C:E8:0E:2A:9A:C9:4F:A5:4C:A4:9F",
        ),
    ];

    #[test]
    fn digests_print_as_openssl_prints_them() {
        for (word, printed) in ABC {
            let digest: Digest = word.to_uppercase().parse().unwrap();
            let fingerprint = digest.of(b"abc");
            assert_eq!(digest.to_string(), word);
            assert_eq!(fingerprint.to_string(), printed);
            assert_eq!(printed.to_lowercase().parse(), Ok(fingerprint.clone()));
            assert_eq!(fingerprint.as_bytes().len(), digest.len());
        }
    }

    #[test]
    fn any_of_several_fingerprints_suffices() {
        for separator in ["|", " ", ", "] {
            let listed: Fingerprints = [ABC[0].1, ABC[2].1].join(separator).parse().unwrap();
            assert!(listed.contain(b"abc"));
            assert!(!listed.contain(b"abd"));
        }
    }

    #[test]
    fn bad_fingerprints_are_told_where() {
        for (text, error) in [
            (
                "00:1",
                "bad fingerprint \"00:1\": byte 2 is not two hexadecimal digits; bytes are \
                 separated by colons",
            ),
            (
                "00:01:",
                "bad fingerprint \"00:01:\": byte 3 is not two hexadecimal digits; bytes \
                 are separated by colons",
            ),
            (
                "+1:00",
                "bad fingerprint \"+1:00\": byte 1 is not two hexadecimal digits; bytes are \
                 separated by colons",
            ),
            (
                "00:01",
                "bad fingerprint \"00:01\": 2 bytes; expected 16 (md5), 20 (sha1), 32 \
                 (sha256), 48 (sha384) or 64 (sha512)",
            ),
            ("|", "bad fingerprint \"|\": no certificate could match an empty list"),
        ] {
            assert_eq!(text.parse::<Fingerprints>().unwrap_err().to_string(), error);
        }
        assert_eq!(
            "crc32".parse::<Digest>().unwrap_err().to_string(),
            "unknown digest \"crc32\"; expected md5, sha1, sha256, sha384 or sha512"
        );
    }
}
