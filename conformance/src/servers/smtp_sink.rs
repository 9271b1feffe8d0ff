//! smtp-sink(1): it accepts everything, and as a [`Server`](super::Server) keeps each message in
//! a file.
//!
//! What it changes, seen with Postfix 3.7: as smtpd(8) does, CR at the end of a line is dropped,
//! however many, and a bare LF ends a line; all else stays as it is. It announces no SIZE and has
//! no limit. Each message costs it much more than smtpd(8): it is no peer for measurements.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Process, by_age, read_if_there};
use super::received::below_first_field;
use super::server::Launch;
use super::{Error, Installed, Received, port, program};

/// smtp-sink(1) with options of the caller's choice, stopped on drop.
#[derive(Debug)]
pub struct SmtpSink {
    address: SocketAddr,
    process: Process,
}

impl SmtpSink {
    /// Starts it on a free port of loopback, with its log and its files in `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of the log.
    pub fn start(installed: &Installed, dir: &Path, options: &[&str]) -> Result<Self, Error> {
        let address = port::free();
        let process = spawn(installed, dir, options, address)?;
        process.wait_until("smtp-sink", || port::is_open(address))?;
        Ok(Self { address, process })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

pub(super) fn launch(launch: &Launch<'_>) -> Result<Process, Error> {
    spawn(launch.installed, launch.dir, &["-d", DUMP], launch.address)
}

fn spawn(
    installed: &Installed,
    dir: &Path,
    options: &[&str],
    address: SocketAddr,
) -> Result<Process, Error> {
    // It drops its privileges before it makes files.
    fs::set_permissions(dir, fs::Permissions::from_mode(0o777))
        .map_err(|source| Error::file(dir, source))?;
    let mut sink = Command::new(&installed.smtp_sink);
    sink.current_dir(dir).args(options);
    if program::is_root() {
        sink.args(["-u", "nobody"]);
    }
    sink.arg(address.to_string()).arg(BACKLOG);
    Process::start(&mut sink, &dir.join("smtp-sink.log"))
}

pub(super) fn messages(dir: &Path, pid: u32) -> Result<Vec<Received>, Error> {
    // What is open is being written; what was opened since is not in the list of files.
    let dir = dir.canonicalize().map_err(|source| Error::file(dir, source))?;
    let files = by_age(&dir, DUMP)?;
    let open = open_files(pid);
    let mut messages = Vec::new();
    for file in files.into_iter().filter(|file| !open.contains(file)) {
        if let Some(bytes) = read_if_there(&file)? {
            messages.push(parse(&bytes).map_err(|reason| Error::Queue { file, reason })?);
        }
    }
    Ok(messages)
}

fn open_files(pid: u32) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()).collect()
}

/// Reads a file: a line for each command, a Received: field, the content and an empty line.
fn parse(file: &[u8]) -> Result<Received, &'static str> {
    let mut message = Received { sender: String::new(), recipients: Vec::new(), content: vec![] };
    let mut rest = file;
    while !rest.starts_with(b"Received:") {
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or("no Received field")?;
        let line = str::from_utf8(&rest[..end]).map_err(|_| "an address is not UTF-8")?;
        if let Some(arguments) = line.strip_prefix("X-Mail-Args: ") {
            message.sender = path(arguments)?;
        } else if let Some(arguments) = line.strip_prefix("X-Rcpt-Args: ") {
            message.recipients.push(path(arguments)?);
        }
        rest = &rest[end + 1..];
    }
    let content = below_first_field(rest);
    message.content = content.strip_suffix(b"\n").ok_or("no empty line at the end")?.to_vec();
    Ok(message)
}

/// The mailbox in `<mailbox> PARAMETERS`.
fn path(arguments: &str) -> Result<String, &'static str> {
    // A mailbox may hold spaces, in quotes.
    let path = arguments.split_once("> ").map(|(path, _)| path);
    let path = path.or_else(|| arguments.strip_suffix('>'));
    let path = path.and_then(|path| path.strip_prefix('<'));
    path.map(str::to_owned).ok_or("a path without brackets")
}

/// How the name of each message's file begins.
const DUMP: &str = "message.";
const BACKLOG: &str = "1000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_what_stands_between_trace_and_last_line() {
        let file = b"X-Mail-Args: <a@b> BODY=8BITMIME\nX-Rcpt-Args: <\"c d\"@e>\n\
            Received: x\n\tby y\nSubject: z\n\n\n\n";
        let message = parse(file).expect("well-formed");
        assert_eq!(message.sender, "a@b");
        assert_eq!(message.recipients, ["\"c d\"@e"]);
        assert_eq!(message.content, b"Subject: z\n\n\n");
    }
}
