//! Whom we trust.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, TrustAnchor};

/// Trust anchors: certificates whose holders may vouch for servers.
///
/// Each is trusted as it is, whether or not it signed itself; its own dates do not count.
#[derive(Clone, Default)]
pub struct Roots {
    certificates: Vec<CertificateDer<'static>>,
    anchors: Vec<TrustAnchor<'static>>,
}

impl Roots {
    /// Adds the certificates in a PEM file: `smtp_tls_CAfile`, or one of those in
    /// `smtp_tls_CApath`. Those that cannot be used are passed over.
    ///
    /// # Errors
    /// If the file is malformed, or holds no certificate that can be used.
    pub fn add_pem(&mut self, file: &[u8]) -> Result<(), BadRoots> {
        let certificates = read_pem(file).map_err(BadRoots::Malformed)?;
        if certificates.is_empty() {
            return Err(BadRoots::Empty);
        }
        if self.add(certificates) == 0 { Err(BadRoots::Unusable) } else { Ok(()) }
    }

    /// Adds certificates, such as those of the system, and says how many can be used.
    pub fn add(
        &mut self,
        certificates: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> usize {
        let before = self.anchors.len();
        for certificate in certificates {
            if let Ok(anchor) = webpki::anchor_from_trusted_cert(&certificate) {
                self.anchors.push(anchor.to_owned());
                self.certificates.push(certificate);
            }
        }
        self.anchors.len() - before
    }

    /// The certificates.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }

    /// The same, as webpki takes them.
    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }
}

/// Says how many there are.
impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Roots").field(&self.anchors.len()).finish()
    }
}

/// Trust anchors that cannot be had.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadRoots {
    /// The file is no PEM.
    #[error("malformed PEM: {0}")]
    Malformed(String),
    /// There is none.
    #[error("no certificate in the file; expected -----BEGIN CERTIFICATE-----")]
    Empty,
    /// There are some, but none can be read.
    #[error("no certificate in the file can be read")]
    Unusable,
}

/// The certificates in a PEM file, in its order.
pub(super) fn read_pem(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<_, pem::Error> = CertificateDer::pem_slice_iter(file).collect();
    read.map_err(pem_flaw)
}

/// What is wrong with a PEM file.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other errors read well as they are")]
pub(super) fn pem_flaw(error: pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            format!("no line -----END {}-----", String::from_utf8_lossy(&end_marker))
        }
        pem::Error::IllegalSectionStart { line } => {
            format!("{:?} begins no section", String::from_utf8_lossy(&line))
        }
        pem::Error::Base64Decode(_) => "a section is not in base64".into(),
        error => error.to_string(),
    }
}

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests {
    use super::*;
    use crate::tls::testing::Authority;

    const RSA: &[u8] = include_bytes!("../../testdata/tls/rsa.pem");
    const VERSION_1: &[u8] = include_bytes!("../../testdata/tls/v1.pem");

    #[test]
    fn files_add_up() {
        let mut roots = Roots::default();
        roots.add_pem(RSA).unwrap();
        roots.add_pem(&[VERSION_1, RSA].concat()).unwrap();
        assert_eq!(roots.add([Authority::root("Root").certificate.into()]), 1);
        assert_eq!(roots.certificates().len(), 4);
        assert_eq!(roots.anchors().len(), 4);
        assert_eq!(format!("{roots:?}"), "Roots(4)");
    }

    #[test]
    fn bad_files_are_told_what_is_wrong() {
        let unusable = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (file, error) in [
            (&b""[..], "no certificate in the file; expected -----BEGIN CERTIFICATE-----"),
            (
                include_bytes!("../../testdata/tls/dsa.pem"),
                "no certificate in the file; expected -----BEGIN CERTIFICATE-----",
            ),
            (unusable, "no certificate in the file can be read"),
            (
                b"-----BEGIN CERTIFICATE\nAAAA\n",
                "malformed PEM: \"-----BEGIN CERTIFICATE\" begins no section",
            ),
            (
                b"-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n",
                "malformed PEM: a section is not in base64",
            ),
            (&unusable[..40], "malformed PEM: no line -----END CERTIFICATE-----"),
        ] {
            assert_eq!(Roots::default().add_pem(file).unwrap_err().to_string(), error);
        }
        let mut roots = Roots::default();
        roots.add_pem(&[unusable, RSA].concat()).unwrap();
        assert_eq!(roots.certificates().len(), 1, "the other is passed over");
    }
}
