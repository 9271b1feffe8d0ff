//! Tests of rewriting.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use super::*;
use crate::editor::testing::cases;

/// The header with every address replaced by `kN@n`, as the cases have it.
fn mapped(header: &[u8]) -> Vec<u8> {
    let mut addresses = Addresses::of(header);
    let mut seen = vec![b"bob@mx.example".to_vec()];
    while let Some(wanted) = addresses.wanted() {
        let wanted = wanted.to_vec();
        let place = seen.iter().position(|address| *address == wanted).unwrap_or(seen.len());
        if place == seen.len() {
            seen.push(wanted);
        }
        addresses.answer(Some(format!("k{place}@n")));
    }
    addresses.header().unwrap_or_else(|| header.to_vec())
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn headers_become_what_postfix_makes_of_them() {
    let cases = cases(include_str!("cases.txt"));
    assert!(cases.len() > 200);
    for (header, expected) in cases {
        let header = [b"To: ", &header[..]].concat();
        let expected = [b"To: ", &expected[..]].concat();
        assert_eq!(shown(&mapped(&header)), shown(&expected), "{}", shown(&header));
    }
}

#[test]
fn what_is_not_mapped_stays() {
    let mut addresses = Addresses::of(b"To: (x)  a@b ,<c@d>\n\te");
    let mut asked = Vec::new();
    while let Some(wanted) = addresses.wanted() {
        asked.push(shown(wanted));
        addresses.answer(None);
    }
    assert_eq!(asked, ["a@b", "c@d", "e"]);
    assert_eq!(addresses.header(), None);
}

#[test]
fn an_answer_cannot_leave_its_header() {
    for (answer, expected) in [
        ("x@y\r\nBcc: evil@z", "To: \"x@y??Bcc:evil\"@z"),
        ("a b@c", "To: ab@c"),
        ("\"a b\"@c", "To: \"a b\"@c"),
        ("\0@c", "To: ?@c"),
        ("a\nb", "To: a?b"),
        ("", "To: \"\""),
    ] {
        let mut addresses = Addresses::of(b"To: a@b");
        addresses.answer(Some(answer.into()));
        assert_eq!(shown(&addresses.header().unwrap()), expected, "{answer:?}");
    }
}

#[test]
fn answers_for_one_header_have_a_limit() {
    let mut addresses = Addresses::of(b"To: a@b, c@d");
    addresses.answer(Some("x".repeat(ANSWERS_MAX)));
    addresses.answer(Some("y".into()));
    assert!(shown(&addresses.header().unwrap()).ends_with("x,\n\tc@d"));
}
