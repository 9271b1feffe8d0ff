//! What addresses become.

use super::*;

/// A table, an address and what it becomes, where `+` delimits extensions, `here.example` and
/// `other.example` are local, and extensions are not propagated.
const MAPPED: &[(&str, &str, Option<&str>)] = &[
    // The search.
    ("a+x@b.example=1@c, a@b.example=2@c", "a+x@b.example", Some("1@c")),
    ("a@b.example=2@c, @b.example=3@c", "a+x@b.example", Some("2@c")),
    ("a+x=1@c, a=2@c", "a+x@b.example", None),
    ("a+x=1@c, a=2@c", "a+x@here.example", Some("1@c")),
    ("a=2@c, @other.example=3@c", "a+x@Other.Example", Some("2@c")),
    ("a=2@c", "a@[192.0.2.1]", Some("2@c")),
    ("a=2@c", "a@[192.0.2.2]", None),
    ("a=2@c", "a@[IPv6:2001:db8::1]", Some("2@c")),
    ("a=2@c", "a@other.example.", Some("2@c")),
    ("@b.example=3@c", "a+x@b.example", Some("3@c")),
    ("@b.example=3@c", "a@sub.b.example", None),
    ("a@b.example=1@c", "A@B.example", Some("1@c")),
    ("a=1@c", "a", Some("1@c")),
    ("a=1@c", "", None),
    // The result.
    ("@b.example=@c.example", "a@b.example", Some("a@c.example")),
    ("@b.example=@c.example", "a+x@b.example", Some("a+x@c.example")),
    ("{a@b.example = group: one@c, two@c;}", "a@b.example", Some("one@c")),
    ("{a@b.example = ann@[IPv6:2001:db8::1]}", "a@b.example", Some("ann@[IPv6:2001:db8::1]")),
    ("a@b.example=@c.example", "a+x@b.example", Some("a@c.example")),
    ("{a@b.example = first@c, second@c}", "a@b.example", Some("first@c")),
    ("{a@b.example = Ann (x, y) <ann@c>}", "a@b.example", Some("ann@c")),
    ("{a@b.example = \"x, y\" <ann@c>}", "a@b.example", Some("ann@c")),
    ("{a@b.example = \"x y\"@c}", "a@b.example", Some("x y@c")),
    ("a@b.example=ann", "a@b.example", Some("ann@here.example")),
    ("a@b.example=ann@c.", "a@b.example", Some("ann@c")),
    ("a@b.example=site!ann", "a@b.example", Some("ann@site")),
    ("a@b.example=ann%site", "a@b.example", Some("ann@site")),
    ("{a@b.example = <@x,@y:ann@z>}", "a@b.example", Some("ann@z")),
    // Quotes: keys are tried as they are written, and then as they are meant.
    ("{\"a b\"@c.example = 1@c}", "a b@c.example", Some("1@c")),
    // What has no extension.
    ("postmaster@b.example=1@c", "postmaster+x@b.example", Some("1@c")),
    ("@b.example=1@c, +x@b.example=2@c", "+x@b.example", Some("2@c")),
];

#[test]
fn addresses_are_searched_and_completed_as_in_generic_maps() {
    for (table, address, expected) in MAPPED {
        let mapped = map(table, rules()).map(address).unwrap();
        assert_eq!(mapped.as_deref(), *expected, "{table} {address}");
    }
}

#[test]
fn unmatched_extension_is_propagated_if_asked_for() {
    let cases = [
        ("a+x@b.example=1@c", "1@c"),
        ("a@b.example=1@c", "1+x@c"),
        ("a@b.example=@c", "a+x@c"),
        ("@b.example=1@c", "1@c"),
        ("@b.example=@c", "a+x@c"),
    ];
    for (table, expected) in cases {
        let rules = AddressRules { propagates_extensions: true, ..rules() };
        let mapped = map(table, rules).map("a+x@b.example").unwrap();
        assert_eq!(mapped.as_deref(), Some(expected), "{table}");
    }
}

#[test]
fn lists_have_no_extension_where_the_delimiter_is_a_hyphen() {
    for (address, expected) in [
        ("owner-list@b.example", None),
        ("list-request@b.example", None),
        ("double-bounce@b.example", None),
        ("list-other@b.example", Some("1@c")),
    ] {
        let rules = AddressRules { recipient_delimiter: "-".to_owned(), ..rules() };
        let table = "list@b.example=1@c, owner@b.example=2@c, double@b.example=3@c";
        assert_eq!(map(table, rules).map(address).unwrap().as_deref(), expected, "{address}");
    }
}

#[test]
fn hosts_get_the_domain_if_asked_for() {
    let rules = AddressRules { append_dot_mydomain: true, ..rules() };
    let map = map("a@b.example=ann@host, b@b.example=ann@[host]", rules);
    assert_eq!(map.map("a@b.example").unwrap().as_deref(), Some("ann@host.example"));
    assert_eq!(map.map("b@b.example").unwrap().as_deref(), Some("ann@[host]"));
}

#[test]
fn quoted_addresses_become_quoted_ones() {
    let map = map("{\"a b\"@c.example = \"x y\"@c}, @d.example=@e.example", rules());
    assert_eq!(map.map_quoted("\"a b\"@c.example").unwrap().as_deref(), Some("\"x y\"@c"));
    let mapped = map.map_quoted("\"a\\\"b.\"@d.example").unwrap();
    assert_eq!(mapped.as_deref(), Some("\"a\\\"b.\"@e.example"));
}

#[test]
fn parts_of_addresses_are_not_looked_up_in_patterns() {
    let (map, _) = AddressMap::open("randmap:{x@c}", rules(), &context());
    assert_eq!(map.find("a@b.example").unwrap().as_deref(), Some("x@c"));
    let (map, _) =
        AddressMap::open("pipemap:{inline:{@b.example=y} randmap:{x@c}}", rules(), &context());
    assert_eq!(map.find("a@b.example").unwrap(), None);
}

#[test]
fn failed_lookup_is_an_error() {
    let (map, _) = AddressMap::open("inline:{a@b.example=1@c} fail:x", rules(), &context());
    assert_eq!(map.map("a@b.example").unwrap().as_deref(), Some("1@c"));
    assert!(map.map("b@b.example").is_err());
}

#[test]
fn quotes_are_where_they_are_needed() {
    let cases = [
        ("a.b@c", "a.b@c"),
        ("a b@c", "\"a b\"@c"),
        (".a@c", "\".a\"@c"),
        ("a..b@c", "\"a..b\"@c"),
        ("a\"b\\c@c", "\"a\\\"b\\\\c\"@c"),
        ("a@b@c", "\"a@b\"@c"),
        ("@c", "\"\"@c"),
        ("ä@c", "ä@c"),
    ];
    for (meant, written) in cases {
        assert_eq!(quoted(meant), written);
        assert_eq!(unquoted(written), meant);
    }
}

fn map(table: &str, rules: AddressRules) -> AddressMap {
    let (map, errors) = AddressMap::open(&format!("inline:{{{table}}}"), rules, &context());
    assert!(errors.is_empty(), "{errors:?}");
    map
}

fn rules() -> AddressRules {
    let rules = AddressRules::new("here.example", "example", &context());
    let (mydestination, _) = MatchList::open("other.example", Subdomains::Dotted, &context());
    AddressRules {
        recipient_delimiter: "+".to_owned(),
        mydestination,
        interfaces: vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        ..rules
    }
}

fn context() -> Context {
    Context::new("/nonexistent")
}
