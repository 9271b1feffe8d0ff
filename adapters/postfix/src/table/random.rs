//! `randmap:{value, value}`: any of them, whatever the key.

use std::hash::{BuildHasher as _, RandomState};

use super::error::{Failure, Fault};
use super::lookup::{Lookup, Shape};
use super::members;

/// Values to choose from.
#[derive(Debug)]
pub(super) struct Random(Vec<Vec<u8>>);

impl Random {
    pub(super) fn open(name: &str) -> Result<Self, Fault> {
        let values = members::parts(name, "randmap:{value, ...}")?;
        Ok(Self(values.into_iter().map(|value| value.as_bytes().to_owned()).collect()))
    }
}

impl Lookup for Random {
    fn find(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        // Each state of the standard library's hasher is another one, which is random enough here.
        let random = RandomState::new().hash_one(());
        let index = usize::try_from(random % self.0.len() as u64).unwrap_or_default();
        Ok(self.0.get(index).cloned())
    }

    fn shape(&self) -> Shape {
        Shape::Pattern
    }
}
