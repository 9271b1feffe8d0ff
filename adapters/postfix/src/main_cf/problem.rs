//! What is wrong with a configuration, and where.

use std::fmt;

use super::expansion::ExpansionError;
use super::setting::{Malformed, Place};

/// A mistake, and where it is: prints as `main.cf:12: bad …; expected …`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub fault: Fault,
}

impl Problem {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.fault.severity()
    }

    /// Whether nothing may be done with such a configuration.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity() {
            Severity::Error => "",
            Severity::Warning => "warning: ",
            Severity::Note => "note: ",
        };
        write!(f, "{}: {severity}{}", self.place, self.fault)
    }
}

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Nothing may be done with such a configuration.
    Error,
    /// Something is not what it was meant to be.
    Warning,
    /// Something has less effect than the manual says.
    Note,
}

/// What is wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("cannot read it: {0}; expected a main.cf")]
    Unreadable(String),
    /// The file is too large to be a configuration.
    #[error("larger than {0} bytes; expected a main.cf")]
    TooLarge(usize),
    /// A line begins with white space and continues nothing.
    #[error("white space before {0:?}, which is left out; expected it at the margin")]
    Orphan(String),
    /// A line is not `name = value`.
    #[error("bad line {0:?}: {1}")]
    Malformed(String, Malformed),
    /// A line has a NUL byte; Postfix reads no further.
    #[error("NUL byte in {0}, of which the rest is left out; expected text")]
    Nul(String),
    /// A value is not UTF-8.
    #[error("bytes in {0} that are not UTF-8; expected text")]
    NotUtf8(String),
    /// A parameter is set again; the last setting counts.
    #[error("{0} is set again, and the last one counts; it was set at {1} as well")]
    SetAgain(String, Place),
    /// The references in a value cannot be worked out.
    #[error("bad {0}: {1}")]
    Expansion(String, ExpansionError),
    /// A value means nothing.
    #[error("bad {parameter} {value:?}; expected {expected}")]
    Value {
        /// The parameter.
        parameter: String,
        /// What it is set to, references expanded.
        value: String,
        /// What would have been right.
        expected: String,
    },
    /// A value refers to a parameter that nothing sets, or whose default is not known here.
    #[error("${1} in {0} stands for nothing; expected a setting of {1}")]
    Undefined(String, String),
    /// No program has such a parameter, and no other refers to it.
    #[error("unknown parameter {0}; expected a parameter of Postfix, or one that others refer to")]
    Unknown(String),
    /// A parameter has less effect than the manual says.
    #[error("{0} has less effect than the manual says: {1}")]
    Note(String, &'static str),
    /// A parameter has no effect yet.
    #[error("{0} is not in effect yet")]
    NotYet(String),
    /// A parameter must not be set.
    #[error("{0} cannot be used: {1}; expected no such setting")]
    Refused(String, &'static str),
}

impl Fault {
    fn severity(&self) -> Severity {
        match self {
            Self::Unreadable(_)
            | Self::TooLarge(_)
            | Self::Malformed(..)
            | Self::Nul(_)
            | Self::Expansion(..)
            | Self::Value { .. }
            | Self::Refused(..) => Severity::Error,
            Self::Orphan(_)
            | Self::NotUtf8(_)
            | Self::SetAgain(..)
            | Self::Undefined(..)
            | Self::Unknown(..) => Severity::Warning,
            Self::Note(..) | Self::NotYet(_) => Severity::Note,
        }
    }
}
