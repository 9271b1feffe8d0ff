//! Lists of tables, of which the first that has a key answers.

use super::syntax;
use super::{Context, LookupError, OpenError, Problem, Table};

/// Tables in the order in which they are asked; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Tables(Vec<Table>);

impl Tables {
    /// Opens the tables of a list such as `texthash:/etc/a, inline:{ x = y }`.
    ///
    /// Those that cannot be opened fail each lookup that gets to them; the second part of the
    /// result says what is wrong with them.
    pub fn open(list: &str, context: &Context) -> (Self, Vec<OpenError>) {
        let (tables, errors): (Vec<_>, Vec<_>) =
            syntax::tokens(list).map(|spec| Table::open_or_fail(spec, context)).unzip();
        (Self(tables), errors.into_iter().flatten().collect())
    }

    /// What the first table that has the key has under it. An empty key is nowhere.
    ///
    /// # Errors
    ///
    /// [`LookupError`] of the first table that cannot tell, if none before it has the key.
    pub fn lookup(&self, key: &str) -> Result<Option<String>, LookupError> {
        self.first(key.is_empty(), |_| true, |table| table.lookup(key))
    }

    /// The same for keys and values that need not be UTF-8, as header and body lines.
    ///
    /// # Errors
    ///
    /// As [`Self::lookup`].
    pub fn lookup_bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LookupError> {
        self.first(key.is_empty(), |_| true, |table| table.lookup_bytes(key))
    }

    /// The same for a part of an address, which tables with patterns are not asked for.
    ///
    /// # Errors
    ///
    /// As [`Self::lookup`].
    pub fn lookup_part(&self, key: &str) -> Result<Option<String>, LookupError> {
        self.first(key.is_empty(), |table| !table.is_pattern(), |table| table.lookup(key))
    }

    fn first<T>(
        &self,
        is_empty: bool,
        takes: impl Fn(&Table) -> bool,
        lookup: impl Fn(&Table) -> Result<Option<T>, LookupError>,
    ) -> Result<Option<T>, LookupError> {
        if is_empty {
            return Ok(None);
        }
        let asked = self.0.iter().filter(|table| takes(table));
        asked.map(lookup).find_map(Result::transpose).transpose()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a lookup may have to wait for another process.
    pub fn blocks(&self) -> bool {
        self.0.iter().any(Table::blocks)
    }

    /// Whether any of them has changed: [`Table::has_changed`].
    pub fn has_changed(&self) -> bool {
        self.0.iter().any(Table::has_changed)
    }

    /// Opens those again that have changed: [`Table::refresh`].
    pub fn refresh(&self) {
        self.0.iter().for_each(Table::refresh);
    }

    /// What was passed over when they were read.
    pub fn problems(&self) -> Vec<Problem> {
        self.0.iter().flat_map(Table::problems).collect()
    }
}
