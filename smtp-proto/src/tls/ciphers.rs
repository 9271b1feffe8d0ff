//! Which cipher suites are offered.

mod expression;
mod words;

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use rustls::crypto::CryptoProvider;
use rustls::{CipherSuite, SupportedCipherSuite};

use super::level::SHOWN_MAX;
pub use expression::{BadCiphers, Exclusions, Expression};
use words::NAMES;

/// Which cipher suites are offered.
#[derive(Clone, Debug, Default)]
pub struct Ciphers {
    /// Those of TLS 1.2, in this order.
    pub expression: Expression,
    /// Those of TLS 1.2 that are not offered all the same.
    pub exclude: Exclusions,
    /// Those of TLS 1.3, in this order, if not all.
    pub tls13: Option<Tls13Suites>,
}

impl Ciphers {
    /// The suites, as a provider has them; those of TLS 1.3 first.
    ///
    /// # Errors
    /// If none is left for TLS 1.2, or none for TLS 1.3.
    pub fn suites(
        &self,
        provider: &CryptoProvider,
    ) -> Result<Vec<SupportedCipherSuite>, NoCiphers> {
        let ours =
            |suite| provider.cipher_suites.iter().find(|ours| ours.suite() == suite).copied();
        let tls13: Vec<_> = match &self.tls13 {
            Some(suites) => suites.0.iter().copied().filter_map(ours).collect(),
            None => {
                let all = provider.cipher_suites.iter().copied();
                all.filter(|suite| suite.tls13().is_some()).collect()
            }
        };
        let selected = self.expression.select(&self.exclude);
        let tls12: Vec<_> = selected.into_iter().filter_map(ours).collect();
        match (tls12.is_empty(), tls13.is_empty()) {
            (true, _) => Err(NoCiphers::Tls12),
            (false, true) => Err(NoCiphers::Tls13),
            (false, false) => Ok([tls13, tls12].concat()),
        }
    }
}

/// OpenSSL's name for a suite, and the bits of its key.
pub(super) fn suite_name(suite: CipherSuite) -> (String, u16) {
    let known = words::SUITES.iter().find(|(_, ours, _)| *ours == suite);
    if let Some((name, _, bits)) = known {
        return ((*name).into(), *bits);
    }
    // OpenSSL calls those of TLS 1.3 by their names in RFC 8446.
    let name = alloc::format!("{suite:?}").replace("TLS13_", "TLS_");
    let bits = if name.contains("AES_128") { 128 } else { 256 };
    (name, bits)
}

/// A cipher grade (`smtp_tls_ciphers`, `smtp_tls_mandatory_ciphers`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Grade {
    /// No encryption at all: there is no such suite.
    Null,
    /// What is not weak.
    #[default]
    Medium,
    /// What is strong: the same suites.
    High,
}

/// Postfix's lists: `tls_null_cipherlist`, `tls_medium_cipherlist`, `tls_high_cipherlist`.
impl From<Grade> for Expression {
    fn from(grade: Grade) -> Self {
        let text = match grade {
            Grade::Null => "eNULL:!aNULL",
            Grade::Medium => "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH",
            Grade::High => "aNULL:-aNULL:HIGH:@STRENGTH",
        };
        text.parse().expect("a list of ours is well formed: a test reads each")
    }
}

impl Default for Expression {
    fn default() -> Self {
        Grade::default().into()
    }
}

/// `export` and `low` are `medium`, as in Postfix since 3.8. Case does not matter.
impl FromStr for Grade {
    type Err = BadCiphers;

    fn from_str(word: &str) -> Result<Self, BadCiphers> {
        match word.to_ascii_lowercase().as_str() {
            "null" => Ok(Self::Null),
            "medium" | "low" | "export" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            _ => Err(BadCiphers::Grade(word.chars().take(SHOWN_MAX).collect())),
        }
    }
}

/// Some of the suites of TLS 1.3, which cipher expressions do not concern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tls13Suites(Vec<CipherSuite>);

/// Takes names that are separated by colons.
impl FromStr for Tls13Suites {
    type Err = BadCiphers;

    fn from_str(text: &str) -> Result<Self, BadCiphers> {
        let suite = |word: &str| {
            let found = TLS13.iter().find(|(name, _)| *name == word);
            let unknown = || BadCiphers::Tls13(word.chars().take(SHOWN_MAX).collect());
            found.map(|(_, suite)| *suite).ok_or_else(unknown)
        };
        text.split(':').map(suite).collect::<Result<_, _>>().map(Self)
    }
}

/// No cipher suite is left.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoCiphers {
    /// Of TLS 1.2.
    #[error("no cipher suite is left for TLS 1.2; there are {NAMES}")]
    Tls12,
    /// Of TLS 1.3.
    #[error("no cipher suite is left for TLS 1.3")]
    Tls13,
}

const TLS13: [(&str, CipherSuite); 3] = [
    ("TLS_AES_256_GCM_SHA384", CipherSuite::TLS13_AES_256_GCM_SHA384),
    ("TLS_AES_128_GCM_SHA256", CipherSuite::TLS13_AES_128_GCM_SHA256),
    ("TLS_CHACHA20_POLY1305_SHA256", CipherSuite::TLS13_CHACHA20_POLY1305_SHA256),
];

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn grades_are_read_as_postfix_reads_them() {
        for (word, grade) in [
            ("export", Grade::Medium),
            ("low", Grade::Medium),
            ("MEDIUM", Grade::Medium),
            ("high", Grade::High),
            ("null", Grade::Null),
        ] {
            assert_eq!(word.parse(), Ok(grade));
        }
        assert_eq!(
            "HIGH:!RC4".parse::<Grade>().unwrap_err().to_string(),
            "unknown cipher grade \"HIGH:!RC4\"; expected high, medium, low, export or null"
        );
    }

    #[test]
    fn grades_have_all_suites_or_none() {
        for (grade, count) in [(Grade::Null, 0), (Grade::Medium, 6), (Grade::High, 6)] {
            let expression = Expression::from(grade);
            assert_eq!(expression.select(&Exclusions::default()).len(), count);
        }
    }

    #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
    #[test]
    fn suites_are_those_of_the_provider() {
        for provider in crate::tls::testing::providers() {
            let mut ciphers = Ciphers::default();
            assert_eq!(ciphers.suites(&provider).unwrap().len(), provider.cipher_suites.len());

            ciphers.expression = "HIGH:+AES256".parse().unwrap();
            ciphers.exclude = "aECDSA, CHACHA20".parse().unwrap();
            let tls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";
            ciphers.tls13 = Some(tls13.parse().unwrap());
            let suites = ciphers.suites(&provider).unwrap();
            assert_eq!(
                suites.iter().map(SupportedCipherSuite::suite).collect::<Vec<_>>(),
                [
                    CipherSuite::TLS13_AES_128_GCM_SHA256,
                    CipherSuite::TLS13_AES_256_GCM_SHA384,
                    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                ]
            );

            ciphers.exclude = "HIGH".parse().unwrap();
            assert_eq!(
                ciphers.suites(&provider).unwrap_err().to_string(),
                "no cipher suite is left for TLS 1.2; there are ECDHE-ECDSA-AES256-GCM-SHA384, \
                 ECDHE-RSA-AES256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, \
                 ECDHE-RSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES128-GCM-SHA256, \
                 ECDHE-RSA-AES128-GCM-SHA256"
            );

            let mut provider = provider;
            provider.cipher_suites.retain(|suite| suite.tls13().is_none());
            assert_eq!(
                Ciphers::default().suites(&provider).unwrap_err().to_string(),
                "no cipher suite is left for TLS 1.3"
            );
        }
    }

    #[test]
    fn unknown_suite_of_tls_1_3_is_told_what_there_is() {
        assert!("".parse::<Tls13Suites>().is_err());
        assert_eq!(
            "TLS_AES_128_CCM_SHA256".parse::<Tls13Suites>().unwrap_err().to_string(),
            "unknown TLS 1.3 cipher suite \"TLS_AES_128_CCM_SHA256\"; there are \
             TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256"
        );
    }
}
