//! Recorded dialogues.

use envoi_sink::{Extensions, Limits, Options};

use crate::program::{Bed, plays, text};

#[test]
fn dialogue_is_recorded_without_the_content() {
    let bed = Bed::failing(["rcpt:reject@2"]);
    let (file, record) = (bed.file("a.eml", "secret\n"), bed.path("a.dialogue"));
    let record = record.to_str().unwrap();
    let helo = "client.example";
    bed.send(["--record", record, "--helo", helo, "--to", "nobody@mx.example", &file]);
    let relay = bed.relay();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        text(&bed.path("a.dialogue")),
        format!(
            "# Recorded by envoi {version}: a conversation with {relay}.\n\
             with helo_name=client.example\n\
             with myhostname=client.example\n\
             message sender=ann@client.example size=8 body=7bit\n\
             to <bob@mx.example>\n\
             to <nobody@mx.example>\n\
             content xxxxxx\\r\\n\n\
             S: 220 sink.example ESMTP Envoi sink\n\
             C: EHLO client.example\n\
             S: 250-sink.example\n\
             S: 250-PIPELINING\n\
             S: 250-SIZE 0\n\
             S: 250-ENHANCEDSTATUSCODES\n\
             S: 250-8BITMIME\n\
             S: 250-DSN\n\
             S: 250-SMTPUTF8\n\
             S: 250 CHUNKING\n\
             C: MAIL FROM:<ann@client.example> SIZE=8 BODY=7BIT\n\
             C: RCPT TO:<bob@mx.example>\n\
             C: RCPT TO:<nobody@mx.example>\n\
             C: DATA\n\
             S: 250 2.1.0 Ok\n\
             S: 250 2.1.5 Ok\n\
             S: 550 5.1.1 Recipient address rejected\n\
             S: 354 End data with <CR><LF>.<CR><LF>\n\
             C: <content>\n\
             C: .\n\
             C: QUIT\n\
             S: 250 2.0.0 Ok: queued as 1\n\
             = bob@mx.example sent 2.0.0\n\
             = nobody@mx.example bounced 5.1.1\n"
        )
    );
}

#[test]
fn end_of_the_connection_is_recorded() {
    let bed = Bed::failing(["eod:disconnect"]);
    let (file, record) = (bed.file("a.eml", "hello\n"), bed.path("a.dialogue"));
    bed.send(["--record", record.to_str().unwrap(), &file]);
    let end = "C: <content>\nC: .\nC: QUIT\nS: <eof>\n= bob@mx.example deferred 4.4.2 uncertain\n";
    assert!(text(&record).ends_with(end), "{}", text(&record));
}

#[test]
fn each_conversation_has_a_file() {
    let limits = Limits { mail_max: Some(2), rcpt_max: None };
    let extensions = Extensions { limits, ..Extensions::default() };
    let bed = Bed::new(Options { extensions, ..Options::default() });
    bed.send_three(["--record", bed.path("a.dialogue").to_str().unwrap()]);
    let messages = |name| text(&bed.path(name)).matches("\nmessage ").count();
    assert_eq!((messages("a.dialogue"), messages("a.2.dialogue")), (2, 1));
}

#[test]
fn recordings_play_against_the_core() {
    for (fault, more) in [
        ("noop:reject", ""),
        ("rcpt:reject@2", ""),
        ("mail:tempfail", "--no-overlap"),
        ("data:421", ""),
        ("eod:disconnect", ""),
        ("eod:reject", "--chunking=8"),
        ("connect:reject", ""),
        ("helo:garbage", "--lmtp"),
    ] {
        let mut options = Options { faults: vec![fault.parse().unwrap()], ..Options::default() };
        if more == "--lmtp" {
            options.protocol = envoi_sink::Protocol::Lmtp;
        }
        let bed = Bed::new(options);
        let record = bed.path("a.dialogue");
        let mut arguments = vec!["--record", record.to_str().unwrap(), "--to", "eve@mx.example"];
        arguments.extend(Some(more).filter(|more| !more.is_empty()));
        bed.send_files(&arguments, &["1.eml", "2.eml"]);
        plays(&record);
    }
}
