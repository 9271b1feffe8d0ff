//! The book's page of all parameters.

use std::fmt::Write as _;

use envoi_postfix::main_cf::table::GROUPS;
use envoi_postfix::main_cf::{Effect, Parameter, Twin};

/// A column of the page, and what it says of a parameter.
pub struct Column<'a> {
    /// Its heading.
    pub title: &'static str,
    /// Its text, as Markdown.
    pub cell: &'a dyn Fn(&Parameter) -> String,
}

/// Writes the page: all parameters group by group, with these columns behind its own.
pub fn parameter_page(more: &[Column<'_>]) -> String {
    let own: [Column<'_>; 4] = [
        Column { title: "parameter", cell: &name },
        Column { title: "default", cell: &default },
        Column { title: "what it does", cell: &|parameter| parameter.summary.into() },
        Column { title: "effect", cell: &effect },
    ];
    let columns = || own.iter().chain(more);
    let mut page = INTRODUCTION.to_owned();
    for group in GROUPS {
        let titles: Vec<_> = columns().map(|column| column.title).collect();
        let rule = "---|".repeat(titles.len());
        write!(page, "\n## {}\n\n| {} |\n|{rule}\n", group.title, titles.join(" | "))
            .expect("memory takes what is written");
        for parameter in group.parameters {
            let cells: Vec<_> = columns().map(|column| (column.cell)(parameter)).collect();
            writeln!(page, "| {} |", cells.join(" | ")).expect("memory takes what is written");
        }
    }
    page
}

fn name(parameter: &Parameter) -> String {
    let name = code(parameter.name);
    match parameter.twin {
        Twin::Shared | Twin::Mirror | Twin::Only => name,
        Twin::Named(twin) => format!("{name}, {}", code(twin)),
        Twin::None => format!("{name} (SMTP alone)"),
    }
}

fn default(parameter: &Parameter) -> String {
    let mut text = code(parameter.default);
    for (of, default) in [("2.2", parameter.default_of_2_2), ("LMTP", parameter.lmtp_default)] {
        if let Some(default) = default {
            let empty = if default.is_empty() { "empty".into() } else { code(default) };
            text = format!("{text}; {of}: {empty}");
        }
    }
    text
}

fn effect(parameter: &Parameter) -> String {
    match parameter.effect {
        Effect::Full => String::new(),
        Effect::But(note) => format!("but {note}"),
        Effect::NotYet => "not yet".into(),
        Effect::None(note) => format!("none: {note}"),
        Effect::Refused(note) => format!("an error: {note}"),
    }
}

/// A text as code, which a cell ends at no bar of.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

const INTRODUCTION: &str = "\
# All parameters

<!-- Written by: ENVOI_WRITE=1 cargo test -p conformance --test parameters -->

These are the parameters that smtp(8) and lmtp(8) name, of today's Postfix and of 2.2, and those
that they read without naming them. Where a parameter begins with `smtp_`, the LMTP client reads
one that begins with `lmtp_` in its place, unless another name is given. `2.2:` is the default with
`compatibility_level = 2.2`. Where nothing is said of the effect, it is the manual's.
The last column names files below `conformance/parameters`, and the values that they show.
";
