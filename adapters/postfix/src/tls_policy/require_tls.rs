//! How far REQUIRETLS is insisted on, by next hop.

use std::net::IpAddr;

use envoi_driver::proto::{RequireTls, UnknownAction};

use crate::table::{Context, LookupError, OpenError, Table, tokens};

/// How far REQUIRETLS is insisted on, by next hop (`smtp_requiretls_policy`): tables, and actions
/// for whatever gets that far.
#[derive(Clone, Debug, Default)]
pub struct RequireTlsPolicy(Vec<Item>);

#[derive(Clone, Debug)]
enum Item {
    Action(RequireTls),
    Table(Table),
}

impl RequireTlsPolicy {
    /// Reads a list. What is wrong with it comes second; a table that cannot be opened fails its
    /// lookups.
    pub fn open(list: &str, context: &Context) -> (Self, Vec<BadRequireTls>) {
        let (mut items, mut errors) = (Vec::new(), Vec::new());
        for token in tokens(list) {
            if token.contains(':') {
                let (table, error) = Table::open_or_fail(token, context);
                errors.extend(error.map(BadRequireTls::from));
                items.push(Item::Table(table));
                continue;
            }
            match token.parse() {
                Ok(action) => items.push(Item::Action(action)),
                Err(error) => errors.push(BadRequireTls::from(error)),
            }
        }
        (Self(items), errors)
    }

    /// What holds for a next hop, which is a domain, a host or an address without brackets and
    /// port; as RFC 8689 has it where nothing is said.
    ///
    /// # Errors
    /// If a table fails, or says what is no action.
    pub fn find(&self, next_hop: &str) -> Result<RequireTls, BadRequireTls> {
        for item in &self.0 {
            match item {
                Item::Action(action) => return Ok(*action),
                Item::Table(table) => {
                    if let Some(word) = look_up(table, next_hop)? {
                        return Ok(word.trim().parse()?);
                    }
                }
            }
        }
        Ok(RequireTls::Enforce)
    }

    /// Whether a lookup may have to wait for another process.
    pub fn blocks(&self) -> bool {
        self.tables().any(Table::blocks)
    }

    /// Opens the tables again that have changed.
    pub fn refresh(&self) {
        self.tables().for_each(Table::refresh);
    }

    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.0.iter().filter_map(|item| match item {
            Item::Table(table) => Some(table),
            Item::Action(_) => None,
        })
    }
}

/// Asks for the next hop, and for the domains above it, each with a dot before it.
fn look_up(table: &Table, next_hop: &str) -> Result<Option<String>, LookupError> {
    let has_parents = !table.is_pattern() && next_hop.parse::<IpAddr>().is_err();
    let dots = next_hop.char_indices().skip(1).filter(|(_, c)| *c == '.').map(|(dot, _)| dot);
    let above = dots.filter(|_| has_parents).map(|dot| &next_hop[dot..]);
    let mut keys = std::iter::once(next_hop).chain(above);
    keys.find_map(|key| table.lookup(key).transpose()).transpose()
}

/// What is wrong with `smtp_requiretls_policy`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BadRequireTls {
    /// A word is no action.
    #[error(transparent)]
    Action(#[from] UnknownAction),
    /// A table cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A table cannot tell.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(list: &str) -> RequireTlsPolicy {
        let (policy, errors) = RequireTlsPolicy::open(list, &Context::new("."));
        assert!(errors.is_empty(), "{errors:?}");
        policy
    }

    #[test]
    fn tables_are_asked_up_to_the_first_action() {
        let policy = policy(
            "inline:{{example.com = opportunistic}, {.example.com = disable}, \
             {localhost = opportunistic}}, \
             cidr:{{192.0.2.0/24 opportunistic+starttls}}, enforce, disable",
        );
        for (next_hop, action) in [
            ("example.com", RequireTls::Opportunistic),
            ("EXAMPLE.com", RequireTls::Opportunistic),
            ("lists.mail.example.com", RequireTls::Disable),
            ("localhost", RequireTls::Opportunistic),
            ("192.0.2.1", RequireTls::OpportunisticStarttls),
            ("198.51.100.1", RequireTls::Enforce),
            ("example.org", RequireTls::Enforce),
        ] {
            assert_eq!(policy.find(next_hop).unwrap(), action, "{next_hop}");
        }
    }

    #[test]
    fn nothing_said_is_what_the_rfc_asks() {
        assert_eq!(policy("").find("example.com").unwrap(), RequireTls::Enforce);
        let found = policy("inline:{x=disable}").find("example.com");
        assert_eq!(found.unwrap(), RequireTls::Enforce);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let told = |list: &str| {
            let (policy, errors) = RequireTlsPolicy::open(list, &Context::new("."));
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            (policy, errors.join("; "))
        };
        assert!(told("may").1.starts_with("unknown action \"may\"; expected enforce"));
        let (policy, error) = told("texthash:/nonexistent, enforce");
        assert!(error.contains("/nonexistent"), "{error}");
        assert!(policy.find("example.com").is_err());
        assert!(self::policy("static:may").find("example.com").is_err());
    }
}
