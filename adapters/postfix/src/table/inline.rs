//! `inline:{ key=value, { key = text with spaces } }`.

use super::Context;
use super::entries::Entries;
use super::error::Fault;
use super::fold::fold;
use super::syntax::{self, SyntaxError};

pub(super) fn open(name: &str, context: &Context) -> Result<Entries, Fault> {
    let wrong = |error: SyntaxError| {
        Fault::Syntax(format!("{error}; expected inline:{{key=value, {{key = text}}, ...}}"))
    };
    let mut entries = Entries::default();
    for token in syntax::tokens(syntax::inside_braces(name).map_err(wrong)?) {
        let pair = match token.starts_with('{') {
            true => syntax::inside_braces(token).map_err(wrong)?,
            false => token,
        };
        let (key, value) = syntax::name_value(pair).map_err(wrong)?;
        let key = match context.fold {
            true => fold(key.as_bytes(), context.smtputf8),
            false => key.as_bytes().into(),
        };
        entries.map.insert(key.into(), value.as_bytes().into());
    }
    if entries.map.is_empty() {
        return Err(wrong(SyntaxError::NoValue(name.to_owned())));
    }
    Ok(entries)
}
