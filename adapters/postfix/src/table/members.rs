//! What `{ ... }` holds in the tables that are made of others.

use super::error::Fault;
use super::lookup::Shape;
use super::{Context, Table, syntax};

/// The parts of `kind:{ part, part }`.
pub(super) fn parts<'a>(name: &'a str, expected: &str) -> Result<Vec<&'a str>, Fault> {
    let inside = syntax::inside_braces(name)
        .map_err(|error| Fault::Syntax(format!("{error}; expected {expected}")))?;
    let parts: Vec<_> = syntax::tokens(inside).collect();
    match parts.is_empty() {
        true => Err(Fault::Syntax(format!("nothing in {name:?}; expected {expected}"))),
        false => Ok(parts),
    }
}

/// The tables of `kind:{ type:name, type:name }`, which is `depth` tables deep.
pub(super) fn open(
    name: &str,
    expected: &str,
    context: &Context,
    depth: usize,
) -> Result<Vec<Table>, Fault> {
    let open = |spec| Table::open_within(spec, context, depth + 1).map_err(Fault::member);
    parts(name, expected)?.into_iter().map(open).collect()
}

/// A table with patterns among them makes the whole one of patterns.
pub(super) fn shape(members: &[Table]) -> Shape {
    match members.iter().any(Table::is_pattern) {
        true => Shape::Pattern,
        false => Shape::Fixed,
    }
}
