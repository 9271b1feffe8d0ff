//! STARTTLS, as the session has it.

use envoi_sink::{Handshake, Options, TlsStart};

use crate::talk::{Talk, failing, securing};

#[test]
fn starttls_is_offered_until_it_was_said() {
    let mut talk = Talk::new(securing());
    talk.all();
    talk.exchanges("EHLO client.example", "250-sink.example\r\n250 STARTTLS");
    talk.secures(Handshake::default());
    talk.exchanges("EHLO client.example", "250 sink.example");
    talk.exchanges("STARTTLS", "503 Error: TLS already active");
}

#[test]
fn nothing_said_before_tls_counts() {
    let mut talk = Talk::greeted(securing_with_codes());
    talk.secures(Handshake::default());
    talk.exchanges("MAIL FROM:<a@b>", "503 5.5.1 Error: send EHLO first");
}

#[test]
fn what_is_pipelined_behind_starttls_is_discarded() {
    let mut talk = Talk::greeted(securing_with_codes());
    talk.says("STARTTLS\r\nNOOP\r\nMAIL FROM:<eve@client.example>\r\n");
    talk.hears("220 2.0.0 Ready to start TLS\r\n");
    talk.says("NOOP\r\n");
    talk.session().handle_tls(Handshake::default());
    talk.hears("");
    talk.exchanges("NOOP", "250 2.0.0 Ok");
}

#[test]
fn starttls_has_its_place() {
    let mut talk = Talk::new(securing_with_codes());
    talk.all();
    talk.exchanges("STARTTLS", "503 5.5.1 Error: send EHLO first");
    talk.exchanges("HELO client.example", "250 sink.example");
    talk.exchanges("STARTTLS", "503 5.5.1 Error: send EHLO first");
    let mut talk = Talk::addressed(securing_with_codes());
    talk.exchanges("STARTTLS", "503 5.5.1 Error: MAIL transaction in progress");
    talk.exchanges("STARTTLS now", "501 5.5.4 Syntax: STARTTLS");
    let mut talk = Talk::greeted(Options::default());
    talk.exchanges("STARTTLS", "500 5.5.2 Error: command not recognized");
}

#[test]
fn implicit_tls_comes_before_the_greeting() {
    let mut options = securing();
    options.tls.as_mut().unwrap().start = TlsStart::Implicit;
    let mut talk = Talk::new(options);
    talk.hears("");
    assert!(talk.session().wants_tls());
    talk.session().handle_tls(Handshake::default());
    talk.hears("220 sink.example ESMTP Envoi sink\r\n");
    talk.exchanges("EHLO client.example", "250 sink.example");
}

#[test]
fn message_tells_how_it_came() {
    let tls = Handshake { version: "TLSv1.3", cipher: "AES", ..Handshake::default() };
    let mut talk = Talk::greeted(securing());
    talk.secures(tls.clone());
    talk.says("EHLO client.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    talk.says(".\r\n");
    assert_eq!(talk.message().tls, Some(tls));
}

#[test]
fn starttls_can_fail_in_each_way() {
    for (fault, reply) in [
        ("starttls:reject", "554 5.7.0 STARTTLS rejected"),
        ("starttls:tempfail", "454 4.7.0 TLS not available due to temporary reason"),
        ("starttls:421", "421 4.3.2 Closing the connection"),
    ] {
        let mut talk = Talk::greeted(failing_with_tls(fault));
        talk.exchanges("STARTTLS", reply);
        assert!(!talk.session().wants_tls());
    }
    let mut talk = Talk::greeted(failing_with_tls("starttls:stall"));
    talk.says("STARTTLS\r\n");
    talk.hears("");
    assert!(talk.session().is_stalled());
    let mut talk = Talk::greeted(failing_with_tls("starttls:disconnect"));
    talk.says("STARTTLS\r\n");
    assert!(talk.session().is_severed());
    let mut talk = Talk::greeted(failing_with_tls("starttls:truncate"));
    talk.exchanges("STARTTLS", "220 2.0.0 Ready to start TLS");
    assert!(talk.session().is_truncated() && !talk.session().wants_tls());
    let mut talk = Talk::greeted(failing_with_tls("starttls:garbage=~"));
    talk.exchanges("STARTTLS", "~\r\n220 2.0.0 Ready to start TLS");
}

#[test]
fn injected_reply_follows_in_plaintext() {
    let mut talk = Talk::greeted(failing_with_tls("starttls:inject=250 AUTH PLAIN"));
    talk.exchanges("STARTTLS", "220 2.0.0 Ready to start TLS\r\n250 AUTH PLAIN");
    assert!(talk.session().wants_tls());
}

#[test]
fn stripped_ehlo_has_no_starttls() {
    let mut talk = Talk::new(Options { faults: failing("helo:strip@1").faults, ..securing() });
    talk.all();
    talk.exchanges("EHLO client.example", "250 sink.example");
    talk.exchanges("STARTTLS", "500 Error: command not recognized");
    talk.exchanges("EHLO client.example", "250-sink.example\r\n250 STARTTLS");
}

fn securing_with_codes() -> Options {
    Options { tls: securing().tls, ..Options::default() }
}

fn failing_with_tls(fault: &str) -> Options {
    Options { tls: securing().tls, ..failing(fault) }
}
