//! What is logged, kept.

use std::sync::{Arc, Mutex};

use envoi_postfix::log::{Severity, Sink};

/// Keeps lines of the log.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Sink for Lines {
    fn write(&self, _: Severity, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}
