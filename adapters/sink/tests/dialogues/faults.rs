//! What goes wrong on request.

use std::sync::Arc;

use envoi_sink::{Action, Fault, FaultError, Ledger, Options, Point, Session};

use crate::talk::{Talk, failing};

const DIALOGUE: [(Point, &str); 8] = [
    (Point::Helo, "EHLO client.example\r\n"),
    (Point::Noop, "NOOP\r\n"),
    (Point::Mail, "MAIL FROM:<a@b>\r\n"),
    (Point::Rcpt, "RCPT TO:<c@d>\r\n"),
    (Point::Rset, "RSET\r\n"),
    (Point::Data, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
    (Point::Eod, ".\r\n"),
    (Point::Quit, "QUIT\r\n"),
];

#[test]
fn rejection_is_a_5xx_and_deferral_a_4xx() {
    for (point, _) in DIALOGUE {
        let reply = last_line(&replies(point, Action::Reject));
        assert!(reply.starts_with('5') && !reply.contains("sequence"), "{point}: {reply}");
        let reply = last_line(&replies(point, Action::Tempfail));
        assert!(reply.starts_with('4') && !reply.starts_with("421"), "{point}: {reply}");
    }
}

#[test]
fn unavailable_is_a_421_and_closes() {
    for (point, _) in DIALOGUE {
        let mut talk = talk_up_to(point, Action::Unavailable);
        assert_eq!(last_line(&talk.all()), "421 4.3.2 Closing the connection", "{point}");
        assert!(talk.session().wants_close() && !talk.session().is_severed());
    }
}

#[test]
fn disconnect_and_stall_say_nothing() {
    for (point, _) in DIALOGUE {
        let good = replies_before(point);
        let mut talk = talk_up_to(point, Action::Disconnect);
        assert_eq!(talk.all(), good, "{point}");
        assert!(talk.session().is_severed());

        let mut talk = talk_up_to(point, Action::Stall);
        assert_eq!(talk.all(), good, "{point}");
        assert!(talk.session().is_stalled() && !talk.session().wants_close());
        talk.says("NOOP\r\n");
        talk.hears("");
    }
}

#[test]
fn garbage_comes_before_the_reply() {
    let mut talk = Talk::greeted(failing("noop:garbage"));
    talk.exchanges("NOOP", "~ this line is no reply ~\r\n250 2.0.0 Ok");
    let mut talk = Talk::new(failing("connect:garbage=~hello~"));
    talk.hears("~hello~\r\n220 sink.example ESMTP Envoi sink\r\n");
}

#[test]
fn truncation_closes_behind_the_reply() {
    for (point, _) in DIALOGUE {
        let mut talk = talk_up_to(point, Action::Truncate);
        assert!(talk.all().len() > replies_before(point).len(), "{point}");
        assert!(talk.session().is_truncated() && talk.session().wants_close());
        assert!(!talk.session().is_severed());
    }
}

#[test]
fn refusing_greeting_serves_nothing_but_quit() {
    let mut talk = Talk::new(failing("connect:reject"));
    talk.hears("554 5.3.2 No mail service here\r\n");
    talk.exchanges("EHLO client.example", "503 5.3.2 Error: no service, only QUIT");
    talk.exchanges("QUIT", "221 2.0.0 Bye");
}

#[test]
fn greeting_can_fail_in_each_way() {
    let mut talk = Talk::new(failing("connect:421"));
    talk.hears("421 4.3.2 Closing the connection\r\n");
    assert!(talk.session().wants_close());
    let mut talk = Talk::new(failing("connect:stall"));
    talk.hears("");
    assert!(talk.session().is_stalled());
    let mut talk = Talk::new(failing("connect:disconnect"));
    talk.hears("");
    assert!(talk.session().is_severed());
}

#[test]
fn content_refused_early_gets_no_reply_at_its_end() {
    let mut talk = Talk::addressed(failing("content:reject@1"));
    talk.says("DATA\r\n");
    talk.all();
    talk.exchanges("first line", "554 5.6.0 Content rejected early");
    talk.says("second line\r\n.\r\nMAIL FROM:<a@b>\r\n");
    talk.hears("250 2.1.0 Ok\r\n");
    assert!(talk.contents().is_empty());
}

#[test]
fn chunk_refused_early_gets_no_reply_at_its_end() {
    let mut talk = Talk::addressed(failing("content:tempfail"));
    talk.says("BDAT 4\r\na");
    talk.hears("451 4.3.0 Error: try again later\r\n");
    talk.says("bcdBDAT 1 LAST\r\ne");
    talk.hears("503 5.5.1 Error: an earlier chunk failed, need RSET\r\n");
}

#[test]
fn connection_can_go_in_mid_content() {
    let mut talk = Talk::addressed(failing("content:disconnect"));
    talk.says("DATA\r\n");
    talk.all();
    talk.says("hello\r\n.\r\n");
    talk.hears("");
    assert!(talk.session().is_severed());
    assert!(talk.contents().is_empty());
}

#[test]
fn xforward_can_fail() {
    let mut options = failing("xforward:reject");
    options.extensions.xforward = vec!["NAME".to_owned()];
    let mut talk = Talk::greeted(options);
    talk.exchanges("XFORWARD NAME=a", "550 5.7.1 XFORWARD rejected");
}

#[test]
fn own_text_is_said_as_it_is() {
    let mut talk = Talk::greeted(failing("mail:tempfail=451 4.7.1 Greylisted: a@b=c"));
    talk.exchanges("MAIL FROM:<a@b>", "451 4.7.1 Greylisted: a@b=c");
}

#[test]
fn occasion_strikes_once() {
    let mut talk = Talk::addressed(failing("rcpt:reject@3"));
    talk.exchanges("RCPT TO:<two@b>", "250 2.1.5 Ok");
    talk.exchanges("RCPT TO:<three@b>", "550 5.1.1 Recipient address rejected");
    talk.exchanges("RCPT TO:<four@b>", "250 2.1.5 Ok");
}

#[test]
fn occasions_are_counted_across_sessions_of_a_ledger() {
    let options = Arc::new(failing("connect:421@2"));
    let ledger = Arc::new(Ledger::default());
    let session = || Session::sharing(Arc::clone(&options), Arc::clone(&ledger));
    let greetings = [session(), session(), session()].map(|session| session.output()[0]);
    assert_eq!(&greetings, b"242");
}

#[test]
fn first_of_two_faults_strikes() {
    let faults = ["noop:tempfail@2", "noop:reject"].map(|fault| fault.parse().expect("a fault"));
    let mut talk = Talk::greeted(Options { faults: faults.into(), ..Options::default() });
    talk.exchanges("NOOP", "502 5.5.1 NOOP rejected");
    talk.exchanges("NOOP", "451 4.3.0 Error: try again later");
}

#[test]
fn fault_is_written_as_it_is_read() {
    for text in ["rcpt:reject", "eod:disconnect@3", "mail:421@1=421 gone", "quit:garbage=a=b@c:d"] {
        assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(text));
    }
}

#[test]
fn malformed_faults_are_told_what_is_wrong() {
    let error = |fault: &str| fault.parse::<Fault>().map_err(|error: FaultError| error.to_string());
    let message = |text: &str| Err(text.to_owned());
    assert_eq!(
        error("reject"),
        message("`reject` is no fault: expected POINT:ACTION[@N][=TEXT], such as rcpt:reject@2"),
    );
    assert_eq!(
        error("dot:reject"),
        message(
            "no point `dot`: expected connect, helo, starttls, handshake, auth, response, mail, \
             rcpt, data, content, eod, bdat, rset, quit, noop or xforward"
        ),
    );
    assert_eq!(error("rcpt:reject@0"), message("no occasion `0`: expected a number from 1"));
    assert_eq!(
        error("rcpt:reject=450 no"),
        message(
            "no text `450 no` for reject: expected a reply line with a code 5xx, \
             such as 550 5.7.1 No"
        ),
    );
    assert_eq!(
        error("rcpt:stall=550 no"),
        message("no text `550 no` for stall: expected none, since it says nothing"),
    );
    assert_eq!(error("mail:strip"), message("no strip at `mail`: expected strip at helo"),);
    assert!(error("rcpt:reject=550-no").is_err());
    assert!(error("rcpt:garbage=a\r\nb").is_err());
}

/// A session that was told everything up to `point`, where `action` strikes.
fn talk_up_to(point: Point, action: Action) -> Talk {
    let faults = vec![Fault::new(point, action)];
    let options = Options { faults, ..Options::default() };
    let mut talk = Talk::new(options);
    let end = DIALOGUE.iter().position(|&(at, _)| at == point).expect("a command");
    for (_, line) in &DIALOGUE[..=end] {
        talk.says(line);
    }
    talk
}

fn replies(point: Point, action: Action) -> String {
    talk_up_to(point, action).all()
}

/// What a session says up to the command at `point`, were nothing to go wrong.
fn replies_before(point: Point) -> String {
    let whole = replies(point, Action::Garbage);
    let (before, _) = whole.split_once("~ this line").expect("garbage");
    before.to_owned()
}

fn last_line(replies: &str) -> String {
    replies.lines().last().expect("a reply").to_owned()
}
