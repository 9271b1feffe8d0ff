//! What the program says of TLS and credentials that cannot be had.

use envoi_sink::Options;

use crate::program::{Bed, certificate};

/// Runs `envoi send` and expects one line and a bad command line, and nothing at the sink.
#[track_caller]
fn refused(more: &[&str], message: &str) {
    let bed = Bed::new(Options::default());
    let run = bed.send_files(more, &["1.eml"]);
    assert_eq!((&*run.out, &*run.err, run.status), ("", &*format!("envoi: {message}\n"), 64));
    assert_eq!(bed.sink.connections(), 0);
}

#[test]
fn tls_that_cannot_be_had() {
    let cases: [(&[&str], &str); 12] = [
        (
            &["--tls", "none", "--tls-ca", "x"],
            "--tls-ca has no use with --tls none; expected a level with TLS",
        ),
        (
            &["--tls", "none", "--tls-cert", "x"],
            "--tls-cert has no use with --tls none; expected a level with TLS",
        ),
        (
            &["--tls", "none", "--tls-fingerprint", MD5],
            "--tls-fingerprint has no use with --tls none; expected a level with TLS",
        ),
        (
            &["--tls", "verify", "--tls-fingerprint", MD5],
            "--tls-fingerprint has no use with --tls verify; expected --tls fingerprint",
        ),
        (
            &["--tls", "may", "--tls-match", "mx"],
            "--tls-match has no use with --tls may; expected --tls verify or secure",
        ),
        (
            &["--tls", "fingerprint", "--tls-ca", "x"],
            "--tls fingerprint has nothing to compare with; expected --tls-fingerprint as well",
        ),
        (
            &["--tls", "dane", "--tls-ca", "x"],
            "invalid value 'dane' for '--tls <LEVEL>': the TLS security level dane is not \
             supported yet; expected none, may, encrypt, fingerprint, verify or secure; \
             --help tells more",
        ),
        (
            &["--tls", "must", "--tls-ca", "x"],
            "invalid value 'must' for '--tls <LEVEL>': unknown TLS security level \"must\"; \
             expected none, may, encrypt, fingerprint, dane, dane-only, verify or secure; \
             --help tells more",
        ),
        (
            &["--tls-match", "a..b", "--tls", "verify"],
            "invalid value 'a..b' for '--tls-match <NAMES>': bad name \"a..b\": expected \
             hostname, nexthop, dot-nexthop, a domain or .domain; --help tells more",
        ),
        (
            &["--tls-fingerprint", "00:1", "--tls", "fingerprint"],
            "invalid value '00:1' for '--tls-fingerprint <HEX>': bad fingerprint \"00:1\": byte \
             2 is not two hexadecimal digits; bytes are separated by colons; --help tells more",
        ),
        (
            &["--tls-protocols", "SSLv3", "--tls", "may"],
            "invalid value 'SSLv3' for '--tls-protocols <LIST>': no protocol is left of \
             \"SSLv3\"; there are TLSv1.2 and TLSv1.3; --help tells more",
        ),
        (
            &["--tls", "none", "--implicit-tls"],
            "--implicit-tls has no use with --tls none; expected a level with TLS",
        ),
    ];
    for (arguments, message) in cases {
        refused(arguments, message);
    }
}

#[test]
fn ciphers_that_there_are_not() {
    for (expression, why) in [
        ("FOO", "OpenSSL knows no cipher \"FOO\"; for TLS 1.2 there are "),
        ("null", "no cipher suite is left for TLS 1.2; there are "),
    ] {
        let bed = Bed::new(Options::default());
        let run = bed.send(["--tls-ciphers", expression, "-"]);
        let start =
            format!("envoi: invalid value '{expression}' for '--tls-ciphers <EXPR>': {why}");
        assert!(run.err.starts_with(&start) && run.err.lines().count() == 1, "{run:?}");
        assert_eq!((run.status, bed.sink.connections()), (64, 0));
    }
}

#[test]
fn certificates_and_keys_that_cannot_be_used() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let [(chain, key), (_, other)] = ["client.example"; 2].map(certificate);
    let chain = file("own.pem", &chain);
    let (key, other, empty) = (file("own.key", &key), file("other.key", &other), file("empty", ""));
    let dsa = concat!(env!("CARGO_MANIFEST_DIR"), "/../../smtp-proto/testdata/tls/dsa.pem");
    let no_certificate = "no certificate in the file; expected -----BEGIN CERTIFICATE-----";
    let authorities = "expected a file with certificates in PEM, or a folder of them";
    let missing = |option: &str, expected: &str| {
        format!("cannot use {option} /nowhere: No such file or directory; expected {expected}")
    };
    for (arguments, message) in [
        (vec!["--tls-ca", &*empty], format!("cannot use --tls-ca {empty}: {no_certificate}")),
        (
            vec!["--tls-ca", "/nowhere"],
            missing("--tls-ca", "a file with certificates in PEM, or a folder of them"),
        ),
        (
            vec!["--tls-ca", "/dev/fd"],
            format!("cannot use --tls-ca /dev/fd: no certificate in it; {authorities}"),
        ),
        (vec!["--tls-cert", &empty], format!("cannot use --tls-cert {empty}: {no_certificate}")),
        (
            vec!["--tls-cert", "/nowhere"],
            missing("--tls-cert", "a file with a certificate and its key in PEM"),
        ),
        (
            vec!["--tls-cert", &chain],
            format!(
                "cannot use --tls-cert {chain}: no private key in the file; \
                 expected -----BEGIN PRIVATE KEY-----"
            ),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", "/nowhere"],
            missing("--tls-key", "a file with the certificate's key in PEM"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &other],
            format!(
                "cannot use --tls-key {other}: the private key does not belong to the \
                 certificate; expected a file with the certificate's key in PEM"
            ),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", dsa],
            format!(
                "cannot use --tls-key {dsa}: DSA keys are not supported; \
                 expected RSA, ECDSA or Ed25519"
            ),
        ),
        (
            vec!["--tls-key", &key],
            "the following required arguments were not provided: --tls-cert <FILE>; \
             --help tells more"
                .into(),
        ),
    ] {
        refused(&arguments, &message);
    }
}

#[test]
fn credentials_that_cannot_be_had() {
    let secret = "expected a file whose first line is the secret";
    let known = "SCRAM-SHA-256-PLUS, SCRAM-SHA-256, SCRAM-SHA-1-PLUS, SCRAM-SHA-1, CRAM-MD5, \
                 OAUTHBEARER, XOAUTH2, PLAIN, LOGIN";
    for (arguments, message) in [
        (
            vec!["--auth-user", "ann"],
            "no password for \"ann\"; expected --auth-password-file, the environment variable \
             ENVOI_PASSWORD, or a terminal to ask at"
                .into(),
        ),
        (
            vec!["--auth-user", "ann", "--auth-password-file", "/nowhere"],
            format!("cannot read \"/nowhere\": No such file or directory; {secret}"),
        ),
        (
            vec!["--auth-user", "ann", "--auth-token-file", "/"],
            format!("cannot read \"/\": Is a directory; {secret}"),
        ),
        (
            vec!["--auth-user", "ann", "--auth-password-file", "/dev/null"],
            "nothing in the first line of \"/dev/null\"; expected a password or token".into(),
        ),
        (
            vec!["--auth-user", "", "--auth-password-file", "/etc/passwd"],
            "bad user name: expected 1 to 512 bytes without control characters".into(),
        ),
        (
            vec!["--auth-user", "ann", "--auth-mechanisms", "plain, scrum"],
            format!(
                "invalid value 'plain, scrum' for '--auth-mechanisms <LIST>': unknown mechanism \
                 \"scrum\"; expected some of {known}; --help tells more"
            ),
        ),
        (
            vec!["--auth-password-file", "/etc/passwd"],
            "the following required arguments were not provided: --auth-user <USER>; \
             --help tells more"
                .into(),
        ),
    ] {
        refused(&arguments, &message);
    }
}

/// A fingerprint.
const MD5: &str = "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F";
