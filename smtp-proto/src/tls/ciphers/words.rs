//! The words of cipher expressions.

use rustls::CipherSuite;

/// A set of [`SUITES`]: the lowest bit stands for the first.
pub(super) type Suites = u8;

/// The suites that a word names, which may be none; unless OpenSSL does not know it.
pub(super) fn suites_of(word: &str) -> Option<Suites> {
    if let Some(i) = SUITES.iter().position(|(name, ..)| *name == word) {
        return Some(1 << i);
    }
    if let Some((_, suites)) = GROUPS.iter().find(|(name, _)| *name == word) {
        return Some(*suites);
    }
    others().any(|known| known == word).then_some(0)
}

/// Words that name nothing that rustls has.
fn others() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("openssl.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_ascii_whitespace)
}

/// The suites of TLS 1.2 that rustls has, in OpenSSL's order of `ALL`, with the bits of their key.
pub(super) const SUITES: [(&str, CipherSuite, u16); 6] = [
    ("ECDHE-ECDSA-AES256-GCM-SHA384", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 256),
    ("ECDHE-RSA-AES256-GCM-SHA384", CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 256),
    (
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        256,
    ),
    ("ECDHE-RSA-CHACHA20-POLY1305", CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 256),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 128),
    ("ECDHE-RSA-AES128-GCM-SHA256", CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 128),
];

/// Their names, for errors.
pub(super) const NAMES: &str = "ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, \
     ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES128-GCM-SHA256, \
     ECDHE-RSA-AES128-GCM-SHA256";

/// What expressions are replaced by that begin with such a word (RFC 6460).
pub(super) const SUITE_B: [(&str, &[Suites]); 4] = [
    ("SUITEB128", &[0b01_0000, 0b00_0001]),
    ("SUITEB128C2", &[0b00_0001]),
    ("SUITEB128ONLY", &[0b01_0000]),
    ("SUITEB192", &[0b00_0001]),
];

/// Words for several suites, some of which rustls has.
const GROUPS: [(&str, Suites); 17] = [
    ("ALL", 0b11_1111),
    ("HIGH", 0b11_1111),
    ("FIPS", 0b11_0011),
    ("TLSv1.2", 0b11_1111),
    ("ECDH", 0b11_1111),
    ("ECDHE", 0b11_1111),
    ("EECDH", 0b11_1111),
    ("kECDHE", 0b11_1111),
    ("kEECDH", 0b11_1111),
    ("ECDSA", 0b01_0101),
    ("aECDSA", 0b01_0101),
    ("aRSA", 0b10_1010),
    ("AES", 0b11_0011),
    ("AES128", 0b11_0000),
    ("AES256", 0b00_0011),
    ("AESGCM", 0b11_0011),
    ("CHACHA20", 0b00_1100),
];

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn names_are_those_of_the_table() {
        assert_eq!(SUITES.map(|(name, ..)| name).join(", "), NAMES);
    }

    #[test]
    fn word_stands_in_one_table() {
        let names = SUITES.map(|(name, ..)| name);
        let groups = GROUPS.map(|(name, _)| name);
        let mut words: Vec<&str> = others().chain(names).chain(groups).collect();
        words.sort_unstable();
        let count = words.len();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
