//! What a client did with a message, as far as it can be told from outside.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use conformance::servers::{self, PostfixClient, QueueId, Status};
use envoi_blocking::Blocking;
use envoi_driver::delivery::{Attempt, Delivery};
use envoi_driver::proto::{Config, Envelope};
use envoi_driver::{
    Application, Connection, Content, Io, Network, Outcome, Report, Runtime as _, Verdict,
};
use smol::future::block_on;

use crate::circumstances::{self, Circumstances};

/// What became of a message for its recipient.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Account {
    /// The connections that failed, in order, as Postfix words them.
    failed: Vec<String>,
    status: Status,
    dsn: String,
    relay: String,
    text: String,
}

impl Account {
    /// What Postfix logs of a message.
    pub(crate) fn of_postfix(
        client: &PostfixClient,
        message: &QueueId,
        patience: Duration,
    ) -> Self {
        let mut outcomes = client.wait_for(message, 1, patience).unwrap();
        let servers::Outcome { relay, dsn, status, text, .. } = outcomes.remove(0);
        let failed = client.failed_connections(message).unwrap();
        Self { failed, status, dsn, relay, text: numberless(&text) }
    }

    /// What we make of a message.
    pub(crate) fn of_us(
        network: &Network<Blocking>,
        next_hops: &str,
        circumstances: &Circumstances,
    ) -> Self {
        let recipient = "bob@mx.example".parse().unwrap();
        let envelope = Envelope::new("ann@client.example".parse().unwrap(), vec![recipient]);
        let next_hops = circumstances::next_hops(next_hops);
        let policy = Arc::new(circumstances.policy.clone());
        let now = network.runtime.now();
        let delivery = Delivery::new(next_hops, [Arc::new(envelope)], policy, 0, now);
        let mut witness = Witness::default();
        block_on(network.deliver(delivery, &mut witness));
        let Outcome { verdict, status, text, relay, .. } = witness.settled.unwrap();
        Self {
            failed: witness.failed,
            status: match verdict {
                Verdict::Sent => Status::Sent,
                Verdict::Deferred => Status::Deferred,
                Verdict::Bounced => Status::Bounced,
                Verdict::Deliverable | Verdict::Undeliverable => panic!("it was no probe"),
            },
            dsn: status.to_string(),
            relay: relay.as_deref().unwrap_or("none").to_owned(),
            text: numberless(&text),
        }
    }
}

/// A server's reply without the number that it gave the message.
fn numberless(text: &str) -> String {
    text.split_inclusive("queued as ").next().unwrap_or_default().to_owned()
}

/// Sees a delivery.
#[derive(Default)]
struct Witness {
    failed: Vec<String>,
    settled: Option<Outcome>,
}

impl<I: Io> Application<I> for Witness {
    type Io = I;

    fn begin(&mut self, attempt: &Attempt, io: I) -> io::Result<Connection<I>> {
        let config = Config::new("client.test.example".parse().unwrap());
        Ok(Connection::over(io, attempt.peer.clone(), Arc::new(config), attempt.began))
    }

    fn content(&mut self, _: usize) -> Content {
        "Subject: hello\r\n\r\nHello!\r\n".into()
    }

    fn unreachable(&mut self, attempt: &Attempt, error: &io::Error) {
        let reason = error.to_string();
        let reason = reason.split(" (os error").next().unwrap_or_default();
        self.failed.push(format!("connect to {}: {reason}", attempt.peer));
    }

    fn settled(&mut self, _: usize, report: Report) {
        assert!(self.settled.is_none(), "there is one message");
        self.settled = report.outcomes.into_iter().next();
    }
}
