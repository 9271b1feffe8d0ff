//! A next hop, and the hosts that it leads to.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use core::fmt;

use envoi_dns::{Address, Destination, Host, Route, Rules, Target};
use envoi_proto::Peer;

use crate::policy::Policy;

/// The next hop that is being tried.
pub(super) struct NextHop {
    pub(super) destination: Destination,
    /// Whether it is there by our own choice: if it cannot be found, the fault is ours.
    pub(super) is_ours: bool,
    pub(super) route: Route,
    /// Hosts whose handshake was completed.
    sessions: usize,
    /// The host that is being tried.
    pub(super) visit: Option<Visit>,
}

/// A host that is being tried.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) host: Host,
    /// The same for its conversations.
    pub(super) peer: Peer,
    /// Whether the conversation before, if there was one, sent anything.
    pub(super) is_patient: bool,
    /// Whether the handshake of any of its conversations was completed.
    was_ready: bool,
}

/// What is to be done about a next hop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// The host at hand is talked to again.
    Again,
    /// Another host is at hand.
    Another,
    /// Answers have to come first.
    Wait,
    /// There is no host left.
    Leave,
}

impl NextHop {
    pub(super) fn new(
        destination: Destination,
        is_ours: bool,
        rules: Arc<Rules>,
        seed: u64,
    ) -> Self {
        let route = Route::new(&destination, rules, seed);
        Self { destination, is_ours, route, sessions: 0, visit: None }
    }

    /// Says what is to be done, and turns to the next host if that is it.
    pub(super) fn turn(&mut self, policy: &Policy) -> Turn {
        if self.visit.is_some() {
            return Turn::Again;
        }
        // How many addresses are tried is the route's affair.
        let has_room = policy.session_limit.is_none_or(|limit| limit == 0 || self.sessions < limit);
        if has_room && let Some(host) = self.route.poll_host() {
            let peer = peer(&host, &self.destination, policy);
            self.visit = Some(Visit { host, peer, is_patient: true, was_ready: false });
            return Turn::Another;
        }
        // Only all answers tell whether this machine is among the hosts.
        if self.route.is_complete() { Turn::Leave } else { Turn::Wait }
    }

    /// The handshake with the host at hand was completed. However many conversations there are
    /// with it, it counts once: what they have in common is that mail could have gone there.
    pub(super) fn handle_ready(&mut self) {
        if let Some(visit) = &mut self.visit
            && !visit.was_ready
        {
            visit.was_ready = true;
            self.sessions += 1;
        }
    }
}

/// The server that a host is.
fn peer(host: &Host, destination: &Destination, policy: &Policy) -> Peer {
    let mut peer = policy.peer.clone();
    // An attempt to authenticate is of one conversation alone.
    peer.auth = None;
    (peer.name, peer.address, peer.port) = match &host.address {
        Address::Ip(address) => (host.name.to_string(), address.to_string(), Some(host.port)),
        Address::Unix(path) => (policy.host_name.clone(), path.to_string(), None),
    };
    if peer.next_hop.is_empty() {
        peer.next_hop = match destination.target() {
            Target::Domain(name) | Target::Host(name) => name.to_string(),
            Target::Address(address) => address.to_string(),
            Target::Unix(_) => peer.name.clone(),
        };
    }
    peer
}

impl fmt::Debug for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { destination, sessions, visit, .. } = self;
        f.debug_struct("NextHop")
            .field("destination", destination)
            .field("sessions", sessions)
            .field("visit", visit)
            .finish_non_exhaustive()
    }
}
