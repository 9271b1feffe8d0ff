//! A zone of many domains that are all alike, to be measured with.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// One of the domains of [`MANY`], of which there are [`MANY_DOMAINS`]. Each has an exchanger of
/// its own, which has an IPv4 address of its own.
pub fn one_of_many(number: usize) -> String {
    format!("d{number:04}.{MANY}")
}

/// Their records, a line each, with names that are relative to the root.
pub fn many_records() -> String {
    let mut text = String::new();
    for number in 0..MANY_DOMAINS {
        let domain = one_of_many(number);
        let [high, low] = u16::try_from(number).expect("there are not so many").to_be_bytes();
        let address = Ipv4Addr::new(127, 1, high, low);
        // Writing to a String does not fail.
        let _ = writeln!(text, "{domain} MX 10 mx.{domain}\nmx.{domain} A {address}");
    }
    text
}

/// Their zone as a master file (RFC 1035, 5). Nothing of it expires while somebody measures.
pub(super) fn text() -> String {
    format!(
        "$ORIGIN .\n\
         $TTL 86400\n\
         {MANY} SOA ns.{MANY} hostmaster.{MANY} 1 3600 600 86400 86400\n\
         {MANY} NS ns.{MANY}\n\
         ns.{MANY} A 127.0.0.1\n\
         {}",
        many_records()
    )
}

/// The zone.
pub const MANY: &str = "many.example";

/// How many domains it has.
pub const MANY_DOMAINS: usize = 2000;
