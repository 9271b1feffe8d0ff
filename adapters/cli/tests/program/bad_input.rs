//! What the program says of input that it cannot use, and that it sends nothing then.

use std::net::TcpListener;

use envoi_sink::Options;

use crate::program::{Bed, run, timeless};

/// Runs `envoi send` and expects one line and an exit status, and nothing at the sink.
#[track_caller]
fn refused<const N: usize>(more: [&str; N], status: i32, message: &str) {
    let bed = Bed::new(Options::default());
    let run = bed.send(more);
    assert_eq!((&*run.out, &*run.err, run.status), ("", &*format!("envoi: {message}\n"), status));
    assert_eq!(bed.sink.connections(), 0);
}

/// Runs `envoi send` from, to and by way of something.
#[track_caller]
fn misdirected(from: &str, to: &str, nexthop: &str, message: &str) {
    let run = run(["send", "--from", from, "--to", to, "--nexthop", nexthop, "-"]);
    assert_eq!((&*run.out, &*run.err, run.status), ("", &*format!("envoi: {message}\n"), 64));
}

#[test]
fn missing_file() {
    let expected = "expected a file with a message, or -";
    let missing = format!("cannot read \"nowhere.eml\": No such file or directory; {expected}");
    refused(["nowhere.eml"], 64, &missing);
    refused(["-", "nowhere.eml"], 64, &missing);
    refused(["/"], 64, &format!("cannot read \"/\": Is a directory; {expected}"));
}

#[test]
fn no_file() {
    let message = "the following required arguments were not provided: <FILE>...; \
                   --help tells more";
    refused([], 64, message);
}

#[test]
fn standard_input_given_twice() {
    let message = "standard input (-) is given twice; expected it once, since it is read once";
    refused(["-", "-"], 64, message);
}

#[test]
fn bad_address() {
    let hop = "[127.0.0.1]:9";
    misdirected(
        "ann@client.example",
        "bob smith@mx.example",
        hop,
        "invalid value 'bob smith@mx.example' for '--to <ADDR>': bad address \
         \"bob smith@mx.example\": ' ' may not stand there; expected local-part@domain, unusual \
         local parts in quotes; --help tells more",
    );
    misdirected(
        "ann@",
        "bob@mx.example",
        hop,
        "invalid value 'ann@' for '--from <ADDR>': bad address \"ann@\": nothing stands after \
         the @; expected a domain; --help tells more",
    );
    let no_domain = "no domain; expected local-part@domain";
    misdirected("ann@x", "bob", hop, &format!("bad address \"bob\": {no_domain}"));
    let port = "bob@example.com:25";
    misdirected(
        "ann@x",
        port,
        hop,
        &format!(
            "invalid value '{port}' for '--to <ADDR>': bad address \"{port}\": ':' may not stand \
             there; expected local-part@domain, unusual local parts in quotes; --help tells more"
        ),
    );
    misdirected("ann", "bob@x", hop, &format!("bad address \"ann\": {no_domain}"));
}

#[test]
fn unknown_option() {
    let message = "unexpected argument '--transcipt' found; tip: a similar argument exists: \
                   '--transcript'; --help tells more";
    refused(["--transcipt", "-"], 64, message);
}

#[test]
fn bad_values() {
    refused(
        ["--connect-timeout", "soon", "-"],
        64,
        "invalid value 'soon' for '--connect-timeout <SECONDS>': no time; expected a number of \
         seconds, such as 30 or 0.5; --help tells more",
    );
    refused(
        ["--notify", "always", "-"],
        64,
        "invalid value 'always' for '--notify <WHEN>': bad NOTIFY: expected NEVER, or a list of \
         SUCCESS, FAILURE and DELAY; --help tells more",
    );
    refused(
        ["--chunking", "0", "-"],
        64,
        "invalid value '0' for '--chunking <N>': number would be zero for non-zero type; \
         --help tells more",
    );
}

#[test]
fn address_of_another_machine() {
    let message = "cannot send from 192.0.2.77: Cannot assign requested address; \
                   expected an address of this machine";
    refused(["--bind", "192.0.2.77", "-"], 78, message);
}

#[test]
fn record_where_no_file_can_be() {
    refused(
        ["--record", "/nowhere/x.dialogue", "-"],
        64,
        "cannot write \"/nowhere/x.dialogue\": No such file or directory; \
         expected a place for a file",
    );
}

#[test]
fn port_that_refuses_defers_each_recipient() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let hop = format!("[127.0.0.1]:{port}");
    let to = ["--to", "bob@mx.example", "--to", "carol@mx.example"];
    let [a, b, c, d] = to;
    let folder = tempfile::TempDir::new().unwrap();
    let record = folder.path().join("a.dialogue");
    let file = record.to_str().unwrap();
    let run =
        run(["send", "--from", "ann@x", a, b, c, d, "--nexthop", &hop, "--record", file, "-"]);
    assert!(!record.exists());
    let reason = format!("connect to 127.0.0.1[127.0.0.1]:{port}: Connection refused");
    let line =
        |to| format!("to=<{to}@mx.example>, relay=none, dsn=4.4.1, status=deferred ({reason})");
    assert_eq!(timeless(&run.out), [line("bob"), line("carol")]);
    let told = format!("envoi: {reason}; expected a mail server that takes connections there\n");
    assert_eq!((run.err, run.status), (told, 75));
}

#[test]
fn unknown_command() {
    let run = run(["receive"]);
    assert_eq!(run.err, "envoi: unrecognized subcommand 'receive'; --help tells more\n");
    assert_eq!(run.status, 64);
}

#[test]
fn sink_says_what_it_cannot_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let in_use = format!(
        "cannot listen on {address}: Address already in use; expected a free address and port"
    );
    for (arguments, status, message) in [
        (["--listen", &address], 78, &*in_use),
        (
            ["--dump", "/dev/null/x"],
            78,
            "cannot keep messages in \"/dev/null/x\": Not a directory; expected a directory",
        ),
        (
            ["--fault", "rcpt:explode"],
            64,
            "invalid value 'rcpt:explode' for '--fault <POINT:ACTION[@N][=TEXT]>': no action \
             `explode`: expected reject, tempfail, 421, disconnect, stall, garbage, truncate, strip or inject; \
             --help tells more",
        ),
        (
            ["--no", "ETRN"],
            64,
            "invalid value 'ETRN' for '--no <EXTENSION>' [possible values: PIPELINING, 8BITMIME, \
             SIZE, DSN, SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING]; --help tells more",
        ),
    ] {
        let run = run(["sink", arguments[0], arguments[1]]);
        assert_eq!((&*run.err, run.status), (&*format!("envoi: {message}\n"), status));
    }
}
