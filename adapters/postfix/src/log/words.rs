//! What an event says, in words.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};

/// The fields of an event or a span, as a line has them.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The message, and what was added to it.
    pub(super) text: String,
    /// The queue id, if there is one.
    pub(super) queue_id: Option<String>,
    /// The rest.
    details: String,
}

impl Words {
    /// The message and the rest, with unprintable characters as `?`.
    pub(super) fn line(self) -> String {
        let mut line = self.text;
        line.push_str(&self.details);
        if line.len() > LINE_MAX {
            let end = (0..=LINE_MAX).rev().find(|end| line.is_char_boundary(*end));
            line.truncate(end.unwrap_or_default());
        }
        if line.chars().any(char::is_control) {
            line = line.replace(char::is_control, "?");
        }
        line
    }
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.text, "{value:?}"),
            "queue_id" => {
                self.queue_id = Some(format!("{value:?}"));
                Ok(())
            }
            // Whom a line is about, its text says already.
            "recipient" | "peer" => Ok(()),
            "error" => write!(self.details, ": {value:?}"),
            name => write!(self.details, ", {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

/// Longest line, in bytes: what syslogd takes.
const LINE_MAX: usize = 8000;
