//! Authentication.

use envoi_sink::{Auth, Extensions, Limits, Options};

use crate::program::{Bed, Run, command, plays, text, verdicts};

/// A bed whose sink takes mail from ann alone, whose password is in `password`.
fn bed() -> Bed {
    let bed = Bed::secured(|_, options| options.auth = Some(ann()));
    bed.file("password", format!("{PASSWORD}\nnotes\n"));
    bed.file("token", format!("{TOKEN}\n"));
    bed
}

fn ann() -> Auth {
    let mut auth = Auth::new("ann", PASSWORD);
    auth.token = Some(TOKEN.into());
    auth.is_required = true;
    auth
}

/// Sends as ann, with the secret in a file.
fn send(bed: &Bed, option: &str, file: &str, more: &[&str]) -> Run {
    let file = bed.path(file);
    let ann = ["--auth-user", "ann", option, file.to_str().unwrap()];
    bed.send_secured(&[&ann[..], more].concat())
}

#[test]
fn password_is_in_a_file() {
    let bed = bed();
    let run = send(&bed, "--auth-password-file", "password", &["--transcript"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"], 0), "{run:?}");
    assert!(run.err.contains("\nC: AUTH SCRAM-SHA-256-PLUS <credentials>\nS: 334 "), "{run:?}");
    assert!(run.err.contains("\nC: <credentials>\n"));
}

#[test]
fn password_is_in_the_environment() {
    let bed = bed();
    let hop = bed.next_hop();
    let mut command = command();
    command.args(["send", "--from", "ann@x", "--to", "bob@x", "--nexthop", &hop, "/dev/null"]);
    command.args(["--tls", "encrypt", "--auth-user", "ann"]).env("ENVOI_PASSWORD", PASSWORD);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(bed.sink.count(), 1);
}

#[test]
fn token_is_in_a_file() {
    let bed = bed();
    let run = send(&bed, "--auth-token-file", "token", &["--transcript"]);
    assert_eq!(verdicts(&run.out), ["sent"]);
    assert!(run.err.contains("\nC: AUTH OAUTHBEARER <credentials>\n"), "{run:?}");
}

#[test]
fn mechanism_is_one_of_those_that_are_named() {
    let bed = bed();
    let more = ["--auth-mechanisms", "plain,login", "--transcript"];
    let run = send(&bed, "--auth-password-file", "password", &more);
    assert_eq!(verdicts(&run.out), ["sent"]);
    assert!(run.err.contains("\nC: AUTH PLAIN <credentials>\n"), "{run:?}");
}

#[test]
fn password_is_not_sent_in_plaintext() {
    let bed = Bed::new(Options { auth: Some(ann()), ..Options::default() });
    let file = bed.file("password", PASSWORD);
    let ann = ["--tls", "none", "--auth-user", "ann", "--auth-password-file", &file, "-"];
    assert_eq!(verdicts(&bed.send(ann).out), ["sent"], "by SCRAM-SHA-256");
    let [a, b, c, d, e, f, g] = ann;
    let run = bed.send([a, b, c, d, e, f, "--auth-mechanisms", "plain", g]);
    assert_eq!(verdicts(&run.out), ["deferred"]);
}

#[test]
fn password_is_not_shown_to_just_anybody() {
    let bed = bed();
    let file = bed.path("password");
    let run = bed.send(["--auth-user", "ann", "--auth-password-file", file.to_str().unwrap(), "-"]);
    assert!(run.out.contains("(Server certificate not verified)"), "{run:?}");
}

#[test]
fn wrong_password_defers_all_messages_and_is_tried_once() {
    let bed = bed();
    let file = bed.file("wrong", "wrong");
    let ann = ["--auth-user", "ann", "--auth-password-file", &file];
    let run = bed.send_three(["--tls", "encrypt", ann[0], ann[1], ann[2], ann[3]]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["deferred"; 3], 75));
    let said = "dsn=4.7.8, status=deferred (SASL authentication failed; server \
                127.0.0.1[127.0.0.1] said: 535 5.7.8 ";
    assert!(run.out.lines().all(|line| line.contains(said)), "{run:?}");
    assert_eq!(bed.sink.connections(), 1);
}

#[test]
fn each_conversation_authenticates() {
    let limits = Limits { mail_max: Some(1), rcpt_max: None };
    let bed = Bed::secured(|_, options| {
        options.auth = Some(ann());
        options.extensions = Extensions { limits, ..Extensions::default() };
    });
    let file = bed.file("password", PASSWORD);
    let ann = ["--auth-user", "ann", "--auth-password-file", &file];
    let run = bed.send_three(["--tls", "encrypt", "--transcript", ann[0], ann[1], ann[2], ann[3]]);
    assert_eq!(verdicts(&run.out), ["sent"; 3]);
    let challenges = run.err.lines().filter(|line| line.starts_with("S: 334 cj"));
    let mut nonces: Vec<_> = challenges.map(|line| &line[..32]).collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "each has a nonce of its own");
}

#[test]
fn secrets_are_never_shown() {
    let bed = bed();
    bed.file("wrong", format!("{PASSWORD}2"));
    for mechanism in ["SCRAM-SHA-256-PLUS", "CRAM-MD5", "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"]
    {
        let is_token = mechanism.contains("OAUTH");
        let (option, right) = if is_token {
            ("--auth-token-file", "token")
        } else {
            ("--auth-password-file", "password")
        };
        for file in [right, "wrong"] {
            let record = bed.path("a.dialogue");
            let more = ["--transcript", "--json", "--auth-mechanisms", mechanism, "--record"];
            let more = [&more[..], &[record.to_str().unwrap()]].concat();
            let run = send(&bed, option, file, &more);
            let shown = [run.out, run.err, text(&record)].concat();
            assert!(shown.contains(&format!("C: AUTH {mechanism}")), "{shown}");
            // In base64 with what stands before it in PLAIN and by itself.
            for secret in
                [PASSWORD, TOKEN, "aHVudGVyMmh1bnRlcj", "AGFubgBodW50ZXIya", "dG9rZW4tdG9rZW4"]
            {
                assert!(!shown.contains(secret), "{mechanism}: {secret} in {shown}");
            }
        }
    }
}

#[test]
fn recording_stands_in_for_the_credentials() {
    let bed = bed();
    let record = bed.path("a.dialogue");
    let more = ["--auth-mechanisms", "login", "--record", record.to_str().unwrap()];
    send(&bed, "--auth-password-file", "password", &more);
    plays(&record);
    let text = text(&record);
    assert!(
        text.contains("\nwith user=elided password=elided\nwith sasl_mechanism_filter=LOGIN\n")
    );
    let dialogue = "\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: <credentials>\nS: 334 UGFzc3dvcmQ6\n\
                    C: <credentials>\nS: 235 ";
    assert!(text.contains(dialogue), "{text}");
}

const PASSWORD: &str = "hunter2hunter2";
const TOKEN: &str = "token-token-token";
