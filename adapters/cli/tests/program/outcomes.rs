//! What is printed of each recipient, and the exit status.

use envoi_sink::{Extensions, Options, Protocol, Recipients};
use serde_json::{Value, json};

use crate::program::{Bed, Run, timeless, verdicts};

fn by_name() -> Bed {
    Bed::new(Options { recipients: Recipients::ByName, ..Options::default() })
}

#[test]
fn sent_recipient_is_a_line_as_postfix_logs_it() {
    let bed = Bed::new(Options::default());
    let run = bed.send([&bed.file("a.eml", "hello\n")]);
    let relay = bed.relay();
    assert_eq!(
        timeless(&run.out),
        [format!(
            "to=<bob@mx.example>, relay={relay}, dsn=2.0.0, \
             status=sent (250 2.0.0 Ok: queued as 1)"
        )]
    );
    assert_eq!((run.status, &*run.err), (0, ""));
}

#[test]
fn each_recipient_has_a_line_and_deferral_outranks_bounce() {
    let bed = by_name();
    let file = bed.file("a.eml", "hello\n");
    let run = bed.send(["--to", "bounce@mx.example", "--to", "defer@mx.example", &file]);
    let host = "host 127.0.0.1[127.0.0.1] said";
    let relay = bed.relay();
    assert_eq!(
        timeless(&run.out),
        [
            format!(
                "to=<bob@mx.example>, relay={relay}, dsn=2.0.0, \
                 status=sent (250 2.0.0 Ok: queued as 1)"
            ),
            format!(
                "to=<bounce@mx.example>, relay={relay}, dsn=5.1.1, status=bounced ({host}: \
                 550 5.1.1 No such user, by its name (in reply to RCPT TO command))"
            ),
            format!(
                "to=<defer@mx.example>, relay={relay}, dsn=4.2.1, status=deferred ({host}: \
                 450 4.2.1 Mailbox deferred by its name (in reply to RCPT TO command))"
            ),
        ]
    );
    assert_eq!(run.status, 75);
}

#[test]
fn bounce_without_deferral_is_status_69() {
    let bed = by_name();
    let run = bed.send(["--to", "bounce@mx.example", &bed.file("a.eml", "hello\n")]);
    assert_eq!(verdicts(&run.out), ["sent", "bounced"]);
    assert_eq!(run.status, 69);
}

#[test]
fn json_has_an_object_for_each_recipient() {
    let bed = by_name();
    let file = bed.file("a.eml", "hello\n");
    let run = bed.send(["--json", "--to", "bounce@mx.example", &file]);
    let mut objects: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for object in &mut objects {
        let object = object.as_object_mut().unwrap();
        assert!(object.remove("delay").unwrap().is_f64());
        let delays = object.remove("delays").unwrap();
        assert!(delays.as_array().unwrap().iter().all(Value::is_f64));
        assert_eq!(delays.as_array().unwrap().len(), 4);
    }
    let relay = bed.relay();
    assert_eq!(
        objects,
        [
            json!({
                "file": file, "to": "bob@mx.example", "relay": relay, "dsn": "2.0.0",
                "status": "sent", "action": "relayed", "notifier": "server",
                "text": "250 2.0.0 Ok: queued as 1",
            }),
            json!({
                "file": file, "to": "bounce@mx.example", "relay": relay, "dsn": "5.1.1",
                "status": "bounced", "action": "failed",
                "text": "host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such user, by its name \
                    (in reply to RCPT TO command)",
            }),
        ]
    );
}

#[test]
fn json_tells_whether_the_server_has_the_mailbox() {
    let extensions = Extensions { dsn: false, ..Extensions::default() };
    let protocol = Protocol::Lmtp;
    let bed = Bed::new(Options { protocol, extensions, ..Options::default() });
    let file = bed.file("a.eml", "hello\n");
    let file = &*file;
    assert_eq!(action(&bed.send(["--lmtp", "--json", file])), "relayed");
    let assumed = ["--lmtp", "--json", "-o", "lmtp_assume_final=yes", file];
    assert_eq!(action(&bed.send(assumed)), "delivered");
    let flags = ["--lmtp", "--json", "-o", "lmtp_assume_final=no", "--flags", "X", file];
    assert_eq!(action(&bed.send(flags)), "delivered");
}

/// What was done for the one recipient.
fn action(run: &Run) -> String {
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(object.get("notifier"), None);
    object["action"].as_str().unwrap().to_owned()
}

#[test]
fn message_that_may_have_arrived_is_in_doubt() {
    let bed = Bed::failing(["eod:disconnect"]);
    let run = bed.send(["--json", &bed.file("a.eml", "hello\n")]);
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(object["doubt"], "uncertain");
    assert_eq!(object["status"], "deferred");
    assert_eq!((run.status, bed.sink.connections()), (75, 1));
}

#[test]
fn probe_tells_who_is_deliverable_and_sends_nothing() {
    let bed = by_name();
    let run = bed.send(["--verify"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["deliverable"], 0));
    let run = bed.send(["--verify", "--to", "bounce@mx.example"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["deliverable", "undeliverable"], 69));
    let run = bed.send(["--verify", "--to", "defer@mx.example"]);
    assert_eq!((verdicts(&run.out), run.status), (vec!["deliverable", "undeliverable"], 75));
    assert_eq!(bed.sink.count(), 0);
}
