//! What a table is to whoever asks it.

use std::fs;

use super::*;

#[test]
fn unknown_type_names_the_known_ones() {
    let error = Table::open("nosuch:x", &context()).unwrap_err().to_string();
    assert!(error.starts_with("table nosuch:x: unknown table type \"nosuch\""), "{error}");
    assert!(error.contains("inline, lmdb, pcre, "), "{error}");
}

#[test]
fn bad_names_are_told_with_what_was_expected() {
    let cases = [
        ("inline", "expected type:name"),
        ("inline:", "expected type:name"),
        (":x", "expected type:name"),
        ("static:{a", "missing '}' in \"{a\""),
        ("static:{a} b", "expected nothing after '}' in \"{a} b\""),
        ("inline:a=b", "expected '{' at \"a=b\"; expected inline:{key=value, {key = text}, ...}"),
        (
            "inline:{}",
            "expected name=value, found \"{}\"; expected inline:{key=value, {key = text}, ...}",
        ),
        ("texthash:/nonexistent", "/nonexistent: No such file or directory (os error 2)"),
        ("texthash:/tmp", "/tmp: not a regular file"),
    ];
    for (spec, fault) in cases {
        let error = Table::open(spec, &context()).unwrap_err().to_string();
        assert_eq!(error, format!("table {spec}: {fault}"));
    }
}

#[test]
fn rules_may_stand_in_the_name() {
    for (spec, key, value) in [
        ("regexp:{{/^a(.)/ $1} {/./ other}}", "ab", "b"),
        ("regexp:{{/^a(.)/ $1} {/./ other}}", "x", "other"),
        ("pcre:{ { if /a/ }, { /b$/ {yes} }, {endif} }", "ab", "{yes}"),
        ("cidr:{{192.0.2.0/24 net}}", "192.0.2.1", "net"),
    ] {
        let table = Table::open(spec, &context()).unwrap();
        assert_eq!(table.lookup(key).unwrap().as_deref(), Some(value), "{spec}");
        assert!(!table.has_changed());
    }
    let error = Table::open("pcre:{/a/ b}", &context()).unwrap_err().to_string();
    assert!(error.ends_with("expected '{' at \"/a/\"; expected {{rule}, ...}"), "{error}");
}

#[test]
fn failing_member_fails_the_list() {
    let (tables, errors) = Tables::open("inline:{a=1}, fail:x static:2", &context());
    assert!(errors.is_empty());
    assert_eq!(tables.lookup("a").unwrap().as_deref(), Some("1"));
    assert_eq!(tables.lookup("b").unwrap_err().to_string(), "table fail:x: its lookups fail");
}

#[test]
fn member_that_cannot_be_opened_fails_the_list() {
    let (tables, errors) = Tables::open("inline:{a=1} texthash:/nonexistent", &context());
    assert_eq!(errors.len(), 1);
    assert_eq!(tables.lookup("a").unwrap().as_deref(), Some("1"));
    assert_eq!(tables.lookup("b").unwrap_err().to_string(), errors[0].to_string());
}

#[test]
fn empty_key_is_nowhere_in_a_list() {
    let (tables, _) = Tables::open("static:x", &context());
    assert_eq!(tables.lookup("").unwrap(), None);
}

#[test]
fn empty_result_is_an_error() {
    let table = Table::open("inline:{a=}", &context()).unwrap();
    assert_eq!(
        table.lookup("a").unwrap_err().to_string(),
        "table inline:{a=}: the result is empty"
    );
}

#[test]
fn changed_file_is_read_again_on_refresh() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table");
    fs::write(&path, "key one\n").unwrap();
    let table = Table::open(&format!("texthash:{}", path.display()), &context()).unwrap();
    assert!(!table.has_changed());
    fs::write(&path, "key second\n").unwrap();
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some("one"));
    assert!(table.has_changed());
    table.refresh();
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some("second"));
    assert!(!table.has_changed());
}

#[test]
fn file_that_vanished_fails_lookups_until_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table");
    fs::write(&path, "key one\n").unwrap();
    let table = Table::open(&format!("texthash:{}", path.display()), &context()).unwrap();
    fs::remove_file(&path).unwrap();
    table.refresh();
    assert!(matches!(table.lookup("key").unwrap_err().failure, Failure::NotOpen(_)));
    fs::write(&path, "key two\n").unwrap();
    table.refresh();
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some("two"));
}

#[test]
fn file_out_of_reach_stays_as_it_was_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table");
    fs::write(&path, "key one\n").unwrap();
    let table = Table::open(&format!("texthash:{}", path.display()), &context()).unwrap();
    // As a chroot looks from within.
    dir.close().unwrap();
    table.refresh();
    assert!(table.has_changed());
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some("one"));
}

#[test]
fn keys_that_are_not_utf_8_are_looked_up_where_lines_are_compared() {
    let (_dir, table) = file_with("regexp", b"/caf\xe9/ found \xe9", &context().case_sensitive());
    assert_eq!(table.lookup_bytes(b"caf\xe9").unwrap().as_deref(), Some(&b"found \xe9"[..]));
    assert!(matches!(table.lookup_bytes(b"cafe"), Ok(None)));
    let (_dir, table) = file("regexp", b"/caf/ found");
    assert_eq!(table.lookup_bytes(b"caf\xe9").unwrap(), None);
}

/// A type, a file's content, a key and what is found under it.
const FOUND: &[(&str, &str, &str, Option<&str>)] = &[
    ("texthash", "Key one\n two\n# no\n\tthree\n", "kEY", Some("one two\tthree")),
    ("texthash", "\"a b\" c\n", "\"a b\"", Some("c")),
    ("regexp", "/^(a)(b)?$/ $1-${2}-$(1)$$", "A", Some("A--A$")),
    ("regexp", "/^a/!/b$/ x", "ab", None),
    ("regexp", "/^a/!/b$/ x", "ac", Some("x")),
    ("regexp", "!/a/ x", "b", Some("x")),
    ("regexp", "if /^a/\n/b/ 1\nendif\n/b/ 2", "ab", Some("1")),
    ("regexp", "if /^a/\n/b/ 1\nendif\n/b/ 2", "b", Some("2")),
    ("pcre", "if !/^a/\n/b/ 1\nendif\n/b/ 2", "ab", Some("2")),
    ("pcre", "/^(a+)(.*)$/U $1", "aaa", Some("a")),
    ("pcre", "/^a$/i x", "A", None),
    ("cidr", "10.0.0.0/8 a\n!10.0.0.0/8 b", "10.1.2.3", Some("a")),
    ("cidr", "10.0.0.0/8 a\n!10.0.0.0/8 b", "11.1.2.3", Some("b")),
    ("cidr", "10.0.0.0/8 a\n!10.0.0.0/8 b", "::1", None),
    ("cidr", "if ::/0\n[::1]/128 a\nendif", "::1", Some("a")),
    ("cidr", "::1 a", "localhost", None),
];

#[test]
fn values_are_found_by_the_rules_of_each_type() {
    for (kind, content, key, expected) in FOUND {
        let (_dir, table) = file(kind, content.as_bytes());
        assert_eq!(table.lookup(key).unwrap().as_deref(), *expected, "{kind}: {content}: {key}");
    }
}

#[test]
fn duplicate_keys_fail_as_in_daemons_and_warn_as_in_postmap() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table");
    fs::write(&path, "key one\nKEY two\n").unwrap();
    let spec = format!("texthash:{}", path.display());
    let error = Table::open(&spec, &context()).unwrap_err().to_string();
    assert!(error.ends_with("/table, line 2: the key \"key\" comes twice"), "{error}");
    let lenient = Context { duplicates: Duplicates::FirstHolds, ..context() };
    let table = Table::open(&spec, &lenient).unwrap();
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some("one"));
    assert_eq!(table.problems().len(), 1);
}

#[test]
fn rules_that_are_passed_over_are_told_with_what_was_expected() {
    let cases = [
        ("/a/ $1", "$1 is of no group: the pattern has 0; the rule is ignored"),
        (
            "!/(a)/ $1",
            "$1 is of no pattern that matches: the pattern is negated; the rule is ignored",
        ),
        ("/(a)/ $x", "expected the number of a group behind '$', found \"x\"; the rule is ignored"),
        ("/(a)/ ${1", "expected '}' at the end of \"${1\"; the rule is ignored"),
        ("/a/q b", "unknown flag 'q' of a pattern; the rule is ignored"),
        ("/a b", "expected '/' at the end of the pattern; the rule is ignored"),
        ("a b", "expected /pattern/flags text, if /pattern/flags or endif; the rule is ignored"),
        ("if", "expected a pattern, such as /text/; the rule is ignored"),
        ("endif", "endif without if; the rule is ignored"),
        ("if /a/", "expected endif behind the last rule of this if"),
        ("/a/", "expected text behind the pattern; the result is empty"),
        (" /a/ b", "expected text in the first column; ignored"),
    ];
    for kind in ["regexp", "pcre"] {
        for (line, expected) in cases {
            let (_dir, table) = file(kind, format!("\n{line}\n").as_bytes());
            let problems: Vec<_> =
                table.problems().iter().map(|it| (it.line, it.text.clone())).collect();
            assert_eq!(problems, [(2, expected.to_owned())], "{kind}: {line}");
        }
    }
}

#[test]
fn patterns_that_do_not_compile_are_told_with_the_reason() {
    let cases = [
        (
            "pcre",
            "/a(/ x",
            "bad pattern \"a(\": missing closing parenthesis at offset 2; the rule is ignored",
        ),
        ("regexp", "/a(/ x", "bad pattern \"a(\": Unmatched ( or \\(; the rule is ignored"),
        (
            "regexp",
            "/((a{255}){255}){255}/ x",
            "bad pattern \"((a{255}){255}){255}\": its counts make more than 100000 characters; the rule is ignored",
        ),
    ];
    for (kind, line, expected) in cases {
        let (_dir, table) = file(kind, line.as_bytes());
        assert_eq!(table.problems()[0].text, expected);
        assert_eq!(table.lookup("a").unwrap(), None);
    }
}

#[test]
fn networks_that_are_passed_over_are_told_with_what_was_expected() {
    let cases = [
        ("10.1.2.3/8 x", "expected no bits behind the mask in \"10.1.2.3/8\", as in 10.0.0.0/8"),
        ("10.0.0.0/33 x", "expected a mask of 0 to 32 bits behind '/', found \"10.0.0.0/33\""),
        ("::/+1 x", "expected a mask of 0 to 128 bits behind '/', found \"::/+1\""),
        ("10/8 x", "expected an address or a network such as 192.0.2.0/24, found \"10/8\""),
        ("[::1 x", "expected ']' in \"[::1\""),
        ("10.0.0.0/8", "expected text behind the network"),
        ("endif x", "expected nothing behind endif"),
        ("endif", "endif without if"),
    ];
    for (line, expected) in cases {
        let (_dir, table) = file("cidr", line.as_bytes());
        assert_eq!(table.problems()[0].text, format!("{expected}; the rule is ignored"));
    }
}

#[test]
fn exponential_pattern_is_an_error_in_bounded_time() {
    let (_dir, table) = file("pcre", b"\n/^(x+x+)+[yz]$/ found\n");
    let error = table.lookup(&"x".repeat(100)).unwrap_err();
    assert_eq!(error.failure.to_string(), "line 2: match limit exceeded");
    assert_eq!(table.lookup("xxz").unwrap().as_deref(), Some("found"));
}

#[test]
fn posix_pattern_with_references_has_as_long_as_others() {
    let (_dir, table) = file("regexp", br"/^(a*)(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5\6b$/ found");
    let error = table.lookup(&"a".repeat(300)).unwrap_err();
    assert_eq!(error.failure.to_string(), "line 1: no result within 5s");
    let error = table.lookup("b").unwrap_err();
    assert_eq!(error.failure.to_string(), "line 1: busy with a key that takes too long");
}

#[test]
fn tables_of_tables_have_a_depth() {
    let nested = |depth| format!("{}static:x{}", "unionmap:{".repeat(depth), "}".repeat(depth));
    let table = Table::open(&nested(DEPTH_MAX), &context()).unwrap();
    assert_eq!(table.lookup("a").unwrap().as_deref(), Some("x"));
    let error = Table::open(&nested(DEPTH_MAX + 1), &context()).unwrap_err();
    assert!(error.to_string().ends_with("more than 32 tables within one another"), "{error}");
    assert!(Table::open(&nested(20_000), &context()).is_err());
}

#[test]
fn long_lines_are_read() {
    let long = "x".repeat(10 << 20);
    let (_dir, table) = file("texthash", format!("key {long}\n{long} value\n").as_bytes());
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some(&*long));
    assert_eq!(table.lookup(&long).unwrap().as_deref(), Some("value"));
}

#[test]
fn member_that_changed_is_read_again_with_its_table() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table");
    fs::write(&path, "key one\n").unwrap();
    let spec = format!("unionmap:{{static:a, texthash:{}}}", path.display());
    let table = Table::open(&spec, &context()).unwrap();
    fs::write(&path, "key second\n").unwrap();
    table.refresh();
    assert_eq!(table.lookup("key").unwrap().as_deref(), Some("a,second"));
}

#[test]
fn random_value_is_one_of_those_given() {
    let table = Table::open("randmap:{a, {b c}}", &context()).unwrap();
    let mut seen: Vec<_> = (0..1000).filter_map(|_| table.lookup("x").unwrap()).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["a", "{b c}"]);
}

#[test]
fn broken_databases_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let junk: Vec<_> = (0..10_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let cases = [
        ("cdb", &junk[..], "not a constant database"),
        ("cdb", &junk[..100], "failed to fill whole buffer"),
        ("lmdb", &junk[..], "MDB_INVALID: File is not an LMDB file"),
        ("lmdb", b"", "not a database: the file is empty"),
    ];
    for (kind, content, expected) in cases {
        let path = dir.path().join(format!("table.{kind}"));
        fs::write(&path, content).unwrap();
        let spec = format!("{kind}:{}", path.with_extension("").display());
        let error = Table::open(&spec, &context()).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn table_of_another_program_is_sent_to_proxymap() {
    let error = Table::open("mysql:/x", &context()).unwrap_err().to_string();
    assert!(error.ends_with("proxy:mysql:name asks its proxymap(8)"), "{error}");
}

/// A table of a file with the given content.
fn file(kind: &str, content: &[u8]) -> (tempfile::TempDir, Table) {
    file_with(kind, content, &context())
}

fn file_with(kind: &str, content: &[u8], context: &Context) -> (tempfile::TempDir, Table) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table");
    fs::write(&path, content).unwrap();
    let table = Table::open(&format!("{kind}:{}", path.display()), context).unwrap();
    (dir, table)
}

fn context() -> Context {
    Context::new("/nonexistent")
}
