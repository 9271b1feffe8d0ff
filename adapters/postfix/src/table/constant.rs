//! `static:text` and `static:{ text with spaces }`: whatever the key, the same.

use super::error::{Failure, Fault};
use super::lookup::Lookup;
use super::syntax;

/// A table of one value.
#[derive(Debug)]
pub(super) struct Constant(Vec<u8>);

impl Constant {
    pub(super) fn open(name: &str) -> Result<Self, Fault> {
        let value = match name.starts_with('{') {
            true => {
                syntax::inside_braces(name).map_err(|error| Fault::Syntax(error.to_string()))?
            }
            false => name,
        };
        Ok(Self(value.as_bytes().to_owned()))
    }
}

impl Lookup for Constant {
    fn find(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(Some(self.0.clone()))
    }
}
