//! How to talk to servers.

use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::dns::{Destination, Host};
use envoi_driver::proto::{Config, Domain, Peer, Protocol, auth};
use envoi_driver::{Dial, Endpoint, Policy, delivery};
use envoi_postfix::setup::Setup;

use crate::auth::Auth;
use crate::helo;
use crate::routing::Routing;
use crate::runtime::Runtime;
use crate::tls::Tls;

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
    /// How long a connection may take, if that is given.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) runtime: Runtime,
    /// None is plaintext, or what the setup has.
    pub(crate) tls: Option<Tls>,
    /// Who we are, where servers ask.
    pub(crate) auth: Option<Auth>,
    /// What Postfix's parameters ask for, where nothing else does.
    pub(crate) setup: Option<Arc<Setup>>,
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
            connect_timeout: None,
            runtime: Runtime::default(),
            tls: None,
            auth: None,
            setup: None,
        }
    }

    /// What all servers have in common.
    pub(crate) fn peer(&self) -> Peer {
        let of_setup = self.setup.as_ref().map(|setup| setup.policy.peer.clone());
        let mut peer = of_setup.unwrap_or_else(|| Peer::new(""));
        peer.protocol = self.protocol;
        peer.overlap = self.overlap;
        peer.chunking = self.chunking;
        self.secure(&mut peer);
        peer
    }

    /// Asks of TLS what is given.
    pub(crate) fn secure(&self, peer: &mut Peer) {
        if let Some(tls) = &self.tls {
            (peer.tls, peer.tls_start) = (tls.policy.clone(), tls.start);
        }
    }

    /// How messages are delivered to these next hops.
    pub(crate) fn policy(&self, routing: &Routing, next_hops: &[Destination]) -> Policy {
        let of_setup = self.setup.as_ref().map(|setup| Policy::clone(&setup.policy));
        let mut policy = of_setup.unwrap_or_default();
        policy.rules = routing.rules(next_hops);
        policy.peer = self.peer();
        if !routing.fallback_relay.is_empty() {
            policy.fallback_relay = routing.fallback_relay.clone();
        }
        policy
    }

    /// An attempt to authenticate, for one conversation alone.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub(crate) fn attempt(&self) -> io::Result<Option<auth::Attempt>> {
        let credentials = self.auth.as_ref().map(|auth| auth.credentials.clone());
        credentials.map(envoi_driver::attempt).transpose()
    }

    /// What a conversation with a host depends on beside its peer.
    pub(crate) fn config(&self, host: &Host) -> Arc<Config> {
        let mut config = match (&self.setup, self.helo.clone()) {
            (Some(setup), None) => Config::clone(&setup.config),
            (Some(setup), Some(helo_name)) => {
                let mut config = Config::clone(&setup.config);
                config.helo_name = helo_name;
                config
            }
            (None, helo) => Config::new(helo.unwrap_or_else(|| helo::name(host, self.bind))),
        };
        if let Some(tls) = &self.tls {
            config.tls = Some(tls.engine.clone());
        }
        if let Some(auth) = &self.auth {
            config.auth.filter = auth.mechanisms.clone();
        }
        Arc::new(config)
    }

    /// How to connect.
    pub(crate) fn dial(&self, attempt: &delivery::Attempt) -> Dial {
        let endpoint = Endpoint::from(&attempt.host);
        let mut dial = match &self.setup {
            Some(setup) => setup.dialing.dial(endpoint),
            None => Dial::from(endpoint),
        };
        if let Some(source) = self.bind {
            dial.bind_to(source);
            dial.bind_enforce = true;
        }
        dial.timeout = self.connect_timeout.or(dial.timeout);
        dial
    }
}
