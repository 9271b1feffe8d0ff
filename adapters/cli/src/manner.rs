//! How to talk to servers.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::Dial;
use envoi_driver::proto::{Config, Domain, Peer, Protocol};

use crate::helo;
use crate::runtime::Runtime;

/// How conversations are held, whoever is at the other end.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// Our name, if it is given.
    pub(crate) helo: Option<Domain>,
    pub(crate) protocol: Protocol,
    /// Whether the next message shares the flight that ends the one before.
    pub(crate) overlap: bool,
    /// Most messages in doubt, if content goes by BDAT.
    pub(crate) chunking: Option<NonZeroUsize>,
    /// The address to come from.
    pub(crate) bind: Option<IpAddr>,
    /// How long a connection may take.
    pub(crate) connect_timeout: Duration,
    pub(crate) runtime: Runtime,
}

impl Manner {
    /// The manner of somebody who says nothing about it.
    pub(crate) fn plain() -> Self {
        Self {
            helo: None,
            protocol: Protocol::Smtp,
            overlap: true,
            chunking: None,
            bind: None,
            connect_timeout: Duration::from_secs(30),
            runtime: Runtime::default(),
        }
    }

    /// Whether an address can be reached from the one that we are to come from.
    pub(crate) fn reaches(&self, server: &SocketAddr) -> bool {
        self.bind.is_none_or(|bind| bind.is_ipv4() == server.is_ipv4())
    }

    pub(crate) fn peer(&self, name: String, server: SocketAddr) -> Peer {
        let mut peer = Peer::new(name);
        peer.address = server.ip().to_string();
        peer.port = Some(server.port());
        peer.protocol = self.protocol;
        peer.overlap = self.overlap;
        peer.chunking = self.chunking;
        peer
    }

    pub(crate) fn config(&self, server: SocketAddr) -> Arc<Config> {
        let helo = self.helo.clone();
        Arc::new(Config::new(helo.unwrap_or_else(|| helo::name(server, self.bind))))
    }

    pub(crate) fn dial(&self, address: SocketAddr) -> Dial {
        Dial { address, bind: self.bind, timeout: self.connect_timeout }
    }
}
