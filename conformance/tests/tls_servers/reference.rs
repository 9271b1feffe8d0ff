//! Postfix's smtp(8) with the same servers: what it says of them is what we say.

use conformance::certificates::{Authority, Credential, ExtendedKeyUsagePurpose, date_time_ymd};
use conformance::servers::Server;
use envoi_driver::tls::{Level, Protocols};
use envoi_sink::{Certificate, Options, Sink, Tls};

use crate::bed::*;
use crate::case::{Asked, Case, Login, Told, agree, both};

#[test]
fn handshakes_with_postfix_are_told_alike() {
    let started = start(Server::Postfix, Some(starttls()), None);
    let address = started.server.address();
    let cases = [
        ("may", Asked::Level(Level::May), Protocols::Both),
        ("encrypt", Asked::Level(Level::Encrypt), Protocols::Both),
        ("encrypt12", Asked::Level(Level::Encrypt), Protocols::Tls12),
        ("encrypt13", Asked::Level(Level::Encrypt), Protocols::Tls13),
        ("certificate", Asked::Fingerprint(SERVER.der()), Protocols::Both),
        ("key", Asked::Fingerprint(SERVER.public_key()), Protocols::Tls12),
        ("verify", Asked::Names(Level::Verify, HOST), Protocols::Both),
        ("verify12", Asked::Names(Level::Verify, HOST), Protocols::Tls12),
        ("secure", Asked::Names(Level::Secure, ".example"), Protocols::Both),
    ];
    let cases = cases.map(|(name, asked, protocols)| {
        let case = Case::new(name, address, asked);
        Case { protocols, is_openssl: true, ..case }
    });
    agree(&cases);
}

#[test]
fn certificates_are_judged_alike() {
    let purpose = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let named = |names: &[&str]| ROOT.sign(names, |_| {});
    let shown = [
        ("good", named(&[HOST])),
        ("wildcard", named(&["*.test.example"])),
        ("several-names", named(&["www.example", HOST])),
        ("self-signed", Credential::self_signed(&[HOST])),
        ("unknown-root", Authority::root("Nobody").sign(&[HOST], |_| {})),
        ("with-intermediate", ROOT.below("Above").sign(&[HOST], |_| {})),
        ("no-intermediate", ROOT.below("Above").sign(&[HOST], |_| {}).alone()),
        ("expired", ROOT.sign(&[HOST], |params| params.not_after = date_time_ymd(2021, 1, 1))),
        ("early", ROOT.sign(&[HOST], |params| params.not_before = date_time_ymd(2099, 1, 1))),
        ("for-clients", ROOT.sign(&[HOST], |params| params.extended_key_usages = purpose)),
    ];
    let sinks = shown.map(|(name, credential)| (name, sink(&credential), credential));
    let mut cases = Vec::new();
    for (name, sink, credential) in &sinks {
        for (word, asked) in [
            ("may", Asked::Level(Level::May)),
            ("encrypt", Asked::Level(Level::Encrypt)),
            ("certificate", Asked::Fingerprint(credential.der())),
            ("other", Asked::Fingerprint(b"another")),
            ("verify", Asked::Names(Level::Verify, HOST)),
            ("secure", Asked::Names(Level::Secure, ".test.example")),
        ] {
            cases.push(Case::new(&format!("{name}-{word}"), sink.address(), asked));
        }
    }
    agree(&cases);
}

#[test]
fn certificate_with_another_name_is_trusted_for_us_and_untrusted_for_postfix() {
    let shown = [("wildcard-above", "*.example"), ("other-name", "mx.other.example")];
    for (name, other) in shown {
        let sink = sink(&ROOT.sign(&[other], |_| {}));
        let cases = [
            Case::new(name, sink.address(), Asked::Level(Level::Encrypt)),
            Case::new("verify", sink.address(), Asked::Names(Level::Verify, HOST)),
            Case::new("secure", sink.address(), Asked::Names(Level::Secure, ".test.example")),
        ];
        agree(&cases[..1]);
        for (theirs, ours) in both(&cases[1..]) {
            assert_eq!((&*theirs.status, &*ours.status), ("Untrusted", "Trusted"));
            assert_eq!(Told { status: ours.status.clone(), ..theirs }, ours);
        }
    }
}

#[test]
fn name_in_the_subject_counts_for_postfix_alone() {
    let credential = ROOT.sign(&[HOST], |params| params.subject_alt_names.clear());
    let sink = sink(&credential);
    let case = Case::new("subject", sink.address(), Asked::Names(Level::Verify, HOST));
    let (theirs, ours) = both(&[case]).remove(0);
    assert_eq!(theirs.status, "Verified");
    assert_eq!((&*ours.dsn, &*ours.text), ("4.7.5", "Server certificate not verified"));
}

#[test]
fn lack_of_starttls_is_told_alike() {
    let sink = Sink::listen("127.0.0.1:0", Options::default()).unwrap();
    let cases = [Level::May, Level::Encrypt, Level::Verify, Level::Secure].map(|level| {
        let is_named = level > Level::Encrypt;
        let asked = if is_named { Asked::Names(level, HOST) } else { Asked::Level(level) };
        Case::new(&format!("lack-{level}"), sink.address(), asked)
    });
    agree(&cases);
}

#[test]
fn refused_passwords_are_told_alike() {
    let all = "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
    let started = start(Server::Postfix, Some(starttls()), Some(ann(all)));
    let cases = all.split(' ').map(|mechanism| {
        let name = format!("refused-{}", mechanism.to_lowercase());
        let case = Case::new(&name, started.server.address(), Asked::Level(Level::Encrypt));
        Case { login: Some(Login { mechanism, password: "wrong", is_lenient: true }), ..case }
    });
    agree(&cases.collect::<Vec<_>>());
}

#[test]
fn taken_passwords_are_told_alike() {
    let all = "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
    let started = start(Server::Postfix, Some(starttls()), Some(ann(all)));
    let cases = all.split(' ').map(|mechanism| {
        let name = format!("taken-{}", mechanism.to_lowercase());
        let case = Case::new(&name, started.server.address(), Asked::Level(Level::Encrypt));
        Case { login: Some(Login { mechanism, password: PASSWORD, is_lenient: true }), ..case }
    });
    let cases: Vec<_> = cases.collect();
    agree(&cases);
    for mechanism in all.split(' ') {
        let method = format!("sasl_method={mechanism}, ");
        assert_eq!(started.server.log_lines(&method, 2, PATIENCE).unwrap().len(), 2);
    }
}

#[test]
fn lack_of_mechanisms_is_told_alike() {
    let started = start(Server::Postfix, Some(starttls()), Some(ann("PLAIN LOGIN")));
    let case = Case::new("filtered", started.server.address(), Asked::Level(Level::Encrypt));
    let login = Login { mechanism: "CRAM-MD5", password: PASSWORD, is_lenient: true };
    agree(&[Case { login: Some(login), ..case }]);
}

#[test]
fn lack_of_fit_mechanisms_is_the_library_s_to_tell_for_postfix() {
    let started = start(Server::Postfix, Some(starttls()), Some(ann("PLAIN LOGIN")));
    let address = started.server.address();
    // In plaintext no password is shown, and under TLS only if that is allowed.
    let cases = [("plaintext", Level::None), ("strict", Level::Encrypt)].map(|(name, level)| {
        let login = Login { mechanism: "PLAIN", password: PASSWORD, is_lenient: false };
        Case { login: Some(login), ..Case::new(name, address, Asked::Level(level)) }
    });
    for (theirs, ours) in both(&cases) {
        assert_eq!(
            theirs.text,
            "SASL authentication failed; cannot authenticate to server 127.0.0.1[127.0.0.1]: \
             no mechanism available"
        );
        assert_eq!(
            ours.text,
            "SASL authentication failed: server 127.0.0.1[127.0.0.1] offered no compatible \
             authentication mechanisms for this type of connection security"
        );
        assert_eq!(Told { text: ours.text.clone(), ..theirs }, ours);
    }
}

#[test]
fn postfix_alone_takes_suites_without_certificates() {
    let started = start(Server::Postfix, Some(starttls()), None);
    let case = Case::new("anonymous", started.server.address(), Asked::Level(Level::Encrypt));
    let case = Case { protocols: Protocols::Tls12, takes_anonymous: true, ..case };
    let (theirs, ours) = both(&[case]).remove(0);
    assert_eq!((&*theirs.status, &*ours.status), ("Anonymous", "Trusted"));
}

fn sink(credential: &Credential) -> Sink {
    let chain = credential.chain();
    let certificate = Certificate::from_pem(chain.as_bytes(), credential.key().as_bytes());
    let tls = Some(Tls::new(certificate.unwrap()));
    Sink::listen("127.0.0.1:0", Options { tls, ..Options::default() }).unwrap()
}
