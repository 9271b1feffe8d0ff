//! Destinations that are none: a line that points at the character, and nothing is sent.

use envoi_sink::Options;

use crate::program::run;
use crate::site::Site;

/// What is no destination, where it goes wrong, and why.
const BAD: [(&str, usize, &str); 13] = [
    ("", 1, "nothing there; expected a domain, or a host in brackets"),
    (",", 1, "nothing there; expected a domain, or a host in brackets"),
    ("example.com:0", 13, "no such port; expected one from 1 to 65535"),
    ("[127.0.0.1]:65536", 13, "no such port; expected one from 1 to 65535"),
    ("[mx]:frob", 6, "unknown service; expected a port, or a name such as smtp or submission"),
    ("example.com:", 13, "nothing after the colon; expected a port, or the name of a service"),
    ("a..example", 3, "an empty label; expected something between dots"),
    ("b\u{fc}..example", 4, "an empty label; expected something between dots"),
    ("a-.example", 2, "a hyphen at the end of a label; expected a letter or digit"),
    ("[127.0.0.1", 11, "the bracket is not closed; expected ]"),
    ("[127.0.0.1]25", 12, "text after the closing bracket; expected : and a port, or nothing"),
    (
        "192.0.2",
        7,
        "a number at the end; expected a domain, or an IPv4 address in full and in brackets",
    ),
    ("unix:/run/lmtp", 6, "unknown service; expected a port, or a name such as smtp or submission"),
];

#[test]
fn what_is_no_destination_is_pointed_at_and_nothing_is_sent() {
    let site = Site::new("example.com A 127.0.0.1", [Options::default()]);
    for (text, at, flaw) in BAD {
        let line = format!("envoi: bad destination {text:?}, character {at}: {flaw}\n");
        let good = format!("[127.0.0.1]:{}", site.port());
        for arguments in [&["--nexthop", text][..], &["--nexthop", &good, "--fallback-relay", text]]
        {
            let run = site.send(&[&["--to", "bob@example.com"], arguments].concat());
            assert_eq!((&*run.out, &*run.err, run.status), ("", &*line, 64), "{arguments:?}");
        }
        let run = site.run(&["route", "example.com", text]);
        assert_eq!((&*run.out, &*run.err, run.status), ("", &*line, 64), "route {text:?}");
    }
    assert_eq!((site.connections(), site.questions()), (vec![0], 0));
}

#[test]
fn bad_element_of_a_list_is_pointed_at() {
    let run = run(["route", "example.com, [mx]:25,a..b"]);
    let flaw = "character 24: an empty label; expected something between dots";
    let line = format!("envoi: bad destination \"example.com, [mx]:25,a..b\", {flaw}\n");
    assert_eq!((&*run.out, &*run.err, run.status), ("", &*line, 64));
}

#[test]
fn endless_destination_is_told_in_a_short_line() {
    for text in ["a".repeat(100_000), "\u{1b}[2J".repeat(20_000), "a.".repeat(300) + "b"] {
        let run = run(["route", &text]);
        assert!(run.err.len() < 800 && run.err.lines().count() == 1, "{}", run.err);
        assert!(run.err.starts_with("envoi: bad destination ") && !run.err.contains('\u{1b}'));
        assert_eq!((&*run.out, run.status), ("", 64));
    }
}

#[test]
fn bad_values_of_routing_options_are_told() {
    let server = "no address; expected one such as 192.0.2.53, 127.0.0.1:5353 or [::1]:53";
    for (option, shown, value, why) in [
        ("--resolver", "--resolver <ADDR[:PORT]>", "localhost", server),
        ("--resolver", "--resolver <ADDR[:PORT]>", "127.0.0.1:0", server),
        ("--host-lookup", "--host-lookup <HOW>", "hosts", "expected dns, native or dns,native"),
        ("--inet-protocols", "--inet-protocols <WHICH>", "ipv5", "expected ipv4, ipv6 or all"),
        ("--own-address", "--own-address <ADDR>", "mx", "expected an address, or all"),
        ("--port", "--port <PORT>", "0", "0 is not in 1..=65535"),
    ] {
        let run = run(["route", option, value, "example.com"]);
        let line =
            format!("envoi: invalid value '{value}' for '{shown}': {why}; --help tells more\n");
        assert_eq!((&*run.out, &*run.err, run.status), ("", &*line, 64));
    }
}

#[test]
fn lmtp_finds_no_servers_by_domain() {
    let run = run(["send", "--from", "ann@x", "--to", "bob@x", "--lmtp", "-"]);
    let line = "envoi: the following required arguments were not provided: \
                --nexthop <DESTINATIONS>; --help tells more\n";
    assert_eq!((&*run.out, &*run.err, run.status), ("", line, 64));
}

#[test]
fn recipient_without_a_domain_needs_a_next_hop() {
    let run = run(["send", "--from", "ann@x", "--to", "postmaster", "-"]);
    let line = "envoi: bad address \"postmaster\": no domain; expected local-part@domain\n";
    assert_eq!((&*run.out, &*run.err, run.status), ("", line, 64));
}
