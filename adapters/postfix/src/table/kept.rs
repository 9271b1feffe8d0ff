//! Tables that are written to.

use super::Context;
use super::error::{Failure, Fault, LookupError, OpenError};
use super::lookup::Lookup as _;
use super::proxy::Proxy;

/// `proxy:type:name`, a table that processes share and write to, by way of proxywrite(8). No
/// other table is one, as with Postfix.
#[derive(Debug)]
pub struct KeptTable {
    spec: String,
    proxy: Proxy,
}

impl KeptTable {
    /// Opens the table, which the server makes if it is not there.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it is no `proxy:` table, or the server cannot or will not open it.
    pub fn open(spec: &str, context: &Context) -> Result<Self, OpenError> {
        let blame = |fault| OpenError { table: spec.to_owned(), fault };
        let table = spec.strip_prefix("proxy:").ok_or_else(|| blame(Fault::NotShared))?;
        let proxy = Proxy::open_to_write(table, context).map_err(blame)?;
        Ok(Self { spec: spec.to_owned(), proxy })
    }

    /// What is found under a key; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the server cannot tell.
    pub fn lookup(&self, key: &str) -> Result<Option<String>, LookupError> {
        let Some(value) = self.proxy.find(key.as_bytes()).map_err(|f| self.error(f))? else {
            return Ok(None);
        };
        String::from_utf8(value).map(Some).map_err(|_| self.error(Failure::NotUtf8))
    }

    /// Has a key lead to a value, whatever it led to before.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the server cannot do that.
    pub fn update(&self, key: &str, value: &str) -> Result<(), LookupError> {
        self.proxy.update(key.as_bytes(), value.as_bytes()).map_err(|f| self.error(f))
    }

    /// Has a key lead to nothing.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the server cannot do that.
    pub fn delete(&self, key: &str) -> Result<(), LookupError> {
        self.proxy.delete(key.as_bytes()).map_err(|f| self.error(f))
    }

    fn error(&self, failure: Failure) -> LookupError {
        LookupError { table: self.spec.clone(), failure }
    }
}
