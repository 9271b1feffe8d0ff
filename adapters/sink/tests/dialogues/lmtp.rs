//! LMTP.

use envoi_sink::{Extensions, Options};

use crate::talk::{Talk, failing, lmtp};

#[test]
fn each_recipient_has_its_reply() {
    let mut talk = Talk::new(lmtp());
    talk.hears("220 sink.example LMTP Envoi sink\r\n");
    talk.says("LHLO client.example\r\n");
    talk.all();
    talk.says("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
    talk.all();
    talk.exchanges(".", "250 2.0.0 Ok: queued as 1\r\n250 2.0.0 Ok: queued as 1");
    assert_eq!(talk.message().recipients, ["c@d", "e@f"]);
}

#[test]
fn helo_and_ehlo_are_unknown() {
    let mut talk = Talk::new(lmtp());
    talk.all();
    talk.exchanges("EHLO client.example", "500 5.5.2 Error: command not recognized");
    talk.exchanges("HELO client.example", "500 5.5.2 Error: command not recognized");
}

#[test]
fn data_without_recipients_is_out_of_sequence() {
    let mut talk = Talk::greeted(lmtp());
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
    talk.exchanges("DATA", "503 5.5.1 Error: no valid recipients");
}

#[test]
fn recipient_refused_at_the_end_is_not_in_the_envelope() {
    let mut talk = Talk::addressed(Options { faults: failing("eod:reject@2").faults, ..lmtp() });
    talk.says("RCPT TO:<two@b> NOTIFY=NEVER\r\nRCPT TO:<three@b>\r\nDATA\r\n");
    talk.all();
    let queued = "250 2.0.0 Ok: queued as 1";
    talk.exchanges(".", &format!("{queued}\r\n554 5.6.0 Content rejected\r\n{queued}"));
    let message = talk.message();
    assert_eq!(message.recipients, ["bob@mx.example", "three@b"]);
    assert_eq!(message.rcpt_parameters, ["", ""]);
}

#[test]
fn oversize_is_told_for_each_recipient() {
    let extensions = Extensions { size: Some(1), ..Extensions::default() };
    let mut talk = Talk::addressed(Options { extensions, ..lmtp() });
    talk.says("RCPT TO:<c@d>\r\nDATA\r\n");
    talk.all();
    let too_big = "552 5.3.4 Message size exceeds fixed limit";
    talk.exchanges("hello\r\n.", &format!("{too_big}\r\n{too_big}"));
}

#[test]
fn connection_lost_between_replies_leaves_the_first() {
    let faults = failing("eod:disconnect@2").faults;
    let mut talk = Talk::addressed(Options { faults, ..lmtp() });
    talk.says("RCPT TO:<c@d>\r\nDATA\r\n");
    talk.all();
    talk.exchanges(".", "250 2.0.0 Ok: queued as 1");
    assert!(talk.session().is_severed());
    assert_eq!(talk.message().recipients, ["bob@mx.example"]);
}

#[test]
fn content_refused_early_is_refused_for_each_recipient() {
    let faults = failing("content:reject").faults;
    let mut talk = Talk::addressed(Options { faults, ..lmtp() });
    talk.says("RCPT TO:<c@d>\r\nDATA\r\n");
    talk.all();
    talk.exchanges("a", "554 5.6.0 Content rejected early\r\n554 5.6.0 Content rejected early");
    talk.says(".\r\n");
    talk.hears("");
}
