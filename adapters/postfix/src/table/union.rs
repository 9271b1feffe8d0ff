//! `unionmap:{type:name, type:name}`: what all of them say, with commas between.

use super::error::{Failure, Fault};
use super::lookup::{Lookup, Shape};
use super::{Context, Table, members};

/// Tables that are all asked.
#[derive(Debug)]
pub(super) struct Union(Vec<Table>);

impl Union {
    pub(super) fn open(name: &str, context: &Context, depth: usize) -> Result<Self, Fault> {
        members::open(name, "unionmap:{type:name, ...}", context, depth).map(Self)
    }
}

impl Lookup for Union {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let mut all = Vec::new();
        for member in &self.0 {
            let Some(value) = member.find(key).map_err(Failure::member)? else {
                continue;
            };
            if !all.is_empty() {
                all.push(b',');
            }
            all.extend(value);
        }
        Ok((!all.is_empty()).then_some(all))
    }

    fn shape(&self) -> Shape {
        members::shape(&self.0)
    }

    fn members(&self) -> &[Table] {
        &self.0
    }
}
