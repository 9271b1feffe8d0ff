//! Tables behind a running proxymap(8), against postmap(1), which asks it too.

use std::error::Error;
use std::fs;

use conformance::servers::{Installed, PostfixTables};

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

/// What depends on the process that looks it up, and what is made of databases.
const HERE_ALONE: [&str; 5] = ["environ:", "hash:", "btree:", "cdb:", "lmdb:"];

pub(crate) const NAME: &str = "proxied_tables_agree_with_proxymap";
