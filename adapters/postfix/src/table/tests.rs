//! What a table is to whoever asks it.

use std::fs;

use super::*;

#[test]
fn unknown_type_names_the_known_ones() {
    let error = Table::open("nosuch:x", &context()).unwrap_err().to_string();
    assert!(error.starts_with("table nosuch:x: unknown table type \"nosuch\""), "{error}");
    assert!(error.contains("inline, static, texthash"), "{error}");
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

fn context() -> Context {
    Context::new("/nonexistent")
}
