//! How to talk to servers.

use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::dns::Host;
use envoi_driver::proto::{Config, Domain, Peer, Protocol, TlsStart, auth};
use envoi_driver::{Dial, Endpoint, delivery};

use crate::auth::Auth;
use crate::helo;
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
    /// How long a connection may take.
    pub(crate) connect_timeout: Duration,
    pub(crate) runtime: Runtime,
    /// None is plaintext.
    pub(crate) tls: Option<Tls>,
    /// Who we are, where servers ask.
    pub(crate) auth: Option<Auth>,
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
            tls: None,
            auth: None,
        }
    }

    /// What all servers have in common.
    pub(crate) fn peer(&self) -> Peer {
        let mut peer = Peer::new("");
        peer.protocol = self.protocol;
        peer.overlap = self.overlap;
        peer.chunking = self.chunking;
        peer.tls_start = self.tls_start();
        if let Some(tls) = &self.tls {
            peer.tls = tls.policy.clone();
        }
        peer
    }

    /// An attempt to authenticate, for one conversation alone.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub(crate) fn attempt(&self) -> io::Result<Option<auth::Attempt>> {
        let credentials = self.auth.as_ref().map(|auth| auth.credentials.clone());
        credentials.map(envoi_driver::attempt).transpose()
    }

    fn tls_start(&self) -> TlsStart {
        self.tls.as_ref().map_or(TlsStart::Starttls, |tls| tls.start)
    }

    /// What a conversation with a host depends on beside its peer.
    pub(crate) fn config(&self, host: &Host) -> Arc<Config> {
        let helo = self.helo.clone();
        let mut config = Config::new(helo.unwrap_or_else(|| helo::name(host, self.bind)));
        config.tls = self.tls.as_ref().map(|tls| tls.engine.clone());
        if let Some(auth) = &self.auth {
            config.auth.filter = auth.mechanisms.clone();
        }
        Arc::new(config)
    }

    /// How to connect.
    pub(crate) fn dial(&self, attempt: &delivery::Attempt) -> Dial {
        let mut dial = Dial::from(Endpoint::from(&attempt.host));
        if let Some(source) = self.bind {
            dial.bind_to(source);
        }
        dial.timeout = self.connect_timeout;
        dial
    }
}
