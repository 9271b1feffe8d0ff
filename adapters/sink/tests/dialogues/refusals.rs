//! What clients must not say.

use envoi_sink::{Extensions, Options};

use crate::talk::{Talk, limited, offering};

#[test]
fn commands_have_an_order() {
    let mut talk = Talk::new(Options::default());
    talk.all();
    talk.exchanges("MAIL FROM:<a@b>", "503 5.5.1 Error: send EHLO first");
    talk.exchanges("RCPT TO:<a@b>", "503 5.5.1 Error: send EHLO first");
    talk.exchanges("HELO client.example", "250 sink.example");
    talk.exchanges("RCPT TO:<a@b>", "503 5.5.1 Error: need MAIL command");
    talk.exchanges("DATA", "503 5.5.1 Error: need MAIL command");
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
    talk.exchanges("MAIL FROM:<a@b>", "503 5.5.1 Error: nested MAIL command");
    talk.exchanges("DATA", "554 5.5.1 Error: no valid recipients");
}

#[test]
fn malformed_commands_are_refused() {
    let mut talk = Talk::greeted(Options::default());
    talk.exchanges("STARTTLS", "500 5.5.2 Error: command not recognized");
    talk.exchanges("LHLO client.example", "500 5.5.2 Error: command not recognized");
    talk.exchanges("EHLO", "501 5.5.4 Syntax: EHLO hostname");
    talk.exchanges("DATA now", "501 5.5.4 Syntax: DATA");
    talk.exchanges("BDAT many", "501 5.5.4 Syntax: BDAT count [LAST]");
    talk.says("NOOP\n");
    talk.hears("500 5.5.2 Error: line ends in a bare <LF>\r\n");
}

#[test]
fn parameters_must_be_offered() {
    let mut talk = Talk::greeted(offering(Extensions::none()));
    for parameter in ["SIZE=1", "BODY=8BITMIME", "SMTPUTF8", "RET=FULL", "ENVID=a", "AUTH=<>"] {
        talk.exchanges(&format!("MAIL FROM:<a@b> {parameter}"), "555 Unsupported option");
    }
    talk.exchanges("MAIL FROM:<a@b>", "250 Ok");
    for parameter in ["NOTIFY=NEVER", "ORCPT=rfc822;a@b"] {
        talk.exchanges(&format!("RCPT TO:<a@b> {parameter}"), "555 Unsupported option");
    }
    talk.exchanges("BDAT 0 LAST", "500 Error: command not recognized");
    talk.exchanges("XFORWARD NAME=a", "500 Error: command not recognized");
}

#[test]
fn parameters_must_be_well_formed() {
    let mut talk = Talk::greeted(Options::default());
    let malformed = "501 5.5.4 Error: malformed parameter";
    for parameter in ["SIZE=big", "BODY=9BIT", "RET=ALL", "ENVID="] {
        talk.exchanges(&format!("MAIL FROM:<a@b> {parameter}"), malformed);
    }
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
    for parameter in ["NOTIFY=NEVER,DELAY", "NOTIFY=", "ORCPT=a@b"] {
        talk.exchanges(&format!("RCPT TO:<a@b> {parameter}"), malformed);
    }
}

#[test]
fn helo_brings_no_extensions() {
    let mut talk = Talk::new(Options::default());
    talk.all();
    talk.exchanges("HELO client.example", "250 sink.example");
    talk.exchanges("MAIL FROM:<a@b> SIZE=1", "555 5.5.4 Unsupported option");
    talk.exchanges("BDAT 0 LAST", "500 5.5.2 Error: command not recognized");
}

#[test]
fn utf8_addresses_need_smtputf8() {
    let mut talk = Talk::greeted(Options::default());
    let refusal = "553 5.6.7 Address needs the parameter SMTPUTF8";
    talk.exchanges("MAIL FROM:<\u{e4}nn@b>", refusal);
    talk.exchanges("MAIL FROM:<ann@b>", "250 2.1.0 Ok");
    talk.exchanges("RCPT TO:<b\u{f6}b@b>", refusal);
}

#[test]
fn size_is_checked_at_mail_and_at_the_end_of_data() {
    let mut talk = Talk::greeted(offering(Extensions { size: Some(6), ..Extensions::default() }));
    let too_big = "552 5.3.4 Message size exceeds fixed limit";
    talk.exchanges("MAIL FROM:<a@b> SIZE=7", too_big);
    talk.says("MAIL FROM:<a@b> SIZE=6\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    talk.all();
    talk.exchanges("hello\r\n.", too_big);
    talk.says("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    talk.all();
    talk.exchanges("hell\r\n.", "250 2.0.0 Ok: queued as 1");
}

#[test]
fn limits_are_kept() {
    let mut talk = Talk::addressed(limited(Some(1), Some(1)));
    talk.exchanges("RCPT TO:<c@d>", "452 4.5.3 Error: too many recipients");
    talk.says("DATA\r\n.\r\nMAIL FROM:<a@b>\r\nNOOP\r\n");
    talk.hears(
        "354 End data with <CR><LF>.<CR><LF>\r\n250 2.0.0 Ok: queued as 1\r\n\
         421 4.7.0 Error: too many messages in this connection\r\n",
    );
    assert!(talk.session().wants_close());
}

#[test]
fn ten_thousand_recipients_are_enough() {
    let mut talk = Talk::addressed(Options::default());
    talk.says(&"RCPT TO:<a@b>\r\n".repeat(9_999));
    talk.hears(&"250 2.1.5 Ok\r\n".repeat(9_999));
    talk.exchanges("RCPT TO:<a@b>", "452 4.5.3 Error: too many recipients");
}

#[test]
fn long_line_is_refused_as_one() {
    let mut talk = Talk::greeted(Options::default());
    talk.exchanges(&format!("NOOP {}", "a".repeat(2041)), "250 2.0.0 Ok");
    talk.exchanges(&format!("NOOP {}", "a".repeat(2042)), "500 5.5.2 Error: line too long");
    (0..10).for_each(|_| talk.says(&"a".repeat(1000)));
    talk.exchanges("", "500 5.5.2 Error: line too long");
    talk.exchanges("NOOP", "250 2.0.0 Ok");
}

#[test]
fn hundredth_malformed_command_is_the_last() {
    let mut talk = Talk::greeted(Options::default());
    talk.says(&"\r\n".repeat(200));
    let mut heard = "500 5.5.2 Error: command not recognized\r\n".repeat(99);
    heard.push_str("421 4.7.0 Error: too many errors\r\n");
    talk.hears(&heard);
    assert!(talk.session().wants_close());
}

#[test]
fn commands_after_quit_are_not_served() {
    let mut talk = Talk::greeted(Options::default());
    talk.says("QUIT\r\nNOOP\r\n");
    talk.hears("221 2.0.0 Bye\r\n");
}

#[test]
fn xforward_has_its_attributes_and_its_place() {
    let xforward = vec!["NAME".to_owned()];
    let mut talk = Talk::greeted(offering(Extensions { xforward, ..Extensions::default() }));
    talk.exchanges("XFORWARD HELO=a", "501 5.5.4 Error: malformed parameter");
    let long = format!("XFORWARD NAME={}", "a".repeat(2000));
    talk.exchanges(&long, "250 2.0.0 Ok");
    talk.exchanges(&long, "250 2.0.0 Ok");
    talk.exchanges(&long, "501 5.5.4 Error: malformed parameter");
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
    talk.exchanges("XFORWARD NAME=a", "503 5.5.1 Error: MAIL transaction in progress");
}
