//! From letters to outcomes.

use std::io;
use std::path::Path;
use std::sync::Arc;

use envoi_delivery::{Attempt, Skip, Sorting};
use envoi_driver::dns::Destination;
use envoi_driver::proto::{Circumstances, Envelope};
use envoi_driver::{
    Application, Connection, Content, Dial, Message, Network, Report, Runtime, seed,
};
use envoi_postfix::agent::Agent;
use envoi_postfix::rewriting::Flags;

use crate::desk::Desk;
use crate::letter::Letter;
use crate::manner::Manner;
use crate::notices::NoticePlace;
use crate::routing::Routing;
use crate::talks::Talks;
use crate::watch::{Watch, Watched};

/// Letters on their way.
pub(crate) struct Delivery<'a> {
    /// Where they go, in this order; if empty, to the domains of their recipients.
    pub(crate) next_hops: Vec<Destination>,
    pub(crate) routing: &'a Routing,
    pub(crate) manner: &'a Manner,
    pub(crate) watch: Watch,
    /// Where to record the dialogues.
    pub(crate) record: Option<&'a Path>,
    /// Which headers are added to each letter.
    pub(crate) flags: Flags,
    /// Where notices to the postmaster go.
    pub(crate) notices: Option<&'a NoticePlace>,
    /// Hears what became of each letter, once for each, in their order.
    pub(crate) report: &'a mut dyn FnMut(&Letter, &Report),
}

impl Delivery<'_> {
    /// Sends all letters on a runtime, and reports each.
    ///
    /// # Errors
    /// If the system has not what that takes; nothing was sent then.
    pub(crate) async fn over<R: Runtime>(self, runtime: R, letters: &[Letter]) -> io::Result<()> {
        let Self { next_hops, routing, manner, watch, record, flags, notices, report } = self;
        let network = routing.network(runtime.clone())?;
        let notices = notices.cloned();
        let notify = move |notice| notices.iter().for_each(|place| place.take(&notice));
        let agent = manner.setup.clone().map(|setup| Agent::new(setup, runtime, notify));
        let agent = agent.map(|agent| agent.with_flags(flags));
        let messages = letters.iter().map(|letter| letter.message.envelope.clone());
        let mut desk = Desk::new(letters, report);
        let talks = Talks::new(watch, record);
        let mut journey = Journey { network, routing, manner, letters, talks, flags, agent };
        if !next_hops.is_empty() {
            let parts: Vec<_> = messages.enumerate().collect();
            journey.talks.left = journey.bytes(&parts);
            let settled = |part, report| desk.settle(part, report);
            journey.make(next_hops, &parts, settled).await;
        } else {
            let mut sorting = Sorting::new(messages, Circumstances::default());
            desk.take(&mut sorting);
            let batches = sorting.batches().to_vec();
            journey.talks.left = batches.iter().map(|batch| journey.bytes(&batch.messages)).sum();
            for (number, batch) in batches.into_iter().enumerate() {
                let settled = |part, report| {
                    sorting.handle_report(number, part, report);
                    desk.take(&mut sorting);
                };
                journey.make(vec![batch.destination], &batch.messages, settled).await;
            }
        }
        journey.talks.finish();
        Ok(())
    }
}

/// Parts of letters, each with the place of its letter.
type Parts = [(usize, Arc<Envelope>)];

/// What carries letters to one destination after another.
struct Journey<'a, R: Runtime> {
    network: Network<R>,
    routing: &'a Routing,
    manner: &'a Manner,
    letters: &'a [Letter],
    talks: Talks<'a>,
    flags: Flags,
    /// Asks tables and writes the log, if there are parameters.
    agent: Option<Agent<R>>,
}

impl<R: Runtime> Journey<'_, R> {
    /// Bytes of parts of letters.
    fn bytes(&self, parts: &Parts) -> u64 {
        parts.iter().map(|(letter, _)| self.letters[*letter].size()).sum()
    }

    /// Goes to one of the next hops with parts of letters, and tells what became of each.
    async fn make(
        &mut self,
        next_hops: Vec<Destination>,
        parts: &Parts,
        settled: impl FnMut(usize, Report),
    ) {
        let mut policy = self.manner.policy(self.routing, &next_hops).into();
        self.flags.assume(&mut policy);
        let envelopes = parts.iter().map(|(_, envelope)| envelope.clone());
        let now = self.network.runtime.now();
        let delivery = envoi_delivery::Delivery::new(next_hops, envelopes, policy, seed(), now);
        let Self { network, manner, letters, talks, agent, .. } = self;
        let filtered = agent.as_ref().and_then(|agent| agent.filtered(network));
        let agent = agent.as_mut();
        let mut sending = Sending { manner, talks, agent, parts, letters, settled };
        match filtered {
            Some(filtered) => filtered.deliver(delivery, &mut sending).await,
            None => network.deliver(delivery, &mut sending).await,
        }
    }
}

/// Parts of letters on their way to a destination.
struct Sending<'a, 't, R, F> {
    manner: &'a Manner,
    talks: &'a mut Talks<'t>,
    agent: Option<&'a mut Agent<R>>,
    parts: &'a Parts,
    letters: &'a [Letter],
    /// Hears what became of each part, by its place.
    settled: F,
}

impl<R: Runtime, F: FnMut(usize, Report)> Application<R::Io> for Sending<'_, '_, R, F> {
    type Io = Watched<R::Io>;

    async fn prepare(&mut self, attempt: &mut Attempt) -> Result<(), Skip> {
        if let Some(agent) = &mut self.agent {
            agent.prepare(attempt).await?;
        }
        self.manner.secure(&mut attempt.peer);
        Ok(())
    }

    fn dial(&mut self, attempt: &Attempt) -> Dial {
        self.manner.dial(attempt)
    }

    fn begin(&mut self, attempt: &Attempt, io: R::Io) -> io::Result<Connection<Watched<R::Io>>> {
        let mut peer = attempt.peer.clone();
        peer.auth = self.manner.attempt()?.or(peer.auth);
        let config = self.manner.config(&attempt.host);
        let listener = self.agent.as_mut().and_then(|agent| agent.listener(attempt));
        let mut connection = self.talks.begin(peer, config, io, attempt.began, listener);
        if let Some(agent) = &self.agent {
            agent.filter(&mut connection);
        }
        Ok(connection)
    }

    fn content(&mut self, part: usize) -> Content {
        let content = self.letter(part).message.content.clone();
        match &self.agent {
            Some(agent) => agent.content(part, content, None),
            None => content,
        }
    }

    fn hand_over(&mut self, messages: Vec<Message>) -> Box<dyn Iterator<Item = Message> + Send> {
        let watch = self.talks.watch.clone();
        Box::new(messages.into_iter().inspect(move |_| watch.message()))
    }

    fn unreachable(&mut self, attempt: &Attempt, error: &io::Error) {
        self.talks.unreachable(&attempt.peer, error);
    }

    fn heard(&mut self, part: usize, report: &Report) {
        self.talks.hear(report);
        if let Some(agent) = &mut self.agent {
            agent.heard(part);
        }
    }

    fn ended(&mut self, connection: Connection<Watched<R::Io>>) {
        if let Some(agent) = &mut self.agent {
            agent.ended(&connection);
        }
        // It holds the recording.
        drop(connection);
        self.talks.end();
    }

    async fn review(&mut self, _: usize, report: &mut Report) {
        if let Some(agent) = &self.agent {
            agent.review(report).await;
        }
    }

    fn settled(&mut self, part: usize, report: Report) {
        self.talks.left -= self.letter(part).size();
        if self.agent.is_some() {
            let letter = self.letter(part).message.clone().into();
            if let Some(agent) = &mut self.agent {
                agent.settled(part, &letter, &report);
            }
        }
        (self.settled)(part, report);
    }
}

impl<R, F> Sending<'_, '_, R, F> {
    fn letter(&self, part: usize) -> &Letter {
        &self.letters[self.parts[part].0]
    }
}
