//! Tables behind a running proxymap(8), against postmap(1), which asks it too.

use std::error::Error;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use conformance::servers::{Found, Installed, PostfixTables};
use envoi_driver::proto::auth::{Credentials, Rejection};
use envoi_postfix::servers::RejectionCache;
use envoi_postfix::table::KeptTable;

use crate::file::TableFile;
use crate::lookups;

/// Looks every key up in every table that needs no database, through proxymap(8).
pub(crate) fn agree(installed: &Installed, files: &[TableFile]) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    // proxymap(8) reads tables as the user postfix.
    let public = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(dir.path(), public)?;
    let mut tables = Vec::new();
    for file in files.iter().filter(|file| !file.is_once) {
        let source = dir.path().join(&file.name);
        fs::write(&source, &file.source)?;
        let specs = file.tables.iter().map(|table| TableFile::spec(table, &source));
        let specs = specs.filter(|spec| !HERE_ALONE.iter().any(|kind| spec.starts_with(kind)));
        tables.extend(specs.map(|spec| (format!("proxy:{spec}"), &file.keys)));
    }
    // In main.cf a dollar sign that is one is written twice.
    let listed = tables.iter().map(|(spec, _)| format!("  {}\n", spec.replace('$', "$$")));
    let listed: Vec<_> = listed.collect();
    let main = format!("smtputf8_enable = yes\nproxy_read_maps =\n{}", listed.concat());
    let postfix = PostfixTables::start(installed, dir.path(), &main)?;
    let context = lookups::context(&postfix, true, true);
    let denied = vec![b"x".to_vec()];
    tables.push(("proxy:static:denied".to_owned(), &denied));
    tables.push(("proxy:proxy:static:denied".to_owned(), &denied));
    let mut differences = String::new();
    for (spec, keys) in &tables {
        differences += &lookups::compare(&postfix, spec, keys, &context)?;
    }
    if differences.is_empty() { Ok(()) } else { Err(format!("\n{differences}").into()) }
}

/// Has a table remember whose credentials are refused, through proxywrite(8).
pub(crate) fn remember(installed: &Installed) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let public = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(dir.path(), public)?;
    let spec = format!("proxy:btree:{}/data/refused", dir.path().display());
    let postfix = PostfixTables::start(
        installed,
        dir.path(),
        &format!("smtp_sasl_auth_cache_name = {spec}"),
    )?;
    let context = lookups::context(&postfix, true, true);
    let cache = |life| -> Result<_, Box<dyn Error>> {
        Ok(RejectionCache::new(Some(KeptTable::open(&spec, &context)?), life))
    };
    let (ann, now) = (Credentials::password("ann", "secret")?, SystemTime::now());
    let reply = "535 5.7.8 no".parse()?;
    let rejection = Rejection::of_reply(&reply, &ann, now.duration_since(UNIX_EPOCH)?);
    let rejection = rejection.ok_or("535 is a rejection")?;
    let first = cache(Rejection::LIFE)?;
    first.insert("mx.example", &ann, rejection.clone());
    // It is written once nobody holds the cache.
    drop(first);
    let file = spec.trim_start_matches("proxy:");
    let kept = || postfix.query(&[], file, &[b"mx.example;ann".to_vec()]);
    assert_eq!(kept()?, [Found::Value(rejection.encode().into_bytes())]);
    let second = cache(Rejection::LIFE)?;
    assert_eq!(second.find("mx.example", &ann), Some(rejection.clone()));
    assert_eq!(second.find("mx2.example", &ann), None);
    let changed = Credentials::password("ann", "changed")?;
    assert_eq!(second.find("mx.example", &changed), None);
    assert_eq!(kept()?, [Found::Nothing]);
    let denied = KeptTable::open("proxy:btree:/tmp/other", &context).map(drop);
    let denied = denied.expect_err("nobody approves of it").to_string();
    assert!(denied.contains("proxywrite(8) denies"), "{denied}");
    Ok(())
}

/// What depends on the process that looks it up, and what is made of databases.
const HERE_ALONE: [&str; 5] = ["environ:", "hash:", "btree:", "cdb:", "lmdb:"];

pub(crate) const REMEMBERED: &str = "refused_credentials_are_remembered_by_proxywrite";

pub(crate) const NAME: &str = "proxied_tables_agree_with_proxymap";
