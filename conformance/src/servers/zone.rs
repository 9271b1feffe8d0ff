//! What the name servers know: mail domains of every kind.
//!
//! Both zones have the same domains. Their hosts are on loopback, so that servers can listen there:
//! `h1` to `h9` at 127.0.7.1 to 127.0.7.9, `own` at [`OWN_ADDRESS`], and others as [`HOSTS`] has it.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

/// A mail domain, below [`SIGNED`] and below [`PLAIN`].
#[derive(Clone, Copy, Debug)]
pub struct Domain {
    /// Its first label.
    pub label: &'static str,
    /// What is peculiar about it.
    pub fact: &'static str,
    /// Lines of the zone, without the label that each begins with.
    records: &'static [&'static str],
}

impl Domain {
    /// All of them.
    pub const ALL: &'static [Self] = DOMAINS;

    /// The domain's name in a zone.
    pub fn in_zone(&self, zone: &str) -> String {
        format!("{}.{zone}", self.label)
    }
}

/// A zone as a master file (RFC 1035, 5).
pub(super) fn text(origin: &str, name_server: IpAddr) -> String {
    let mut text = format!("$ORIGIN {origin}.\n$TTL 300\n{HEAD}ns A {name_server}\n{HOSTS}");
    for domain in DOMAINS {
        for record in domain.records {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{} {record}", domain.label);
        }
    }
    for (label, count) in [("hundred", 100), ("crowd", 130)] {
        for n in 1..=count {
            let address = Ipv4Addr::new(127, 0, 9, n);
            let _ = writeln!(text, "{label} MX {n} {label}{n}\n{label}{n} A {address}");
        }
    }
    let padding = "x".repeat(55);
    for n in 10..80 {
        let _ = writeln!(text, "long MX {n} {padding}-{n}\n{padding}-{n} A 127.0.9.{n}");
    }
    for n in 1..=100 {
        let _ = writeln!(text, "spread-host A 127.0.10.{n}\nspread-host AAAA 100::{n}");
    }
    for n in 1..=16 {
        let _ = writeln!(text, "texts TXT \"{n} {}\"", "t".repeat(250));
    }
    for (label, length) in [("chain", 10), ("endless", 40)] {
        let _ = writeln!(text, "{label} CNAME {label}1");
        for n in 1..length - 1 {
            let _ = writeln!(text, "{label}{n} CNAME {label}{}", n + 1);
        }
        let _ = writeln!(text, "{label}{} CNAME one", length - 1);
    }
    text
}

/// A signed zone of which some signatures are spoilt: those of [`BOGUS`].
pub(super) fn spoil(signed: &str, origin: &str) -> String {
    let mut zone = String::with_capacity(signed.len());
    for line in signed.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_bogus = |(label, kind)| match &fields[..] {
            [owner, _, _, "RRSIG", of, ..] => *owner == format!("{label}.{origin}.") && *of == kind,
            _ => false,
        };
        match line.rsplit_once(' ') {
            Some((fields, signature)) if BOGUS.into_iter().any(is_bogus) => {
                // Any other character stands for other bits.
                let first = if signature.starts_with('A') { 'B' } else { 'A' };
                let _ = writeln!(zone, "{fields} {first}{}", &signature[1..]);
            }
            _ => zone = zone + line + "\n",
        }
    }
    zone
}

/// The zone that is signed.
pub const SIGNED: &str = "signed.example";
/// The zone that is not signed.
pub const PLAIN: &str = "plain.example";

/// Where the host `own` is, which tests take for this machine.
pub const OWN_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 8, 1);

/// Below [`SIGNED`], what is signed wrongly.
const BOGUS: [(&str, &str); 3] = [("bogus", "MX"), ("bogus-host", "A"), ("bogus-null", "MX")];

/// A delegation to a server that fails.
pub(super) const DEAD: &str = "dead";
/// A delegation to a server that does not answer.
pub(super) const SILENT: &str = "silent";

const HEAD: &str = "\
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
@ MX 10 h1
";

const HOSTS: &str = "\
h1 A 127.0.7.1
h2 A 127.0.7.2
h3 A 127.0.7.3
h4 A 127.0.7.4
h5 A 127.0.7.5
h6 A 127.0.7.6
h7 A 127.0.7.7
h8 A 127.0.7.8
h9 A 127.0.7.9
own A 127.0.8.1
both A 127.0.7.10
both AAAA ::1
six AAAA ::1
two-addresses A 127.0.7.11
two-addresses A 127.0.7.12
same-as-h1 A 127.0.7.1
own-and-other A 127.0.8.1
own-and-other A 127.0.7.13
text-host TXT \"no address\"
alias CNAME h1
alias-of-alias CNAME alias
loop-host CNAME loop-host2
loop-host2 CNAME loop-host
dangling-host CNAME gone
bogus-host A 127.0.7.14
brief-host 1 A 127.0.7.15
ns.dead A 127.0.5.9
ns.silent A 127.0.5.10
_submission._tcp.srv SRV 10 0 587 h1
_submission._tcp.srv SRV 10 100 1587 h2
_submission._tcp.srv SRV 20 0 587 h3
_submission._tcp.srv-none SRV 0 0 0 .
_submission._tcp.srv-alias SRV 0 0 587 alias
_submission._tcp.srv-gone SRV 0 0 587 gone
_25._tcp.h1 TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000001
_25._tcp.h1 TLSA 2 0 1 0000000000000000000000000000000000000000000000000000000000000002
_25._tcp.h2 TLSA 3 1 2 (
    00000000000000000000000000000000000000000000000000000000000000000000000000000000
    000000000000000000000000000000000000000000000003 )
_25._tcp.h3 CNAME _25._tcp.h1
_mta-sts.one TXT \"v=STSv1; id=1;\"
_smtp._tls.one TXT \"v=TLSRPTv1;\" \" rua=mailto:tls@one.example\"
";

const fn domain(
    label: &'static str,
    fact: &'static str,
    records: &'static [&'static str],
) -> Domain {
    Domain { label, fact, records }
}

const DOMAINS: &[Domain] = &[
    domain("one", "one exchanger", &["MX 10 h1"]),
    domain("two", "two preferences", &["MX 10 h1", "MX 20 h2"]),
    domain("reverse", "the worst comes first", &["MX 30 h3", "MX 20 h2", "MX 10 h1"]),
    domain("ties", "three of one preference", &["MX 10 h1", "MX 10 h2", "MX 10 h3"]),
    domain("mixed", "ties twice", &["MX 10 h1", "MX 10 h2", "MX 20 h3", "MX 20 h4"]),
    domain(
        "nine",
        "more exchangers than are tried",
        &[
            "MX 1 h1", "MX 2 h2", "MX 3 h3", "MX 4 h4", "MX 5 h5", "MX 6 h6", "MX 7 h7", "MX 8 h8",
            "MX 9 h9",
        ],
    ),
    domain("extremes", "the least and the greatest preference", &["MX 65535 h2", "MX 0 h1"]),
    domain("twice", "the same exchanger twice", &["MX 10 h1", "MX 20 h1"]),
    domain("shared", "two exchangers at one address", &["MX 10 h1", "MX 20 same-as-h1"]),
    domain("several", "an exchanger with two addresses", &["MX 10 two-addresses"]),
    domain(
        "spread",
        "an exchanger with a hundred addresses of each family",
        &["MX 10 spread-host"],
    ),
    domain("dual", "an exchanger in both families", &["MX 10 both"]),
    domain(
        "balanced",
        "many of IPv4, and then one of IPv6",
        &["MX 1 h1", "MX 2 h2", "MX 3 h3", "MX 4 h4", "MX 5 h5", "MX 6 h6", "MX 20 six"],
    ),
    domain("v6", "an exchanger in IPv6 alone", &["MX 10 six"]),
    domain("v6-better", "IPv6 alone, then IPv4 alone", &["MX 10 six", "MX 20 h2"]),
    domain("upper", "an exchanger in capitals", &["MX 10 H1"]),
    domain("implicit", "no exchanger, but an address", &["A 127.0.7.1"]),
    domain("implicit-v6", "no exchanger, but an IPv6 address", &["AAAA ::1"]),
    domain("implicit-both", "no exchanger, but both", &["A 127.0.7.1", "AAAA ::1"]),
    domain("no-data", "neither exchanger nor address", &["TXT \"nothing here\""]),
    domain("absent", "no such name", &[]),
    domain("null", "takes no mail", &["MX 0 ."]),
    domain("null-ten", "the root at another preference", &["MX 10 ."]),
    domain("null-address", "takes no mail, but has an address", &["MX 0 .", "A 127.0.7.1"]),
    domain("null-among", "the root among exchangers", &["MX 0 .", "MX 10 h1"]),
    domain("null-last", "the root behind an exchanger", &["MX 10 h1", "MX 20 ."]),
    domain("cname", "another name for a domain", &["CNAME two"]),
    domain("cname-host", "another name for a host", &["CNAME h1"]),
    domain("cname-null", "another name for what takes no mail", &["CNAME null"]),
    domain("cname-gone", "another name for nothing", &["CNAME gone"]),
    domain("cname-no-data", "another name for what has nothing", &["CNAME no-data"]),
    domain("cname-abroad", "another name for one in the other zone", &["CNAME one.plain.example."]),
    domain("chain", "a chain of ten names", &[]),
    domain("endless", "a chain of forty names", &[]),
    domain("loop", "a chain without end", &["CNAME loop2"]),
    domain("loop2", "the other half of it", &["CNAME loop"]),
    domain("mx-alias", "an exchanger by another name", &["MX 10 alias", "MX 20 h2"]),
    domain("mx-aliases", "an exchanger by two other names", &["MX 10 alias-of-alias"]),
    domain("mx-loop", "an exchanger in a loop", &["MX 10 loop-host"]),
    domain(
        "mx-loop-two",
        "an exchanger in a loop, and a good one",
        &["MX 10 loop-host", "MX 20 h2"],
    ),
    domain("mx-dangling", "an exchanger by another name for nothing", &["MX 10 dangling-host"]),
    domain("mx-number", "an address where a name belongs", &["MX 10 127.0.7.1."]),
    domain(
        "mx-abroad",
        "exchangers in the other zone",
        &["MX 10 h1.signed.example.", "MX 10 h1.plain.example."],
    ),
    domain(
        "mx-outside",
        "an exchanger that the servers refuse to look up",
        &["MX 10 mx.outside.example."],
    ),
    domain("gone-first", "the best does not exist", &["MX 10 gone", "MX 20 h2"]),
    domain("gone-last", "the worst does not exist", &["MX 10 h1", "MX 20 gone"]),
    domain("gone-all", "none exists", &["MX 10 gone", "MX 20 gone2"]),
    domain("no-address", "the only one has no address", &["MX 10 text-host"]),
    domain("no-address-all", "none has an address", &["MX 10 text-host", "MX 20 gone"]),
    domain("dead-first", "the best cannot be looked up", &["MX 10 mx.dead", "MX 20 h2"]),
    domain("dead-last", "the worst cannot be looked up", &["MX 10 h1", "MX 20 mx.dead"]),
    domain("dead-all", "none can be looked up", &["MX 10 mx.dead", "MX 20 mx2.dead"]),
    domain(
        "dead-gone",
        "one cannot be looked up, one does not exist",
        &["MX 10 gone", "MX 20 mx.dead"],
    ),
    domain("silent-last", "the worst takes long to look up", &["MX 10 h1", "MX 20 mx.silent"]),
    domain(DEAD, "its name server fails", &["NS ns.dead"]),
    domain(SILENT, "its name server does not answer", &["NS ns.silent"]),
    domain("own-only", "we are the only exchanger", &["MX 10 own"]),
    domain("own-best", "we are the best", &["MX 10 own", "MX 20 h2"]),
    domain("own-tied", "we are among the best", &["MX 10 h1", "MX 10 own", "MX 20 h3"]),
    domain(
        "own-middle",
        "we are in the middle",
        &["MX 10 h1", "MX 20 own", "MX 20 h2", "MX 30 h3"],
    ),
    domain("own-last", "we are the worst", &["MX 10 h1", "MX 20 own"]),
    domain("own-above-gone", "better ones do not exist", &["MX 10 gone", "MX 20 own", "MX 30 h3"]),
    domain(
        "own-address",
        "we are one of the best one's addresses",
        &["MX 10 own-and-other", "MX 20 h2"],
    ),
    domain("own-implicit", "no exchanger, and our address", &["A 127.0.8.1"]),
    domain("hundred", "a hundred exchangers", &[]),
    domain("crowd", "more exchangers than are looked up", &[]),
    domain("long", "an answer of more than 4 KiB, exchangers alone", &[]),
    domain("texts", "texts of 4 KiB", &["MX 10 h1"]),
    domain("xn--bcher-kva", "an internationalized name", &["MX 10 h1"]),
    domain("under_score", "a name that is none of a host", &["MX 10 h1"]),
    domain("*.wild", "whatever is below it", &["MX 10 h1"]),
    domain("srv", "services, and an exchanger", &["MX 10 h9"]),
    domain("srv-none", "has no such service", &["MX 10 h9"]),
    domain("srv-alias", "a service at another name", &["MX 10 h9"]),
    domain("srv-gone", "a service at a host that does not exist", &["MX 10 h9"]),
    domain("ttl-zero", "for this once", &["0 MX 10 h1"]),
    domain("ttl-one", "for a second", &["1 MX 10 h1"]),
    domain("ttl-week", "for a week", &["604800 MX 10 h1"]),
    domain("ttl-host", "the address for a second", &["MX 10 brief-host"]),
    domain("bogus", "exchangers signed wrongly", &["MX 10 h1"]),
    domain(
        "bogus-address",
        "an exchanger's address signed wrongly",
        &["MX 10 bogus-host", "MX 20 h2"],
    ),
    domain("bogus-null", "takes no mail, signed wrongly", &["MX 0 ."]),
];
