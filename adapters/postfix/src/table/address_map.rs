//! Tables of addresses, searched from the whole address down to its domain.
//!
//! An address is looked up as `user+ext@domain`, `user@domain`, and if the domain is local
//! `user+ext` and `user`, and then `@domain` (generic(5)). Tables of patterns see the first only.

mod address;
mod canonical;

use std::borrow::Cow;
use std::net::IpAddr;

use super::{Context, LookupError, MatchList, OpenError, Problem, Subdomains, Tables};
use address::Parts;

pub use address::{quoted, unquoted};

/// Tables of addresses, and what has to be known of addresses to search them.
#[derive(Clone, Debug)]
pub struct AddressMap {
    tables: Tables,
    rules: AddressRules,
}

/// What addresses are here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AddressRules {
    /// `recipient_delimiter`: each of its characters may begin an extension.
    pub recipient_delimiter: String,
    /// `owner_request_special`: `owner-list` and `list-request` have no extension.
    pub owner_request_special: bool,
    /// `double_bounce_sender`, which has no extension either.
    pub double_bounce_sender: String,
    /// Whether a result gets the extension that had no match of its own: for generic maps, whether
    /// `propagate_unmatched_extensions` has `generic`.
    pub propagates_extensions: bool,
    /// `myorigin`: the domain of addresses that have none, and a local one.
    pub myorigin: String,
    /// `mydomain`: what is behind the names of hosts.
    pub mydomain: String,
    /// `append_at_myorigin`.
    pub append_at_myorigin: bool,
    /// `append_dot_mydomain`.
    pub append_dot_mydomain: bool,
    /// `swap_bangpath`: `site!user` is `user@site`.
    pub swap_bangpath: bool,
    /// `allow_percent_hack`: `user%site` is `user@site`.
    pub allow_percent_hack: bool,
    /// `mydestination`: the local domains.
    pub mydestination: MatchList,
    /// The addresses of `inet_interfaces` and `proxy_interfaces`; in brackets they are local
    /// domains.
    pub interfaces: Vec<IpAddr>,
}

impl AddressRules {
    /// Postfix's defaults for a host with these two names, which has no extensions and no
    /// addresses.
    pub fn new(myorigin: &str, mydomain: &str, context: &Context) -> Self {
        let (mydestination, _) = MatchList::open(myorigin, Subdomains::Dotted, context);
        Self {
            recipient_delimiter: String::new(),
            owner_request_special: true,
            double_bounce_sender: "double-bounce".to_owned(),
            propagates_extensions: false,
            myorigin: myorigin.to_owned(),
            mydomain: mydomain.to_owned(),
            append_at_myorigin: true,
            append_dot_mydomain: false,
            swap_bangpath: true,
            allow_percent_hack: true,
            mydestination,
            interfaces: Vec::new(),
        }
    }

    /// Whether mail to a domain ends here.
    fn is_local(&self, domain: &str) -> Result<bool, LookupError> {
        if domain.eq_ignore_ascii_case(&self.myorigin) {
            return Ok(true);
        }
        let name = match domain.strip_suffix('.') {
            Some(name) if !name.is_empty() && !name.ends_with('.') => name,
            _ => domain,
        };
        if self.mydestination.has_word(name)? {
            return Ok(true);
        }
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let address = address.and_then(|address| {
            let has_tag = address.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("ipv6:"));
            let address = if has_tag { &address[5..] } else { address };
            address.parse::<IpAddr>().ok()
        });
        Ok(address.is_some_and(|address| self.interfaces.contains(&address)))
    }
}

/// What was found for an address.
struct Found<'a> {
    result: String,
    /// The extension, with its delimiter, if it was left out of the key.
    unmatched: &'a str,
}

impl AddressMap {
    /// Opens the tables of a list: [`Tables::open`].
    pub fn open(list: &str, rules: AddressRules, context: &Context) -> (Self, Vec<OpenError>) {
        let (tables, errors) = Tables::open(list, context);
        (Self { tables, rules }, errors)
    }

    /// Searches tables that are open already.
    pub fn over(tables: Tables, rules: AddressRules) -> Self {
        Self { tables, rules }
    }

    /// What the tables have for an address, which is given as meant, without quotes.
    ///
    /// # Errors
    ///
    /// [`LookupError`] of a table that cannot tell.
    pub fn find(&self, address: &str) -> Result<Option<String>, LookupError> {
        Ok(self.search(address)?.map(|found| found.result))
    }

    /// What an address becomes; `None` if it stays. Both are as meant, without quotes.
    ///
    /// A result `@domain` replaces the domain. Of several addresses the first is taken. It is not
    /// looked up again.
    ///
    /// # Errors
    ///
    /// [`LookupError`] of a table that cannot tell.
    pub fn map(&self, address: &str) -> Result<Option<String>, LookupError> {
        let Some(Found { result, unmatched }) = self.search(address)? else {
            return Ok(None);
        };
        let mapped = match result.starts_with('@') {
            true => {
                let user = address.rsplit_once('@').map_or(address, |(user, _)| user);
                let user = user.strip_suffix(unmatched).unwrap_or(user);
                self.rules.canonical(&format!("{user}{result}"))
            }
            false => self.rules.canonical(&address::first(&result)),
        };
        if !self.rules.propagates_extensions || unmatched.is_empty() {
            return Ok(Some(mapped));
        }
        Ok(Some(match mapped.rsplit_once('@') {
            Some((user, domain)) => format!("{user}{unmatched}@{domain}"),
            None => format!("{mapped}{unmatched}"),
        }))
    }

    /// The same for addresses as headers and commands have them, quoted where they need it.
    ///
    /// # Errors
    ///
    /// As [`Self::map`].
    pub fn map_quoted(&self, address: &str) -> Result<Option<String>, LookupError> {
        let mapped = self.map(&unquoted(address))?;
        Ok(mapped.map(|mapped| quoted(&mapped).into_owned()))
    }

    fn search<'a>(&self, address: &'a str) -> Result<Option<Found<'a>>, LookupError> {
        let parts = Parts::of(address, &self.rules);
        let whole = |result| Found { result, unmatched: "" };
        let bare = |result| Found { result, unmatched: parts.extension };
        if let Some(result) = self.lookup(quoted(address), address, Tables::lookup)? {
            return Ok(Some(whole(result)));
        }
        let without = parts.without_extension();
        if let Some(without) = &without
            && let Some(result) = self.lookup(quoted(without), without, Tables::lookup_part)?
        {
            return Ok(Some(bare(result)));
        }
        let Some(domain) = parts.domain else {
            return Ok(None);
        };
        if self.rules.is_local(domain)? {
            let local = parts.local_part();
            let key = address::quoted_local_part(local);
            if let Some(result) = self.lookup(key, local, Tables::lookup_part)? {
                return Ok(Some(whole(result)));
            }
            let key = address::quoted_local_part(parts.user);
            if without.is_some()
                && let Some(result) = self.lookup(key, parts.user, Tables::lookup_part)?
            {
                return Ok(Some(bare(result)));
            }
        }
        let at = address.len() - domain.len() - 1;
        Ok(self.tables.lookup_part(&address[at..])?.map(whole))
    }

    /// Looks a key up as it is written, and then, if that differs, as it is meant.
    fn lookup(
        &self,
        written: Cow<'_, str>,
        meant: &str,
        lookup: impl Fn(&Tables, &str) -> Result<Option<String>, LookupError>,
    ) -> Result<Option<String>, LookupError> {
        match lookup(&self.tables, &written)? {
            None if written != meant => lookup(&self.tables, meant),
            found => Ok(found),
        }
    }

    /// Whether there are no tables.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Whether a lookup may have to wait for another process.
    pub fn blocks(&self) -> bool {
        self.tables.blocks() || self.rules.mydestination.blocks()
    }

    /// Whether any of the tables has changed: [`Tables::has_changed`].
    pub fn has_changed(&self) -> bool {
        self.tables.has_changed() || self.rules.mydestination.has_changed()
    }

    /// Opens those tables again that have changed: [`Tables::refresh`].
    pub fn refresh(&self) {
        self.tables.refresh();
        self.rules.mydestination.refresh();
    }

    /// What was passed over when the tables were read.
    pub fn problems(&self) -> Vec<Problem> {
        self.tables.problems()
    }
}

#[cfg(test)]
mod tests;
