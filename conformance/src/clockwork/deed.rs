//! What a server does and hears in one connection.

use std::collections::VecDeque;
use std::time::Duration;

use crate::dialogue::{Action, Contents, Dialogue, Ending, Line, flight_length, stops_after};

/// The lines of a connection, in order.
#[derive(Debug)]
pub(super) struct Script(pub(super) VecDeque<(usize, Deed)>);

/// What happens next.
#[derive(Debug)]
pub(super) enum Deed {
    /// The client says all of this.
    Hear(Flight),
    /// The server says this.
    Say(Vec<u8>),
    /// Its side ends.
    End(Ending),
    /// Both sides shake hands.
    Secure,
    /// The client begins to.
    Hello,
    /// Time passes.
    Wait(Duration),
    /// The client has given up.
    TimedOut,
}

/// What is said without a pause.
#[derive(Debug)]
pub(super) struct Flight {
    /// Each line with its number.
    pub(super) lines: Vec<(usize, Vec<u8>)>,
    /// After how many bytes the server reads no further.
    pub(super) stop: Option<usize>,
}

impl Script {
    /// The lines of a connection, which carries the messages of a dialogue.
    pub(super) fn new(dialogue: &Dialogue, lines: &[Line]) -> Self {
        let mut contents = Contents::new(&dialogue.messages, &dialogue.setup.config);
        (0..dialogue.messages.len()).for_each(|message| contents.give(message));
        let mut deeds = VecDeque::new();
        let mut rest = lines;
        while let [line, others @ ..] = rest {
            let (deed, after) = match &line.action {
                Action::Client(_) | Action::Content(_) | Action::Elided(_) | Action::Alert(_) => {
                    let (flight, after) = rest.split_at(flight_length(rest));
                    let stop = stops_after(flight);
                    (Deed::Hear(Flight { lines: contents.flight(flight), stop }), after)
                }
                Action::Server(bytes) => (Deed::Say(bytes.clone()), others),
                Action::Ending(ending) => (Deed::End(*ending), others),
                Action::Tls => (Deed::Secure, others),
                Action::Hello => (Deed::Hello, others),
                Action::Wait(duration) => (Deed::Wait(*duration), others),
                Action::TimedOut => (Deed::TimedOut, others),
                // A delivery does what it wants.
                Action::Application(_) | Action::Idle => {
                    rest = others;
                    continue;
                }
            };
            deeds.push_back((line.number, deed));
            rest = after;
        }
        Self(deeds)
    }
}
