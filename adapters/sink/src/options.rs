//! How the sink behaves.

use std::path::PathBuf;

use crate::{Auth, Extensions, Fault, Tls};

/// How the sink behaves, the same for all of its sessions.
///
/// The default speaks SMTP in plaintext, accepts every recipient from everybody and keeps
/// messages in memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// The host name in the greeting and in the reply to EHLO.
    pub host: String,
    /// The protocol spoken.
    pub protocol: Protocol,
    /// What is offered.
    pub extensions: Extensions,
    /// TLS, if it is spoken.
    pub tls: Option<Tls>,
    /// Who may prove to be somebody, if that is asked.
    pub auth: Option<Auth>,
    /// Which recipients are accepted.
    pub recipients: Recipients,
    /// What goes wrong; where several faults strike at once, the first of them does.
    pub faults: Vec<Fault>,
    /// What becomes of accepted messages.
    pub keep: Keep,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: "sink.example".to_owned(),
            protocol: Protocol::Smtp,
            extensions: Extensions::default(),
            tls: None,
            auth: None,
            recipients: Recipients::All,
            faults: Vec::new(),
            keep: Keep::Memory,
        }
    }
}

/// The protocol that a sink speaks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Protocol {
    /// RFC 5321: one reply to the end of data.
    Smtp,
    /// RFC 2033: one reply to the end of data for each accepted recipient.
    Lmtp,
}

/// Which recipients a sink accepts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Recipients {
    /// All of them.
    All,
    /// All but those that start with `defer`, which get a 450, or `bounce`, which get a 550.
    ByName,
}

/// What becomes of accepted messages.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Keep {
    /// They are counted and forgotten.
    Nothing,
    /// They stay in memory, up to a GiB of content in all; later ones are only counted.
    Memory,
    /// Each becomes two files in this directory, which is made if missing: the content
    /// byte by byte in `NNNNNN.eml`, and before that its envelope in `NNNNNN.envelope`.
    Directory(PathBuf),
}
