//! The dialogue as it was held, for people to read. Content is elided.

use alloc::collections::VecDeque;
use alloc::string::String;

use crate::client::Client;
use crate::reply::Reply;

/// A line of the dialogue, without its line end and with unprintable bytes as `?`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Line {
    /// What we said.
    Client(String),
    /// Content that we sent, in bytes on the wire.
    Content(u64),
    /// What the server said, and counts.
    Server(String),
    /// What the server said, in whose place the line of its that follows counts
    /// (`smtp_reply_filter`).
    Overruled(String),
    /// The TLS handshake, and what it came to: `Verified TLSv1.3 with cipher …`.
    Tls(String),
}

/// Lines not yet collected, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    lines: VecDeque<Line>,
    /// Whether anybody wants them.
    enabled: bool,
}

impl Transcript {
    pub(crate) fn enable(&mut self) {
        self.enabled = true;
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Adds the line that `line` makes, if it will be read. The oldest one makes room.
    pub(crate) fn add(&mut self, line: impl FnOnce() -> Line) {
        if !self.enabled {
            return;
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line());
    }

    pub(crate) fn poll(&mut self) -> Option<Line> {
        self.lines.pop_front()
    }
}

impl Client {
    /// Notes a line that the server said, and what it is taken for.
    pub(crate) fn note_filtered(&mut self, said: String, replaced: Option<&str>) {
        tracing::trace!(target: "envoi::wire", "S: {said}");
        if let Some(replaced) = replaced {
            let peer = self.peer.host();
            tracing::info!(
                target: "envoi",
                "{peer}: replacing server reply \"{said}\" with \"{replaced}\""
            );
        }
        let transcript = &mut self.wire.transcript;
        if let Some(replaced) = replaced {
            transcript.add(|| Line::Overruled(said));
            transcript.add(|| Line::Server(replaced.into()));
        } else {
            transcript.add(|| Line::Server(said));
        }
    }

    /// Notes the reply that was completed, unless its lines were noted one by one.
    pub(crate) fn note_received(&mut self) {
        let Self { parser, wire, is_filtered, .. } = self;
        if *is_filtered {
            return;
        }
        if !wire.transcript.is_enabled() && !tracing::enabled!(tracing::Level::TRACE) {
            return;
        }
        let reply: Reply<'_> = parser.reply();
        for line in reply.text.split('\n') {
            tracing::trace!(target: "envoi::wire", "S: {line}");
            wire.transcript.add(|| Line::Server(line.into()));
        }
    }
}

/// Most lines kept; whoever wants all collects them between calls.
const LINES_MAX: usize = 4096;
