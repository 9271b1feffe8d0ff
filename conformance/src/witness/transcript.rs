//! The client's transcript, held against the wire.

use envoi_proto::Line;

use super::{Violation, Witness, ensure};

impl Witness {
    /// Compares the client's transcript with what was written and heard.
    ///
    /// # Errors
    /// If they do not agree.
    pub fn compare(&self, transcript: &[Line]) -> Result<(), Violation> {
        if self.is_blind {
            return Ok(());
        }
        let mut said = self.said.iter();
        // Where lines are looked up one by one, they are noted before their reply is complete.
        let unfinished = self.hearing.unfinished().filter(|_| self.is_comparable);
        let unfinished: Vec<_> = unfinished.map(plain).collect();
        let mut heard = self.heard.iter().chain(&unfinished);
        let mut was_content = false;
        for line in transcript {
            let is_content = matches!(line, Line::Content(_));
            ensure(!(is_content && was_content), || "content is noted twice".into())?;
            match line {
                // What was to be written may not have been.
                Line::Client(text) => {
                    let on_wire = said.next().map(|line| plain(line.as_bytes()));
                    let same = on_wire.as_ref().is_none_or(|wire| *wire == plain(text.as_bytes()));
                    ensure(same, || format!("{text:?} is noted, {on_wire:?} was written"))?;
                }
                Line::Server(text) => {
                    let on_wire = heard.next();
                    if on_wire.is_none() && !self.is_comparable {
                        continue;
                    }
                    let noted = plain(text.as_bytes());
                    ensure(on_wire == Some(&noted), || {
                        format!("{noted:?} is noted, {on_wire:?} was heard")
                    })?;
                }
                Line::Content(_) | Line::Overruled(_) | Line::Tls(_) => {}
            }
            was_content = is_content;
        }
        ensure(said.next().is_none(), || "a command is not in the transcript".into())
    }

    pub(super) fn note_heard(&mut self, lines: &[Vec<u8>]) {
        let total: usize = lines.iter().map(|line| line.len() + 1).sum();
        self.is_comparable &= total <= TEXT_MAX || lines.concat().is_ascii();
        if !self.is_comparable {
            return;
        }
        let mut length = 0;
        for (place, line) in lines.iter().enumerate() {
            // A line for which a reply's text has no room is left out whole.
            if place == 0 || length + 1 + line.len() <= TEXT_MAX {
                length += line.len() + usize::from(place > 0);
                self.heard.push(plain(line));
            }
        }
    }
}

/// A line with each run of unusual bytes as one `?`.
fn plain(line: &[u8]) -> String {
    let mut out = String::new();
    for byte in line {
        match byte {
            b' '..=b'>' | b'@'..=b'~' => out.push(char::from(*byte)),
            _ if out.ends_with('?') => {}
            _ => out.push('?'),
        }
    }
    out
}

/// Most bytes of a reply's text.
const TEXT_MAX: usize = 2048;
