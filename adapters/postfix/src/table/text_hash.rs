//! `texthash:file`: postmap(1)'s input, read without postmap(1).

use std::collections::hash_map::Entry;
use std::path::Path;

use super::context::{Context, Duplicates};
use super::entries::Entries;
use super::error::Fault;
use super::file::Snapshot;
use super::fold::fold;
use super::lines::{self, Line, Problems, is_space};
use super::syntax;

pub(super) fn open(path: &Path, context: &Context) -> Result<Entries, Fault> {
    let (file, content) = Snapshot::read(path)?;
    let mut problems = Problems::of(path);
    let mut entries = Entries::default();
    for line in lines::lines(&content, &mut problems) {
        let Some((key, value)) = split(&line, context, &mut problems) else {
            continue;
        };
        let key = match context.fold {
            true => fold(key, context.smtputf8).into(),
            false => Box::from(key),
        };
        let key = match entries.map.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value.into());
                continue;
            }
            Entry::Occupied(occupied) => String::from_utf8_lossy(occupied.key()).into_owned(),
        };
        let text = format!("the key {key:?} comes twice");
        match context.duplicates {
            Duplicates::FirstHolds => problems.push(line.number, text),
            Duplicates::Refused => {
                return Err(Fault::Line { path: path.to_owned(), line: line.number, text });
            }
        }
    }
    Ok(Entries { file: Some(file), problems: problems.found, ..entries })
}

/// Key and value of a line.
fn split<'a>(
    line: &'a Line,
    context: &Context,
    problems: &mut Problems<'_>,
) -> Option<(&'a [u8], &'a [u8])> {
    let text = &line.text[..];
    if context.smtputf8 && str::from_utf8(text).is_err() {
        problems.push(line.number, "expected UTF-8; the line is ignored");
        return None;
    }
    let Some(end) = syntax::unquoted_bytes(text, is_space) else {
        problems.push(line.number, "expected a '\"' at the end of the key; the line is ignored");
        return None;
    };
    let (key, value) = text.split_at(end);
    let value = value.trim_ascii_start();
    if value.is_empty() {
        problems.push(line.number, "expected a key, white space and a value; the line is ignored");
        return None;
    }
    if key.ends_with(b":") {
        problems.push(line.number, "the key ends with ':'; is this an alias file?");
    }
    Some((key, value))
}
