//! `fail:`, for trying what happens then.

use super::error::Failure;
use super::lookup::{Lookup, Shape};

/// A table whose lookups fail.
#[derive(Debug)]
pub(super) struct Fail;

impl Lookup for Fail {
    fn find(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Err(Failure::Always)
    }

    fn shape(&self) -> Shape {
        Shape::Pattern
    }
}
