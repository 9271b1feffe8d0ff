//! STARTTLS and implicit TLS.

use envoi_driver::tls::Digest;
use envoi_sink::{ClientCertificate, Extensions, Limits, TlsStart};
use serde_json::{Value, json};

use crate::program::{Bed, certificate, command, plays, text, timeless, verdicts};

#[test]
fn message_goes_through_starttls() {
    let bed = Bed::secured(|_, _| {});
    let run = bed.send_secured(&["--json"]);
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(object["status"], "sent", "{run:?}");
    assert_eq!(
        object["tls"],
        json!({
            "protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384",
            "group": "X25519MLKEM768", "status": "Verified", "resumed": false,
        })
    );
    assert_eq!((&*run.err, run.status), ("", 0));
}

#[test]
fn transcript_marks_where_tls_begins() {
    let bed = Bed::secured(|_, _| {});
    let run = bed.send(["--transcript", "-"]);
    let mark = "\nC: STARTTLS\nS: 220 2.0.0 Ready to start TLS\n\
                -- TLS: Untrusted TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) \
                key-exchange X25519MLKEM768\nC: EHLO ";
    assert!(run.err.contains(mark), "{run:?}");
    assert_eq!(verdicts(&run.out), ["sent"]);
}

#[test]
fn certificate_of_nobody_whom_we_trust_defers() {
    let bed = Bed::secured(|_, _| {});
    let other = bed.file("other.pem", certificate("mx.example").0);
    let run = bed.send(["--tls-ca", &other, "--tls-match", "mx.example", "-"]);
    let relay = bed.relay();
    assert_eq!(
        timeless(&run.out),
        [format!(
            "to=<bob@mx.example>, relay={relay}, dsn=4.7.5, \
             status=deferred (Server certificate not verified)"
        )]
    );
    let told = format!(
        "envoi: certificate verification failed for {relay}: self-signed certificate; \
         expected one that --tls verify takes\n"
    );
    assert_eq!((run.err, run.status), (told, 75));
    assert_eq!(bed.sink.count(), 0);
}

#[test]
fn certificate_for_another_name_defers() {
    let bed = Bed::secured(|_, _| {});
    let ca = bed.path("mx.pem");
    let run = bed.send(["--tls-ca", ca.to_str().unwrap(), "-"]);
    assert!(run.err.contains(": certificate is for mx.example; expected "), "{run:?}");
    assert_eq!((verdicts(&run.out), run.status), (vec!["deferred"], 75));
}

#[test]
fn fingerprint_of_the_certificate_suffices() {
    let mut fingerprint = String::new();
    let bed = Bed::secured(|tls, _| {
        fingerprint = Digest::Sha256.of(tls.certificate.der()).to_string();
    });
    let other = Digest::Sha256.of(b"").to_string();
    let run = bed.send(["--tls-fingerprint", &other, "--tls-fingerprint", &fingerprint, "-"]);
    assert_eq!(verdicts(&run.out), ["sent"], "{run:?}");
    let run = bed.send(["--tls-fingerprint", &other, "-"]);
    assert!(run.out.contains("(Server certificate not verified)"), "{run:?}");
    assert!(run.err.contains(": neither the certificate's fingerprint nor its key's is listed; "));
}

#[test]
fn tls_begins_at_once_where_asked() {
    let bed = Bed::secured(|tls, _| tls.start = TlsStart::Implicit);
    let run = bed.send_secured(&["--implicit-tls", "--transcript"]);
    assert!(run.err.starts_with("-- TLS: Verified TLSv1.3 "), "{run:?}");
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"], 0));
}

#[test]
fn whoever_begins_with_tls_wants_the_right_server() {
    let bed = Bed::secured(|tls, _| tls.start = TlsStart::Implicit);
    let run = bed.send(["--implicit-tls", "-"]);
    assert!(run.out.contains("(Server certificate not verified)"), "{run:?}");
    let run = bed.send(["--implicit-tls", "--tls", "encrypt", "-"]);
    assert_eq!(verdicts(&run.out), ["sent"]);
}

#[test]
fn server_without_tls_is_used_unless_tls_is_asked_for() {
    let bed = Bed::new(envoi_sink::Options::default());
    assert_eq!(verdicts(&bed.send(["-"]).out), ["sent"]);
    let run = bed.send(["--tls", "encrypt", "-"]);
    assert!(
        run.out.contains("(TLS is required, but was not offered by host 127.0.0.1["),
        "{run:?}"
    );
    assert_eq!(run.status, 75);
}

#[test]
fn failed_handshake_defers_mail_and_sends_probes_in_plaintext() {
    let bed = Bed::secured(|_, options| {
        options.faults = vec!["handshake:garbage".parse().unwrap()];
    });
    let deferred = bed.send(["-"]);
    assert!(deferred.out.contains("dsn=4.7.5"), "{deferred:?}");
    let text = "(Cannot start TLS: handshake failure: malformed TLS record or message)";
    assert!(deferred.out.contains(text), "{deferred:?}");
    let probed = bed.send(["--verify", "--transcript"]);
    assert_eq!(verdicts(&probed.out), ["deliverable"], "{probed:?}");
    assert!(!probed.err.rsplit("EHLO").next().unwrap().contains("TLS:"), "{probed:?}");
    assert_eq!(bed.sink.count(), 0);
}

#[test]
fn plaintext_is_spoken_where_asked() {
    let bed = Bed::secured(|_, _| {});
    let run = bed.send(["--tls", "none", "--transcript", "-"]);
    assert!(run.err.contains("S: 250-STARTTLS\n") && !run.err.contains("C: STARTTLS\n"));
    assert_eq!(verdicts(&run.out), ["sent"]);
}

#[test]
fn our_certificate_is_shown_to_those_who_ask() {
    let bed = Bed::secured(|tls, _| tls.client_certificate = ClientCertificate::Required);
    assert_eq!(verdicts(&bed.send_secured(&[]).out), ["deferred"]);
    let (certificate, key) = certificate("client.example");
    let both = bed.file("both.pem", [&*certificate, &key].concat());
    assert_eq!(verdicts(&bed.send_secured(&["--tls-cert", &both]).out), ["sent"]);
    let (certificate, key) = (bed.file("own.pem", certificate), bed.file("own.key", key));
    let run = bed.send_secured(&["--tls-cert", &certificate, "--tls-key", &key]);
    assert_eq!(verdicts(&run.out), ["sent"]);
}

#[test]
fn protocols_and_ciphers_are_those_that_are_asked_for() {
    let bed = Bed::secured(|_, _| {});
    let run =
        bed.send_secured(&["--json", "--tls-protocols", "<=TLSv1.2", "--tls-ciphers", "AES128"]);
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(object["tls"]["protocol"], "TLSv1.2", "{run:?}");
    assert_eq!(object["tls"]["cipher"], "ECDHE-ECDSA-AES128-GCM-SHA256");
}

#[test]
fn next_conversation_resumes_the_session() {
    let limits = Limits { mail_max: Some(1), rcpt_max: None };
    let bed = Bed::secured(|_, options| {
        options.extensions = Extensions { limits, ..Extensions::default() };
    });
    let run = bed.send_three(["--tls", "encrypt", "--json"]);
    let resumed = |line| serde_json::from_str::<Value>(line).unwrap()["tls"]["resumed"].clone();
    let resumed: Vec<_> = run.out.lines().map(resumed).collect();
    assert_eq!(resumed, [false, true, true]);
}

#[test]
fn recording_says_where_tls_begins() {
    let bed = Bed::secured(|_, _| {});
    let record = bed.path("a.dialogue");
    let run = bed.send_secured(&["--record", record.to_str().unwrap()]);
    assert_eq!(verdicts(&run.out), ["sent"]);
    let text = text(&record);
    assert!(text.contains("\nwith tls=verify\n"), "{text}");
    assert!(text.contains("\nS: 220 2.0.0 Ready to start TLS\n<tls>\nC: EHLO "), "{text}");
    assert!(!text.contains("<content 1>") && text.contains("\nC: <content>\nC: .\n"), "{text}");
}

#[test]
fn recordings_play_against_the_core() {
    for (fault, more) in [
        ("noop:reject", ""),
        ("noop:reject", "--implicit-tls"),
        ("noop:reject", "--tls-match=other.example"),
        ("eod:disconnect", ""),
        ("data:421", "--no-overlap"),
        ("starttls:reject", ""),
        ("starttls:reject", "--tls=encrypt"),
    ] {
        let bed = Bed::secured(|tls, options| {
            options.faults = vec![fault.parse().unwrap()];
            if more == "--implicit-tls" {
                tls.start = TlsStart::Implicit;
            }
        });
        let (record, ca) = (bed.path("a.dialogue"), bed.path("mx.pem"));
        let mut arguments = vec!["--record", record.to_str().unwrap()];
        arguments.extend(Some(more).filter(|more| !more.is_empty()));
        if !more.starts_with("--tls") {
            arguments.extend(["--tls-match", "mx.example"]);
        }
        if more != "--tls=encrypt" {
            arguments.extend(["--tls-ca", ca.to_str().unwrap()]);
        }
        bed.send_files(&arguments, &["1.eml", "2.eml"]);
        plays(&record);
    }
}

#[test]
fn machine_that_trusts_nobody_cannot_verify() {
    let bed = Bed::secured(|_, _| {});
    let hop = bed.next_hop();
    let mut command = command();
    command.args(["send", "--from", "ann@x", "--to", "bob@x", "--nexthop", &hop, "/dev/null"]);
    command
        .args(["--tls", "verify"])
        .envs([("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/nowhere")]);
    let output = command.output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "envoi: this machine trusts no authorities, whom --tls verify asks for; expected --tls-ca\n"
    );
    assert_eq!(output.status.code(), Some(78));
    assert_eq!(bed.sink.connections(), 0);
}

#[test]
fn message_that_requires_tls_goes_to_no_server_that_lacks_requiretls() {
    let bed = Bed::secured(|_, _| {});
    let run = bed.send_secured(&["--require-tls"]);
    let told = timeless(&run.out);
    assert!(told[0].contains("dsn=5.7.30, status=bounced (REQUIRETLS is required, but"), "{run:?}");
    assert_eq!((bed.sink.count(), run.status), (0, 69));
    let run = bed.send(["--require-tls", "-"]);
    let told = timeless(&run.out);
    assert!(told[0].ends_with("5.7.10, status=bounced (Server certificate not verified)"));
    let run = bed.send(["--require-tls", "--tls", "none", "-"]);
    assert!(timeless(&run.out)[0].contains("dsn=5.7.10, status=bounced (TLS is required, but was"));
}

#[test]
fn header_may_say_that_tls_is_not_required() {
    let bed = Bed::secured(|_, _| {});
    let optional = bed.file("optional.eml", "TLS-Required: no\nSubject: x\n\nHello\n");
    let folder = bed.file("main.cf", "smtp_tls_security_level = verify\n");
    let folder = std::path::Path::new(&folder).parent().unwrap().to_str().unwrap();
    let run = bed.send(["-c", folder, &optional]);
    assert_eq!(verdicts(&run.out), ["sent"], "{run:?}");
    let run = bed.send(["-c", folder, "-"]);
    assert_eq!(verdicts(&run.out), ["deferred"], "{run:?}");
    let run = bed.send(["-c", folder, "-o", "tls_required_enable=no", &optional]);
    assert_eq!(verdicts(&run.out), ["deferred"], "{run:?}");
}
