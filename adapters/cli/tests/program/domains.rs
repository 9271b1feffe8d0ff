//! Mail on its way to the domains of its recipients.

use envoi_sink::{Options, Recipients};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{plays, run, timeless, verdicts};
use crate::site::{Site, nobody};

const ZONE: &str = "
    example.com           MX    10 a.example.com
    example.com           MX    20 b.example.com
    a.example.com         A     127.0.0.9
    b.example.com         A     127.0.0.1
    example.org           A     127.0.0.2
    example.net           MX    0 .
    xn--bcher-kva.example A     127.0.0.1
";

fn site() -> Site {
    Site::new(ZONE, [Options::default(), Options::default()])
}

/// Sends to one recipient, and expects one line.
#[track_caller]
fn comes_to(to: &str, line: &str, status: i32) {
    let site = site();
    let run = site.send(&["--to", to]);
    assert_eq!(timeless(&run.out), [format!("to=<{to}>, {line}")]);
    assert_eq!((run.status, &*run.err, site.counts()), (status, "", vec![0, 0]));
}

#[test]
fn each_domain_gets_its_recipients_in_one_message() {
    let site = site();
    let to = ["--to", "bob@example.com", "--to", "eve@example.org", "--to", "Dan@EXAMPLE.com"];
    let run = site.send(&to);
    let port = site.port();
    let sent = |to, relay| {
        let text = "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1)";
        format!("to=<{to}>, relay={relay}:{port}, {text}")
    };
    assert_eq!(
        timeless(&run.out),
        [
            sent("bob@example.com", "b.example.com[127.0.0.1]"),
            sent("eve@example.org", "example.org[127.0.0.2]"),
            sent("Dan@EXAMPLE.com", "b.example.com[127.0.0.1]"),
        ]
    );
    assert_eq!(
        (run.status, run.err),
        (
            0,
            format!(
                "envoi: connect to a.example.com[127.0.0.9]:{port}: Connection refused; \
                 expected a mail server that takes connections there\n"
            )
        )
    );
    assert_eq!(site.sinks[0].messages()[0].recipients, ["bob@example.com", "Dan@EXAMPLE.com"]);
    assert_eq!(site.sinks[1].messages()[0].recipients, ["eve@example.org"]);
    assert_eq!(site.connections(), [1, 1]);
}

#[test]
fn outcomes_are_in_the_order_of_the_files() {
    let site = site();
    let folder = TempDir::new().unwrap();
    let files = ["1.eml", "2.eml"].map(|name| folder.path().join(name).display().to_string());
    files.iter().for_each(|file| std::fs::write(file, "hello\n").unwrap());
    let [a, b] = files.each_ref().map(String::as_str);
    // What needs no server is known first, and printed last all the same.
    let to = ["--to", "bob@example.com", "--to", "eve@example.org", "--to", "dan@192.0.2"];
    let run = site.send(&[&to[..], &["--json", a, b]].concat());
    let objects: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = objects.iter().map(|object| (&object["file"], &object["to"])).collect();
    let expected: Vec<_> = [a, b, "-"]
        .iter()
        .flat_map(|file| [to[1], to[3], to[5]].map(|to| (Value::from(*file), Value::from(to))))
        .collect();
    assert_eq!(told, expected.iter().map(|(file, to)| (file, to)).collect::<Vec<_>>());
    assert_eq!((run.status, site.counts(), site.connections()), (69, vec![3, 3], vec![1, 1]));
}

#[test]
fn domain_that_takes_no_mail_bounces() {
    comes_to(
        "bob@example.net",
        "relay=none, dsn=5.1.0, status=bounced (Domain example.net does not accept mail (nullMX))",
        69,
    );
}

#[test]
fn domain_that_is_not_there_bounces() {
    comes_to(
        "bob@nowhere.example",
        "relay=none, dsn=5.4.4, status=bounced (Host or domain name not found. \
         Name service error for name=nowhere.example type=AAAA: Host not found)",
        69,
    );
}

#[test]
fn domain_that_is_none_bounces() {
    for (to, why) in [
        (
            "bob@192.0.2",
            "a number at the end; expected a domain, or an IPv4 address in full and in brackets",
        ),
        (
            "bob@[127.0.0.300]",
            "no address in the brackets; expected an IPv4 address, or IPv6: and an IPv6 address",
        ),
        ("bob@-x", "a hyphen at the end of a label; expected a letter or digit"),
    ] {
        let line = format!("relay=none, dsn=5.1.3, status=bounced (bad address syntax: {why})");
        comes_to(to, &line, 69);
    }
}

#[test]
fn resolver_that_does_not_answer_defers() {
    let to = ["--to", "bob@example.com", "--to", "eve@example.org"];
    let arguments = [&["send", "--from", "ann@x"], &to[..], &["--resolver", &nobody(), "-"]];
    let run = run(arguments.concat());
    let line = |name, at| {
        format!(
            "to=<{name}@{at}>, relay=none, dsn=4.4.3, status=deferred (Host or domain name not \
             found. Name service error for name={at} type=MX: Host not found, try again)"
        )
    };
    assert_eq!(timeless(&run.out), [line("bob", "example.com"), line("eve", "example.org")]);
    assert_eq!((run.status, &*run.err), (75, ""));
}

#[test]
fn domain_in_unicode_is_looked_up_in_ascii() {
    let site = site();
    let run = site.send(&["--to", "bob@b\u{fc}cher.example"]);
    assert!(run.out.contains(", relay=xn--bcher-kva.example[127.0.0.1]:"), "{run:?}");
    assert_eq!((run.status, site.counts()), (0, vec![1, 0]));
}

#[test]
fn address_in_brackets_is_no_name_to_be_asked_for() {
    let site = site();
    let run = site.send(&["--to", "bob@[127.0.0.2]"]);
    assert_eq!((run.status, site.counts(), site.questions()), (0, vec![0, 1], 0), "{run:?}");
}

#[test]
fn worse_host_gets_whom_the_better_one_puts_off() {
    let zone = "
        example.com   MX  10 a.example.com
        example.com   MX  20 b.example.com
        a.example.com A   127.0.0.1
        b.example.com A   127.0.0.2
    ";
    let by_name = Options { recipients: Recipients::ByName, ..Options::default() };
    let site = Site::new(zone, [by_name, Options::default()]);
    let (bob, defer) = ("bob@example.com", "defer@example.com");
    let folder = TempDir::new().unwrap();
    let record = folder.path().join("a.dialogue");
    let to = ["--to", bob, "--to", defer, "--to", "bounce@example.com", "--record"];
    let run = site.send(&[&to[..], &[record.to_str().unwrap()]].concat());
    assert_eq!(verdicts(&run.out), ["sent", "sent", "bounced"]);
    assert_eq!((run.status, site.connections()), (69, vec![1, 1]));
    assert_eq!(site.sinks[0].messages()[0].recipients, [bob]);
    assert_eq!(site.sinks[1].messages()[0].recipients, [defer]);
    plays(&record);
    plays(&folder.path().join("a.2.dialogue"));
}

#[test]
fn nothing_is_recorded_where_nobody_was_talked_to() {
    let site = site();
    let folder = TempDir::new().unwrap();
    let record = folder.path().join("a.dialogue");
    site.send(&["--to", "bob@example.net", "--record", record.to_str().unwrap()]);
    assert!(!record.exists());
}

#[test]
fn probe_asks_the_servers_of_each_domain() {
    let site = site();
    let port = site.port().to_string();
    let to = ["--to", "bob@example.com", "--to", "eve@example.org", "--to", "dan@example.net"];
    let head = ["send", "--from", "<>", "--verify", "--port", &port];
    let run = site.run(&[&head[..], &to].concat());
    assert_eq!(verdicts(&run.out), ["deliverable", "deliverable", "undeliverable"]);
    assert_eq!((run.status, site.counts(), site.connections()), (69, vec![0, 0], vec![1, 1]));
}

#[test]
fn mail_does_not_come_back_to_us() {
    let site = site();
    let to = ["--to", "bob@example.com", "--own-address", "127.0.0.9", "-"];
    // At another port it would be somebody else.
    let run = site.run(&[&["send", "--from", "ann@client.example"], &to[..]].concat());
    assert_eq!(
        timeless(&run.out),
        ["to=<bob@example.com>, relay=none, dsn=5.4.6, status=bounced \
          (mail for example.com loops back to myself)"]
    );
    assert_eq!((run.status, &*run.err), (69, ""));
}

#[test]
fn fallback_relay_takes_what_could_not_be_delivered() {
    let site = site();
    let relay = format!("[127.0.0.2]:{}", site.port());
    let to = ["--to", "bob@nowhere.example", "--to", "dan@example.net"];
    let run = site.send(&[&to[..], &["--fallback-relay", &relay]].concat());
    assert_eq!(verdicts(&run.out), ["sent"; 2]);
    assert_eq!((run.status, site.counts()), (0, vec![0, 2]));
}
