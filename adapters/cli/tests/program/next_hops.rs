//! Next hops that the command line names.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use envoi_sink::{Options, Protocol, Session};
use tempfile::TempDir;

use crate::program::{run, run_with, timeless, verdicts};
use crate::site::{Site, nobody_listens};

#[test]
fn next_hops_are_tried_in_order() {
    let site = Site::new("", [Options::default()]);
    let (port, closed) = (site.port(), nobody_listens());
    let hops = format!("[127.0.0.1]:{closed}, [127.0.0.1]:{port}");
    let run = site.send(&["--to", "bob@example.com", "--nexthop", &hops]);
    let relay = format!("relay=127.0.0.1[127.0.0.1]:{port}, ");
    assert!(run.out.contains(&relay) && run.out.lines().count() == 1, "{run:?}");
    assert!(run.err.starts_with(&format!("envoi: connect to 127.0.0.1[127.0.0.1]:{closed}: ")));
    assert_eq!((run.status, site.counts()), (0, vec![1]));
}

#[test]
fn next_hop_is_a_domain_whatever_the_recipients_say() {
    let zone = "relay.example MX 10 mx.relay.example\n mx.relay.example A 127.0.0.1";
    let site = Site::new(zone, [Options::default()]);
    let to = ["--to", "bob@example.com", "--to", "eve@example.org"];
    let run = site.send(&[&to[..], &["--nexthop", "relay.example"]].concat());
    assert_eq!((verdicts(&run.out), run.status), (vec!["sent"; 2], 0));
    assert_eq!(site.sinks[0].messages()[0].recipients, ["bob@example.com", "eve@example.org"]);
}

#[test]
fn host_in_brackets_is_looked_up_where_the_options_say() {
    let site = Site::new("localhost A 127.0.0.9", [Options::default()]);
    let hop = ["--to", "bob@example.com", "--nexthop", "[localhost]"];
    let relay = |more: &[&str]| {
        let out = site.send(&[&hop, more].concat()).out;
        out.split(", ").nth(1).unwrap().split(':').next().unwrap().to_owned()
    };
    assert_eq!(relay(&["--host-lookup", "native"]), "relay=localhost[127.0.0.1]");
    assert_eq!(relay(&["--host-lookup", "dns"]), "relay=none", "nobody listens on 127.0.0.9");
    assert_eq!(relay(&[]), "relay=none", "whoever names a name server wants it asked");
}

#[test]
fn host_that_the_system_does_not_know_bounces() {
    let bob = "bob@mx.example";
    let run = run(["send", "--from", "ann@x", "--to", bob, "--nexthop", "[no.invalid]", "-"]);
    let lines = timeless(&run.out);
    let (soft, hard) = ("dsn=4.4.4, status=deferred", "dsn=5.4.4, status=bounced");
    // Without a network the system cannot tell.
    let is_told = |told| {
        let head = format!("to=<{bob}>, relay=none, {told} (unable to look up host no.invalid: ");
        lines[0].starts_with(&head)
    };
    assert!(lines.len() == 1 && (is_told(soft) || is_told(hard)), "{run:?}");
    assert_eq!((run.status, &*run.err), (if is_told(soft) { 75 } else { 69 }, ""));
}

#[test]
fn socket_of_this_machine_takes_lmtp() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lmtp");
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || serve(&listener));
    let hop = format!("unix:{}", path.display());
    let to = ["--to", "bob", "--to", "eve@mx.example", "--nexthop", &hop, "--lmtp"];
    let arguments = [&["send", "--from", "ann@client.example"], &to[..], &["-"]].concat();
    let sent = run_with(&arguments, b"hello\n");
    assert_eq!((verdicts(&sent.out), sent.status), (vec!["sent"; 2], 0), "{sent:?}");
    assert!(sent.out.contains(&format!("[{}], ", path.display())), "{sent:?}");
    server.join().unwrap();
    std::fs::remove_file(&path).unwrap();
    let run = run(&arguments);
    assert_eq!((verdicts(&run.out), run.status), (vec!["deferred"; 2], 75));
    assert!(run.err.contains("]: No such file or directory; expected a mail server"), "{run:?}");
}

/// Serves one client.
fn serve(listener: &UnixListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let options = Options { protocol: Protocol::Lmtp, ..Options::default() };
    let mut session = Session::new(Arc::new(options));
    let mut space = [0; 4096];
    loop {
        stream.write_all(session.output()).unwrap();
        session.handle_transmitted(session.output().len());
        match stream.read(&mut space).unwrap() {
            0 => return,
            read => session.handle_input(&space[..read]),
        };
    }
}

#[test]
fn connection_takes_no_longer_than_it_may() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // Nobody takes connections up, and there is room for one or two that wait.
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let _waiting: Vec<_> =
        (0..4).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(200))).collect();
    let hop = format!("[127.0.0.1]:{}", address.port());
    let to = ["--to", "bob@mx.example", "--nexthop", &hop, "--connect-timeout", "0.2"];
    let run = run([&["send", "--from", "ann@x"], &to[..], &["-"]].concat());
    let port = address.port();
    assert!(
        run.out.ends_with(&format!(
            ", dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:{port}: \
             Connection timed out)\n"
        )),
        "{run:?}"
    );
    assert_eq!(run.status, 75);
}
