//! BDAT.

use envoi_sink::{Extensions, Options};

use crate::talk::{Talk, failing, lmtp, offering};

#[test]
fn chunks_are_joined() {
    let mut talk = Talk::addressed(Options::default());
    talk.says("BDAT 4\r\n.\r\n.");
    talk.hears("250 2.0.0 Ok: 4 octets\r\n");
    talk.says("BDAT 0\r\nBDAT 3 LAST\r\n\r\n.");
    talk.hears("250 2.0.0 Ok: 0 octets\r\n250 2.0.0 Ok: queued as 1\r\n");
    let message = talk.message();
    assert_eq!(message.content, b".\r\n.\r\n.");
    assert!(message.chunked);
}

#[test]
fn empty_last_chunk_ends_the_message() {
    let mut talk = Talk::addressed(Options::default());
    talk.says("BDAT 3\r\na\r\nBDAT 0 LAST\r\nNOOP\r\n");
    talk.hears("250 2.0.0 Ok: 3 octets\r\n250 2.0.0 Ok: queued as 1\r\n250 2.0.0 Ok\r\n");
    assert_eq!(talk.contents(), ["a\r\n"]);
}

#[test]
fn messages_share_a_flight() {
    let mut talk = Talk::greeted(Options::default());
    let message = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3 LAST\r\na\r\nRSET\r\n";
    talk.says(&message.repeat(2));
    let replies = |n| format!("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok: queued as {n}\r\n");
    talk.hears(&format!("{}250 2.0.0 Ok\r\n{}250 2.0.0 Ok\r\n", replies(1), replies(2)));
    assert_eq!(talk.contents(), ["a\r\n", "a\r\n"]);
}

#[test]
fn refused_chunk_is_read_to_its_end() {
    let mut talk = Talk::greeted(Options::default());
    talk.says("BDAT 6 LAST\r\nNOOP\r\nMAIL FROM:<a@b>\r\nBDAT 6\r\nQUIT\r\nNOOP\r\n");
    talk.hears(
        "503 5.5.1 Error: need MAIL command\r\n250 2.1.0 Ok\r\n\
         554 5.5.1 Error: no valid recipients\r\n250 2.0.0 Ok\r\n",
    );
    assert!(!talk.session().wants_close());
}

#[test]
fn after_a_failed_chunk_only_rset_helps() {
    let mut talk = Talk::addressed(failing("bdat:reject@1"));
    let again = "503 5.5.1 Error: an earlier chunk failed, need RSET";
    talk.exchanges(
        "BDAT 1\r\na",
        "554 5.6.0 Chunk rejected\r\n500 5.5.2 Error: command not recognized",
    );
    talk.says("BDAT 1\r\na");
    talk.hears(&format!("{again}\r\n"));
    talk.says("BDAT 1 LAST\r\na");
    talk.hears(&format!("{again}\r\n"));
    talk.exchanges("MAIL FROM:<a@b>", "503 5.5.1 Error: nested MAIL command");
    talk.exchanges("RSET", "250 2.0.0 Ok");
    talk.exchanges("MAIL FROM:<a@b>", "250 2.1.0 Ok");
    assert!(talk.contents().is_empty());
}

#[test]
fn chunks_and_other_commands_do_not_mix() {
    let mut talk = Talk::addressed(Options::default());
    talk.says("BDAT 1\r\na");
    talk.hears("250 2.0.0 Ok: 1 octets\r\n");
    talk.exchanges("DATA", "503 5.5.1 Error: the message's BDAT has begun");
    talk.exchanges("RCPT TO:<a@b>", "503 5.5.1 Error: the message's BDAT has begun");
}

#[test]
fn chunks_beyond_the_size_fail() {
    let mut talk = Talk::addressed(offering(Extensions { size: Some(2), ..Extensions::default() }));
    talk.says("BDAT 2\r\naaBDAT 1\r\naBDAT 0 LAST\r\n");
    talk.hears(
        "250 2.0.0 Ok: 2 octets\r\n552 5.3.4 Message size exceeds fixed limit\r\n\
         503 5.5.1 Error: an earlier chunk failed, need RSET\r\n",
    );
}

#[test]
fn largest_chunk_is_waited_for() {
    let mut talk = Talk::addressed(Options::default());
    talk.says("BDAT 18446744073709551615 LAST\r\nQUIT\r\n");
    talk.hears("");
    assert!(!talk.session().wants_close());
}

#[test]
fn lmtp_answers_the_last_chunk_for_each_recipient() {
    let mut talk = Talk::addressed(lmtp());
    talk.exchanges("RCPT TO:<eve@mx.example>", "250 2.1.5 Ok");
    talk.says("BDAT 1\r\naBDAT 1 LAST\r\na");
    let queued = "250 2.0.0 Ok: queued as 1\r\n";
    talk.hears(&format!("250 2.0.0 Ok: 1 octets\r\n{queued}{queued}"));
}
