//! From messages to what became of them.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use envoi_delivery::{Attempt, Delivery, Policy, Report, Sorting};
use envoi_dns::{Destination, Rules};
use envoi_proto::{Config, Envelope, Peer};

use crate::connection::Connection;
use crate::content::Content;
use crate::deliver::Application;
use crate::io::Io;
use crate::message::Message;
use crate::network::Network;
use crate::random::seed;
use crate::resolver::Resolver;
use crate::runtime::Runtime;
use crate::stub_resolver::StubResolver;
use crate::system::System;
use crate::together::Together;

/// Sends messages to the servers of their recipients. Clones share what they know of the DNS.
#[derive(Clone, Debug)]
pub struct Mailer<R: Runtime, V = StubResolver<R>> {
    /// What finds servers and connects to them.
    pub network: Network<R, V>,
    /// What all conversations have in common.
    pub config: Arc<Config>,
    /// How messages are delivered.
    pub policy: Arc<Policy>,
    /// Where all mail goes, in this order; if empty, to the domains of its recipients.
    pub next_hops: Vec<Destination>,
}

impl<R: Runtime + Default> Mailer<R> {
    /// A mailer with Postfix's defaults, which uses TLS where `config` has it and the server
    /// offers it.
    ///
    /// The system's files are read here and now. A server that turns out to be this machine is a
    /// loop.
    ///
    /// # Errors
    /// If one of the files cannot be read, or the system has no random numbers.
    pub fn new(config: impl Into<Arc<Config>>) -> io::Result<Self> {
        let (config, system) = (config.into(), System::read()?);
        let network = Network::new(R::default(), &system)?;
        let rules = Rules { own_addresses: system.addresses, ..Rules::default() };
        let policy = Policy { rules: rules.into(), peer: peer(&config), ..Policy::default() };
        Ok(Self { network, config, policy: policy.into(), next_hops: Vec::new() })
    }
}

impl<R: Runtime, V: Resolver> Mailer<R, V> {
    /// Sends a message, and says what became of it for each recipient.
    ///
    /// Dropping the future breaks conversations off; nothing tells then what has arrived.
    pub async fn send(&self, message: Message) -> Report {
        let mut reports = Vec::new();
        self.send_all([message], |_, report| reports.push(report)).await;
        reports.pop().expect("each message is reported")
    }

    /// Sends messages, and calls `settled` with the place and the report of each as soon as all
    /// its recipients are settled. What goes to the same domain shares conversations, and several
    /// domains are served at the same time, unless the runtime blocks.
    ///
    /// Dropping the future breaks conversations off; nothing tells then what has arrived.
    pub async fn send_all(
        &self,
        messages: impl IntoIterator<Item = Message>,
        mut settled: impl FnMut(usize, Report),
    ) {
        let messages: Vec<_> = messages.into_iter().collect();
        let envelopes = messages.iter().map(|message| message.envelope.clone());
        if !self.next_hops.is_empty() {
            let parts: Vec<_> = envelopes.enumerate().collect();
            let settled = &mut settled;
            let batch =
                Sending { config: &self.config, messages: &messages, parts: &parts, settled };
            return self.deliver(self.next_hops.clone(), batch).await;
        }
        let sorting = Sorting::new(envelopes, self.policy.circumstances);
        let batches = sorting.batches().to_vec();
        // Nobody ever waits for the lock: all of this is one task, if not always one thread.
        let desk = Mutex::new(Desk { sorting, settled });
        Desk::lock(&desk).tell();
        let mut batches = batches.iter().enumerate();
        let mut under_way = Together::default();
        loop {
            while under_way.len() < at_once::<R>()
                && let Some((number, batch)) = batches.next()
            {
                let (config, messages, desk) = (&self.config, &messages, &desk);
                let settled = move |part, report| Desk::lock(desk).take(number, part, report);
                let sending = Sending { config, messages, parts: &batch.messages, settled };
                under_way.push((), self.deliver(vec![batch.destination.clone()], sending));
            }
            if under_way.next().await.is_none() {
                return;
            }
        }
    }

    async fn deliver<F>(&self, destinations: Vec<Destination>, mut sending: Sending<'_, F>)
    where
        F: FnMut(usize, Report),
    {
        let envelopes = sending.parts.iter().map(|(_, envelope)| envelope.clone());
        let (policy, now) = (self.policy.clone(), self.network.runtime.now());
        let delivery = Delivery::new(destinations, envelopes, policy, seed(), now);
        self.network.deliver(delivery, &mut sending).await;
    }
}

/// Messages on their way to one destination.
struct Sending<'a, F> {
    config: &'a Arc<Config>,
    /// All messages.
    messages: &'a [Message],
    /// Those that go there, by their place among all, each with its recipients there.
    parts: &'a [(usize, Arc<Envelope>)],
    /// Hears what became of them, by their place among those.
    settled: F,
}

impl<I: Io, F: FnMut(usize, Report)> Application<I> for Sending<'_, F> {
    type Io = I;

    fn begin(&mut self, attempt: &Attempt, io: I) -> io::Result<Connection<I>> {
        Ok(Connection::over(io, attempt.peer.clone(), self.config.clone(), attempt.began))
    }

    fn content(&mut self, part: usize) -> Content {
        self.messages[self.parts[part].0].content.clone()
    }

    fn settled(&mut self, part: usize, report: Report) {
        (self.settled)(part, report);
    }
}

/// Where all reports come together.
struct Desk<F> {
    sorting: Sorting,
    settled: F,
}

impl<F: FnMut(usize, Report)> Desk<F> {
    fn lock(desk: &Mutex<Self>) -> MutexGuard<'_, Self> {
        desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&mut self, batch: usize, part: usize, report: Report) {
        self.sorting.handle_report(batch, part, report);
        self.tell();
    }

    /// Tells of the messages that are settled.
    fn tell(&mut self) {
        while let Some((message, report)) = self.sorting.poll_report() {
            (self.settled)(message, report);
        }
    }
}

/// What all servers have in common: TLS where they offer it, if we have it.
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
fn peer(config: &Config) -> Peer {
    use envoi_proto::tls::{Level, Policy};

    let mut peer = Peer::new("");
    peer.tls = Policy::new(if config.tls.is_some() { Level::May } else { Level::None });
    peer
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
fn peer(_: &Config) -> Peer {
    Peer::new("")
}

/// How many domains are served at the same time. Whoever blocks a thread does one thing.
fn at_once<R: Runtime>() -> usize {
    if R::Io::BLOCKS { 1 } else { DOMAINS_MAX }
}

/// Most domains that are served at the same time.
const DOMAINS_MAX: usize = 20;
