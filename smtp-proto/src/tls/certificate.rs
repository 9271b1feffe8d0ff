//! What is read of a certificate beside what webpki reads of it.
//!
//! webpki takes certificates that can be trusted. Servers that are to have TLS, but not trust,
//! have all kinds: this reader looks at no more than it needs, and a flaw elsewhere is none to it.

use alloc::string::String;
use alloc::vec::Vec;

use der::asn1::{AnyRef, GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime};

/// Parts of a certificate (RFC 5280, 4.1).
#[derive(Clone, Debug)]
pub(super) struct Certificate<'a> {
    /// How the issuer signed.
    pub(super) algorithm: Part<'a>,
    issuer: Part<'a>,
    validity: Part<'a>,
    subject: Part<'a>,
    key: Part<'a>,
    extensions: Option<Part<'a>>,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate, unless it is none.
    pub(super) fn read(certificate: &'a CertificateDer<'_>) -> Option<Self> {
        let [signed, algorithm, _signature] = *Part::read(certificate)?.parts()? else {
            return None;
        };
        let signed = signed.parts()?;
        let has_version = signed.first()?.tag == context(0, true);
        let [_serial, _algorithm, issuer, validity, subject, key, ref rest @ ..] =
            signed[usize::from(has_version)..]
        else {
            return None;
        };
        let extensions = rest.iter().copied().find(|part| part.tag == context(3, true));
        Some(Self { algorithm, issuer, validity, subject, key, extensions })
    }

    /// The issuer's name, in DER.
    pub(super) fn issuer(&self) -> &'a [u8] {
        self.issuer.der
    }

    /// The subject's name, in DER.
    pub(super) fn subject(&self) -> &'a [u8] {
        self.subject.der
    }

    /// The subject's key.
    pub(super) fn key(&self) -> SubjectPublicKeyInfoDer<'a> {
        self.key.der.into()
    }

    /// What the issuer is called in logs.
    pub(super) fn issuer_name(&self) -> String {
        name(self.issuer)
    }

    /// What the subject is called in logs.
    pub(super) fn subject_name(&self) -> String {
        name(self.subject)
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer.der == self.subject.der
    }

    /// The first and the last second of its life.
    pub(super) fn validity(&self) -> Option<(UnixTime, UnixTime)> {
        let [first, last] = *self.validity.parts()? else {
            return None;
        };
        Some((time(first)?, time(last)?))
    }

    /// Its alternative names of kind dNSName (RFC 5280, 4.2.1.6), as written.
    pub(super) fn dns_names(&self) -> Vec<&'a str> {
        let names = self.alternative_names().unwrap_or_default();
        let dns_names = names.iter().filter(|name| name.tag == context(2, false));
        dns_names.filter_map(|name| core::str::from_utf8(name.value).ok()).collect()
    }

    fn alternative_names(&self) -> Option<Vec<Part<'a>>> {
        for extension in self.extensions?.parts()?.first()?.parts()? {
            let extension = extension.parts()?;
            if extension.first()?.oid() == Some(SUBJECT_ALT_NAME) {
                return Part::read(extension.last()?.value)?.parts();
            }
        }
        None
    }
}

/// A value in DER.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) tag: Tag,
    pub(super) value: &'a [u8],
    /// All of it, tag and length included.
    der: &'a [u8],
}

impl<'a> Part<'a> {
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let any = AnyRef::from_der(der).ok()?;
        Some(Self { tag: any.tag(), value: any.value(), der })
    }

    /// The values that it is made of.
    pub(super) fn parts(self) -> Option<Vec<Self>> {
        let mut reader = SliceReader::new(self.value).ok()?;
        let mut parts = Vec::new();
        while !reader.is_finished() {
            parts.push(Self::read(reader.tlv_bytes().ok()?)?);
        }
        Some(parts)
    }

    pub(super) fn oid(self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_der(self.der).ok()
    }

    /// The text of a DirectoryString (RFC 5280, 4.1.2.4).
    fn text(self) -> String {
        if self.tag == Tag::BmpString {
            let units =
                self.value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            return char::decode_utf16(units).map(|c| c.unwrap_or('?')).collect();
        }
        String::from_utf8_lossy(self.value).into_owned()
    }
}

pub(super) fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: TagNumber(number) }
}

/// The common name or, without one, the organization.
fn name(name: Part<'_>) -> String {
    let text = attribute(name, COMMON_NAME).or_else(|| attribute(name, ORGANIZATION));
    // Whoever wrote the certificate does not write our log.
    let harmless = |c: char| if c.is_control() { '?' } else { c };
    text.unwrap_or_default().chars().take(NAME_MAX).map(harmless).collect()
}

/// The last attribute of a kind, which is the most particular.
fn attribute(name: Part<'_>, kind: ObjectIdentifier) -> Option<String> {
    let mut found = None;
    for relative in name.parts()? {
        for attribute in relative.parts()? {
            if let [id, value] = *attribute.parts()?
                && id.oid() == Some(kind)
            {
                found = Some(value.text());
            }
        }
    }
    found
}

fn time(part: Part<'_>) -> Option<UnixTime> {
    let since_epoch = if part.tag == Tag::UtcTime {
        UtcTime::from_der(part.der).ok()?.to_unix_duration()
    } else {
        GeneralizedTime::from_der(part.der).ok()?.to_unix_duration()
    };
    Some(UnixTime::since_unix_epoch(since_epoch))
}

/// Most characters of a name that are shown.
const NAME_MAX: usize = 200;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests {
    use alloc::vec;

    use rcgen::{DnType, DnValue, SanType};

    use super::*;
    use crate::tls::testing::{Authority, self_signed};

    #[test]
    fn names_for_logs_are_those_of_subject_and_issuer() {
        let root = Authority::root("Root");
        let server = root.server("mx.example", |params| {
            params.distinguished_name.push(DnType::CommonName, "Ünïcode\r\nSent ok");
        });
        let read = Certificate::read(&server).unwrap();
        assert_eq!(read.subject_name(), "Ünïcode??Sent ok");
        assert_eq!(read.issuer_name(), "Root");
        assert!(!read.is_self_issued());
    }

    #[test]
    fn name_without_a_common_name_is_the_organization() {
        let (certificate, _) = self_signed("mx.example", |params| {
            params.distinguished_name.remove(DnType::CommonName);
            let name = rcgen::string::BmpString::try_from("Envoi").unwrap();
            params.distinguished_name.push(DnType::OrganizationName, DnValue::BmpString(name));
        });
        let read = Certificate::read(&certificate).unwrap();
        assert_eq!(read.subject_name(), "Envoi");
        assert!(read.is_self_issued());
    }

    #[test]
    fn long_name_is_cut() {
        let (certificate, _) = self_signed("mx.example", |params| {
            params.distinguished_name.push(DnType::CommonName, "x".repeat(NAME_MAX + 1));
        });
        assert_eq!(Certificate::read(&certificate).unwrap().subject_name().len(), NAME_MAX);
    }

    #[test]
    fn only_dns_names_are_names() {
        let (certificate, _) = self_signed("a.example", |params| {
            params.subject_alt_names.extend([
                SanType::Rfc822Name("bob@b.example".try_into().unwrap()),
                SanType::URI("https://c.example".try_into().unwrap()),
                SanType::IpAddress(core::net::Ipv4Addr::LOCALHOST.into()),
                SanType::DnsName("*.d.example".try_into().unwrap()),
            ]);
        });
        let read = Certificate::read(&certificate).unwrap();
        assert_eq!(read.dns_names(), ["a.example", "*.d.example"]);

        let (certificate, _) = self_signed("a.example", |params| {
            params.subject_alt_names = vec![];
        });
        assert!(Certificate::read(&certificate).unwrap().dns_names().is_empty());
    }

    #[test]
    fn validity_is_read_from_both_kinds_of_time() {
        let (certificate, _) = self_signed("a.example", |_| {});
        let (first, last) = Certificate::read(&certificate).unwrap().validity().unwrap();
        assert_eq!(first.as_secs(), 157_766_400);
        assert_eq!(last.as_secs(), 67_090_118_400);
    }
}
