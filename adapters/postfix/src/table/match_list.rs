//! Lists that say yes or no: of domains, hosts, addresses, or any other words.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use super::error::{Failure, Fault};
use super::network::Network;
use super::{Context, DEPTH_MAX, LookupError, OpenError, Problem, Table, fold, syntax};

/// Patterns in the order in which they are tried: `pattern`, `!pattern`, `type:name`, `/file/name`.
///
/// The first that matches says yes, or no if it is negated. A table that cannot tell is an error.
/// Patterns in files are read when the list is opened, and are part of it.
#[derive(Clone, Debug)]
pub struct MatchList {
    items: Vec<Item>,
    subdomains: Subdomains,
    is_utf8: bool,
}

/// Whether a pattern `example.com` is one for `mail.example.com` too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subdomains {
    /// It is.
    Included,
    /// Only `.example.com` is.
    Dotted,
}

impl Subdomains {
    /// What `parent_domain_matches_subdomains` says of a parameter.
    pub fn of(parameter: &str, parent_domain_matches_subdomains: &str) -> Self {
        match syntax::tokens(parent_domain_matches_subdomains).any(|name| name == parameter) {
            true => Self::Included,
            false => Self::Dotted,
        }
    }
}

#[derive(Clone, Debug)]
struct Item {
    pattern: Pattern,
    is_negated: bool,
}

#[derive(Clone, Debug)]
enum Pattern {
    /// Folded.
    Text(String),
    Table(Table),
    /// Nobody knows what it would have matched.
    Broken(OpenError),
}

impl MatchList {
    /// Reads a list. What is wrong with it also fails the lookups that get so far.
    pub fn open(list: &str, subdomains: Subdomains, context: &Context) -> (Self, Vec<OpenError>) {
        let mut reader =
            Reader { context, items: Vec::new(), errors: Vec::new(), files: Vec::new() };
        reader.read(list, false);
        let list = Self { items: reader.items, subdomains, is_utf8: context.smtputf8 };
        (list, reader.errors)
    }

    /// Whether a word is in the list, as it is.
    ///
    /// # Errors
    ///
    /// [`LookupError`] of a table or file that cannot tell.
    pub fn has_word(&self, word: &str) -> Result<bool, LookupError> {
        let folded = self.fold(word);
        self.first(|pattern| match pattern {
            Pattern::Text(text) => Ok(*text == folded),
            Pattern::Table(table) => has(table, word),
            Pattern::Broken(error) => Err(failed(error)),
        })
    }

    /// Whether a domain is in the list, by its own name or by one above it.
    ///
    /// # Errors
    ///
    /// As [`Self::has_word`].
    pub fn has_domain(&self, domain: &str) -> Result<bool, LookupError> {
        let folded = self.fold(domain);
        self.first(|pattern| self.is_domain(pattern, domain, &folded))
    }

    /// Whether an address is in the list, by itself or by its network.
    ///
    /// # Errors
    ///
    /// As [`Self::has_word`]; also if a pattern looks like a network and is none.
    pub fn has_address(&self, address: IpAddr) -> Result<bool, LookupError> {
        self.first(|pattern| is_address(pattern, address))
    }

    /// Whether a host is in the list, by its name or by its address.
    ///
    /// # Errors
    ///
    /// As [`Self::has_address`].
    pub fn has_host(&self, name: &str, address: IpAddr) -> Result<bool, LookupError> {
        let folded = self.fold(name);
        self.first(|pattern| {
            Ok(self.is_domain(pattern, name, &folded)? || is_address(pattern, address)?)
        })
    }

    fn first(
        &self,
        is_match: impl Fn(&Pattern) -> Result<bool, LookupError>,
    ) -> Result<bool, LookupError> {
        for item in &self.items {
            if is_match(&item.pattern)? {
                return Ok(!item.is_negated);
            }
        }
        Ok(false)
    }

    fn is_domain(
        &self,
        pattern: &Pattern,
        domain: &str,
        folded: &str,
    ) -> Result<bool, LookupError> {
        match pattern {
            Pattern::Text(text) if text == folded => Ok(true),
            Pattern::Text(text) => {
                Ok(match (folded.strip_suffix(text.as_str()), self.subdomains) {
                    (Some(above), Subdomains::Included) => above.ends_with('.') && above.len() > 1,
                    (Some(above), Subdomains::Dotted) => text.starts_with('.') && !above.is_empty(),
                    (None, Subdomains::Included | Subdomains::Dotted) => false,
                })
            }
            Pattern::Table(table) => self.has_domain_in(table, domain),
            Pattern::Broken(error) => Err(failed(error)),
        }
    }

    /// Looks a domain up, and then those above it where keys are compared as a whole.
    fn has_domain_in(&self, table: &Table, domain: &str) -> Result<bool, LookupError> {
        let mut name = domain;
        loop {
            if name.is_empty() {
                return Ok(false);
            }
            if has(table, name)? {
                return Ok(true);
            }
            let dot = name.char_indices().skip(1).find(|(_, c)| *c == '.').map(|(at, _)| at);
            let Some(dot) = dot.filter(|_| !table.is_pattern()) else {
                return Ok(false);
            };
            name = match self.subdomains {
                Subdomains::Included => &name[dot + 1..],
                Subdomains::Dotted => &name[dot..],
            };
        }
    }

    fn fold(&self, text: &str) -> String {
        fold::fold_text(text, self.is_utf8)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether a lookup may have to wait for another process.
    pub fn blocks(&self) -> bool {
        self.tables().any(Table::blocks)
    }

    /// Whether any of its tables has changed: [`Table::has_changed`].
    pub fn has_changed(&self) -> bool {
        self.tables().any(Table::has_changed)
    }

    /// Opens those tables again that have changed: [`Table::refresh`].
    pub fn refresh(&self) {
        self.tables().for_each(Table::refresh);
    }

    /// What was passed over when its tables were read.
    pub fn problems(&self) -> Vec<Problem> {
        self.tables().flat_map(Table::problems).collect()
    }

    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.items.iter().filter_map(|item| match &item.pattern {
            Pattern::Table(table) => Some(table),
            Pattern::Text(_) | Pattern::Broken(_) => None,
        })
    }
}

fn is_address(pattern: &Pattern, address: IpAddr) -> Result<bool, LookupError> {
    let text = match pattern {
        Pattern::Text(text) => text,
        Pattern::Table(table) => return has(table, &address.to_string()),
        Pattern::Broken(error) => return Err(failed(error)),
    };
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if inside.unwrap_or(text).parse() == Ok(address) {
        return Ok(true);
    }
    // What is neither a network nor an IPv6 address is the name of a host.
    let is_numeric = text.contains([':', '/'])
        && text.contains(':') == address.is_ipv6()
        && text.chars().all(|c| c.is_ascii_hexdigit() || ".:/[]".contains(c));
    if !is_numeric {
        return Ok(false);
    }
    match Network::parse(text) {
        Ok(network) => Ok(network.contains(address)),
        Err(error) => Err(LookupError { table: text.clone(), failure: Failure::Pattern(error) }),
    }
}

/// Whether a table has a key, be it with an empty result.
fn has(table: &Table, key: &str) -> Result<bool, LookupError> {
    table.find(key.as_bytes()).map(|found| found.is_some())
}

fn failed(error: &OpenError) -> LookupError {
    LookupError { table: error.table.clone(), failure: Failure::NotOpen(error.fault.clone()) }
}

struct Reader<'a> {
    context: &'a Context,
    items: Vec<Item>,
    errors: Vec<OpenError>,
    /// Those that are being read, each within the one before.
    files: Vec<String>,
}

impl Reader<'_> {
    /// Adds the patterns of a list.
    fn read(&mut self, list: &str, is_negated: bool) {
        for token in syntax::tokens(list) {
            if token.starts_with('#') {
                tracing::warn!("{token:?}: a list has no comments; what follows is ignored");
                return;
            }
            let text = token.trim_start_matches('!');
            let is_negated = is_negated != ((token.len() - text.len()) % 2 == 1);
            if text.starts_with('/') {
                self.read_file(text, is_negated);
                continue;
            }
            let pattern = if text.is_empty() {
                let fault = Fault::Syntax("expected a pattern behind '!'".to_owned());
                self.broken(OpenError { table: token.to_owned(), fault })
            } else if text.contains(':') && !text.starts_with('[') {
                let (table, error) = Table::open_or_fail(text, self.context);
                self.errors.extend(error);
                Pattern::Table(table)
            } else {
                Pattern::Text(fold::fold_text(text, self.context.smtputf8))
            };
            self.items.push(Item { pattern, is_negated });
        }
    }

    fn read_file(&mut self, path: &str, is_negated: bool) {
        let is_within_itself = self.files.iter().any(|file| file == path);
        let fault = match fs::read_to_string(path) {
            Ok(_) if is_within_itself => Fault::Syntax("the file is within itself".to_owned()),
            Ok(_) if self.files.len() >= DEPTH_MAX => Fault::TooDeep,
            Ok(text) => {
                self.files.push(path.to_owned());
                text.lines().for_each(|line| self.read(line, is_negated));
                self.files.pop();
                return;
            }
            Err(source) => Fault::io(Path::new(path), source),
        };
        let pattern = self.broken(OpenError { table: path.to_owned(), fault });
        self.items.push(Item { pattern, is_negated });
    }

    fn broken(&mut self, error: OpenError) -> Pattern {
        self.errors.push(error.clone());
        Pattern::Broken(error)
    }
}

#[cfg(test)]
mod tests;
