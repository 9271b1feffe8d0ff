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
    /// Counts bytes as they are written.
    pub(crate) bar: ProgressBar,
    pub(crate) recording: Option<Arc<Mutex<Recording>>>,
}

impl Watch {
    /// Nobody watches.
    pub(crate) fn nobody() -> Self {
        Self { show: None, bar: ProgressBar::hidden(), recording: None }
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
