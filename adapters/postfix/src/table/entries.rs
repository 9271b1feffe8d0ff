//! Keys with their values, in memory.

use std::collections::HashMap;

use super::error::Failure;
use super::file::Snapshot;
use super::lines::Problem;
use super::lookup::Lookup;

/// A table that was read as a whole.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) map: HashMap<Box<[u8]>, Box<[u8]>>,
    /// Where it was read.
    pub(super) file: Option<Snapshot>,
    pub(super) problems: Vec<Problem>,
}

impl Lookup for Entries {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.map.get(key).map(|value| value.to_vec()))
    }

    fn file(&self) -> Option<&Snapshot> {
        self.file.as_ref()
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }
}
