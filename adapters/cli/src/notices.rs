//! Where notices to the postmaster go.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;

use envoi_postfix::notice::Notice;

use crate::reason::Reason;

/// Where notices to the postmaster go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum NoticePlace {
    /// A mailbox file, which grows.
    File(PathBuf),
    /// A command for the shell, which reads a notice from its standard input.
    Command(String),
}

impl NoticePlace {
    /// Hands over a notice. That it cannot be is told, and stops nothing.
    pub(crate) fn take(&self, notice: &Notice) {
        let (place, taken) = match self {
            Self::File(path) => (path.display().to_string(), append(path, notice)),
            Self::Command(command) => (command.clone(), run(command, notice)),
        };
        if let Err(error) = taken {
            eprintln!("envoi: cannot give a notice to {place}: {}", Reason(&error));
        }
    }
}

/// Appends a notice as RFC 4155 has it.
fn append(path: &PathBuf, notice: &Notice) -> io::Result<()> {
    let date = jiff::Timestamp::now().strftime("%a %b %e %H:%M:%S %Y");
    let mut text = format!("From {} {date}\n", notice.sender);
    for line in notice.text.lines() {
        if line.trim_start_matches('>').starts_with("From ") {
            text.push('>');
        }
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    File::options().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// The command finds sender and recipient in its environment.
fn run(command: &str, notice: &Notice) -> io::Result<()> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]).stdin(Stdio::piped());
    shell.env("SENDER", notice.sender.as_str()).env("RECIPIENT", notice.recipient.as_str());
    let mut child = shell.spawn()?;
    let written = child.stdin.take().map(|mut input| input.write_all(notice.text.as_bytes()));
    let status = child.wait()?;
    if !status.success() {
        return Err(io::Error::other(status.to_string()));
    }
    written.unwrap_or(Ok(()))
}

impl FromStr for NoticePlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.strip_prefix('|') {
            Some(command) if command.trim().is_empty() => Err("expected a command after |"),
            Some(command) => Ok(Self::Command(command.into())),
            None if text.is_empty() => Err("expected a file, or | and a command"),
            None => Ok(Self::File(text.into())),
        }
    }
}
