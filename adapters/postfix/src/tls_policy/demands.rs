//! What main.cf asks of TLS.

use std::sync::Arc;

use envoi_driver::tls::{
    Ciphers, Digest, Exclusions, Expression, Fingerprints, Grade, Level, NameRules, Policy,
    Protocols, Roots, Sni, Wildcards,
};

/// What main.cf asks of TLS, at each level. The names in brackets are Postfix's.
#[derive(Clone, Debug)]
pub struct Demands {
    /// The level where no table says another (`smtp_tls_security_level`).
    pub level: Level,
    /// Names that do at [`Level::Verify`] (`smtp_tls_verify_cert_match`, hostname).
    pub verify_names: NameRules,
    /// Names that do at [`Level::Secure`] (`smtp_tls_secure_cert_match`, nexthop, dot-nexthop).
    pub secure_names: NameRules,
    /// `smtp_tls_fingerprint_cert_match`, none.
    pub fingerprints: Fingerprints,
    /// `smtp_tls_fingerprint_digest`.
    pub digest: Digest,
    /// Versions at [`Level::May`] (`smtp_tls_protocols`).
    pub protocols: Protocols,
    /// Versions above it (`smtp_tls_mandatory_protocols`).
    pub mandatory_protocols: Protocols,
    /// Suites at [`Level::May`] (`smtp_tls_ciphers`, medium).
    pub ciphers: Expression,
    /// Suites above it (`smtp_tls_mandatory_ciphers`, medium).
    pub mandatory_ciphers: Expression,
    /// What grades mean that a table names.
    pub grades: Grades,
    /// Suites that are not offered at [`Level::May`] (`smtp_tls_exclude_ciphers`).
    pub exclude: Exclusions,
    /// Suites that are not offered above it (that, and `smtp_tls_mandatory_exclude_ciphers`).
    pub mandatory_exclude: Exclusions,
    /// `smtp_tls_servername`, none.
    pub sni: Sni,
    /// Whom to trust in place of `smtp_tls_CAfile` and the like (`smtp_tls_trust_anchor_file`).
    pub trust_anchors: Option<Arc<Roots>>,
    /// `smtp_tls_scert_verifydepth`, 9.
    pub verify_depth: usize,
    /// `tls_wildcard_matches_multiple_labels`.
    pub wildcards: Wildcards,
}

impl Demands {
    /// What is asked at a level.
    pub fn at(&self, level: Level) -> Policy {
        let is_mandatory = level > Level::May;
        let mut policy = Policy::new(level);
        match level {
            Level::Verify => policy.names = self.verify_names.clone(),
            Level::Secure => policy.names = self.secure_names.clone(),
            Level::Fingerprint => policy.fingerprints = self.comparable(self.fingerprints.clone()),
            Level::None | Level::May | Level::Encrypt | Level::Dane | Level::DaneOnly => {}
        }
        if level >= Level::Verify {
            policy.trust_anchors = self.trust_anchors.clone();
        }
        let (protocols, expression, exclude) = if is_mandatory {
            (self.mandatory_protocols, &self.mandatory_ciphers, &self.mandatory_exclude)
        } else {
            (self.protocols, &self.ciphers, &self.exclude)
        };
        let (expression, exclude) = (expression.clone(), exclude.clone());
        policy.protocols = protocols;
        policy.ciphers = Ciphers { expression, exclude, ..Ciphers::default() };
        policy.digest = self.digest;
        policy.sni = self.sni.clone();
        policy.verify_depth = self.verify_depth;
        policy.wildcards = self.wildcards;
        policy
    }

    /// Those fingerprints that are made as `smtp_tls_fingerprint_digest` says: as in Postfix,
    /// others match nothing.
    pub(super) fn comparable(&self, mut fingerprints: Fingerprints) -> Fingerprints {
        fingerprints.0.retain(|fingerprint| fingerprint.digest() == self.digest);
        fingerprints
    }
}

/// What cipher grades mean.
#[derive(Clone, Debug)]
pub struct Grades {
    /// `tls_high_cipherlist`.
    pub high: Expression,
    /// `tls_medium_cipherlist`.
    pub medium: Expression,
    /// `tls_null_cipherlist`.
    pub null: Expression,
}

impl Grades {
    /// What a grade means.
    pub fn of(&self, grade: Grade) -> &Expression {
        match grade {
            Grade::High => &self.high,
            Grade::Medium => &self.medium,
            Grade::Null => &self.null,
        }
    }
}

/// Postfix's lists.
impl Default for Grades {
    fn default() -> Self {
        let (high, medium) = (Grade::High.into(), Grade::Medium.into());
        Self { high, medium, null: Grade::Null.into() }
    }
}

/// Postfix's defaults, and no TLS.
impl Default for Demands {
    fn default() -> Self {
        Self {
            level: Level::None,
            verify_names: Policy::new(Level::Verify).names,
            secure_names: Policy::new(Level::Secure).names,
            fingerprints: Fingerprints::default(),
            digest: Digest::default(),
            protocols: Protocols::default(),
            mandatory_protocols: Protocols::default(),
            ciphers: Expression::default(),
            mandatory_ciphers: Expression::default(),
            grades: Grades::default(),
            exclude: Exclusions::default(),
            mandatory_exclude: Exclusions::default(),
            sni: Sni::default(),
            trust_anchors: None,
            verify_depth: 9,
            wildcards: Wildcards::default(),
        }
    }
}
