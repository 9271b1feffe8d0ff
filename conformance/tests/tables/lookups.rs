//! Tables in this process, against postmap(1).

use std::error::Error;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use conformance::servers::{Found, Installed, PostfixTables};
use envoi_postfix::table::{Context, Duplicates, Table};

use crate::file::TableFile;

/// Looks every key up in every table, with keys folded or not, as UTF-8 or not.
pub(crate) fn agree(installed: &Installed, file: &TableFile) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let source = dir.path().join("source");
    if file.is_once {
        return agree_once(installed, file, dir.path());
    }
    let mut differences = String::new();
    for smtputf8 in [true, false] {
        let main = format!("compatibility_level=3.6\nsmtputf8_enable={}\n", yes_no(smtputf8));
        let postfix = PostfixTables::new(installed, dir.path(), &main)?;
        for table in &file.tables {
            // A hash and a btree would have the same file.
            fs::write(&source, &file.source)?;
            let spec = TableFile::spec(table, &source);
            for options in made_with(&spec) {
                if !options.is_empty() {
                    postfix.make(options, &spec)?;
                }
                for fold in [true, false] {
                    let context = context(&postfix, smtputf8, fold);
                    differences += &compare(&postfix, &spec, &file.keys, &context)?;
                }
            }
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(format!("\n{differences}").into()) }
}

/// Looks every key up in one way, in all tables at the same time.
fn agree_once(installed: &Installed, file: &TableFile, dir: &Path) -> Result<(), Box<dyn Error>> {
    let source = dir.join("source");
    fs::write(&source, &file.source)?;
    let postfix = PostfixTables::new(installed, dir, "compatibility_level=3.6\n")?;
    let context = context(&postfix, true, true);
    let compare = |table: &String| {
        let spec = TableFile::spec(table, &source);
        compare(&postfix, &spec, &file.keys, &context).unwrap_or_else(|error| error.to_string())
    };
    let differences: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> =
            file.tables.iter().map(|table| scope.spawn(|| compare(table))).collect();
        running.into_iter().map(|running| running.join().unwrap()).collect()
    });
    let differences = differences.concat();
    if differences.is_empty() { Ok(()) } else { Err(format!("\n{differences}").into()) }
}

/// Compares what is found under each key; says where it differs.
pub(crate) fn compare(
    postfix: &PostfixTables,
    spec: &str,
    keys: &[Vec<u8>],
    context: &Context,
) -> Result<String, Box<dyn Error>> {
    let mut differences = String::new();
    let (table, error) = Table::open_or_fail(spec, context);
    let options: &[&str] = if context.fold { &[] } else { &["-f"] };
    for (key, theirs) in keys.iter().zip(postfix.query(options, spec, keys)?) {
        let ours = found(&table, key);
        if ours != theirs {
            differences += &format!(
                "{spec} {:?} (fold {}, smtputf8 {}): Postfix: {}, ours: {}{}\n",
                key.escape_ascii().to_string(),
                context.fold,
                context.smtputf8,
                shown(&theirs),
                shown(&ours),
                error.as_ref().map(|error| format!(", {error}")).unwrap_or_default(),
            );
        }
    }
    Ok(differences)
}

/// Values of a randmap come one by one, from both of us, and no others.
pub(crate) fn random(installed: &Installed) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let postfix = PostfixTables::new(installed, dir.path(), "compatibility_level=3.6\n")?;
    let spec = "randmap:{one, {two three}, four}";
    let expected = ["four", "one", "{two three}"];
    let table = Table::open(spec, &context(&postfix, true, true))?;
    let collect = |values: Vec<Found>| {
        let mut values: Vec<_> = values.iter().map(shown).collect();
        values.sort();
        values.dedup();
        values
    };
    let theirs = postfix.query(&[], spec, &vec![b"x".to_vec(); 100])?;
    let theirs = collect(theirs);
    let ours = collect((0..1000).map(|_| found(&table, b"x")).collect());
    let expected = expected.map(|value| shown(&Found::Value(value.into())));
    if theirs == expected && ours == expected {
        return Ok(());
    }
    Err(format!("Postfix: {theirs:?}, ours: {ours:?}, expected: {expected:?}").into())
}

fn found(table: &Table, key: &[u8]) -> Found {
    match table.lookup_bytes(key) {
        Ok(Some(value)) => Found::Value(value),
        Ok(None) => Found::Nothing,
        Err(_) => Found::Failure,
    }
}

pub(crate) fn context(postfix: &PostfixTables, smtputf8: bool, fold: bool) -> Context {
    let mut context = Context::new(postfix.config_directory());
    context.queue_directory = postfix.queue_directory();
    context.command_directory = Path::new(postfix.command_directory()).to_owned();
    context.smtputf8 = smtputf8;
    context.fold = fold;
    // A proxymap(8) that cannot start should not hold up the suite.
    context.ipc_timeout = Duration::from_secs(60);
    context.duplicates = Duplicates::FirstHolds;
    context
}

/// Ways to make a database: with a NUL behind keys and values, and without.
fn made_with(spec: &str) -> &'static [&'static [&'static str]] {
    match spec.split(':').next() {
        Some("hash" | "btree" | "cdb" | "lmdb") => &[&["-N"], &["-n"]],
        _ => &[&[]],
    }
}

fn shown(found: &Found) -> String {
    match found {
        Found::Value(value) => format!("{:?}", value.escape_ascii().to_string()),
        Found::Nothing => "nothing".to_owned(),
        Found::Failure => "a failure".to_owned(),
    }
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(crate) const RANDOM: &str = "randmap_draws_each_of_its_values";
