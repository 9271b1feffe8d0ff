//! Several messages, and servers that end conversations early.

use envoi_sink::{Extensions, Limits, Options};

use crate::program::{Bed, verdicts};

#[test]
fn several_files_go_over_one_conversation() {
    let bed = Bed::new(Options::default());
    let run = bed.send_three([]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 3], 0));
    assert_eq!((bed.sink.count(), bed.sink.connections()), (3, 1));
    let bed = Bed::new(Options::default());
    let run = bed.send_three(["--no-overlap"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 3], 0));
    assert_eq!((bed.sink.count(), bed.sink.connections()), (3, 1));
}

#[test]
fn server_that_takes_one_message_at_a_time_gets_a_conversation_for_each() {
    let limits = Limits { mail_max: Some(1), rcpt_max: None };
    let extensions = Extensions { limits, ..Extensions::default() };
    let bed = Bed::new(Options { extensions, ..Options::default() });
    let run = bed.send_three([]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 3], 0));
    assert_eq!((bed.sink.count(), bed.sink.connections()), (3, 3));
}

#[test]
fn server_that_hangs_up_gets_the_rest_over_another_conversation() {
    for fault in ["mail:421@1", "eod:disconnect@1", "mail:disconnect@2", "eod:421@2"] {
        let bed = Bed::failing([fault]);
        let run = bed.send_three([]);
        let verdicts = verdicts(&run.out);
        let is_lost = fault != "mail:disconnect@2";
        let sent = verdicts.iter().filter(|verdict| **verdict == "sent").count();
        assert_eq!((verdicts.len(), sent), (3, if is_lost { 2 } else { 3 }), "{fault}: {run:?}");
        assert_eq!(run.status, if is_lost { 75 } else { 0 }, "{fault}");
        assert_eq!(bed.sink.connections(), 2, "{fault}");
        assert_eq!(bed.sink.count() as usize, sent, "{fault}");
    }
}

#[test]
fn server_that_always_hangs_up_is_left_alone() {
    for (fault, connections) in
        [("connect:421", 1), ("helo:disconnect", 1), ("mail:disconnect", 1), ("mail:421", 2)]
    {
        let bed = Bed::failing([fault]);
        let run = bed.send_three([]);
        assert_eq!((verdicts(&run.out), run.status), (vec!["deferred"; 3], 75), "{fault}");
        assert_eq!(bed.sink.connections(), connections, "{fault}");
    }
}

#[test]
fn server_that_talks_nonsense_defers_or_is_ignored() {
    let bed = Bed::failing(["rcpt:garbage"]);
    let run = bed.send_three([]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 3], 0));
}

#[test]
fn server_that_refuses_the_content_bounces() {
    let bed = Bed::failing(["eod:reject"]);
    let run = bed.send_three([]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["bounced"; 3], 69));
    assert_eq!(bed.sink.connections(), 1);
}

#[test]
fn message_that_is_too_large_bounces_and_the_others_are_sent() {
    let extensions = Extensions { size: Some(1000), ..Extensions::default() };
    let bed = Bed::new(Options { extensions, ..Options::default() });
    let large = bed.file("large.eml", "x\r\n".repeat(1000));
    let small = bed.file("small.eml", "x\r\n");
    let run = bed.send([&*small, &large, &small]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent", "bounced", "sent"], 69));
    assert_eq!((bed.sink.count(), bed.sink.connections()), (2, 1));
}

#[test]
fn server_that_refuses_to_talk_hears_quit() {
    let bed = Bed::failing(["connect:reject"]);
    let run = bed.send_three(["--transcript"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["deferred"; 3], 75));
    assert_eq!(run.err, "S: 554 5.3.2 No mail service here\nC: QUIT\n");
    assert_eq!(bed.sink.connections(), 1);
}
