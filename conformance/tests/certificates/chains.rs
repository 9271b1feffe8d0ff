//! What servers show.

use std::sync::LazyLock;

use conformance::certificates::{
    Authority, Credential, CrlDistributionPoint, CustomExtension, ExtendedKeyUsagePurpose,
    date_time_ymd,
};
use envoi_driver::tls::Roots;

/// A certificate, and the server that shows it.
pub(crate) struct Shown {
    pub(crate) credential: Credential,
    /// The server's name.
    pub(crate) host: &'static str,
    pub(crate) next_hop: &'static str,
    pub(crate) roots: Roots,
}

/// An authority that is trusted.
static ROOT: LazyLock<Authority> = LazyLock::new(|| Authority::root("Root"));

/// An authority that is not.
static NOBODY: LazyLock<Authority> = LazyLock::new(|| Authority::root("Nobody"));

pub(crate) fn nobody() -> String {
    NOBODY.pem()
}

pub(crate) fn roots(files: &[String]) -> Roots {
    let mut roots = Roots::default();
    for file in files {
        roots.add_pem(file.as_bytes()).unwrap();
    }
    roots
}

impl Shown {
    fn new(credential: Credential) -> Self {
        let roots = roots(&[ROOT.pem()]);
        Self { credential, host: HOST, next_hop: NEXT_HOP, roots }
    }

    fn named(names: &[&str]) -> Self {
        Self::new(ROOT.sign(names, |_| {}))
    }

    pub(crate) fn good() -> Self {
        Self::named(&[HOST])
    }

    pub(crate) fn next_hop() -> Self {
        Self::named(&[NEXT_HOP])
    }

    pub(crate) fn wildcard() -> Self {
        Self::named(&["*.mail.example"])
    }

    pub(crate) fn wildcard_above() -> Self {
        let names = Self::named(&["*.example", "*.sub.example"]);
        Self { host: "mx.mail.sub.example", next_hop: "mail.sub.example", ..names }
    }

    pub(crate) fn several() -> Self {
        Self::named(&["www.example", NEXT_HOP, HOST, "mx2.mail.example"])
    }

    pub(crate) fn other_name() -> Self {
        Self::named(&["mx.other.example"])
    }

    pub(crate) fn ends_alike() -> Self {
        Self::named(&["amx.mail.example.evil", "evilmail.example"])
    }

    pub(crate) fn common_name() -> Self {
        Self::new(ROOT.sign(&[HOST], |params| params.subject_alt_names.clear()))
    }

    pub(crate) fn expired() -> Self {
        Self::new(ROOT.sign(&[HOST], |params| params.not_after = date_time_ymd(2021, 1, 1)))
    }

    pub(crate) fn not_yet_valid() -> Self {
        Self::new(ROOT.sign(&[HOST], |params| params.not_before = date_time_ymd(2099, 1, 1)))
    }

    pub(crate) fn self_signed() -> Self {
        Self::new(Credential::self_signed(&[HOST]))
    }

    pub(crate) fn self_signed_root() -> Self {
        let shown = Self::self_signed();
        Self { roots: roots(&[shown.credential.chain()]), ..shown }
    }

    pub(crate) fn unknown_root() -> Self {
        Self::new(NOBODY.sign(&[HOST], |_| {}))
    }

    pub(crate) fn same_name_root() -> Self {
        Self::new(Authority::root("Root").sign(&[HOST], |_| {}))
    }

    pub(crate) fn without_intermediate() -> Self {
        Self::new(below(1).sign(&[HOST], |_| {}).alone())
    }

    pub(crate) fn with_intermediate() -> Self {
        Self::new(below(1).sign(&[HOST], |_| {}))
    }

    pub(crate) fn six_intermediates() -> Self {
        Self::new(below(6).sign(&[HOST], |_| {}))
    }

    pub(crate) fn seven_intermediates() -> Self {
        Self::new(below(7).sign(&[HOST], |_| {}))
    }

    pub(crate) fn for_clients() -> Self {
        Self::new(ROOT.sign(&[HOST], |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }))
    }

    /// Says where to ask whether it was revoked, and that the server must have asked.
    pub(crate) fn revocable() -> Self {
        Self::new(ROOT.sign(&[HOST], |params| {
            let uris = vec!["http://127.0.0.1:9/revoked.crl".to_owned()];
            params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
            let (status, must_staple) = (vec![0x30, 0x03, 0x02, 0x01, 0x05], TLS_FEATURE);
            params.custom_extensions = vec![
                CustomExtension::from_oid_content(must_staple, status),
                CustomExtension::from_oid_content(AUTHORITY_ACCESS, ocsp()),
            ];
        }))
    }

    pub(crate) fn international() -> Self {
        let shown = Self::named(&["mx.xn--bcher-kva.example"]);
        Self { host: "mx.b\u{fc}cher.example", next_hop: "b\u{fc}cher.example", ..shown }
    }
}

/// An authority that many others stand above.
fn below(number: usize) -> Authority {
    let first = ROOT.below("Intermediate 1");
    (2..=number).fold(first, |above, n| above.below(&format!("Intermediate {n}")))
}

/// The address of an OCSP responder (RFC 5280, 4.2.2.1).
fn ocsp() -> Vec<u8> {
    let uri = b"http://127.0.0.1:9";
    let method = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
    let location = [&[0x86, uri.len() as u8][..], uri].concat();
    let description = [&[0x30, (method.len() + location.len()) as u8][..], &method, &location];
    let description = description.concat();
    [&[0x30, description.len() as u8][..], &description].concat()
}

const HOST: &str = "mx.mail.example";
const NEXT_HOP: &str = "mail.example";
/// RFC 7633.
const TLS_FEATURE: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 24];
const AUTHORITY_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
