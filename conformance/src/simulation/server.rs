//! The servers of the simulation, and what they really took.

use super::rogue::Rogue;
use super::scenario::Scenario;
use super::sink::{self, Sink};
use crate::seeded::Random;

/// A server that speaks to one client.
#[derive(Debug)]
pub(super) enum Server {
    /// The receiver that Envoi ships.
    Sink(Box<Sink>),
    /// One that misbehaves.
    Rogue(Box<Rogue>),
}

/// A message that the server took for one recipient: it said so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Taken {
    /// The path of its RCPT.
    pub(super) recipient: String,
    /// The content as SMTP means it.
    pub(super) content: Vec<u8>,
}

/// What the server does beside talking.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    Open,
    /// It neither reads nor writes.
    Stalled,
    /// It closes once its words have left.
    Closing,
    /// It cuts the connection once its words have left.
    Severed,
}

impl Server {
    pub(super) fn new(scenario: &Scenario, random: &mut Random) -> Self {
        if scenario.is_sink {
            let options = sink::options(scenario, random);
            return Self::Sink(Box::new(Sink::new(options)));
        }
        Self::Rogue(Box::new(Rogue::new(scenario, random)))
    }

    /// Takes what the client sent.
    pub(super) fn hear(&mut self, bytes: &[u8], taken: &mut Vec<Taken>) {
        match self {
            Self::Sink(sink) => {
                sink.hear(bytes);
                while let Some(message) = sink.poll_message() {
                    let content = &message.content;
                    let of = |recipient| Taken { recipient, content: content.clone() };
                    taken.extend(message.recipients.into_iter().map(of));
                }
            }
            Self::Rogue(rogue) => rogue.hear(bytes, taken),
        }
    }

    /// What it says.
    pub(super) fn say(&mut self) -> Vec<u8> {
        match self {
            Self::Sink(sink) => sink.say(),
            Self::Rogue(rogue) => rogue.say(),
        }
    }

    pub(super) fn standing(&self) -> Standing {
        match self {
            Self::Sink(sink) => sink.standing(),
            Self::Rogue(rogue) => rogue.standing(),
        }
    }

    /// Whether each of its replies answered one command, so that both sides mean the same.
    pub(super) fn is_consistent(&self) -> bool {
        match self {
            Self::Sink(_) => true,
            Self::Rogue(rogue) => rogue.is_consistent(),
        }
    }
}
