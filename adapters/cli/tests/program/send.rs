//! What reaches the server.

use envoi_sink::{Options, Protocol};

use crate::program::{Bed, verdicts};

#[test]
fn message_arrives_byte_by_byte() {
    let bed = Bed::new(Options::default());
    let content = "Subject: hello\r\n\r\n.\r\n..\r\n\tcaf\u{e9}\r\n";
    let run = bed.send([&bed.file("a.eml", content)]);
    assert_eq!(run.status, 0);
    let message = &bed.sink.messages()[0];
    assert_eq!(message.content, content.as_bytes());
    assert_eq!(
        (&*message.sender, &*message.recipients[0]),
        ("ann@client.example", "bob@mx.example")
    );
    assert_eq!(message.mail_parameters, "SIZE=33 BODY=8BITMIME");
}

#[test]
fn large_file_arrives_and_nothing_but_lines_is_printed() {
    let bed = Bed::new(Options::default());
    let content = "0123456789abcdef\r\n".repeat(200_000);
    let run = bed.send([&bed.file("a.eml", &content)]);
    assert_eq!((verdicts(&run.out), &*run.err), (vec!["sent"], ""));
    assert!(bed.sink.messages()[0].content == content.as_bytes());
}

#[test]
fn standard_input_is_a_message() {
    let bed = Bed::new(Options::default());
    let run = bed.send_with(["-"], b"hello\n");
    assert_eq!(run.status, 0);
    assert_eq!(bed.sink.messages()[0].content, b"hello\r\n");
    let large = "0123456789abcde\n".repeat(200_000);
    let run = bed.send_with(["-"], large.as_bytes());
    assert_eq!(run.status, 0);
    assert_eq!(bed.sink.messages()[1].size, 17 * 200_000);
}

#[test]
fn empty_message_can_be_sent() {
    let bed = Bed::new(Options::default());
    let run = bed.send(["-"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"], 0));
    assert_eq!(bed.sink.messages()[0].content, b"");
}

#[test]
fn content_goes_by_bdat_where_asked() {
    let bed = Bed::new(Options::default());
    let run = bed.send_three(["--chunking", "3"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 3], 0));
    assert!(bed.sink.messages().iter().all(|message| message.chunked));
}

#[test]
fn lmtp_is_spoken_where_asked() {
    let bed = Bed::new(Options { protocol: Protocol::Lmtp, ..Options::default() });
    let file = bed.file("a.eml", "hello\n");
    let run = bed.send(["--lmtp", "--to", "carol", "--transcript", &file]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 2], 0));
    assert!(run.err.contains("\nC: LHLO "));
    assert_eq!(bed.sink.messages()[0].recipients, ["bob@mx.example", "carol"]);
}

#[test]
fn notifications_are_asked_for() {
    let bed = Bed::new(Options::default());
    let file = bed.file("a.eml", "hello\n");
    let dsn = ["--notify", "success,delay", "--ret", "hdrs", "--envid", "a+1"];
    let [notify, when, ret, hdrs, envid, id] = dsn;
    let run = bed.send([notify, when, ret, hdrs, envid, id, &file]);
    assert_eq!(run.status, 0);
    let message = &bed.sink.messages()[0];
    assert_eq!(message.mail_parameters, "SIZE=7 BODY=7BIT ENVID=a+2B1 RET=HDRS");
    assert_eq!(message.rcpt_parameters, ["NOTIFY=SUCCESS,DELAY"]);
}

#[test]
fn null_sender_and_our_name_are_said() {
    let bed = Bed::new(Options::default());
    let file = bed.file("a.eml", "hello\n");
    let hop = bed.next_hop();
    let run = crate::program::run([
        "send",
        "--from",
        "<>",
        "--to",
        "postmaster",
        "--helo",
        "client.example",
        "--bind",
        "127.0.0.1",
        "--nexthop",
        &hop,
        &file,
    ]);
    assert_eq!(run.status, 0);
    let message = &bed.sink.messages()[0];
    assert_eq!((&*message.sender, &*message.helo), ("", "client.example"));
    assert_eq!(message.recipients, ["postmaster"]);
}

#[test]
fn name_in_brackets_is_resolved() {
    let bed = Bed::new(Options::default());
    let file = bed.file("a.eml", "hello\n");
    let port = bed.sink.address().port();
    let hop = format!("[localhost]:{port}");
    let run = crate::program::run([
        "send",
        "--from",
        "ann@client.example",
        "--to",
        "bob@mx.example",
        "--nexthop",
        &hop,
        &file,
    ]);
    assert!(run.out.contains(&format!("relay=localhost[127.0.0.1]:{port}, ")), "{run:?}");
    assert_eq!(run.status, 0);
}

#[test]
fn transcript_shows_the_dialogue_without_the_content() {
    let bed = Bed::failing(["rcpt:reject"]);
    let file = bed.file("a.eml", "hello\n");
    bed.send([&file]);
    let run = bed.send(["--transcript", "--helo", "client.example", &file]);
    // The farewell comes with the last reply or after we have left.
    assert_eq!(
        run.err.strip_suffix("S: 221 2.0.0 Bye\n").unwrap_or(&run.err),
        "S: 220 sink.example ESMTP Envoi sink\n\
         C: EHLO client.example\n\
         S: 250-sink.example\n\
         S: 250-PIPELINING\n\
         S: 250-SIZE 0\n\
         S: 250-ENHANCEDSTATUSCODES\n\
         S: 250-8BITMIME\n\
         S: 250-DSN\n\
         S: 250-SMTPUTF8\n\
         S: 250 CHUNKING\n\
         C: MAIL FROM:<ann@client.example> SIZE=7 BODY=7BIT\n\
         C: RCPT TO:<bob@mx.example>\n\
         C: DATA\n\
         S: 250 2.1.0 Ok\n\
         S: 550 5.1.1 Recipient address rejected\n\
         S: 554 5.5.1 Error: no valid recipients\n\
         C: RSET\n\
         C: QUIT\n\
         S: 250 2.0.0 Ok\n"
    );
    let bed = Bed::new(Options::default());
    let run = bed.send(["--transcript", &bed.file("a.eml", "secret\n")]);
    assert!(run.err.contains("\nC: <content, 8 bytes>\nC: .\n") && !run.err.contains("secret"));
}

#[cfg(feature = "runtimes")]
#[test]
fn every_runtime_sends() {
    let bed = Bed::new(Options::default());
    let file = bed.file("a.eml", "0123456789abcdef\r\n".repeat(200_000));
    for runtime in ["blocking", "tokio", "smol", "async-std"] {
        let run = bed.send(["--runtime", runtime, &file, &file]);
        assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 2], 0), "{runtime}: {run:?}");
    }
    assert_eq!((bed.sink.count(), bed.sink.connections()), (8, 4));
}
