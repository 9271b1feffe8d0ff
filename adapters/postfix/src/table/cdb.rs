//! `cdb:file`: a constant database, by cdb2.

use std::fmt;
use std::io::{self, Read as _};

use cdb2::CDB;

use super::error::{Failure, Fault};
use super::file::{Snapshot, with_extension};
use super::lookup::Lookup;

/// A database that is never written to, only replaced.
pub(super) struct Cdb {
    database: CDB,
    file: Snapshot,
}

impl Cdb {
    pub(super) fn open(name: &str) -> Result<Self, Fault> {
        let path = with_extension(name, "cdb");
        let file = Snapshot::open(&path)?;
        let open = || {
            check(&file)?;
            CDB::open(&path)
        };
        let database = open().map_err(|source| Fault::io(&path, source))?;
        Ok(Self { database, file })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let value = self.database.get(key).transpose();
        value.map_err(|error| Failure::Database(error.to_string()))
    }
}

impl Lookup for Cdb {
    /// Keys and values may end with a NUL or not, as with Postfix.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let value = match self.get(&[key, b"\0"].concat())? {
            Some(value) => Some(value),
            None => self.get(key)?,
        };
        Ok(value.map(without_nul))
    }

    fn file(&self) -> Option<&Snapshot> {
        Some(&self.file)
    }
}

impl fmt::Debug for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cdb").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Checks that the 256 hash tables are within the file: cdb2 takes their word for it.
fn check(file: &Snapshot) -> io::Result<()> {
    let mut header = [0; HEADER];
    file.reader().read_exact(&mut header)?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let is_inside = |table: &[u8]| number(&table[..4]) + SLOT * number(&table[4..]) <= file.size();
    match header.chunks_exact(8).all(is_inside) {
        true => Ok(()),
        false => Err(io::Error::other("not a constant database")),
    }
}

/// Text up to a NUL, as C has it.
pub(super) fn without_nul(mut text: Vec<u8>) -> Vec<u8> {
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    text.truncate(end);
    text
}

/// How long the header is, and a slot of a hash table.
const HEADER: usize = 2048;
const SLOT: u64 = 8;
