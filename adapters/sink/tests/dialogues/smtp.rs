//! What goes well.

use envoi_sink::{Extensions, Keep, Limits, Options, Tally};

use crate::talk::{Talk, offering};

#[test]
fn lockstep_dialogue_delivers() {
    let mut talk = Talk::new(Options::default());
    talk.hears("220 sink.example ESMTP Envoi sink\r\n");
    talk.exchanges("HELO client.example", "250 sink.example");
    talk.exchanges("MAIL FROM:<ann@client.example>", "250 2.1.0 Ok");
    talk.exchanges("RCPT TO:<bob@mx.example>", "250 2.1.5 Ok");
    talk.exchanges("DATA", "354 End data with <CR><LF>.<CR><LF>");
    talk.exchanges("hello\r\n.", "250 2.0.0 Ok: queued as 1");
    talk.exchanges("QUIT", "221 2.0.0 Bye");
    assert!(talk.session().wants_close());
    assert_eq!(talk.contents(), ["hello\r\n"]);
}

#[test]
fn ehlo_announces_what_is_offered() {
    let mut talk = Talk::new(offering(Extensions {
        size: Some(1000),
        xforward: vec!["NAME".to_owned(), "ADDR".to_owned()],
        limits: Limits { mail_max: Some(20), rcpt_max: Some(50) },
        ..Extensions::default()
    }));
    talk.all();
    talk.says("EHLO client.example\r\n");
    talk.hears(
        "250-sink.example\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-XFORWARD NAME ADDR\r\n\
         250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n\
         250-CHUNKING\r\n250 LIMITS MAILMAX=20 RCPTMAX=50\r\n",
    );
}

#[test]
fn group_is_answered_in_one_output() {
    let mut talk = Talk::greeted(Options::default());
    talk.says("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
    talk.hears(
        "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.1.5 Ok\r\n\
         354 End data with <CR><LF>.<CR><LF>\r\n",
    );
}

#[test]
fn end_of_data_opens_the_next_group() {
    let mut talk = Talk::addressed(Options::default());
    talk.exchanges("DATA", "354 End data with <CR><LF>.<CR><LF>");
    talk.says("one\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    talk.hears(
        "250 2.0.0 Ok: queued as 1\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n\
         354 End data with <CR><LF>.<CR><LF>\r\n",
    );
    talk.says("two\r\n.\r\nQUIT\r\n");
    talk.hears("250 2.0.0 Ok: queued as 2\r\n221 2.0.0 Bye\r\n");
    assert_eq!(talk.contents(), ["one\r\n", "two\r\n"]);
}

#[test]
fn envelope_is_kept_verbatim() {
    let mut talk = Talk::greeted(Options::default());
    talk.says(
        "MAIL FROM:<> SIZE=5 BODY=8BITMIME RET=hdrs ENVID=QQ+2B\r\n\
         RCPT TO:<bob@mx.example>\r\n\
         RCPT TO:<\"a b\"@mx.example> NOTIFY=SUCCESS,delay ORCPT=rfc822;x@y\r\n\
         DATA\r\n",
    );
    talk.says("hello\r\n.\r\n");
    let message = talk.message();
    assert_eq!(message.helo, "client.example");
    assert_eq!(message.sender, "");
    assert_eq!(message.mail_parameters, "SIZE=5 BODY=8BITMIME RET=hdrs ENVID=QQ+2B");
    assert_eq!(message.recipients, ["bob@mx.example", "\"a b\"@mx.example"]);
    assert_eq!(message.rcpt_parameters, ["", "NOTIFY=SUCCESS,delay ORCPT=rfc822;x@y"]);
    assert_eq!((message.number, message.size, message.chunked), (1, 7, false));
}

#[test]
fn refused_recipient_is_not_in_the_envelope() {
    let recipients = envoi_sink::Recipients::ByName;
    let mut talk = Talk::addressed(Options { recipients, ..Options::default() });
    talk.exchanges("RCPT TO:<defer1@mx>", "450 4.2.1 Mailbox deferred by its name");
    talk.exchanges("RCPT TO:<bounce@mx>", "550 5.1.1 No such user, by its name");
    talk.says("DATA\r\n");
    talk.says(".\r\n");
    assert_eq!(talk.message().recipients, ["bob@mx.example"]);
}

#[test]
fn rset_forgets_the_envelope() {
    let mut talk = Talk::addressed(Options::default());
    talk.exchanges("RSET", "250 2.0.0 Ok");
    talk.exchanges("DATA", "503 5.5.1 Error: need MAIL command");
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
}

#[test]
fn utf8_addresses_come_with_smtputf8() {
    let mut talk = Talk::greeted(Options::default());
    talk.exchanges("MAIL FROM:<\u{e4}nn@b> SMTPUTF8", "250 2.1.0 Ok");
    talk.exchanges("RCPT TO:<b\u{f6}b@b>", "250 2.1.5 Ok");
}

#[test]
fn xforward_belongs_to_the_next_message() {
    let xforward = vec!["NAME".to_owned(), "ADDR".to_owned()];
    let mut talk = Talk::greeted(offering(Extensions { xforward, ..Extensions::default() }));
    talk.says("XFORWARD NAME=a ADDR=192.0.2.1\r\nXFORWARD name=b\r\n");
    talk.hears("250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
    for _ in 0..2 {
        talk.says("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
        talk.says(".\r\n");
    }
    assert_eq!(talk.message().xforward, "NAME=a ADDR=192.0.2.1 name=b");
    assert_eq!(talk.message().xforward, "");
}

#[test]
fn vrfy_and_noop_say_little() {
    let mut talk = Talk::greeted(Options::default());
    talk.exchanges("VRFY bob", "252 2.0.0 Try RCPT to find out");
    talk.exchanges("NOOP whatever", "250 2.0.0 Ok");
}

#[test]
fn without_enhanced_status_codes_replies_have_none() {
    let mut talk = Talk::new(offering(Extensions::none()));
    talk.all();
    talk.exchanges("EHLO client.example", "250 sink.example");
    talk.exchanges("MAIL FROM:<a@b>", "250 Ok");
    talk.exchanges("RCPT FROM:<a@b>", "501 Bad recipient address syntax: RCPT TO:<address>");
}

#[test]
fn messages_that_are_not_kept_are_counted() {
    let mut talk = Talk::addressed(Options { keep: Keep::Nothing, ..Options::default() });
    talk.says("RCPT TO:<eve@mx.example>\r\nDATA\r\n");
    talk.says("hello\r\n.\r\n");
    assert_eq!(talk.session().poll_message(), None);
    assert_eq!(talk.session().poll_tally(), Tally { messages: 1, recipients: 2 });
    assert_eq!(talk.session().poll_tally(), Tally::default());
}
