//! Who we are to servers.

use envoi_driver::proto::Protocol;
use envoi_driver::proto::auth::{BadCredentials, Credentials};

use super::Server;
use crate::table::{AddressMap, LookupError, Tables};

/// Users and passwords by sender, server and next hop.
#[derive(Clone, Debug)]
pub struct Passwords {
    /// `smtp_sasl_password_maps`.
    pub tables: Tables,
    /// The same tables by sender, where senders have accounts of their own
    /// (`smtp_sender_dependent_authentication`, no).
    pub senders: Option<AddressMap>,
    /// What stands between user and password (`smtp_sasl_password_result_delimiter`, a colon).
    pub delimiter: String,
    /// Whether servers are told that we act as ourselves (`send_cyrus_sasl_authzid`, no).
    pub says_identity: bool,
}

impl Passwords {
    /// Who we are to a server, if anybody: by sender, if that is asked for, as [`AddressMap`]
    /// searches for addresses, then by the server's name, then by the next hop as it was written.
    ///
    /// # Errors
    /// If a table cannot tell, or what it says is no user and password.
    pub fn find(&self, server: &Server) -> Result<Option<Credentials>, PasswordError> {
        if let Some(senders) = self.senders.as_ref().filter(|_| server.protocol == Protocol::Smtp)
            && let Some(sender) = &server.sender
            && let Some(entry) = senders.find(sender.as_str())?
        {
            return self.read(sender.as_str(), &entry).map(Some);
        }
        for key in [&server.name, &server.next_hop] {
            if let Some(entry) = self.tables.lookup(key)? {
                return self.read(key, &entry).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether a lookup may have to wait for another process.
    pub(super) fn block(&self) -> bool {
        self.tables.blocks() || self.senders.as_ref().is_some_and(AddressMap::blocks)
    }

    /// Opens the tables again that have changed.
    pub(super) fn refresh(&self) {
        self.tables.refresh();
        self.senders.iter().for_each(AddressMap::refresh);
    }

    /// Reads what was found under a key.
    fn read(&self, key: &str, entry: &str) -> Result<Credentials, PasswordError> {
        let (user, password) = entry.split_once(&self.delimiter).unwrap_or((entry, ""));
        let credentials = Credentials::password(user, password).and_then(|credentials| {
            if self.says_identity { credentials.acting_as(user) } else { Ok(credentials) }
        });
        credentials.map_err(|flaw| PasswordError::Entry(key.to_owned(), flaw))
    }
}

/// It is not known who we are. No password is in it.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// A table cannot tell.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// What a table says is no user and password.
    #[error("credentials for {0}: {1}")]
    Entry(String, BadCredentials),
}
