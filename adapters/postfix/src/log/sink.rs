//! Where lines go.

use std::fmt;
use std::io::{self, Write as _};

/// Takes lines of the log.
pub trait Sink: Send + Sync {
    /// Writes a line, which has no line end and only printable characters.
    ///
    /// Nobody waits for what comes of it: a log that cannot be written stops no mail.
    fn write(&self, severity: Severity, line: &str);
}

impl<K: Sink + ?Sized> Sink for Box<K> {
    fn write(&self, severity: Severity, line: &str) {
        (**self).write(severity, line);
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// What there is to know.
    Info,
    /// What somebody should look after.
    Warning,
    /// What went wrong.
    Error,
}

impl Severity {
    /// The word that a line begins with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Info => "",
            Self::Warning => "warning: ",
            Self::Error => "error: ",
        }
    }
}

/// Standard error.
#[derive(Clone, Debug)]
pub struct Terminal {
    name: String,
}

impl Terminal {
    /// Lines begin with `name` and a colon.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl Sink for Terminal {
    fn write(&self, _: Severity, line: &str) {
        let _ = writeln!(io::stderr(), "{}: {line}", self.name);
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
