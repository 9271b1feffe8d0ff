//! `hash:file` and `btree:file`: databases of Berkeley DB, which postmap(1) reads for us.
//!
//! Nothing else that is well kept reads them. `postmap -s` writes all of a table to a pipe, once
//! and again when the file has changed.

use std::process::{Command, Stdio};

use super::Context;
use super::entries::Entries;
use super::error::Fault;
use super::file::{Snapshot, with_extension};

pub(super) fn open(kind: &str, name: &str, context: &Context) -> Result<Entries, Fault> {
    let path = with_extension(name, "db");
    let file = Snapshot::open(&path)?;
    let postmap = context.command_directory.join("postmap");
    let mut command = Command::new(&postmap);
    command.env_remove("MAIL_CONFIG").arg("-c").arg(&context.config_directory);
    command.arg("-s").arg(format!("{kind}:{name}")).stdin(Stdio::null());
    let output = command.output().map_err(|source| Fault::io(&postmap, source))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let last = said.lines().last().unwrap_or("it says nothing");
        return Err(Fault::Program { program: postmap, text: last.to_owned() });
    }
    for line in said.lines() {
        tracing::warn!("{line}");
    }
    let mut entries = Entries { file: Some(file), ..Entries::default() };
    for line in output.stdout.split(|byte| *byte == b'\n') {
        if let Some(tab) = line.iter().position(|byte| *byte == b'\t') {
            entries.map.insert(line[..tab].into(), line[tab + 1..].into());
        }
    }
    Ok(entries)
}
