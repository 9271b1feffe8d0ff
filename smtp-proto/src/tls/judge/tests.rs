//! Verdicts on good and bad certificates.

use alloc::string::ToString;
use alloc::vec;

use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, IsCa, PublicKeyData, date_time_ymd};
use rustls::pki_types::pem::PemObject;

use super::*;
use crate::tls::binding::end_point;
use crate::tls::fingerprint::{Digest, Fingerprints};
use crate::tls::testing::{Authority, now, providers, self_signed};

const THERE: Destination<'_> = Destination { host: "mx.example", next_hop: "example.org" };

#[test]
fn statuses_follow_levels() {
    let root = Authority::root("Root");
    let (good, other) = (root.server("mx.example", |_| {}), root.server("www.example", |_| {}));
    let (stranger, _) = self_signed("mx.example", |_| {});
    for (level, certificate, status, reason) in [
        (Level::May, &good, "Trusted", ""),
        (Level::May, &other, "Trusted", ""),
        (Level::May, &stranger, "Untrusted", "self-signed certificate"),
        (Level::Encrypt, &good, "Trusted", ""),
        (Level::Encrypt, &stranger, "Untrusted", "self-signed certificate"),
        (Level::Verify, &good, "Verified", ""),
        (Level::Verify, &other, "Trusted", "certificate is for www.example"),
        (Level::Verify, &stranger, "Untrusted", "self-signed certificate"),
        (Level::Secure, &good, "Trusted", "certificate is for mx.example"),
        (Level::Dane, &good, "Trusted", "the TLS security level dane is not supported yet"),
        (
            Level::DaneOnly,
            &stranger,
            "Untrusted",
            "the TLS security level dane-only is not supported yet",
        ),
    ] {
        let judgment = judge(&root, core::slice::from_ref(certificate), &Policy::new(level));
        assert_eq!(judgment.status.to_string(), status, "{level}");
        assert_eq!(judgment.matched, status == "Verified", "{level}");
        assert_eq!(text(&judgment), reason, "{level}");
        assert_eq!(judgment.satisfies(level), judgment.matched || level <= Level::Encrypt);
    }
}

#[test]
fn server_without_certificate_is_anonymous() {
    let root = Authority::root("Root");
    for level in [Level::May, Level::Fingerprint, Level::Secure] {
        let judgment = judge(&root, &[], &Policy::new(level));
        assert_eq!(judgment.status.to_string(), "Anonymous");
        assert_eq!(text(&judgment), "the server has no certificate");
        assert_eq!(judgment.satisfies(level), level == Level::May);
    }
}

#[test]
fn bad_chains_have_their_reasons() {
    let (root, stranger) = (Authority::root("Root"), Authority::root("Stranger"));
    let middle = root.below("Middle");
    let der = |authority: &Authority| authority.certificate.der().clone();
    let below = middle.server("mx.example", |_| {});
    let server = |edit: fn(&mut rcgen::CertificateParams)| vec![root.server("mx.example", edit)];
    let forged = |edit: fn(&mut [u8])| {
        let mut bytes = root.server("mx.example", |_| {}).to_vec();
        edit(&mut bytes);
        vec![CertificateDer::from(bytes)]
    };
    for (chain, reason) in [
        (server(|_| {}), ""),
        (vec![below.clone(), der(&middle)], ""),
        (vec![below.clone(), der(&stranger), der(&root), der(&middle)], ""),
        (vec![below], "unknown issuer \"Middle\""),
        (
            server(|params| params.not_after = date_time_ymd(2026, 12, 31)),
            "certificate expired on 2026-12-31T00:00:00Z",
        ),
        (
            server(|params| params.not_before = date_time_ymd(2027, 1, 16)),
            "certificate not valid before 2027-01-16T00:00:00Z",
        ),
        (vec![stranger.server("mx.example", |_| {})], "unknown issuer \"Stranger\""),
        (
            vec![stranger.server("mx.example", |_| {}), der(&stranger)],
            "untrusted root \"Stranger\"",
        ),
        (
            server(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
            "certificate not made for servers",
        ),
        (
            server(|params| params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained)),
            "certificate of an authority, used as a server's",
        ),
        (
            server(|params| {
                let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![]);
                extension.set_criticality(true);
                params.custom_extensions = vec![extension];
            }),
            "bad certificate chain: UnsupportedCriticalExtension",
        ),
        (forged(|der| der[der.len() - 1] ^= 1), "bad signature in the certificate chain"),
        (
            // ecdsa-with-SHA256 becomes ecdsa-with-SHA224.
            forged(|der| {
                for i in 8..der.len() {
                    if der[i - 8..i] == *b"\x2a\x86\x48\xce\x3d\x04\x03\x02" {
                        der[i - 1] = 1;
                    }
                }
            }),
            "unsupported signature in the certificate chain",
        ),
        (vec![b"no certificate".to_vec().into()], "malformed certificate"),
        (
            vec![CertificateDer::from_pem_slice(VERSION_1).unwrap(), der(&root)],
            "self-signed certificate",
        ),
        (server(|params| params.subject_alt_names = vec![]), "certificate without DNS names"),
    ] {
        let judgment = judge(&root, &chain, &Policy::new(Level::Verify));
        assert_eq!(text(&judgment), reason);
        assert_eq!(judgment.matched, reason.is_empty());
        assert!(judge(&root, &chain, &Policy::new(Level::May)).satisfies(Level::May));
    }
}

#[test]
fn chain_has_its_length() {
    let mut authorities = vec![Authority::root("Root")];
    for i in 1..=7 {
        authorities.push(authorities[i - 1].below(&i.to_string()));
    }
    for (intermediates, depth, reason) in [
        (0, 9, ""),
        (6, 9, ""),
        (7, 9, "more than 7 certificates above the server's"),
        (0, 1, ""),
        (0, 0, "more than 0 certificates above the server's"),
        (1, 1, "more than 1 certificates above the server's"),
        (1, 2, ""),
    ] {
        let mut chain = vec![authorities[intermediates].server("mx.example", |_| {})];
        let above = authorities[1..=intermediates].iter().rev();
        chain.extend(above.map(|authority| authority.certificate.der().clone()));
        let mut policy = Policy::new(Level::Verify);
        policy.verify_depth = depth;
        let judgment = judge(&authorities[0], &chain, &policy);
        assert_eq!(text(&judgment), reason, "{intermediates} of {depth}");
    }
}

#[test]
fn names_are_asked_for_as_the_policy_says() {
    let root = Authority::root("Root");
    for (level, rules, name, reason) in [
        (Level::Verify, "hostname", "*.example", "certificate is for *.example"),
        (Level::Secure, "nexthop, dot-nexthop", "example.org", ""),
        (Level::Secure, "nexthop, dot-nexthop", "mx.example.org", ""),
        (Level::Secure, "nexthop", "mx.example.org", "certificate is for mx.example.org"),
        (Level::Secure, "bücher.example", "xn--bcher-kva.example", ""),
        (Level::Verify, "mail.a.example", "*.a.example", ""),
    ] {
        let mut policy = Policy::new(level);
        policy.names = rules.parse().unwrap();
        assert_eq!(text(&judge(&root, &[root.server(name, |_| {})], &policy)), reason, "{rules}");
    }
}

#[test]
fn names_in_reasons_are_few_and_harmless() {
    let root = Authority::root("Root");
    let certificate = root.server("a\n.example", |params| {
        let name = params.subject_alt_names[0].clone();
        params.subject_alt_names.extend(vec![name; 7]);
    });
    let judgment = judge(&root, &[certificate], &Policy::new(Level::Verify));
    assert_eq!(
        text(&judgment),
        "certificate is for a\\n.example, a\\n.example, a\\n.example, a\\n.example, \
         a\\n.example, …"
    );
}

#[test]
fn only_fingerprints_count_at_their_level() {
    let root = Authority::root("Root");
    let (expired, key) = self_signed("www.example", |params| {
        params.not_after = date_time_ymd(2001, 1, 1);
    });
    let (good, key) = (root.server("mx.example", |_| {}), key.subject_public_key_info());
    let reason = "neither the certificate's fingerprint nor its key's is listed";
    for (listed, certificate, status, reason) in [
        (Digest::Sha256.of(&expired), &expired, "Verified", ""),
        (Digest::Sha256.of(&key), &expired, "Verified", ""),
        (Digest::Md5.of(&key), &expired, "Verified", ""),
        (Digest::Sha256.of(&good), &expired, "Untrusted", reason),
        (Digest::Sha256.of(&expired), &good, "Untrusted", reason),
    ] {
        let mut policy = Policy::new(Level::Fingerprint);
        policy.fingerprints = Fingerprints(vec![listed]);
        let judgment = judge(&root, core::slice::from_ref(certificate), &policy);
        assert_eq!(judgment.status.to_string(), status);
        assert_eq!(text(&judgment), reason);
        assert_eq!(judgment.satisfies(Level::Fingerprint), status == "Verified");
    }
    let judgment = judge(&root, &[good], &Policy::new(Level::Fingerprint));
    assert_eq!(text(&judgment), reason, "nothing is listed");
}

#[test]
fn certificate_that_is_a_root_is_trusted_while_it_lives() {
    let root = Authority::root("Root");
    for is_ca in [IsCa::NoCa, IsCa::Ca(rcgen::BasicConstraints::Unconstrained)] {
        let (certificate, _) = self_signed("mx.example", |params| params.is_ca = is_ca);
        let mut policy = Policy::new(Level::Verify);
        policy.trust_anchors = Some(trusting(&certificate));
        assert_eq!(text(&judge(&root, &[certificate], &policy)), "");
    }
    for (not_before, not_after, reason) in [
        (2000, 2026, "certificate expired on 2026-01-01T00:00:00Z"),
        (2028, 2029, "certificate not valid before 2028-01-01T00:00:00Z"),
    ] {
        let (certificate, _) = self_signed("mx.example", |params| {
            params.not_before = date_time_ymd(not_before, 1, 1);
            params.not_after = date_time_ymd(not_after, 1, 1);
        });
        let mut policy = Policy::new(Level::Verify);
        policy.trust_anchors = Some(trusting(&certificate));
        assert_eq!(text(&judge(&root, &[certificate], &policy)), reason);
    }
}

#[test]
fn anchors_of_a_policy_are_the_only_ones() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let mut policy = Policy::new(Level::Verify);
    policy.trust_anchors = Some(trusting(other.certificate.der()));
    let judgment = judge(&root, &[root.server("mx.example", |_| {})], &policy);
    assert_eq!(text(&judgment), "unknown issuer \"Root\"");
    let judgment = judge(&root, &[other.server("mx.example", |_| {})], &policy);
    assert_eq!(text(&judgment), "");
}

#[test]
fn judgment_says_whom_it_is_about() {
    let certificate = CertificateDer::from_pem_slice(RSA).unwrap();
    let judgment = judge(&Authority::root("Root"), &[certificate], &Policy::new(Level::May));
    assert_eq!(judgment.subject, "rsa.example");
    assert_eq!(judgment.issuer, "rsa.example");
    // openssl x509 -fingerprint -sha256; x509 -pubkey, pkey -pubin -outform DER, dgst -sha256 -c
    assert_eq!(
        judgment.certificate.unwrap().to_string(),
        "FC:A2:0E:CD:9C:2B:19:70:45:30:23:65:F1:8A:F3:66:\
         89:AA:5A:BB:2C:B8:2B:61:9C:A7:34:4F:89:63:C8:86"
    );
    assert_eq!(
        judgment.key.unwrap().to_string(),
        "A6:62:94:FE:E9:83:04:D7:7F:11:87:E7:5E:EB:CC:1E:\
         B4:DA:55:D0:5C:AD:EC:E9:66:09:82:44:E3:F2:0B:24"
    );
}

#[test]
fn no_certificate_makes_us_panic() {
    let root = Authority::root("Root");
    let mut policies = [Level::May, Level::Fingerprint, Level::Verify].map(Policy::new);
    policies[1].fingerprints = Fingerprints(vec![Digest::Sha256.of(b"")]);
    let mut random = 4711_u32;
    let mut below = |max: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % max
    };
    for pem in [RSA, EC, VERSION_1] {
        let good = CertificateDer::from_pem_slice(pem).unwrap();
        policies.iter_mut().for_each(|policy| policy.trust_anchors = Some(trusting(&good)));
        for _ in 0..500 {
            let mut bad = good.to_vec();
            for _ in 0..=below(3) {
                let place = below(bad.len());
                bad[place] = below(256) as u8;
            }
            bad.truncate(bad.len() - below(2) * below(8));
            let chain = [CertificateDer::from(bad), good.clone()];
            for policy in &policies {
                let judgment = judge(&root, &chain, policy);
                assert!(!judgment.matched);
                let _ = (text(&judgment), end_point(&chain[0]));
            }
        }
    }
}

const RSA: &[u8] = include_bytes!("../../../testdata/tls/rsa.pem");
const EC: &[u8] = include_bytes!("../../../testdata/tls/ec.pem");
const VERSION_1: &[u8] = include_bytes!("../../../testdata/tls/v1.pem");

/// What judges who trust one root say; with each provider the same.
fn judge(root: &Authority, chain: &[CertificateDer<'_>], policy: &Policy) -> Judgment {
    let roots = trusting(root.certificate.der());
    let say = |provider| Judge::new(roots.clone(), &provider).judge(chain, policy, THERE, now());
    let judgments: Vec<_> = providers().into_iter().map(say).collect();
    assert!(judgments.iter().all(|judgment| *judgment == judgments[0]));
    judgments[0].clone()
}

fn trusting(certificate: &CertificateDer<'static>) -> Arc<Roots> {
    let mut roots = Roots::default();
    assert_eq!(roots.add([certificate.clone()]), 1);
    Arc::new(roots)
}

fn text(judgment: &Judgment) -> String {
    judgment.reason.as_ref().map(ToString::to_string).unwrap_or_default()
}
