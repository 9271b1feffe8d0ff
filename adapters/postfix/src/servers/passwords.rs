//! Who we are to servers.

use envoi_driver::proto::Protocol;
use envoi_driver::proto::auth::{BadCredentials, Credentials};

use super::Server;
use crate::table::{LookupError, Tables};

/// Users and passwords by sender, server and next hop.
#[derive(Clone, Debug)]
pub struct Passwords {
    /// `smtp_sasl_password_maps`.
    pub tables: Tables,
    /// Whether senders have accounts of their own (`smtp_sender_dependent_authentication`, no).
    pub by_sender: bool,
    /// What stands between user and password (`smtp_sasl_password_result_delimiter`, a colon).
    pub delimiter: String,
    /// Whether servers are told that we act as ourselves (`send_cyrus_sasl_authzid`, no).
    pub says_identity: bool,
    /// What begins the extension of an address (`recipient_delimiter`).
    pub extension: String,
}

impl Passwords {
    /// Who we are to a server, if anybody: by sender, if that is asked for, then by the server's
    /// name, then by the next hop as it was written.
    ///
    /// # Errors
    /// If a table cannot tell, or what it says is no user and password.
    pub fn find(&self, server: &Server) -> Result<Option<Credentials>, PasswordError> {
        for key in self.of_sender(server).iter().chain([&server.name, &server.next_hop]) {
            if let Some(entry) = self.tables.lookup(key)? {
                let read = self.read(&entry);
                return read.map(Some).map_err(|flaw| PasswordError::Entry(key.clone(), flaw));
            }
        }
        Ok(None)
    }

    /// The keys under which a sender is looked for.
    fn of_sender(&self, server: &Server) -> Vec<String> {
        let sender = server.sender.as_ref();
        let asks = self.by_sender && server.protocol == Protocol::Smtp;
        let Some(sender) = sender.filter(|_| asks) else { return Vec::new() };
        let mut keys = vec![sender.as_str().to_owned()];
        if let Some(domain) = sender.domain() {
            let extension = |c| self.extension.contains(c);
            if let Some((user, _)) = sender.local_part().split_once(extension) {
                keys.extend((!user.is_empty()).then(|| format!("{user}@{domain}")));
            }
            keys.push(format!("@{domain}"));
        }
        keys
    }

    fn read(&self, entry: &str) -> Result<Credentials, BadCredentials> {
        let (user, password) = entry.split_once(&self.delimiter).unwrap_or((entry, ""));
        let credentials = Credentials::password(user, password)?;
        if self.says_identity { credentials.acting_as(user) } else { Ok(credentials) }
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
