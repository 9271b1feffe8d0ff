//! Why the system refused.

use std::fmt;
use std::io::{self, ErrorKind};

/// Prints an error of the system's without its number.
pub(crate) struct Reason<'a>(pub(crate) &'a io::Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind() == ErrorKind::TimedOut {
            return f.write_str("Connection timed out");
        }
        let text = self.0.to_string();
        let end = text.rfind(" (os error ").unwrap_or(text.len());
        f.write_str(&text[..end])
    }
}
