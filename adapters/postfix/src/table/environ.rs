//! `environ:`: the variables of this process's environment.

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt};

use super::error::Failure;
use super::lookup::Lookup;

/// The environment, whatever the table's name.
#[derive(Debug)]
pub(super) struct Environ;

impl Lookup for Environ {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(env::var_os(OsStr::from_bytes(key)).map(OsStringExt::into_vec))
    }
}
