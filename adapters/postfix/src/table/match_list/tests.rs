//! What is in a list, and what is not.

use super::*;

/// A list, and a domain with whether it is in.
const DOMAINS: &[(&str, Subdomains, &str, bool)] = &[
    ("example.com", DOTTED, "example.com", true),
    ("Example.COM", DOTTED, "eXAMPLE.com", true),
    ("example.com", DOTTED, "mail.example.com", false),
    (".example.com", DOTTED, "mail.example.com", true),
    (".example.com", DOTTED, "a.mail.example.com", true),
    (".example.com", DOTTED, "example.com", false),
    ("example.com", INCLUDED, "mail.example.com", true),
    ("example.com", INCLUDED, "badexample.com", false),
    ("example.com", INCLUDED, ".example.com", false),
    ("!mail.example.com, .example.com", DOTTED, "mail.example.com", false),
    ("!mail.example.com, .example.com", DOTTED, "www.example.com", true),
    ("!!example.com", DOTTED, "example.com", true),
    ("inline:{example.com=x}", INCLUDED, "a.b.example.com", true),
    ("inline:{example.com=x}", DOTTED, "b.example.com", false),
    ("inline:{.example.com=x}", DOTTED, "a.b.example.com", true),
    ("inline:{.example.com=x}", INCLUDED, "a.b.example.com", false),
    ("!inline:{a.example.com=x} static:y", DOTTED, "a.example.com", false),
    ("inline:{a.example.com=}", DOTTED, "a.example.com", true),
    ("inline:{ {example.com = x y} } other.example", DOTTED, "other.example", true),
    ("", DOTTED, "example.com", false),
    ("static:x", DOTTED, "", false),
];

#[test]
fn domains_match_by_their_own_name_and_those_above() {
    for (list, subdomains, domain, expected) in DOMAINS {
        let (patterns, errors) = MatchList::open(list, *subdomains, &context());
        assert!(errors.is_empty(), "{list}: {errors:?}");
        assert_eq!(patterns.has_domain(domain).unwrap(), *expected, "{list} {domain}");
    }
}

/// A list, and the address of mx.example.com with whether the host is in.
const HOSTS: &[(&str, &str, bool)] = &[
    ("192.0.2.1", "192.0.2.1", true),
    ("[192.0.2.1]", "192.0.2.1", true),
    ("192.0.2.0/24", "192.0.2.77", true),
    ("192.0.2.0/24", "192.0.3.77", false),
    ("[192.0.2.0/24]", "192.0.2.77", true),
    ("[2001:db8::1]", "2001:db8::1", true),
    ("[2001:DB8::0:1]", "2001:db8::1", true),
    ("[2001:db8::]/32", "2001:db8:1::1", true),
    ("[2001:db8::]/32", "192.0.2.1", false),
    ("192.0.2.0/24", "2001:db8::1", false),
    ("!192.0.2.5 192.0.2.0/24", "192.0.2.5", false),
    ("!192.0.2.0/25, 192.0.2.0/24", "192.0.2.200", true),
    ("mx.example.com", "192.0.2.1", true),
    ("inline:{192.0.2.1=x}", "192.0.2.1", true),
];

#[test]
fn hosts_match_by_name_or_address() {
    for (list, address, expected) in HOSTS {
        let address = address.parse().unwrap();
        let (patterns, errors) = MatchList::open(list, Subdomains::Included, &context());
        assert!(errors.is_empty(), "{list}: {errors:?}");
        let found = patterns.has_host("mx.example.com", address).unwrap();
        assert_eq!(found, *expected, "{list} {address}");
    }
}

#[test]
fn words_match_as_they_are() {
    let (list, _) = MatchList::open("plain, !login, static:x", DOTTED, &context());
    for (word, expected) in [("PLAIN", true), ("login", false), ("x.login", true)] {
        assert_eq!(list.has_word(word).unwrap(), expected, "{word}");
    }
}

#[test]
fn file_is_part_of_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list");
    fs::write(&path, "# nobody\na.example !b.example\n\nc.example # d.example\n").unwrap();
    let text = format!("!{} static:x", path.display());
    let (list, errors) = MatchList::open(&text, DOTTED, &context());
    assert!(errors.is_empty());
    let asked = ["a.example", "b.example", "c.example", "d.example"];
    let answers = asked.map(|domain| list.has_domain(domain).unwrap());
    assert_eq!(answers, [false, true, false, true]);
}

#[test]
fn what_cannot_be_read_fails_lookups_that_get_so_far() {
    let bad = ["/nonexistent", "nosuch:x", "fail:x", "!"];
    for bad in bad {
        let text = format!("a.example {bad} b.example");
        let (list, errors) = MatchList::open(&text, DOTTED, &context());
        assert_eq!(errors.len(), usize::from(bad != "fail:x"), "{errors:?}");
        assert!(list.has_domain("a.example").unwrap(), "{bad}");
        assert!(list.has_domain("b.example").is_err(), "{bad}");
    }
}

#[test]
fn network_that_is_none_is_an_error_where_addresses_are_asked_for() {
    let (list, _) = MatchList::open("192.0.2.1/24", DOTTED, &context());
    assert!(!list.has_domain("a.example").unwrap());
    let error = list.has_host("a.example", "192.0.2.1".parse().unwrap()).unwrap_err();
    assert!(error.to_string().ends_with("as in 192.0.2.0/24"), "{error}");
}

#[test]
fn file_within_itself_ends() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list");
    fs::write(&path, format!("a.example {0} {0}\n", path.display())).unwrap();
    let text = path.display().to_string();
    let (list, errors) = MatchList::open(&text, DOTTED, &context());
    assert_eq!(errors.len(), 2);
    assert!(errors[0].to_string().ends_with("the file is within itself"), "{errors:?}");
    assert!(list.has_domain("a.example").unwrap());
}

#[test]
fn parameter_says_whether_subdomains_are_included() {
    let parameters = "debug_peer_list, fast_flush_domains";
    assert_eq!(Subdomains::of("debug_peer_list", parameters), Subdomains::Included);
    assert_eq!(Subdomains::of("debug_peer", parameters), Subdomains::Dotted);
}

fn context() -> Context {
    Context::new("/nonexistent")
}

const DOTTED: Subdomains = Subdomains::Dotted;
const INCLUDED: Subdomains = Subdomains::Included;
