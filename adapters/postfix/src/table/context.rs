//! What tables need to know of the configuration around them.

use std::path::PathBuf;
use std::time::Duration;

/// Where tables look, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Context {
    /// Where main.cf is, for postmap(1).
    pub config_directory: PathBuf,
    /// `queue_directory`, below which proxymap(8) has its socket.
    pub queue_directory: PathBuf,
    /// `command_directory`, where postmap(1) is.
    pub command_directory: PathBuf,
    /// `proxymap_service_name`.
    pub proxymap_service: String,
    /// `proxywrite_service_name`.
    pub proxywrite_service: String,
    /// `ipc_timeout`: how long proxymap(8) may take.
    pub ipc_timeout: Duration,
    /// `smtputf8_enable`: keys and values have to be UTF-8, and fold as such.
    pub smtputf8: bool,
    /// Whether keys are folded to lower case, but for those that are compared with patterns. Postfix's client does so for all of
    /// its tables but those with actions and those by address: header and body checks,
    /// `smtp_discard_ehlo_keyword_address_maps`, `smtp_pix_workaround_maps`,
    /// `smtp_delivery_status_filter` and `smtp_dns_reply_filter`.
    pub fold: bool,
    /// What a key that comes twice does to `texthash:`.
    pub duplicates: Duplicates,
}

impl Context {
    /// The manual's defaults, for a configuration in the given folder.
    pub fn new(config_directory: impl Into<PathBuf>) -> Self {
        Self {
            config_directory: config_directory.into(),
            queue_directory: PathBuf::from("/var/spool/postfix"),
            command_directory: PathBuf::from("/usr/sbin"),
            proxymap_service: "proxymap".to_owned(),
            proxywrite_service: "proxywrite".to_owned(),
            ipc_timeout: Duration::from_secs(3600),
            smtputf8: true,
            fold: true,
            duplicates: Duplicates::Refused,
        }
    }

    /// The same with keys compared as they are, be they UTF-8 or not.
    #[must_use]
    pub fn case_sensitive(&self) -> Self {
        Self { fold: false, smtputf8: false, ..self.clone() }
    }
}

/// What becomes of a table that has a key twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duplicates {
    /// It cannot be opened, as in Postfix's daemons.
    Refused,
    /// The first one holds, with a warning, as in postmap(1).
    FirstHolds,
}
