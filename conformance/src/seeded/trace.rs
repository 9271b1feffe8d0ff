//! What happened, for people to read.

use envoi_proto::Instant;

/// Lines of what happened, if anybody wants them.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    lines: Vec<String>,
    is_wanted: bool,
}

impl Trace {
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self { lines: Vec::new(), is_wanted }
    }

    pub(crate) fn note(&mut self, now: Instant, line: impl FnOnce() -> String) {
        if self.is_wanted {
            let seconds = now.since_origin().as_secs_f64();
            self.lines.push(format!("{seconds:10.3}  {}", line()));
        }
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}
