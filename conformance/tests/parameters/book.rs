//! The book's page of all parameters, with the cases that show each.

use std::path::Path;
use std::{env, fs};

use conformance::parameter::Case;
use conformance::parameter_page::{Column, parameter_page};
use envoi_postfix::main_cf::Parameter;
use libtest_mimic::Trial;

use crate::table::{Row, rows};

/// The page has to be what the table and the cases make it; `ENVOI_WRITE=1` writes it.
pub(crate) fn trial(cases: &[Case]) -> Trial {
    let rows = rows(cases);
    let cell = |parameter: &Parameter| {
        let row = rows.iter().find(|row| row.parameter.name == parameter.name);
        row.map(shown).unwrap_or_default()
    };
    let page = parameter_page(&[Column { title: "shown by", cell: &cell }]);
    Trial::test("the page in the book is that of the table", move || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/parameters.md");
        if env::var_os("ENVOI_WRITE").is_some() {
            fs::write(&path, &page)?;
        }
        if fs::read_to_string(&path)? == page { Ok(()) } else { Err(STALE.into()) }
    })
}

/// The files below conformance/parameters, and the values that they show.
fn shown(row: &Row) -> String {
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for (file, shown) in &row.shown {
        let value = match shown.value.as_deref() {
            None => "default".to_owned(),
            Some("") => "empty".to_owned(),
            Some(value) => format!("`{}`", shorten(value).replace('|', "\\|")),
        };
        match files.iter_mut().find(|(known, _)| known == file) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => files.push((file, vec![value])),
        }
    }
    let file = |(file, values): &(&str, Vec<String>)| format!("{file}: {}", values.join(", "));
    files.iter().map(file).collect::<Vec<_>>().join("; ")
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => text[..end].trim_end().to_owned() + "…",
        None => text.to_owned(),
    }
}

/// Most characters of a value.
const SHOWN_MAX: usize = 40;

const STALE: &str = "book/src/parameters.md is stale; this writes it: \
    ENVOI_WRITE=1 cargo test -p conformance --test parameters";
