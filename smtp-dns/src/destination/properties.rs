//! What holds for every text.

use alloc::string::{String, ToString as _};

use super::parser::{PATH_MAX, SEPARATORS};
use super::*;

#[test]
fn whatever_is_read_prints_as_it_was_written() {
    let services = Services::default();
    let mut count = 0;
    for text in texts() {
        for syntax in [Syntax::Smtp, Syntax::Lmtp] {
            let read = Destination::parse(&text, syntax, &services).map_err(check_error);
            let Ok(destination) = read else { continue };
            check(&destination);
            count += 1;
            assert_eq!(destination.to_string(), text);
            assert_eq!(Destination::list(&text, syntax, &services), Ok([destination].into()));
        }
    }
    assert!(count > COUNT_MIN, "{count}");
}

#[test]
fn whatever_is_read_from_a_list_is_an_element_of_it() {
    let services = Services::default();
    let mut count = 0;
    for text in texts() {
        for syntax in [Syntax::Smtp, Syntax::Lmtp] {
            let read = Destination::list(&text, syntax, &services).map_err(check_error);
            let elements = text.split(SEPARATORS).filter(|element| !element.is_empty());
            for (destination, element) in read.into_iter().flatten().zip(elements) {
                check(&destination);
                count += 1;
                assert_eq!(Destination::parse(element, syntax, &services), Ok(destination));
            }
        }
    }
    assert!(count > COUNT_MIN, "{count}");
}

#[test]
fn a_domain_of_a_mailbox_names_neither_host_nor_port() {
    let mut count = 0;
    for text in texts() {
        let Ok(destination) = Destination::of_domain(&text).map_err(check_error) else {
            continue;
        };
        check(&destination);
        count += 1;
        assert_eq!(destination.to_string(), text);
        assert_eq!(destination.service(), None);
        assert!(matches!(destination.target(), Target::Domain(_) | Target::Address(_)));
        assert_eq!(text.parse(), Ok(destination));
    }
    assert!(count > COUNT_MIN, "{count}");
}

/// What holds for all destinations.
fn check(destination: &Destination) {
    match destination.target() {
        Target::Domain(name) | Target::Host(name) => {
            assert_eq!(name.as_str().parse::<Name>(), Ok(name.clone()));
            assert!(!name.is_numeric());
        }
        Target::Address(address) => assert!(!address.is_unspecified()),
        Target::Unix(path) => assert!(path.len() <= PATH_MAX && !path.contains('\0')),
    }
    assert!(destination.service().is_none_or(|service| service.port != 0));
}

/// What holds for all errors.
fn check_error(bad: BadDestination) {
    assert!(bad.text.is_char_boundary(bad.at), "{bad:?}");
    let shown = bad.to_string();
    assert!(shown.len() < 1_200 && !shown.contains(char::is_control), "{shown}");
}

/// Texts of pieces that mean something somewhere, the same ones each time.
fn texts() -> impl Iterator<Item = String> {
    let mut state = 1_u64;
    // Numerical Recipes' generator; its upper bits are good enough to choose by.
    let mut below = move |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888);
        (state >> 33) as usize % bound
    };
    (0..TEXTS).map(move |_| (0..below(7)).map(|_| PIECES[below(PIECES.len())]).collect())
}

/// How many texts are tried.
const TEXTS: usize = 10_000;

/// So many of them at least are read, or nothing is shown.
const COUNT_MIN: usize = 500;

const PIECES: [&str; 64] = [
    "a",
    "b",
    "mx",
    "example",
    "com",
    ".",
    ".",
    ".",
    "..",
    "-",
    "--",
    "_",
    "xn--",
    "XN--a",
    "xn--bcher-kva",
    "ü",
    "ß",
    "例え",
    "。",
    "．",
    "‥",
    "א",
    "1",
    "0",
    "25",
    "127",
    "0x7f",
    "192.0.2.1",
    "0.0.0.0",
    "65536",
    "１",
    "①",
    ":",
    ":",
    ":25",
    ":smtp",
    ":0",
    "::",
    "::1",
    "2001:db8::1",
    "ipv6:",
    "IPv6:",
    "[",
    "[",
    "]",
    "]",
    "]:",
    "[192.0.2.1]",
    "[mx.a]",
    "unix:",
    "inet:",
    "/run/x",
    ",",
    " ",
    "\t",
    "\r\n",
    "\0",
    "\u{1b}[0m",
    "\u{202e}",
    "\u{200d}",
    "\u{ad}",
    "\u{301}",
    "%eth0",
    "\u{10ffff}",
];
