//! TLS: what is asked of it, and how a server's certificates are judged.
//!
//! A [`Level`] says how much a conversation asks for, and needs no TLS library. Everything else is
//! there with the feature `rustls`, and needs a provider of cryptography: the features `aws-lc-rs`
//! and `ring` bring those of rustls.
//!
//! The handshake takes any certificate whose key signs (`Signatures`), since rustls resumes a
//! session only with the verifier that began it. Whether the certificate is good enough for a
//! `Policy` is asked afterwards: a `Judge` says so in a `Judgment`.

#[cfg(not(feature = "rustls"))]
mod absent;
#[cfg(feature = "rustls")]
mod binding;
#[cfg(feature = "rustls")]
mod certificate;
#[cfg(feature = "rustls")]
mod ciphers;
#[cfg(feature = "rustls")]
mod dump;
#[cfg(feature = "rustls")]
mod engine;
#[cfg(feature = "rustls")]
mod exporter;
mod fault;
#[cfg(feature = "rustls")]
mod fingerprint;
#[cfg(feature = "rustls")]
mod identity;
#[cfg(feature = "rustls")]
mod info;
#[cfg(feature = "rustls")]
mod judge;
#[cfg(feature = "rustls")]
mod judgment;
#[cfg(feature = "rustls")]
mod layer;
mod legacy;
mod level;
#[cfg(feature = "rustls")]
mod names;
#[cfg(feature = "rustls")]
mod policy;
#[cfg(feature = "rustls")]
mod protocols;
#[cfg(feature = "rustls")]
mod roots;
#[cfg(feature = "rustls")]
mod sessions;
#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod testing;
#[cfg(feature = "rustls")]
mod verifier;

#[cfg(not(feature = "rustls"))]
pub use absent::Info;
#[cfg(not(feature = "rustls"))]
pub(crate) use absent::{Layer, Opened};
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub use engine::default_provider;
pub use fault::Fault;
#[cfg(feature = "rustls")]
pub(crate) use layer::{Layer, Opened};
pub use legacy::{PerSite, Switches, UnknownSetting};
pub use level::{Level, NotSupported, UnknownLevel};
#[cfg(feature = "rustls")]
pub use {
    binding::end_point,
    ciphers::{BadCiphers, Ciphers, Exclusions, Expression, Grade, NoCiphers, Tls13Suites},
    engine::Engine,
    fingerprint::{BadFingerprint, Digest, Fingerprint, Fingerprints, UnknownDigest},
    identity::{BadIdentity, Identity},
    info::Info,
    judge::Judge,
    judgment::{Judgment, Reason, Status},
    names::{BadName, Name, NameRule, NameRules, Wildcards},
    policy::{Destination, Policy, Sni},
    protocols::{BadProtocols, Protocols},
    roots::{BadRoots, Roots},
    rustls::crypto::CryptoProvider,
    rustls::pki_types,
    rustls::time_provider::TimeProvider,
    sessions::Sessions,
    verifier::Signatures,
};

/// Most bytes that may arrive before anything comes of them.
const MESSAGE_MAX: usize = 64 << 10;
