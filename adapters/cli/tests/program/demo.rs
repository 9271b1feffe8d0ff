//! The demonstration.

use crate::program::{run, verdicts};

#[test]
fn demonstration_shows_the_dialogue_and_the_verdicts() {
    let run = run(["demo"]);
    assert_eq!((run.status, &*run.err), (0, ""));
    for shown in [
        "  -- connect to a.mx.example[127.0.0.2]:",
        "S: 220 2.0.0 Ready to start TLS\n  -- TLS: Verified TLSv1.3 with cipher ",
        "C: AUTH SCRAM-SHA-256-PLUS <credentials>\n",
        "C: RCPT TO:<nobody@mx.example>\n",
        "S: 450 4.2.0 Mailbox busy, try again later\n",
        "C: <the message, 119 bytes>\n",
    ] {
        assert!(run.out.contains(shown), "{shown}");
    }
    let log: Vec<_> = run.out.lines().filter(|line| line.starts_with("to=<")).collect();
    assert_eq!(verdicts(&log.join("\n")), ["sent", "bounced", "deferred"]);
    assert!(log.iter().all(|line| line.contains(", relay=b.mx.example[127.0.0.1]:")));
}
