//! Rounds: deliveries with several hosts, as data.
//!
//! A delivery file shows one fact about the way from host to host. It has the form of a
//! [dialogue], once for each connection, and says besides what the DNS knows:
//!
//! ```text
//! # The second host takes what the first puts off.                              RFC 5321, 5.1
//! with nexthop=example.com recipients=bob@example.com
//! dns example.com MX 10 mx1.example.com
//! dns example.com MX 20 mx2.example.com
//! dns mx1.example.com A 192.0.2.1
//! dns mx2.example.com A 192.0.2.2
//!
//! connect mx1.example.com[192.0.2.1]:25 refused
//!
//! connect mx2.example.com[192.0.2.2]:25
//! S: 220 mx2.example.com ESMTP
//! …
//! = bob@example.com sent 2.0.0 relay=mx2.example.com[192.0.2.2]:25
//! ```
//!
//! | line | meaning |
//! |---|---|
//! | `dns NAME TYPE DATA` | a record, as master files have it: `A`, `AAAA`, `MX`, `SRV`, `CNAME` |
//! | `dns NAME TYPE <servfail>` | no server can tell |
//! | `connect RELAY` | the client connects there, and nowhere before; what is said follows |
//! | `connect RELAY refused` | there is nobody |
//! | `connect RELAY unreachable` | there is no way |
//! | `connect RELAY missing` | there is no such socket |
//! | `connect RELAY timeout` | nothing is heard for 30 seconds |
//! | `connect RELAY timeout 5s` | nothing is heard, and the client has to wait so long |
//! | `connect RELAY from ADDRESS` | the client connects from that address of its own, if it can |
//! | `connect RELAY from ADDRESS alone` | and from no other |
//! | `connect RELAY window BYTES` | the socket's buffers have so many bytes |
//! | `connect RELAY skipped STATUS TEXT` | the application leaves it out, for this reason |
//!
//! Hosts of the same preference are tried in the order in which the file has them. The client may
//! connect where a `connect` line has it and nowhere else, and in that order; `<content>` is that
//! of the messages in the conversation. Each verdict names its relay.
//!
//! These settings are known beside those of dialogues, by Postfix's names without `smtp_`:
//!
//! | setting | values | default |
//! |---|---|---|
//! | `nexthop` | destinations | the recipients are sorted by domain |
//! | `fallback_relay` | destinations | none |
//! | `relayhost` | a destination | none |
//! | `mx_address_limit`, `mx_session_limit` | a number; 0 is none | 5, 2 |
//! | `inet_interfaces` | our own addresses | none |
//! | `minimal_backoff_time` | a time | 300s |

mod parser;
mod player;
mod zone;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use envoi_delivery::{Attempt, Policy, Skip};
use envoi_dns::Destination;
use envoi_proto::{Envelope, Instant};

use crate::dialogue::{self, Action, Dialogue, Error, Line, Pace};

pub(crate) use parser::parse_lines;
pub use player::play;
pub use zone::Zone;

/// One delivery, as its file has it.
#[derive(Clone, Debug)]
pub struct Round {
    /// Title, set-up, messages and verdicts. It has no lines: they are those of the visits.
    pub dialogue: Dialogue,
    /// What the DNS knows.
    pub zone: Zone,
    /// Where messages are taken, if the file says so.
    pub destinations: Option<Vec<Destination>>,
    /// How they are delivered.
    pub policy: Arc<Policy>,
    /// The connections, in their order.
    pub visits: Vec<Visit>,
}

/// One connection.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Where it stands in its file, from 1.
    pub number: usize,
    /// With whom, as `NAME[ADDRESS]:PORT`.
    pub relay: String,
    /// In which manner, if in a particular one: `from ADDRESS`, `window BYTES`.
    pub manner: String,
    /// What comes of it.
    pub ending: Ending,
}

/// What comes of a connection.
#[derive(Clone, Debug)]
pub enum Ending {
    /// There is none, for this reason.
    Unreachable(&'static str),
    /// Nothing is heard until the client gives up, which it does after this long.
    Silent(Option<Duration>),
    /// The application leaves the host out.
    Skipped(Skip),
    /// This is said.
    Talk(Vec<Line>),
}

impl Round {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or understood.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(file)
            .map_err(|source| Error::Unreadable { file: file.into(), source })?;
        parser::parse(file, &text)
    }

    /// Reads all delivery files of a folder, by name.
    ///
    /// # Errors
    /// If one cannot be read or understood.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, Error> {
        let files = dialogue::files(folder, "delivery")?;
        files.iter().map(|file| Self::read(file)).collect()
    }

    /// The file's name without its extension.
    pub fn name(&self) -> &str {
        self.dialogue.name()
    }

    /// The envelopes of the messages, which begin to be delivered at `now`.
    pub fn envelopes(&self, now: Instant) -> Vec<Arc<Envelope>> {
        let config = &self.dialogue.setup.config;
        self.dialogue.messages.iter().map(|message| message.envelope(config, now).into()).collect()
    }

    /// What is said in a visit, as a dialogue of its own that begins at `now`. `places` are those
    /// of the delivery's messages in the file.
    pub fn conversation(
        &self,
        visit: &Visit,
        attempt: &Attempt,
        places: &[usize],
        now: Instant,
    ) -> Dialogue {
        let message = |(at, envelope): &(usize, Arc<Envelope>)| {
            let mut message = self.dialogue.messages[places[*at]].clone();
            message.envelope.recipients.clone_from(&envelope.recipients);
            message.age = envelope.arrived.map(|arrived| now.since(arrived));
            message
        };
        let messages = attempt.messages.iter().map(message).collect();
        let lines = visit.lines().to_vec();
        let mut dialogue =
            Dialogue { lines, messages, verdicts: Vec::new(), ..self.dialogue.clone() };
        let auth = dialogue.setup.peer.auth.take();
        dialogue.setup.peer = attempt.peer.clone();
        dialogue.setup.peer.auth = auth;
        dialogue.setup.circumstances = attempt.circumstances;
        dialogue
    }

    /// In what portions to play it: all that there are, as for dialogues.
    pub fn paces(&self) -> impl Iterator<Item = Pace> {
        let is_secured = self.visits.iter().any(Visit::is_secured);
        let bytes = self.visits.iter().map(|visit| dialogue::server_bytes(visit.lines())).max();
        Pace::all(bytes.filter(|_| !is_secured).unwrap_or_default())
    }
}

impl Visit {
    /// What is said.
    pub fn lines(&self) -> &[Line] {
        match &self.ending {
            Ending::Unreachable(_) | Ending::Silent(_) | Ending::Skipped(_) => &[],
            Ending::Talk(lines) => lines,
        }
    }

    fn is_secured(&self) -> bool {
        self.lines().iter().any(|line| matches!(line.action, Action::Tls | Action::Hello))
    }
}
