//! Why the system refused.

use std::fmt;
use std::io::{self, ErrorKind};

use envoi_driver::tls::BadFile;

/// Prints an error of the system's without its number.
pub(crate) struct Reason<'a>(pub(crate) &'a io::Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind() == ErrorKind::TimedOut {
            return f.write_str("Connection timed out");
        }
        f.write_str(without_number(&self.0.to_string()))
    }
}

/// Prints why a file is of no use, and what was expected unless that has been said.
pub(crate) struct Flaw<'a>(pub(crate) &'a BadFile, pub(crate) &'a str);

impl fmt::Display for Flaw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(without_number(&text))?;
        if text.contains("; expected ") { Ok(()) } else { write!(f, "; expected {}", self.1) }
    }
}

fn without_number(text: &str) -> &str {
    let end = text.rfind(" (os error ").unwrap_or(text.len());
    &text[..end]
}
