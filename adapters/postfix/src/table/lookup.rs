//! What each type of table does.

use std::fmt;

use super::Table;
use super::error::Failure;
use super::file::Snapshot;
use super::lines::Problem;

/// A table that is open.
pub(super) trait Lookup: fmt::Debug + Send + Sync {
    /// What is under a key, which is folded already if it is to be.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure>;

    /// How keys are compared.
    fn shape(&self) -> Shape {
        Shape::Fixed
    }

    /// Whether a lookup may have to wait for another process.
    fn blocks(&self) -> bool {
        false
    }

    /// The file that was read.
    fn file(&self) -> Option<&Snapshot> {
        None
    }

    /// The tables that this one asks.
    fn members(&self) -> &[Table] {
        &[]
    }

    /// What was passed over in the file.
    fn problems(&self) -> &[Problem] {
        &[]
    }
}

/// How a table compares keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// With those that it has.
    Fixed,
    /// With patterns, which have their own ideas of upper and lower case.
    Pattern,
}
