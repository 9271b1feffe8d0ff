//! `envoi route`.

use serde_json::{Value, json};

use crate::program::run;
use crate::site::{Site, nobody};

const ZONE: &str = "
    example.com    MX    10 a.example.com
    example.com    MX    20 b.example.com
    example.com    MX    30 c.example.com
    example.com    MX    40 d.example.com
    a.example.com  A     192.0.2.1
    b.example.com  AAAA  2001:db8::2
    d.example.com  A     192.0.2.4
    example.org    A     192.0.2.9
    example.net    MX    0 .
";

fn site() -> Site {
    Site::new(ZONE, [Default::default()])
}

#[test]
fn hosts_are_shown_in_order_and_those_left_out_with_the_reason() {
    let run = site().run(&["route", "example.com", "--own-address", "192.0.2.4"]);
    assert_eq!(
        run.out,
        "example.com\n\
         \x20    10 a.example.com[192.0.2.1]:25  ttl 300\n\
         \x20    20 b.example.com[2001:db8::2]:25  ttl 300\n\
         \x20    30 c.example.com is left out: Host or domain name not found. Name service error \
         for name=c.example.com type=AAAA: Host not found\n\
         \x20    40 d.example.com[192.0.2.4] is left out: it is this machine\n"
    );
    assert_eq!((run.status, &*run.err), (0, ""));
}

#[test]
fn each_destination_is_shown() {
    let more = ["--fallback-relay", "[192.0.2.7]:26", "--port", "587"];
    let run =
        site().run(&[&["route", "example.org, [192.0.2.8]", "example.net:26"], &more[..]].concat());
    assert_eq!(
        run.out,
        "example.org\n  example.org[192.0.2.9]:587  ttl 300\n\
         [192.0.2.8]\n  192.0.2.8[192.0.2.8]:587\n\
         example.net:26\n  5.1.0 Domain example.net does not accept mail (nullMX)\n\
         [192.0.2.7]:26\n  192.0.2.7[192.0.2.7]:26\n"
    );
    assert_eq!((run.status, &*run.err), (69, ""));
}

#[test]
fn lmtp_has_hosts_and_sockets() {
    let site = site();
    let run = site.run(&["route", "--lmtp", "unix:/run/lmtp", "inet:example.org"]);
    assert_eq!(
        run.out,
        "unix:/run/lmtp\n  /run/lmtp[/run/lmtp]\n\
         inet:example.org\n  example.org[192.0.2.9]:24  ttl 300\n"
    );
    assert_eq!(run.status, 0);
}

#[test]
fn json_has_an_object_for_each_destination() {
    let more = ["--json", "--inet-protocols", "ipv4", "--own-address", "192.0.2.4"];
    let run = site().run(&[&["route", "example.com", "example.net"], &more[..]].concat());
    let objects: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let not_found = |name, kind, lack| {
        format!(
            "Host or domain name not found. Name service error for name={name} type={kind}: {lack}"
        )
    };
    let (no_name, no_data) = ("Host not found", "Host found but no data record of requested type");
    assert_eq!(
        objects,
        [
            json!({
                "destination": "example.com",
                "hosts": [{
                    "name": "a.example.com", "address": "192.0.2.1", "port": 25,
                    "preference": 10, "ttl": 300, "secure": false,
                }],
                "left_out": [
                    {
                        "name": "b.example.com", "preference": 20,
                        "reason": not_found("b.example.com", "A", no_data),
                    },
                    {
                        "name": "c.example.com", "preference": 30,
                        "reason": not_found("c.example.com", "A", no_name),
                    },
                    {
                        "name": "d.example.com", "address": "192.0.2.4", "preference": 40,
                        "reason": "it is this machine",
                    },
                ],
            }),
            json!({
                "destination": "example.net",
                "hosts": [],
                "left_out": [],
                "failure": {
                    "dsn": "5.1.0",
                    "text": "Domain example.net does not accept mail (nullMX)",
                },
            }),
        ]
    );
    assert_eq!((run.status, &*run.err), (69, ""));
}

#[test]
fn resolver_that_does_not_answer_is_a_failure_for_now() {
    let run = run(["route", "--resolver", &nobody(), "example.com"]);
    assert_eq!(
        run.out,
        "example.com\n  4.4.3 Host or domain name not found. Name service error for \
         name=example.com type=MX: Host not found, try again\n"
    );
    assert_eq!((run.status, &*run.err), (75, ""));
}

#[test]
fn deferral_outranks_what_cannot_be_helped() {
    // The address is of a family that is not used, whoever is asked.
    let hops = ["[192.0.2.1]", "example.com", "[192.0.2.1]"];
    let more = ["--inet-protocols", "ipv6", "--resolver", &nobody()];
    let run = run([&["route"], &hops[..], &more[..]].concat());
    assert_eq!(run.out.lines().filter(|line| line.starts_with("  5.")).count(), 2, "{run:?}");
    assert_eq!(run.status, 75);
}
