//! `pipemap:{type:name, type:name}`: what one says is the next one's key.

use super::error::{Failure, Fault};
use super::lookup::{Lookup, Shape};
use super::{Context, Table, members};

/// Tables that are asked one after the other.
#[derive(Debug)]
pub(super) struct Pipe(Vec<Table>);

impl Pipe {
    pub(super) fn open(name: &str, context: &Context, depth: usize) -> Result<Self, Fault> {
        members::open(name, "pipemap:{type:name, ...}", context, depth).map(Self)
    }
}

impl Lookup for Pipe {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let mut value = key.to_owned();
        for member in &self.0 {
            let Some(next) = member.find(&value).map_err(Failure::member)? else {
                return Ok(None);
            };
            value = next;
        }
        Ok(Some(value))
    }

    fn shape(&self) -> Shape {
        members::shape(&self.0)
    }

    fn members(&self) -> &[Table] {
        &self.0
    }
}
