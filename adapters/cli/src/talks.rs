//! Conversations, one after another.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use envoi_driver::proto::{Config, Instant, Line, Peer};
use envoi_driver::{Connection, Io, Report};

use crate::reason::Reason;
use crate::recording::Recording;
use crate::watch::{Watch, Watched};

/// The conversation that is held, and how many there were.
pub(crate) struct Talks<'a> {
    pub(crate) watch: Watch,
    /// Where to record the dialogues; those after the first are numbered.
    record: Option<&'a Path>,
    /// Bytes of the messages that are not settled.
    pub(crate) left: u64,
    count: usize,
    peer: Peer,
    /// What became of its messages.
    reports: Vec<Report>,
}

impl<'a> Talks<'a> {
    /// None yet.
    pub(crate) fn new(watch: Watch, record: Option<&'a Path>) -> Self {
        Self { watch, record, left: 0, count: 0, peer: Peer::new(""), reports: Vec::new() }
    }

    /// Begins a conversation. Somebody may want to hear it beside those who watch.
    pub(crate) fn begin<I: Io>(
        &mut self,
        peer: Peer,
        config: Arc<Config>,
        io: I,
        began: Instant,
        mut also: Option<impl FnMut(&Line) + Send + 'static>,
    ) -> Connection<Watched<I>> {
        self.count += 1;
        self.peer = peer.clone();
        self.reports.clear();
        self.watch.expect(self.left);
        let recording = || Arc::new(Mutex::new(Recording::new(peer.clone(), config.clone())));
        self.watch.recording = self.record.map(|_| recording());
        let watch = self.watch.clone();
        let mut connection = Connection::over(Watched::new(io, watch.clone()), peer, config, began);
        if watch.wants_lines() || also.is_some() {
            connection.listen(move |line| {
                watch.line(&line);
                if let Some(also) = &mut also {
                    also(&line);
                }
            });
        }
        connection
    }

    /// There is no connection.
    pub(crate) fn unreachable(&self, peer: &Peer, error: &io::Error) {
        let wrong = format!("connect to {peer}: {}", Reason(error));
        self.watch.complain(&wrong, "a mail server that takes connections there");
    }

    /// Takes what the conversation came to for a message.
    pub(crate) fn hear(&mut self, report: &Report) {
        self.reports.push(report.clone());
    }

    /// The conversation is over.
    pub(crate) fn end(&mut self) {
        self.explain();
        if let (Some(path), Some(recording)) = (self.record, self.watch.recording.take()) {
            self.keep(recording, path);
        }
    }

    /// There will be no more.
    pub(crate) fn finish(self) {
        if let (Some(path), 0) = (self.record, self.count)
            && fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
        {
            // An empty file that stays does no harm.
            let _ = fs::remove_file(path);
        }
    }

    /// Says why a certificate was not the right one, which outcomes do not.
    fn explain(&self) {
        let outcomes = self.reports.iter().flat_map(|report| &report.outcomes);
        let judgments =
            outcomes.filter_map(|outcome| outcome.tls.as_ref()).map(|tls| &tls.judgment);
        let level = self.peer.level();
        let reason = judgments.filter(|judgment| !judgment.satisfies(level));
        if let Some(reason) = reason.filter_map(|judgment| judgment.reason.as_ref()).next() {
            let wrong = format!("certificate verification failed for {}: {reason}", self.peer);
            self.watch.complain(&wrong, &format!("one that --tls {level} takes"));
        }
    }

    /// Writes the file of the conversation.
    fn keep(&self, recording: Arc<Mutex<Recording>>, path: &Path) {
        let recording = Arc::into_inner(recording).and_then(|mutex| mutex.into_inner().ok());
        let text = recording.map(|recording| recording.finish(&self.reports));
        let path = match self.count {
            1 => path.to_owned(),
            number => path.with_extension(format!("{number}.dialogue")),
        };
        if let Err(error) = fs::write(&path, text.unwrap_or_default()) {
            let wrong = format!("cannot write {path:?}: {}", Reason(&error));
            self.watch.complain(&wrong, "a place for a file");
        }
    }
}
