//! A dialogue from the server's side: what it hears, and what it does once it has heard enough.

use std::fmt;

use super::Dialogue;
use super::flight::Contents;
use super::line::{Action, Ending};

/// When a server that plays a dialogue answers, and how exactly it listens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    /// A flight has to be as the file has it, and is answered when it is complete.
    Flights,
    /// Each command is answered as soon as it is heard. Sizes are not compared.
    Commands,
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flights => "over a connection, flight by flight",
            Self::Commands => "over a connection, command by command",
        })
    }
}

/// What a server has to hear and to do.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// What the client says, in order.
    pub(super) heard: Vec<Heard>,
    /// What the server does, in order.
    pub(super) done: Vec<Done>,
    /// The last line of the file that is played.
    pub(super) last: usize,
}

/// A command, or content.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// Where it stands in the file.
    pub(super) line: usize,
    /// What the client writes.
    pub(super) bytes: Vec<u8>,
    /// Whether it is a command, which has a reply.
    pub(super) is_command: bool,
}

/// What the server does after some of what it hears.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// Where it stands in the file.
    pub(super) line: usize,
    /// How many of the client's commands and contents come first.
    pub(super) after: usize,
    /// What it does.
    pub(super) deed: Deed,
}

/// What a server can do.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// It sends bytes.
    Say(Vec<u8>),
    /// Its side ends.
    End(Ending),
    /// It shakes hands.
    Secure,
}

impl Script {
    pub(super) fn new(dialogue: &Dialogue, manner: Manner) -> Self {
        let heard = heard(dialogue);
        let mut replies = Replies::default();
        let mut done: Vec<Done> = Vec::new();
        let mut position = 0;
        for line in &dialogue.lines {
            let deed = match &line.action {
                Action::Server(bytes) => Deed::Say(bytes.clone()),
                Action::Ending(ending) => Deed::End(*ending),
                Action::Tls => Deed::Secure,
                Action::Client(_) | Action::Content(_) | Action::Elided(_) => {
                    position += 1;
                    continue;
                }
                Action::Hello
                | Action::Alert(_)
                | Action::Wait(_)
                | Action::TimedOut
                | Action::Application(_)
                | Action::Idle => continue,
            };
            let after = match (manner, &deed) {
                (Manner::Flights, _) | (Manner::Commands, Deed::End(_) | Deed::Secure) => position,
                (Manner::Commands, Deed::Say(bytes)) => {
                    position.min(replies.owed_after(bytes, &heard))
                }
            };
            // What is said later in the file is not said earlier.
            let after = done.last().map_or(after, |before| after.max(before.after));
            // Lines that are said together are sent together: a client must not speak in between.
            if let (Deed::Say(more), Some(Done { after: before, deed: Deed::Say(said), .. })) =
                (&deed, done.last_mut())
                && *before == after
                && said.ends_with(b"\n")
            {
                said.extend(more);
                continue;
            }
            done.push(Done { line: line.number, after, deed });
        }
        let last = dialogue.lines.last().map_or(0, |line| line.number);
        Self { heard, done, last }
    }
}

/// What the client says, content included.
fn heard(dialogue: &Dialogue) -> Vec<Heard> {
    let mut contents = Contents::new(&dialogue.messages, &dialogue.setup.config);
    // A message that is refused unsent is passed over; none is followed by one that differs.
    (0..dialogue.messages.len()).for_each(|message| contents.give(message));
    let is_client = |action: &Action| {
        matches!(action, Action::Client(_) | Action::Content(_) | Action::Elided(_))
    };
    let lines: Vec<_> = dialogue.lines.iter().filter(|l| is_client(&l.action)).cloned().collect();
    let bytes = contents.flight(&lines);
    let heard = lines.iter().zip(bytes).map(|(line, (number, bytes))| Heard {
        line: number,
        bytes,
        is_command: matches!(line.action, Action::Client(_)),
    });
    heard.collect()
}

/// Counts the replies that a server has given.
#[derive(Default)]
struct Replies {
    complete: usize,
    /// The line that is not complete.
    partial: Vec<u8>,
}

impl Replies {
    /// How much of what is heard comes before these bytes of a reply.
    fn owed_after(&mut self, bytes: &[u8], heard: &[Heard]) -> usize {
        let mut commands = (1..).zip(heard).filter(|(_, heard)| heard.is_command);
        let after = match self.complete {
            0 => 0,
            n => commands.nth(n - 1).map_or(heard.len(), |(position, _)| position),
        };
        self.partial.extend(bytes);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            self.complete += usize::from(ends_reply(&line));
        }
        after
    }
}

/// Whether a line is the last one of a reply.
fn ends_reply(line: &[u8]) -> bool {
    let has_code = line.len() > 3 && line[..3].iter().all(u8::is_ascii_digit);
    has_code && matches!(line[3], b' ' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::dialogue::parser::parse;

    #[test]
    fn commands_are_answered_when_heard_if_flights_do_not_matter() {
        let text = "# x\nS: 220 mx\nC: EHLO client.example\nS: 250-a\nS: 250 PIPELINING\n\
            C: MAIL FROM:<ann@client.example>\nC: RCPT TO:<bob@mx.example>\nC: DATA\n\
            S: 250 Ok\nS| 25\nS| 0 Ok\\r\\n\nS: 354 Go\nC: <content>\nC: .\nC: QUIT\n\
            S: 250 Ok\nS: <eof>\n= bob@mx.example sent 2.0.0\n";
        let dialogue = parse(Path::new("x"), text).unwrap();
        let after = |manner| {
            let script = Script::new(&dialogue, manner);
            script.done.iter().map(|done| done.after).collect::<Vec<_>>()
        };
        assert_eq!(after(Manner::Flights), [0, 1, 4, 4, 7, 7]);
        assert_eq!(after(Manner::Commands), [0, 1, 2, 3, 3, 4, 6, 7]);
    }
}
