//! What the program ends with.

use std::process::ExitCode;

/// An exit status, numbered as sysexits.h has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// Everything was sent.
    Sent,
    /// The command line asks for what cannot be done.
    Usage,
    /// Some recipients bounced, and none was deferred.
    Bounced,
    /// The program did not do what it promised.
    Software,
    /// Some recipients were deferred: trying again later makes sense.
    Deferred,
    /// This machine is not set up for what was asked.
    Configuration,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Sent => 0,
            Exit::Usage => 64,
            Exit::Bounced => 69,
            Exit::Software => 70,
            Exit::Deferred => 75,
            Exit::Configuration => 78,
        })
    }
}
