//! Why a dialogue cannot be played everywhere.

use std::fmt;

use super::Dialogue;
use super::line::{Action, Amount, Ending};

/// What keeps a dialogue from being played.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Obstacle {
    /// Something happens because time has passed, and minutes of it.
    Time,
    /// The server stops reading in the midst of the content, which buffers on the way hide.
    Portion,
    /// Only writing fails, which no server can bring about.
    BrokenWrite,
    /// A handshake comes to no end, of which only the core knows the bytes.
    Handshake,
    /// The application does more than to send messages.
    Application,
    /// Messages share a conversation, which Postfix decides by itself.
    Messages,
    /// Postfix qualifies an address without a domain when it is submitted.
    Domain,
    /// Postfix sends recipients sorted.
    Order,
    /// More recipients than Postfix sends in one transaction.
    Recipients,
    /// Recipients are probed, which cannot be submitted.
    Probe,
    /// Where a message came from is Postfix's to know.
    Origin,
    /// What is said of the content is untrue, or it breaks off: Postfix keeps content whole.
    Content,
    /// Credentials are of a kind that Postfix's library does not have, or a nonce is given.
    Credentials,
    /// TLS is spoken, at a time of its own.
    Tls,
    /// Another server would take what this one does not.
    Server,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "they take minutes",
            Self::Portion => "the server stops reading within the content",
            Self::BrokenWrite => "only writing breaks",
            Self::Handshake => "the handshake is played byte by byte",
            Self::Application => "the application does more than send",
            Self::Messages => "several messages share the conversation",
            Self::Domain => "Postfix qualifies addresses",
            Self::Order => "Postfix sorts recipients",
            Self::Recipients => "Postfix sends up to 50 recipients at once",
            Self::Probe => "probes cannot be submitted",
            Self::Origin => "where a message came from cannot be submitted",
            Self::Content => "Postfix has the content whole before it begins",
            Self::Credentials => "Postfix logs in with passwords and nonces of its own",
            Self::Tls => "certificates are of another time",
            Self::Server => "there is one server",
        })
    }
}

impl Dialogue {
    /// Why no server can play it over a connection, while time passes as it does.
    ///
    /// A pause that only shows patience is no obstacle: it is left out.
    pub fn obstacle_to_connections(&self) -> Option<Obstacle> {
        let following = self.lines.iter().skip(1).map(|line| Some(&line.action)).chain([None]);
        let mut lines = self.lines.iter().zip(following);
        lines.find_map(|(line, next)| match &line.action {
            Action::TimedOut => Some(Obstacle::Time),
            Action::Wait(_) => (!matches!(next, Some(Action::Server(_)))).then_some(Obstacle::Time),
            Action::Elided(Amount::Bytes(_)) => Some(Obstacle::Portion),
            Action::Ending(Ending::Broken) => Some(Obstacle::BrokenWrite),
            Action::Hello | Action::Alert(_) => Some(Obstacle::Handshake),
            Action::Application(_) | Action::Idle => Some(Obstacle::Application),
            Action::Server(_)
            | Action::Ending(Ending::Eof | Ending::Cut | Ending::Reset)
            | Action::Tls
            | Action::Client(_)
            | Action::Content(_)
            | Action::Elided(Amount::Rest) => None,
        })
    }
}
