//! Deliveries as a [`Setup`] says.
//!
//! [`Agent::deliver`] takes letters to a destination. Whoever holds conversations in another way
//! has an [`Application`](envoi_driver::Application) of its own, and asks an [`Agent`] at each of
//! its turns.

mod conversation;
mod letter;
mod request;

use std::fmt;
use std::sync::Arc;

use envoi_driver::delivery::Attempt;
use envoi_driver::dns::{Address, Destination};
use envoi_driver::proto::auth::Credentials;
use envoi_driver::proto::{
    Envelope, Line, Mailbox, Protocol, Purpose, ReversePath, Status, TlsRequest, TlsStart,
};
use envoi_driver::{
    Connection, Content, Dial, Endpoint, FilteredResolver, Io, Message, Network, Report, Resolver,
    Runtime, SearchingResolver, Skip, delivery,
};

pub use letter::Letter;

use crate::elsewhere::elsewhere;
use crate::log::{self, DeliveryLine};
use crate::notice::{Class, Notice};
use crate::rewriting::{Flags, TableAnswers};
use crate::servers::{self, Server};
use crate::setup::Setup;
use conversation::Conversation;
use request::Request;

/// What delivers letters, one destination after another.
pub struct Agent<R> {
    setup: Arc<Setup>,
    runtime: R,
    /// Takes notices to the postmaster.
    notify: Box<dyn FnMut(Notice) + Send>,
    /// The conversation that is prepared or held.
    conversation: Conversation,
    flags: Flags,
    /// The next hop of which the log has been told what is odd about it.
    advised: Option<Destination>,
}

impl<R: Runtime> Agent<R> {
    /// An agent that tells the postmaster by way of `notify`.
    pub fn new(setup: Arc<Setup>, runtime: R, notify: impl FnMut(Notice) + Send + 'static) -> Self {
        let (notify, conversation) = (Box::new(notify), Conversation::default());
        Self { setup, runtime, notify, conversation, flags: Flags::default(), advised: None }
    }

    /// Adds headers to each message, as a command line in master.cf asks for.
    #[must_use]
    pub fn with_flags(self, flags: Flags) -> Self {
        Self { flags, ..self }
    }

    /// What it is set up with.
    pub fn setup(&self) -> &Arc<Setup> {
        &self.setup
    }

    /// Takes letters to one of the destinations, and says what became of each, in their order.
    pub async fn deliver<V: Resolver>(
        &mut self,
        network: &Network<R, V>,
        destinations: Vec<Destination>,
        letters: &[Letter],
        seed: u64,
    ) -> Vec<Report> {
        self.setup.refresh();
        let envelopes = letters.iter().map(|letter| self.envelope(&letter.message));
        let (mut policy, now) = (self.setup.policy.clone(), network.runtime.now());
        self.flags.assume(&mut policy);
        let delivery = delivery::Delivery::new(destinations, envelopes, policy, seed, now);
        let filtered = self.filtered(network);
        let mut request = Request::new(self, letters);
        match filtered {
            Some(filtered) => filtered.deliver(delivery, &mut request).await,
            None => network.deliver(delivery, &mut request).await,
        }
        request.into_reports()
    }

    /// The envelope of a message: a probe stops where it is to, and a header may say that TLS is
    /// not required.
    fn envelope(&self, message: &Message) -> Arc<Envelope> {
        let mut envelope = message.envelope.clone();
        let is_probe = envelope.purpose != Purpose::Deliver;
        let purpose = if is_probe { self.setup.probes } else { Purpose::Deliver };
        let tls_request = self.setup.tls_request(message);
        if (envelope.purpose, envelope.tls_request) != (purpose, tls_request) {
            let envelope = Arc::make_mut(&mut envelope);
            (envelope.purpose, envelope.tls_request) = (purpose, tls_request);
        }
        envelope
    }

    /// The network with names that are completed (`smtp_dns_resolver_options`) and answers of the
    /// DNS that are asked about (`smtp_dns_reply_filter`), if any are.
    pub fn filtered<'a, V: Resolver>(
        &self,
        network: &'a Network<R, V>,
    ) -> Option<Network<R, FilteredResolver<SearchingResolver<&'a V>>>> {
        let resolver = self.setup.filters.resolver(&network.resolver)?;
        let (runtime, hosts) = (network.runtime.clone(), network.hosts.clone());
        Some(Network { runtime, resolver, hosts })
    }

    /// Looks up what a conversation depends on
    /// ([`Application::prepare`](envoi_driver::Application::prepare)).
    ///
    /// # Errors
    /// Why the host is left out.
    pub async fn prepare(&mut self, attempt: &mut Attempt) -> Result<(), Skip> {
        let (servers, server) = (self.setup.servers.clone(), server(attempt));
        let known = if servers.block() {
            self.runtime.block(move || servers.look_up(&server)).await
        } else {
            servers.look_up(&server)
        };
        let known = known?;
        self.conversation = Conversation::default();
        self.advise(attempt);
        self.rewrite(attempt).await?;
        let peer = &mut attempt.peer;
        (peer.tls, peer.require_tls) = (known.tls, known.require_tls);
        (peer.pix, peer.unknown) = (known.pix, known.unknown);
        peer.ignore = known.discard.keywords;
        self.conversation.note = known.discard.note();
        if let Some((credentials, rejection)) = known.credentials {
            let auth = envoi_driver::attempt(credentials.clone());
            let mut auth = auth.map_err(|error| {
                tracing::warn!(%error, "no random numbers");
                Skip::lookup_failed("server configuration error")
            })?;
            auth.rejection = rejection;
            attempt.peer.auth = Some(auth);
            self.conversation.credentials = Some(credentials);
        }
        Ok(())
    }

    /// Tells once of each next hop what is odd about it.
    fn advise(&mut self, attempt: &Attempt) {
        let (peer, to) = (&attempt.peer, &attempt.destination);
        let lacks_tls = peer.port == Some(SMTPS) && peer.tls_start == TlsStart::Starttls;
        if !lacks_tls || !self.setup.config.advises || self.advised.as_ref() == Some(to) {
            return;
        }
        let client = match peer.protocol {
            Protocol::Smtp => "smtp",
            Protocol::Lmtp => "lmtp",
        };
        tracing::info!(
            "{to}: servers at port {SMTPS} begin with TLS, as {client}_tls_wrappermode = yes and \
             {client}_tls_security_level = encrypt, or a stronger one, do"
        );
        self.advised = Some(to.clone());
    }

    /// Has envelopes say what generic maps make of them, and finds out how content is edited.
    async fn rewrite(&mut self, attempt: &mut Attempt) -> Result<(), Skip> {
        for (place, envelope) in &mut attempt.messages {
            if self.flags.need_one_recipient() && envelope.recipients.len() > 1 {
                tracing::warn!("flags D and O need transport_destination_recipient_limit = 1");
                let text = "mail system configuration error".into();
                return Err(Skip { status: Status::transient(3, 5), text });
            }
            let (rewriting, said) = (self.setup.rewriting.clone(), envelope.clone());
            let rewritten = elsewhere(rewriting.blocks(), move || rewriting.rewrite(&said)).await;
            *envelope = rewritten.map_err(|error| {
                tracing::warn!("{error}");
                Skip::lookup_failed("local data error")
            })?;
            self.conversation.envelopes.insert(*place, envelope.clone());
        }
        Ok(())
    }

    /// The content of a letter, as it goes out; `original` is whom the sender named.
    pub fn content(&self, place: usize, content: Content, original: Option<&Mailbox>) -> Content {
        let rewriting = &self.setup.rewriting;
        let edits = self
            .conversation
            .envelopes
            .get(&place)
            .and_then(|envelope| rewriting.edits(envelope, original, self.flags));
        match edits {
            Some(edits) => content.edited(edits, Arc::new(TableAnswers(rewriting.clone()))),
            None => content,
        }
    }

    /// How to connect.
    pub fn dial(&self, attempt: &Attempt) -> Dial {
        self.setup.dialing.dial(Endpoint::from(&attempt.host))
    }

    /// Begins a conversation over a connection.
    pub fn begin<I: Io>(&mut self, attempt: &Attempt, io: I) -> Connection<I> {
        let (peer, config) = (attempt.peer.clone(), self.setup.config.clone());
        let mut connection = Connection::over(io, peer, config, attempt.began);
        if let Some(mut listener) = self.listener(attempt) {
            connection.listen(move |line| listener(&line));
        }
        self.filter(&mut connection);
        connection
    }

    /// Has what the server says asked about, if anything is (`smtp_reply_filter`).
    pub fn filter<I: Io>(&self, connection: &mut Connection<I>) {
        if let Some(ask) = self.setup.filters.replies() {
            connection.filter_replies(ask);
        }
    }

    /// Who has to hear what is said in a conversation that begins, if anybody does.
    pub fn listener(&mut self, attempt: &Attempt) -> Option<impl FnMut(&Line) + Send + 'static> {
        if let Some(note) = self.conversation.note.take() {
            tracing::info!("{note}");
        }
        self.conversation.listen(attempt, &self.setup.reporting)
    }

    /// What a conversation came to for a letter, by the letter's place.
    pub fn heard(&mut self, letter: usize) {
        self.conversation.handle_letter(letter);
    }

    /// A conversation is over.
    pub fn ended<I: Io>(&mut self, connection: &Connection<I>) {
        let peer = connection.channel().client().peer();
        let rejection = connection.rejection(servers::since_epoch());
        if let (Some(rejection), Some(credentials)) = (rejection, self.credentials()) {
            self.setup.servers.rejections.insert(&peer.name, credentials, rejection);
        }
        if connection.lacked_data() {
            self.conversation.handle_error(Class::Data);
        }
        if let Some(notice) = self.conversation.notice(&self.setup.reporting.notices) {
            (self.notify)(notice);
        }
    }

    /// Words anew what became of a letter (`smtp_delivery_status_filter`).
    pub async fn review(&self, report: &mut Report) {
        self.setup.filters.review(&mut report.outcomes).await;
    }

    fn credentials(&self) -> Option<&Credentials> {
        self.conversation.credentials.as_ref()
    }

    /// What became of a letter, by its place.
    pub fn settled(&mut self, place: usize, letter: &Letter, report: &Report) {
        let conversation_use = self.conversation.uses(place);
        for (i, outcome) in report.outcomes.iter().enumerate() {
            let original = letter.originals.get(i).and_then(Option::as_ref);
            let style = self.setup.reporting.line;
            let line = DeliveryLine { outcome, original, conversation_use, style };
            match &letter.queue_id {
                Some(queue_id) => tracing::info!(target: log::MESSAGE, queue_id, "{line}"),
                None => tracing::info!(target: log::MESSAGE, "{line}"),
            }
        }
    }
}

/// The server of an attempt, as tables are asked for it.
fn server(attempt: &Attempt) -> Server {
    // What mail asks of TLS, all of it asks.
    let first = attempt.messages.first().map(|(_, envelope)| envelope);
    let sender = first.map(|envelope| &envelope.sender);
    Server {
        next_hop: attempt.destination.as_str().into(),
        domain: attempt.peer.next_hop.clone(),
        tls_request: first.map_or(TlsRequest::None, |envelope| envelope.tls_request),
        name: attempt.peer.name.clone(),
        address: attempt.peer.address.clone(),
        is_local: matches!(attempt.host.address, Address::Unix(_)),
        protocol: attempt.peer.protocol,
        sender: sender.and_then(|sender| match sender {
            ReversePath::Null => None,
            ReversePath::Mailbox(mailbox) => Some(mailbox.clone()),
        }),
    }
}

impl<R> fmt::Debug for Agent<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("setup", &self.setup).finish_non_exhaustive()
    }
}

/// The port of SMTP within TLS (RFC 8314, 3.3).
const SMTPS: u16 = 465;
