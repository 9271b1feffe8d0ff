//! Postfix's lookup tables, `type:name` as main.cf writes them.
//!
//! A [`Table`] is one of them, [`Tables`] a list. A key that is not there is `None`; a table that
//! cannot be opened, or cannot answer, is an error, and never counts as a key that is not there.
//!
//! ```
//! use envoi_postfix::table::{Context, Table};
//!
//! let context = Context::new("/etc/postfix");
//! let table = Table::open("inline:{ {example.com = relay:[mx.example.net]} }", &context)?;
//! assert_eq!(table.lookup("Example.COM")?.as_deref(), Some("relay:[mx.example.net]"));
//! assert_eq!(table.lookup("example.org")?, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Files that change
//!
//! What a lookup finds is in memory. A file is looked at again when [`Table::refresh`] says so,
//! which is meant for the time between two deliveries: one fstat(2) per file. What can no longer
//! be opened then fails lookups until it can, but where the process may not go any more: one that
//! gave up its privileges, or changed its root, keeps what it had read.

mod address_map;
mod berkeley;
mod blocks;
mod cdb;
mod cidr;
mod constant;
mod context;
mod entries;
mod environ;
mod error;
mod fail;
mod file;
mod fold;
mod inline;
mod kept;
mod kind;
mod lines;
mod list;
mod lmdb;
mod lookup;
mod match_list;
mod members;
mod network;
mod patience;
mod pcre;
mod pipe;
mod posix_pattern;
mod proxy;
mod random;
mod regexp;
mod replacement;
mod rules;
mod syntax;
#[cfg(test)]
mod tests;
mod text_hash;
mod union;

pub use address_map::{AddressMap, AddressRules, quoted, unquoted};
pub use context::{Context, Duplicates};
pub use error::{Failure, Fault, LookupError, OpenError};
pub use kept::KeptTable;
pub use lines::Problem;
pub use list::Tables;
pub use match_list::{MatchList, Subdomains};
pub(crate) use syntax::tokens;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use kind::Kind;
use lookup::{Lookup, Shape};

/// One table; clones share it.
#[derive(Clone)]
pub struct Table(Arc<Shared>);

struct Shared {
    spec: String,
    context: Context,
    state: RwLock<State>,
}

/// What answers, or why nothing does.
#[derive(Clone)]
enum State {
    Open(Arc<dyn Lookup>),
    Failed(Arc<OpenError>),
}

impl Table {
    /// Opens `type:name`.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the table, and says what is wrong with it.
    pub fn open(spec: &str, context: &Context) -> Result<Self, OpenError> {
        Self::open_within(spec, context, 0)
    }

    /// The same for a member of another table, `depth` tables deep.
    fn open_within(spec: &str, context: &Context, depth: usize) -> Result<Self, OpenError> {
        let opened = open(spec, context, depth)?;
        Ok(Self::new(spec, context, State::Open(opened)))
    }

    /// The table, open or [failing](Self::failing), and what is wrong in the second case.
    pub fn open_or_fail(spec: &str, context: &Context) -> (Self, Option<OpenError>) {
        match Self::open(spec, context) {
            Ok(table) => (table, None),
            Err(error) => (Self::failing(error.clone(), context), Some(error)),
        }
    }

    /// A table of which each lookup fails, as long as [`refresh`](Self::refresh) cannot open it.
    pub fn failing(error: OpenError, context: &Context) -> Self {
        let spec = error.table.clone();
        Self::new(&spec, context, State::Failed(Arc::new(error)))
    }

    fn new(spec: &str, context: &Context, state: State) -> Self {
        let (spec, context) = (spec.to_owned(), context.clone());
        Self(Arc::new(Shared { spec, context, state: RwLock::new(state) }))
    }

    /// What is found under a key; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the table cannot tell, or has what Postfix does not take for a result.
    pub fn lookup(&self, key: &str) -> Result<Option<String>, LookupError> {
        let Some(value) = self.lookup_bytes(key.as_bytes())? else {
            return Ok(None);
        };
        String::from_utf8(value).map(Some).map_err(|_| self.error(Failure::NotUtf8))
    }

    /// The same for keys and values that need not be UTF-8, as header and body lines.
    ///
    /// # Errors
    ///
    /// As [`Self::lookup`].
    pub fn lookup_bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LookupError> {
        let value = self.find(key)?;
        match value {
            Some(value) if value.is_empty() => Err(self.error(Failure::Empty)),
            value => Ok(value),
        }
    }

    /// The same with results that may be empty, as tables of tables have them.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LookupError> {
        let lookup = match self.state() {
            State::Open(lookup) => lookup,
            State::Failed(error) => return Err(self.error(Failure::NotOpen(error.fault.clone()))),
        };
        // A key is a C string to Postfix.
        let key = key.split(|byte| *byte == 0).next().unwrap_or_default();
        let context = &self.0.context;
        if context.smtputf8 && str::from_utf8(key).is_err() {
            tracing::warn!("{}: a key that is not UTF-8 is not looked up", self.spec());
            return Ok(None);
        }
        let value = match lookup.shape() {
            Shape::Fixed if context.fold => lookup.find(&fold::fold(key, context.smtputf8)),
            Shape::Fixed | Shape::Pattern => lookup.find(key),
        };
        let value = value.map_err(|failure| self.error(failure))?;
        match value {
            Some(value) if context.smtputf8 && str::from_utf8(&value).is_err() => {
                Err(self.error(Failure::NotUtf8))
            }
            value => Ok(value),
        }
    }

    /// Whether a lookup may have to wait for another process.
    pub fn blocks(&self) -> bool {
        match self.state() {
            State::Open(lookup) => lookup.blocks() || lookup.members().iter().any(Self::blocks),
            State::Failed(_) => false,
        }
    }

    /// Whether keys are matched whole with patterns, so that parts of an address are not looked
    /// up here.
    pub fn is_pattern(&self) -> bool {
        match self.state() {
            State::Open(lookup) => lookup.shape() == Shape::Pattern,
            State::Failed(_) => false,
        }
    }

    /// Whether a file behind the table has changed, or it could not be opened at all.
    pub fn has_changed(&self) -> bool {
        match self.state() {
            State::Open(lookup) => has_changed(&*lookup),
            State::Failed(_) => true,
        }
    }

    /// Opens the table again if it [has changed](Self::has_changed). May wait for files.
    pub fn refresh(&self) {
        let failed = match self.state() {
            State::Open(lookup) if !has_changed(&*lookup) => return,
            State::Open(_) => false,
            State::Failed(_) => true,
        };
        let state = match open(self.spec(), &self.0.context, 0) {
            Ok(lookup) => State::Open(lookup),
            Err(error) if error.is_out_of_reach() && !failed => {
                tracing::warn!("{error}; going on with what was read before");
                return;
            }
            Err(error) => {
                if !failed {
                    tracing::warn!("{error}");
                }
                State::Failed(Arc::new(error))
            }
        };
        *self.0.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// What was passed over when the table was read.
    pub fn problems(&self) -> Vec<Problem> {
        match self.state() {
            State::Open(lookup) => {
                let own = lookup.problems().iter().cloned();
                own.chain(lookup.members().iter().flat_map(Self::problems)).collect()
            }
            State::Failed(_) => Vec::new(),
        }
    }

    /// The table as it was written, `type:name`.
    pub fn spec(&self) -> &str {
        &self.0.spec
    }

    fn state(&self) -> State {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn error(&self, failure: Failure) -> LookupError {
        LookupError { table: self.spec().to_owned(), failure }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Table").field(&self.0.spec).finish()
    }
}

fn open(spec: &str, context: &Context, depth: usize) -> Result<Arc<dyn Lookup>, OpenError> {
    let blame = |fault| OpenError { table: spec.to_owned(), fault };
    if depth > DEPTH_MAX {
        return Err(blame(Fault::TooDeep));
    }
    let (kind, name) = Kind::parse(spec).map_err(blame)?;
    let lookup = kind.open(name, context, depth).map_err(blame)?;
    for problem in lookup.problems() {
        tracing::warn!("{problem}");
    }
    Ok(lookup)
}

fn has_changed(lookup: &dyn Lookup) -> bool {
    lookup.file().is_some_and(file::Snapshot::has_changed)
        || lookup.members().iter().any(Table::has_changed)
}

/// How deep tables of tables may be.
const DEPTH_MAX: usize = 32;
