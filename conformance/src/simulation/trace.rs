//! What happened, for people to read.

use envoi_proto::Instant;

/// Lines of what happened, if anybody wants them.
#[derive(Debug, Default)]
pub(super) struct Trace {
    lines: Vec<String>,
    is_wanted: bool,
}

impl Trace {
    pub(super) fn new(is_wanted: bool) -> Self {
        Self { lines: Vec::new(), is_wanted }
    }

    pub(super) fn note(&mut self, now: Instant, line: impl FnOnce() -> String) {
        if self.is_wanted {
            let seconds = now.since_origin().as_secs_f64();
            self.lines.push(format!("{seconds:10.3}  {}", line()));
        }
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}
