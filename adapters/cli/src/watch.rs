//! What is to be seen of a conversation while it is held.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use envoi_driver::proto::{Instant, Line, Progress};
use envoi_driver::{Io, ReadAhead, Reading};
use indicatif::ProgressBar;

use crate::recording::Recording;

/// Who watches conversations. Clones watch together.
#[derive(Clone)]
pub(crate) struct Watch {
    /// Shows a line of the dialogue.
    pub(crate) show: Option<fn(&Line)>,
    /// Tells what is wrong, and what was expected.
    pub(crate) complain: fn(&str, &str),
    /// Counts bytes as they are written.
    pub(crate) bar: ProgressBar,
    pub(crate) recording: Option<Arc<Mutex<Recording>>>,
}

impl Watch {
    /// Tells what is wrong, above the progress.
    pub(crate) fn complain(&self, wrong: &str, expected: &str) {
        self.bar.suspend(|| (self.complain)(wrong, expected));
    }

    /// So many bytes are still to be written: those that went in vain were none of them.
    pub(crate) fn expect(&self, bytes: u64) {
        self.bar.set_length(self.bar.position() + bytes);
    }

    pub(crate) fn wants_lines(&self) -> bool {
        self.show.is_some() || self.recording.is_some()
    }

    pub(crate) fn line(&self, line: &Line) {
        if let Some(show) = self.show {
            show(line);
        }
        self.record(|recording| recording.handle_line(line));
    }

    /// A message was handed over.
    pub(crate) fn message(&self) {
        self.record(Recording::handle_message);
    }

    fn record(&self, note: impl FnOnce(&mut Recording)) {
        if let Some(recording) = &self.recording {
            note(&mut recording.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// A connection that is watched.
pub(crate) struct Watched<I> {
    io: I,
    watch: Watch,
}

impl<I: Io> Watched<I> {
    pub(crate) fn new(io: I, watch: Watch) -> Self {
        let now = io.now();
        watch.record(|recording| recording.handle_connected(now));
        Self { io, watch }
    }
}

impl<I: Io> Io for Watched<I> {
    const BLOCKS: bool = I::BLOCKS;

    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress> {
        self.watch.record(Recording::handle_waiting);
        let progress = self.io.exchange(out, space, deadline).await?;
        self.watch.bar.inc(progress.written as u64);
        let now = self.io.now();
        self.watch.record(|recording| recording.handle_progress(progress, deadline, now));
        Ok(progress)
    }

    fn now(&self) -> Instant {
        self.io.now()
    }

    fn read_ahead(work: ReadAhead) -> Reading {
        I::read_ahead(work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_went_in_vain_are_to_be_written_again() {
        let bar = ProgressBar::hidden();
        let watch = Watch { show: None, complain: |_, _| {}, bar, recording: None };
        watch.expect(1000);
        watch.bar.inc(300);
        watch.expect(1000);
        assert_eq!((watch.bar.position(), watch.bar.length()), (300, Some(1300)));
    }
}
