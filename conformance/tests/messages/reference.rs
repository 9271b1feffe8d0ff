//! What Postfix does.

use std::error::Error;
use std::time::{Duration, Instant};

use conformance::sending::Sending;
use conformance::servers::{
    self, Outcome, PostfixClient, Protocol, QueueId, Route, Status, Submission,
};
use envoi_sink::Protocol as Spoken;

use crate::account::Account;
use crate::receiver::Receiver;

/// What Postfix does with all of them, by a route for each.
pub(crate) fn accounts(
    sendings: &[Sending],
) -> Result<Vec<Result<Account, String>>, Box<dyn Error>> {
    let cache = std::env::temp_dir().join("envoi-servers");
    let installed = servers::install(&cache, &mut |line| eprintln!("{line}"))?;
    let receivers: Vec<_> =
        sendings.iter().map(|sending| Receiver::start(sending.server.options())).collect();
    let numbered = || sendings.iter().zip(&receivers).enumerate();
    let routes: Vec<_> = numbered().map(|(n, (sending, to))| route(n, sending, to)).collect();
    let dir = tempfile::tempdir()?;
    let client = PostfixClient::start(&installed, dir.path(), &routes)?;
    let submit = |(sending, route)| submit(&client, sending, route);
    let submitted: Vec<_> = sendings.iter().zip(&routes).map(submit).collect();
    let ends = Instant::now() + PATIENCE;
    let accounts = sendings.iter().zip(receivers).zip(submitted).map(|((sending, to), id)| {
        let id = id.map_err(|error| error.to_string())?;
        let left = ends.saturating_duration_since(Instant::now());
        let outcomes = client.wait_for(&id, sending.recipients.len(), left);
        let mut outcomes: Vec<_> =
            outcomes.map_err(|error| error.to_string())?.into_iter().map(told).collect();
        outcomes.sort();
        Ok(Account { heard: to.heard(), outcomes })
    });
    Ok(accounts.collect())
}

fn route(number: usize, sending: &Sending, to: &Receiver) -> Route {
    let base = BASE.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Route {
        name: format!("m{number}"),
        protocol: match sending.server.protocol() {
            Spoken::Smtp => Protocol::Smtp,
            Spoken::Lmtp => Protocol::Lmtp,
        },
        next_hop: Route::next_hop(&[to.address()]),
        parameters: base.chain(sending.parameters.iter().cloned()).collect(),
    }
}

fn submit(
    client: &PostfixClient,
    sending: &Sending,
    route: &Route,
) -> Result<QueueId, servers::Error> {
    let recipients: Vec<_> = sending.recipients.iter().map(|(to, p)| (&**to, &**p)).collect();
    client.submit(&Submission {
        route: &route.name,
        sender: &sending.sender,
        parameters: &sending.mail,
        recipients: &recipients,
        content: &sending.content,
    })
}

fn told(outcome: Outcome) -> [String; 4] {
    let verdict = match outcome.status {
        Status::Sent => "sent",
        Status::Deferred => "deferred",
        Status::SoftBounced => "SOFTBOUNCE",
        Status::Bounced => "bounced",
        Status::Expired => "expired",
    };
    [outcome.recipient, verdict.into(), outcome.dsn, outcome.text]
}

/// What main.cf has for every message, in place of what the instance has for submission.
pub(crate) const BASE: &[(&str, &str)] = &[("header_size_limit", "102400")];

/// How long Postfix may take once it has all messages.
const PATIENCE: Duration = Duration::from_secs(100);
