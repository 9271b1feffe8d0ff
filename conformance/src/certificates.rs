//! Authorities of our own making, and the certificates that they sign.
//!
//! ```
//! use conformance::certificates::Authority;
//!
//! let root = Authority::root("Root");
//! let server = root.below("Intermediate").sign(&["mx.example"], |_| {});
//! assert_eq!(server.chain().matches("BEGIN CERTIFICATE").count(), 2);
//! ```

use rcgen::{BasicConstraints, Certificate, DnType, IsCa, Issuer, PublicKeyData as _};
pub use rcgen::{
    CertificateParams, CrlDistributionPoint, CustomExtension, ExtendedKeyUsagePurpose, KeyPair,
    date_time_ymd,
};

/// Whoever signs certificates.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate and those above it, but not the root's; PEM.
    chain: String,
}

impl Authority {
    /// One that signs its own certificate.
    pub fn root(name: &str) -> Self {
        let (params, key) = (authority(name), key());
        let certificate = params.self_signed(&key).expect(SIGNED);
        Self { certificate, issuer: Issuer::new(params, key), chain: String::new() }
    }

    /// One that this one vouches for.
    pub fn below(&self, name: &str) -> Self {
        let (params, key) = (authority(name), key());
        let certificate = params.signed_by(&key, &self.issuer).expect(SIGNED);
        let chain = certificate.pem() + &self.chain;
        Self { certificate, issuer: Issuer::new(params, key), chain }
    }

    /// A certificate with these DNS names, the first of which is its common name as well, and a
    /// key of its own.
    pub fn sign(&self, names: &[&str], edit: impl FnOnce(&mut CertificateParams)) -> Credential {
        let key = key();
        let certificate = end(names, edit).signed_by(&key, &self.issuer).expect(SIGNED);
        Credential::new(&certificate, &key, self.chain.clone())
    }

    /// Its certificate, in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }
}

/// A certificate with what is sent beside it, and its key.
#[derive(Clone)]
pub struct Credential {
    own: String,
    above: String,
    key: String,
    der: Vec<u8>,
    public_key: Vec<u8>,
}

impl Credential {
    /// One that nobody vouches for but itself.
    pub fn self_signed(names: &[&str]) -> Self {
        let key = key();
        let certificate = end(names, |_| {}).self_signed(&key).expect(SIGNED);
        Self::new(&certificate, &key, String::new())
    }

    fn new(certificate: &Certificate, key: &KeyPair, above: String) -> Self {
        Self {
            own: certificate.pem(),
            above,
            key: key.serialize_pem(),
            der: certificate.der().to_vec(),
            public_key: key.subject_public_key_info(),
        }
    }

    /// The same, without those who vouch for it.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { above: String::new(), ..self }
    }

    /// The certificate and those above it but the root's, in PEM.
    pub fn chain(&self) -> String {
        [&*self.own, &self.above].concat()
    }

    /// The private key, in PEM.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The certificate alone, in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The public key, in DER, as the certificate has it.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

/// Without the key, which is a secret even here.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("own", &self.own).finish_non_exhaustive()
    }
}

fn end(names: &[&str], edit: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let common = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names).expect("names of ours are in ASCII");
    params.distinguished_name.push(DnType::CommonName, common);
    edit(&mut params);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the provider has random numbers")
}

const SIGNED: &str = "what is to be signed is well-formed";
