//! What each parameter of main.cf does, as data: at its default, and at another value.
//!
//! A `.parameters` file is about several. Each `default` or `set` line begins a case of its own: a
//! [delivery](crate::delivery) with lines of main.cf, which goes through all of us, and what has to
//! be seen of it. What stands before the first case holds for all, up to a line `---`.
//!
//! ```text
//! # The name in EHLO.
//! with nexthop=[192.0.2.1]
//! block rest
//!   S: 250 mx.example
//!   do mail
//!
//! default smtp_helo_name
//! do greeting
//! C: EHLO client.example
//! do rest
//!
//! set smtp_helo_name = hello.example
//! do greeting
//! C: EHLO hello.example
//! do rest
//! ```
//!
//! | line | meaning |
//! |---|---|
//! | `default NAME …` | a case begins that shows these parameters at their defaults |
//! | `set NAME = VALUE` | a case begins that shows this parameter at another value |
//! | `also NAME = VALUE` | it shows this one as well |
//! | `cf NAME = VALUE` | a line of main.cf that it shows nothing of |
//! | `lmtp` | it is lmtp(8) that delivers, not smtp(8) |
//! | `file NAME`, then indented lines | a file; `{dir}` is its folder |
//! | `block NAME`, then indented lines | lines that have a name |
//! | `do NAME WORDS` | these lines, with the words in place of `{1}`, `{2}`, … |
//! | `log TEXT`, `nolog TEXT` | a line with that text is logged, or none is |
//! | `notice TEXT`, `nonotice TEXT` | the postmaster gets a notice with that text, or none |
//! | `tls TEXT`, `notls TEXT` | a handshake comes to that, as the server sees it, or none does |
//! | `silent NAME` | a Unix socket at which somebody listens and says nothing |
//! | `syslog TEXT` | a datagram to syslogd has that text |
//! | `maillog TEXT` | a line of `maillog_file` has that text |
//! | `action WORD` | a notification would have that for a recipient (RFC 3464, 2.3.3) |
//! | `problem TEXT` | reading main.cf tells that; nothing else may be told |
//! | `value NAME TEXT` | what the parameter says, written out |
//!
//! In the folder of files there are `ca.pem`, whose authority has signed the servers' certificate,
//! and `cert.pem` with `key.pem`, which it has signed as well; `both.pem` has both.
//!
//! All else is as in delivery files. Main.cf has `myhostname = client.example` beside what a case
//! says. Blocks of the file `common.blocks` are known to all.

mod block;
mod parser;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::delivery::Round;
use crate::dialogue::{self, Error};

/// What is to be seen of one or several parameters.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file.
    pub file: PathBuf,
    /// Where in it the case begins, from 1.
    pub line: usize,
    /// What it shows.
    pub shows: Vec<Shown>,
    /// Lines of main.cf: name and value.
    pub main_cf: Vec<(String, String)>,
    /// Whether lmtp(8) delivers.
    pub is_lmtp: bool,
    /// Files by name, and what is in them.
    pub files: Vec<(String, String)>,
    /// Unix sockets, below the folder of files, at which somebody listens and says nothing.
    pub sockets: Vec<String>,
    /// The delivery, if something becomes of a message.
    pub round: Option<Arc<Round>>,
    /// What else has to be seen, each with its line.
    pub traces: Vec<(usize, Trace)>,
}

/// A parameter at a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// The parameter.
    pub name: String,
    /// Another value than the default.
    pub value: Option<String>,
}

/// What a case leaves behind, beside its dialogues and verdicts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trace {
    /// A line is logged with this text, or none is.
    Log(String, bool),
    /// The postmaster gets a notice with this text, or none.
    Notice(String, bool),
    /// A handshake comes to something with this text, or none does.
    Tls(String, bool),
    /// A datagram to syslogd has this text.
    Syslog(String),
    /// A line of `maillog_file` has this text.
    MailLog(String),
    /// What was done for a recipient, as a notification has it.
    Action(String),
    /// This is wrong with main.cf.
    Problem(String),
    /// What a parameter says.
    Value(String, String),
}

impl Case {
    /// Reads all files of a folder, by name.
    ///
    /// # Errors
    /// If one cannot be read or understood.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, Error> {
        let blocks = block::read(&read(&folder.join("common.blocks"))?);
        let mut cases = Vec::new();
        for file in dialogue::files(folder, "parameters")? {
            cases.extend(parser::parse(&file, &read(&file)?, &blocks)?);
        }
        Ok(cases)
    }

    /// The file's name, and what it shows.
    pub fn name(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
        let shows: Vec<_> = self.shows.iter().map(ToString::to_string).collect();
        format!("{stem}:{} {}", self.line, shows.join(", "))
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            None => write!(f, "{} by default", self.name),
            Some(value) => write!(f, "{} = {value}", self.name),
        }
    }
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|source| Error::Unreadable { file: file.into(), source })
}
