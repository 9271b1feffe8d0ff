//! What is negotiated with OpenSSL, whatever it is told to want.

use conformance::certificates::{Authority, Credential};
use conformance::servers::{OpensslServer, ServerTls};
use envoi_driver::Report;
use envoi_driver::tls::{self, Digest, Identity, Level, Status};

use crate::bed::*;

#[test]
fn every_suite_of_ours_is_taken() {
    for (options, protocol, cipher, bits) in [
        ("-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384", "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256),
        ("-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256", "TLSv1.3", "TLS_AES_128_GCM_SHA256", 128),
        (
            "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256",
            "TLSv1.3",
            "TLS_CHACHA20_POLY1305_SHA256",
            256,
        ),
        (
            "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384",
            "TLSv1.2",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            256,
        ),
        (
            "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256",
            "TLSv1.2",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            128,
        ),
        (
            "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305",
            "TLSv1.2",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            256,
        ),
    ] {
        let (report, log) = with_openssl(&starttls(), options);
        let info = delivered(&report);
        assert_eq!((info.protocol, &*info.cipher, info.bits), (protocol, cipher, bits));
        assert_eq!(info.judgment.status, Status::Verified);
        assert!(log.contains(&format!("CIPHER is {cipher}")), "{log}");
    }
}

#[test]
fn group_of_the_server_is_the_one_reported() {
    for (group, name) in [("X25519", "X25519"), ("P-256", "secp256r1"), ("P-384", "secp384r1")] {
        for version in ["-tls1_2", "-tls1_3"] {
            let (report, _) = with_openssl(&starttls(), &format!("{version} -groups {group}"));
            assert_eq!(delivered(&report).group.as_deref(), Some(name), "{version}");
        }
    }
}

#[test]
fn server_with_nothing_in_common_is_not_agreed_with() {
    for options in [
        "-tls1_1 -cipher ALL:@SECLEVEL=0",
        "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384",
        "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384",
        "-tls1_2 -cipher aNULL:@SECLEVEL=0",
        "-tls1_3 -groups P-521",
        "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256",
    ] {
        let (report, _) = with_openssl(&starttls(), options);
        let outcome = deferred(&report);
        assert_eq!(outcome.status.to_string(), "4.7.5", "{options}");
        assert!(outcome.text.starts_with("Cannot start TLS: handshake failure: "), "{outcome:?}");
        assert!(outcome.tls.is_none());
    }
}

#[test]
fn openssl_verifies_our_certificate() {
    let ours = ROOT.below("Intermediate").sign(&["client.example"], |_| {});
    let tls = ServerTls { authorities: ROOT.pem(), ..starttls() };
    for version in ["-tls1_2", "-tls1_3"] {
        let folder = tempfile::tempdir().unwrap();
        let options = [version, "-Verify", "5", "-verify_return_error"];
        let server = OpensslServer::start(installed(), folder.path(), &tls, &options).unwrap();
        let config = config(engine().with_identity(&identity(&ours)));
        delivered(&send_with(server.address(), implicit_peer(Level::Verify), config));
        server.log_lines("subject=CN = client.example", 1, PATIENCE).unwrap();
        // Without one, or with another's, nothing goes.
        deferred(&send(server.address(), implicit_peer(Level::Verify)));
        let stranger = identity(&Authority::root("Nobody").sign(&["client.example"], |_| {}));
        let config = crate::bed::config(engine().with_identity(&stranger));
        deferred(&send_with(server.address(), implicit_peer(Level::Verify), config));
    }
}

#[test]
fn fingerprints_of_openssl_are_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.pem");
    std::fs::write(&path, SERVER.chain()).unwrap();
    for (option, digest) in [
        ("-sha1", Digest::Sha1),
        ("-sha256", Digest::Sha256),
        ("-sha512", Digest::Sha512),
        ("-md5", Digest::Md5),
    ] {
        let mut openssl = std::process::Command::new("openssl");
        openssl.args(["x509", "-noout", "-fingerprint", option, "-in"]).arg(&path);
        let printed = String::from_utf8(openssl.output().unwrap().stdout).unwrap();
        let (_, fingerprint) = printed.trim_end().split_once('=').unwrap();
        assert_eq!(fingerprint, digest.of(SERVER.der()).to_string());
    }
}

/// Delivers to a server with these options, and says what it said.
fn with_openssl(tls: &ServerTls, options: &str) -> (Report, String) {
    let folder = tempfile::tempdir().unwrap();
    let options: Vec<_> = options.split(' ').collect();
    let server = OpensslServer::start(installed(), folder.path(), tls, &options).unwrap();
    let report = send(server.address(), implicit_peer(Level::Verify));
    let log = server.log_lines("", 0, PATIENCE).unwrap();
    (report, log.join("\n"))
}

fn identity(ours: &Credential) -> Identity {
    let provider = tls::default_provider();
    Identity::from_pem(ours.chain().as_bytes(), ours.key().as_bytes(), &[], &provider).unwrap()
}
