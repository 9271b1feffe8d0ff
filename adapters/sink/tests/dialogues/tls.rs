//! TLS over a socket.

use std::io::{ErrorKind, Read as _, Write as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use envoi_sink::{Auth, ClientCertificate, Message, Options, Sink, Tls, TlsStart, TlsVersions};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rustls::version::{TLS12, TLS13};
use sha2::{Digest as _, Sha256};

use crate::talk::failing;
use crate::tls_client::{Secured, VERSIONS, config, config_with_certificate, plain, starttls};

const READY: &str = "220 2.0.0 Ready to start TLS\r\n";
const ENVELOPE: &str = "MAIL FROM:<ann@client.example>\r\nRCPT TO:<bob@mx.example>\r\nDATA\r\n";

#[test]
fn message_arrives_by_starttls() {
    for (version, name) in VERSIONS.into_iter().zip(["TLSv1.2", "TLSv1.3"]) {
        let sink = sink(options(tls()));
        let (stream, ready) = starttls(&sink);
        assert_eq!(ready, READY);
        let mut client = Secured::over(stream, config(version));
        let ehlo = client.ask_all("EHLO client.example");
        assert!(!ehlo.iter().any(|line| line.contains("STARTTLS")));
        let tls = delivered(&sink, &mut client).tls.expect("TLS");
        assert_eq!((tls.version, tls.client), (name, None));
        let suite = client.tls().negotiated_cipher_suite().expect("a suite");
        assert_eq!(Some(tls.cipher), suite.suite().as_str());
        assert_eq!(tls.end_point, Sha256::digest(certificate(&client)).to_vec());
    }
}

#[test]
fn implicit_tls_greets_inside() {
    let sink = sink(options(Tls { start: TlsStart::Implicit, ..tls() }));
    let mut client = Secured::over(plain(&sink), config(&TLS13));
    assert_eq!(client.line(), "220 sink.example ESMTP Envoi sink");
    client.ask_all("EHLO client.example");
    delivered(&sink, &mut client);
    client.says("QUIT\r\n");
    assert_eq!(client.rest().expect("a farewell"), "221 2.0.0 Bye\r\n");
}

#[test]
fn large_message_arrives_byte_for_byte() {
    for version in VERSIONS {
        let sink = sink(options(tls()));
        let mut client = Secured::over(starttls(&sink).0, config(version));
        client.ask_all("EHLO client.example");
        client.says(ENVELOPE);
        (0..3).for_each(|_| drop(client.line()));
        let content = "some text\r\nmore\n.\r\n".repeat(200_000);
        client.says(&content);
        client.says(".\r\nQUIT\r\n");
        assert!(client.rest().expect("a farewell").ends_with("221 2.0.0 Bye\r\n"));
        assert!(sink.messages()[0].content == content.as_bytes());
    }
}

#[test]
fn versions_are_those_that_are_spoken() {
    for (versions, other) in [(TlsVersions::Only12, &TLS13), (TlsVersions::Only13, &TLS12)] {
        let sink = sink(options(Tls { versions, ..tls() }));
        let error = Secured::try_over(starttls(&sink).0, config(other)).err().expect("an alert");
        assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    }
}

#[test]
fn client_certificate_is_recorded() {
    let sink = sink(options(Tls { client_certificate: ClientCertificate::Required, ..tls() }));
    let (config, certificate) = config_with_certificate();
    let mut client = Secured::over(starttls(&sink).0, config);
    client.ask_all("EHLO client.example");
    let shown = delivered(&sink, &mut client).tls.and_then(|tls| tls.client);
    let digits = Sha256::digest(certificate).into_iter().map(|byte| format!("{byte:02X}"));
    assert_eq!(shown, Some(digits.collect::<Vec<_>>().join(":")));
}

#[test]
fn client_without_certificate_is_turned_away_where_one_is_required() {
    let asked = |client_certificate| {
        let sink = sink(options(Tls { client_certificate, ..tls() }));
        let mut client = Secured::over(starttls(&sink).0, config(&TLS13));
        client.says("NOOP\r\n");
        client.try_line()
    };
    assert_eq!(asked(ClientCertificate::Asked).ok().as_deref(), Some("250 2.0.0 Ok"));
    let error = asked(ClientCertificate::Required).expect_err("an alert");
    assert!(error.to_string().contains("CertificateRequired"), "{error}");
}

#[test]
fn scram_binds_to_the_connection() {
    let auth = Some(Auth { is_required: true, ..Auth::new("user", "pencil") });
    for version in VERSIONS {
        for binding in ["tls-exporter", "tls-server-end-point"] {
            let sink = sink(Options { auth: auth.clone(), ..options(tls()) });
            let mut client = Secured::over(starttls(&sink).0, config(version));
            client.ask_all("EHLO client.example");
            let is_possible = version == &TLS13 || binding != "tls-exporter";
            let data = if binding == "tls-exporter" {
                let label = b"EXPORTER-Channel-Binding";
                let exported = client.tls().export_keying_material([0; 32], label, Some(b""));
                exported.expect("a handshake").to_vec()
            } else {
                Sha256::digest(certificate(&client)).to_vec()
            };
            let verdict = scram_plus(&mut client, binding, &data);
            assert_eq!(verdict.starts_with("235"), is_possible, "{verdict}");
            if is_possible {
                let identity = delivered(&sink, &mut client).identity.expect("a user");
                assert_eq!(identity.mechanism.name(), "SCRAM-SHA-256-PLUS");
            }
        }
    }
}

#[test]
fn scram_bound_to_another_connection_is_refused() {
    let auth = Some(Auth::new("user", "pencil"));
    let sink = sink(Options { auth, ..options(tls()) });
    let mut client = Secured::over(starttls(&sink).0, config(&TLS13));
    client.ask_all("EHLO client.example");
    let verdict = scram_plus(&mut client, "tls-exporter", &[0; 32]);
    assert_eq!(verdict, "535 5.7.8 Authentication credentials invalid");
}

#[test]
fn plaintext_behind_starttls_is_discarded() {
    let sink = sink(options(tls()));
    let mut stream = plain(&sink);
    stream.write_all(b"EHLO a\r\nSTARTTLS\r\nMAIL FROM:<eve@b>\r\n").expect("sent");
    let mut heard = Vec::new();
    while !heard.ends_with(READY.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a reply");
        heard.extend_from_slice(&byte);
    }
    let mut client = Secured::over(stream, config(&TLS13));
    assert_eq!(client.ask("RCPT TO:<bob@b>"), "503 5.5.1 Error: send EHLO first");
}

#[test]
fn what_is_no_handshake_ends_the_connection_with_an_alert() {
    let sink = sink(options(tls()));
    let (mut stream, _) = starttls(&sink);
    stream.write_all(b"EHLO client.example\r\n").expect("sent");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).expect("an orderly end");
    assert_eq!(heard.first(), Some(&21), "{heard:?}");
}

#[test]
fn injected_reply_comes_with_the_220() {
    let sink = sink(Options { tls: Some(tls()), ..failing("starttls:inject=250 AUTH PLAIN") });
    let (mut stream, reply) = starttls(&sink);
    assert_eq!(reply, READY);
    let mut more = [0; 16];
    stream.read_exact(&mut more).expect("more");
    assert_eq!(&more, b"250 AUTH PLAIN\r\n");
    let mut client = Secured::over(stream, config(&TLS13));
    assert_eq!(client.ask("NOOP"), "250 2.0.0 Ok");
}

#[test]
fn plaintext_can_stand_where_records_belong() {
    for (fault, expected) in [
        ("handshake:garbage", "~ this line is no reply ~\r\n"),
        ("handshake:reject", "554 5.7.0 TLS rejected\r\n"),
        ("handshake:421", "421 4.3.2 Closing the connection\r\n"),
    ] {
        let sink = sink(Options { tls: Some(tls()), ..failing(fault) });
        let error = Secured::try_over(starttls(&sink).0, config(&TLS13)).err();
        assert_eq!(error.expect("an error").kind(), ErrorKind::InvalidData, "{fault}");
        let (mut stream, _) = starttls(&sink);
        stream.write_all(b"\x16\x03\x01").expect("sent");
        let mut heard = vec![0; expected.len()];
        stream.read_exact(&mut heard).expect("plaintext");
        assert_eq!(heard, expected.as_bytes());
    }
}

#[test]
fn handshake_can_be_cut() {
    let sink = sink(Options { tls: Some(tls()), ..failing("handshake:disconnect") });
    let error = Secured::try_over(starttls(&sink).0, config(&TLS13)).err().expect("an end");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn handshake_can_stall() {
    let sink = sink(Options { tls: Some(tls()), ..failing("handshake:stall") });
    let (stream, _) = starttls(&sink);
    stream.set_read_timeout(Some(std::time::Duration::from_millis(50))).expect("a socket");
    let error = Secured::try_over(stream, config(&TLS13)).err().expect("a timeout");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
}

#[test]
fn connection_can_end_without_farewell() {
    for (fault, heard) in [("handshake:truncate", ""), ("quit:truncate", "221 2.0.0 Bye\r\n")] {
        let sink = sink(Options { tls: Some(tls()), ..failing(fault) });
        let mut client = Secured::over(starttls(&sink).0, config(&TLS13));
        if !heard.is_empty() {
            assert_eq!(client.ask("QUIT"), heard.trim_end());
        }
        assert_eq!(client.rest().expect_err("no farewell").kind(), ErrorKind::UnexpectedEof);
    }
}

/// Delivers a message with an envelope, EHLO having been said.
#[track_caller]
fn delivered(sink: &Sink, client: &mut Secured) -> Message {
    client.says(ENVELOPE);
    (0..2).for_each(|_| assert!(client.line().starts_with("250 2.1.")));
    assert!(client.line().starts_with("354 "));
    assert_eq!(client.ask("hello\r\n."), "250 2.0.0 Ok: queued as 1");
    sink.messages().remove(0)
}

/// The client's side of SCRAM-SHA-256-PLUS; the last reply.
fn scram_plus(client: &mut Secured, binding: &str, data: &[u8]) -> String {
    let header = format!("p={binding},,");
    let bare = "n=user,r=client";
    let first = BASE64_STANDARD.encode(format!("{header}{bare}"));
    let reply = client.ask(&format!("AUTH SCRAM-SHA-256-PLUS {first}"));
    let Some(challenge) = reply.strip_prefix("334 ") else {
        return reply;
    };
    let challenge = String::from_utf8(decoded(challenge)).expect("text");
    let fields: Vec<_> = challenge.split(',').map(|field| &field[2..]).collect();
    let salt = decoded(fields[1]);
    let iterations = fields[2].parse().expect("a number");
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(b"pencil", &salt, iterations, &mut salted);
    let bound = BASE64_STANDARD.encode([header.as_bytes(), data].concat());
    let without_proof = format!("c={bound},r={}", fields[0]);
    let key = keyed(&salted, b"Client Key");
    let message = format!("{bare},{challenge},{without_proof}");
    let signature = keyed(&Sha256::digest(&key), message.as_bytes());
    let proof: Vec<_> = key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
    let last = format!("{without_proof},p={}", BASE64_STANDARD.encode(proof));
    let reply = client.ask(&BASE64_STANDARD.encode(last));
    let Some(verifier) = reply.strip_prefix("334 ") else {
        return reply;
    };
    let signature = keyed(&keyed(&salted, b"Server Key"), message.as_bytes());
    let expected = format!("v={}", BASE64_STANDARD.encode(signature));
    assert_eq!(verifier, BASE64_STANDARD.encode(expected));
    client.ask("")
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).expect("base64")
}

fn keyed(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

fn certificate(client: &Secured) -> &[u8] {
    &client.tls().peer_certificates().expect("a certificate")[0]
}

fn tls() -> Tls {
    Tls::self_made("sink.example").expect("a certificate")
}

fn options(tls: Tls) -> Options {
    Options { tls: Some(tls), ..Options::default() }
}

fn sink(options: Options) -> Sink {
    Sink::listen("127.0.0.1:0", options).expect("a free port")
}
