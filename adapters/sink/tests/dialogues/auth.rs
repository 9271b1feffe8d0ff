//! AUTH, as the session has it; what the mechanisms say is tested beside them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use envoi_sink::{Auth, Handshake, Identity, Mechanism, Options};

use crate::talk::{Talk, failing, lmtp, securing};

const PLAIN: &str = "AUTH PLAIN AHVzZXIAcGVuY2ls";
const DONE: &str = "235 2.7.0 Authentication successful";
const WRONG: &str = "535 5.7.8 Authentication credentials invalid";

#[test]
fn mechanisms_are_those_of_the_channel() {
    let mut talk = Talk::new(Options { auth: Some(user()), ..securing() });
    talk.all();
    talk.exchanges(
        "EHLO client.example",
        "250-sink.example\r\n250-STARTTLS\r\n250 AUTH SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5",
    );
    talk.secures(Handshake::default());
    talk.exchanges(
        "EHLO client.example",
        "250-sink.example\r\n250 AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS \
         SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN",
    );
    let mut talk = Talk::new(Options { auth: Some(with_token()), ..securing() });
    talk.says("EHLO client.example\r\n");
    talk.all();
    talk.secures(Handshake { client: Some("AB:CD".to_owned()), ..Handshake::default() });
    talk.exchanges(
        "EHLO client.example",
        "250-sink.example\r\n250 AUTH OAUTHBEARER XOAUTH2 EXTERNAL",
    );
}

#[test]
fn initial_response_is_enough_for_plain() {
    let mut talk = Talk::greeted(open());
    talk.exchanges(PLAIN, DONE);
    talk.exchanges("MAIL FROM:<a@b> AUTH=<>", "250 2.1.0 Ok");
}

#[test]
fn client_speaks_first_when_asked() {
    let mut talk = Talk::greeted(open());
    talk.exchanges("auth plain", "334 ");
    talk.exchanges("AHVzZXIAcGVuY2ls", DONE);
}

#[test]
fn login_asks_twice() {
    let mut talk = Talk::greeted(open());
    talk.exchanges("AUTH LOGIN", "334 VXNlcm5hbWU6");
    talk.exchanges("dXNlcg==", "334 UGFzc3dvcmQ6");
    talk.exchanges("cGVuY2ls", DONE);
    let mut talk = Talk::greeted(open());
    talk.exchanges("AUTH LOGIN dXNlcg==", "334 UGFzc3dvcmQ6");
    talk.exchanges("cGVu", WRONG);
}

#[test]
fn wrong_password_can_be_mended() {
    let mut talk = Talk::greeted(open());
    talk.exchanges(&format!("AUTH PLAIN {}", encoded("\0user\0pen")), WRONG);
    talk.exchanges(PLAIN, DONE);
}

#[test]
fn exchange_can_be_canceled() {
    let mut talk = Talk::greeted(open());
    talk.exchanges("AUTH LOGIN", "334 VXNlcm5hbWU6");
    talk.exchanges("*", "501 5.7.0 Authentication canceled");
    talk.exchanges(PLAIN, DONE);
}

#[test]
fn malformed_responses_end_the_exchange() {
    let mut talk = Talk::greeted(open());
    talk.exchanges("AUTH PLAIN @", "501 5.5.2 Error: malformed base64");
    talk.exchanges("AUTH PLAIN", "334 ");
    talk.exchanges("=", "501 5.5.2 Error: malformed base64");
    talk.exchanges("AUTH PLAIN =", WRONG);
    talk.exchanges("AUTH CRAM-MD5 =", "501 5.7.0 Error: the server speaks first");
    talk.exchanges("AUTH", "501 5.5.4 Syntax: AUTH mechanism [initial-response]");
}

#[test]
fn lines_of_auth_may_be_long() {
    let mut talk = Talk::greeted(open());
    let password = "a".repeat(6000);
    talk.exchanges(&format!("AUTH PLAIN {}", encoded(&format!("\0user\0{password}"))), WRONG);
    talk.exchanges("AUTH PLAIN", "334 ");
    talk.exchanges(&"a".repeat(12286), "501 5.5.2 Error: malformed base64");
    talk.exchanges("AUTH PLAIN", "334 ");
    talk.exchanges(&"a".repeat(12287), "500 5.5.6 Error: authentication line too long");
    let long = format!("AUTH PLAIN {}", "a".repeat(12276));
    talk.exchanges(&long, "500 5.5.2 Error: line too long");
}

#[test]
fn auth_has_its_place() {
    let mut talk = Talk::new(open());
    talk.all();
    talk.exchanges(PLAIN, "503 5.5.1 Error: send EHLO first");
    let mut talk = Talk::addressed(open());
    talk.exchanges(PLAIN, "503 5.5.1 Error: MAIL transaction in progress");
    talk.exchanges("RSET", "250 2.0.0 Ok");
    talk.exchanges(PLAIN, DONE);
    talk.exchanges(PLAIN, "503 5.5.1 Error: already authenticated");
    let mut talk = Talk::greeted(Options::default());
    talk.exchanges(PLAIN, "500 5.5.2 Error: command not recognized");
    talk.exchanges("MAIL FROM:<a@b> AUTH=<>", "555 5.5.4 Unsupported option");
}

#[test]
fn mechanism_has_to_be_offered() {
    let auth = Some(user());
    let mut talk = Talk::greeted(Options { auth, tls: securing().tls, ..Options::default() });
    talk.exchanges("AUTH GSSAPI", "504 5.5.4 Unrecognized authentication type");
    talk.exchanges(PLAIN, "538 5.7.11 Encryption required for requested authentication mechanism");
    talk.secures(Handshake::default());
    talk.says("EHLO client.example\r\n");
    talk.all();
    talk.exchanges("AUTH XOAUTH2", "504 5.5.4 Unrecognized authentication type");
    talk.exchanges("AUTH EXTERNAL", "504 5.5.4 Unrecognized authentication type");
    talk.exchanges(PLAIN, DONE);
}

#[test]
fn identity_is_forgotten_with_the_plaintext() {
    let required = Auth { is_required: true, ..plain_everywhere() };
    let options = Options { auth: Some(required), tls: securing().tls, ..Options::default() };
    let mut talk = Talk::greeted(options);
    talk.exchanges("MAIL FROM:<a@b>", "530 5.7.0 Authentication required");
    talk.exchanges(PLAIN, DONE);
    talk.secures(Handshake::default());
    talk.says("EHLO client.example\r\n");
    talk.all();
    talk.exchanges("MAIL FROM:<a@b>", "530 5.7.0 Authentication required");
    talk.exchanges(PLAIN, DONE);
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
}

#[test]
fn message_tells_who_sent_it() {
    let mut talk = Talk::greeted(open());
    talk.exchanges(PLAIN, DONE);
    talk.says("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    talk.says(".\r\n");
    let identity = Identity { user: "user".to_owned(), mechanism: Mechanism::Plain };
    assert_eq!(talk.message().identity, Some(identity));
}

#[test]
fn refused_token_is_told_why_first() {
    for (mechanism, refusal) in [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")] {
        let auth = Auth { in_plaintext: Mechanism::ALL.to_vec(), ..with_token() };
        let mut talk = Talk::greeted(Options { auth: Some(auth), ..Options::default() });
        talk.says(&format!("AUTH {mechanism} bm8=\r\n"));
        let challenge = talk.all();
        let challenge = challenge.strip_prefix("334 ").expect("a challenge").trim_end();
        let error = BASE64_STANDARD.decode(challenge).expect("base64");
        assert!(error.starts_with(b"{\"status\":"));
        talk.exchanges(refusal, WRONG);
    }
}

#[test]
fn external_takes_the_certificate() {
    let options = Options { auth: Some(user()), tls: securing().tls, ..Options::default() };
    let mut talk = Talk::greeted(options);
    talk.secures(Handshake { client: Some("AB:CD".to_owned()), ..Handshake::default() });
    talk.says("EHLO client.example\r\n");
    talk.all();
    talk.exchanges("AUTH EXTERNAL cm9vdA==", WRONG);
    talk.exchanges("AUTH EXTERNAL =", DONE);
}

#[test]
fn no_two_challenges_are_alike() {
    let mut talk = Talk::greeted(open());
    let mut challenge = || {
        talk.says("AUTH CRAM-MD5\r\n");
        let challenge = talk.all();
        talk.exchanges("*", "501 5.7.0 Authentication canceled");
        challenge
    };
    assert_ne!(challenge(), challenge());
}

#[test]
fn auth_can_fail_in_each_way() {
    for (fault, reply) in [
        ("auth:reject", WRONG),
        ("auth:tempfail", "454 4.7.0 Temporary authentication failure"),
        ("auth:421", "421 4.3.2 Closing the connection"),
        ("auth:garbage=~", "~\r\n334 UGFzc3dvcmQ6"),
    ] {
        let mut talk = Talk::greeted(failing_open(fault));
        talk.exchanges("AUTH LOGIN dXNlcg==", reply);
    }
    for (fault, reply) in [
        ("response:reject@2", WRONG),
        ("response:tempfail@2", "454 4.7.0 Temporary authentication failure"),
        ("response:garbage@2=~", &*format!("~\r\n{DONE}")),
        ("response:truncate@2", DONE),
    ] {
        let mut talk = Talk::greeted(failing_open(fault));
        talk.exchanges("AUTH LOGIN", "334 VXNlcm5hbWU6");
        talk.exchanges("dXNlcg==", "334 UGFzc3dvcmQ6");
        talk.exchanges("cGVuY2ls", reply);
    }
    for fault in ["auth:stall", "auth:disconnect"] {
        let mut talk = Talk::greeted(failing_open(fault));
        talk.says("AUTH LOGIN\r\n");
        talk.hears("");
        assert!(talk.session().is_stalled() || talk.session().is_severed());
    }
}

#[test]
fn secrets_are_not_shown() {
    let mut talk = Talk::greeted(open());
    talk.says("AUTH LOGIN\r\ndXNlcg==\r\ncGVuY2");
    let shown = format!("{:?}", talk.session());
    assert!(!shown.contains("pencil") && !shown.contains("cGVuY2"), "{shown}");
    // The start of the line as a list of bytes.
    assert!(!shown.contains("99, 71, 86, 117"), "{shown}");
}

#[test]
fn lmtp_has_auth_as_well() {
    let mut talk = Talk::greeted(Options { auth: Some(plain_everywhere()), ..lmtp() });
    talk.exchanges(PLAIN, DONE);
}

fn user() -> Auth {
    Auth::new("user", "pencil")
}

/// A user that has a token, and no password.
fn with_token() -> Auth {
    Auth { password: None, token: Some("token".into()), ..user() }
}

fn plain_everywhere() -> Auth {
    Auth { in_plaintext: Mechanism::ALL.to_vec(), ..user() }
}

/// Options that offer all mechanisms of passwords in plaintext.
fn open() -> Options {
    Options { auth: Some(plain_everywhere()), ..Options::default() }
}

fn failing_open(fault: &str) -> Options {
    Options { auth: Some(plain_everywhere()), ..failing(fault) }
}

fn encoded(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}
