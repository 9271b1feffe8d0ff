//! What a delivery depends on beside its messages.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use envoi_dns::{Destination, Rules};
use envoi_proto::{Circumstances, Peer};

/// How messages are delivered. The names in brackets are Postfix's.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How hosts are found, and how many addresses of a next hop are tried
    /// (`smtp_mx_address_limit`).
    pub rules: Arc<Rules>,
    /// Where mail goes whose own destination cannot be found or reached (`smtp_fallback_relay`,
    /// none).
    pub fallback_relay: Vec<Destination>,
    /// Where all mail goes that has no other route (`relayhost`, none): that its hosts cannot be
    /// found bounces no mail.
    pub relayhost: Option<Destination>,
    /// What servers at sockets of this machine are called (`myhostname`).
    pub host_name: String,
    /// Most hosts of a next hop with which a conversation gets as far as a message
    /// (`smtp_mx_session_limit`, 2; 0 is none).
    pub session_limit: Option<usize>,
    /// What the fate of a failure depends on; `server` is of no account.
    pub circumstances: Circumstances,
    /// How old mail is that has been put off before; `minimal_backoff_time`, 300 s.
    pub minimal_backoff: Duration,
    /// Longest that a delivery may take, all its hosts together; whoever has no verdict then is
    /// deferred (`daemon_timeout`, 18000 s).
    pub time_limit: Option<Duration>,
    /// Whether an LMTP server that does not announce DSN is taken for that of the mailbox
    /// (`lmtp_assume_final`, no).
    pub assumes_final: bool,
    /// What all servers have in common: protocol, TLS and the like. Name, address and port are
    /// those of each, and so is its next hop, unless one is given here.
    pub peer: Peer,
}

/// Postfix's defaults, and plaintext.
impl Default for Policy {
    fn default() -> Self {
        Self {
            rules: Arc::default(),
            fallback_relay: Vec::new(),
            relayhost: None,
            host_name: "localhost".into(),
            session_limit: Some(2),
            circumstances: Circumstances::default(),
            minimal_backoff: Duration::from_secs(300),
            time_limit: Some(Duration::from_secs(18_000)),
            assumes_final: false,
            peer: Peer::new(""),
        }
    }
}
