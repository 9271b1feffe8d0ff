//! How messages are delivered.

use std::sync::Arc;

use envoi_driver::dns::Rules;
use envoi_driver::proto::{Circumstances, Peer, Protocol, Server, TlsStart};
use envoi_driver::{Policy, System};

use super::reader::Reader;
use super::routing::destinations;

/// What a delivery depends on.
pub(super) fn policy(reader: &mut Reader<'_>, system: &System, rules: Arc<Rules>) -> Policy {
    let relayhost = destinations(reader, "relayhost", system);
    Policy {
        rules,
        fallback_relay: destinations(reader, "smtp_fallback_relay", system),
        relayhost: relayhost.into_iter().next(),
        host_name: reader.text("myhostname"),
        session_limit: limit(reader.size("smtp_mx_session_limit")),
        circumstances: Circumstances {
            server: Server::Last,
            soft_bounce: reader.boolean("soft_bounce"),
            skip_5xx_greeting: reader.boolean("smtp_skip_5xx_greeting"),
            auth_soft_bounce: reader.boolean("smtp_sasl_auth_soft_bounce"),
        },
        minimal_backoff: reader.time("minimal_backoff_time"),
        time_limit: Some(reader.time("daemon_timeout")),
        assumes_final: reader.is_lmtp() && reader.boolean("lmtp_assume_final"),
        peer: peer(reader),
    }
}

/// What all servers have in common.
fn peer(reader: &mut Reader<'_>) -> Peer {
    let mut peer = Peer::new("");
    peer.protocol = if reader.is_lmtp() { Protocol::Lmtp } else { Protocol::Smtp };
    let wraps = reader.boolean("smtp_tls_wrappermode");
    peer.tls_start = if wraps { TlsStart::Implicit } else { TlsStart::Starttls };
    peer
}

/// A limit, where zero is none.
pub(super) fn limit(size: usize) -> Option<usize> {
    (size > 0).then_some(size)
}
