//! Postfix: smtpd(8) and cleanup(8) put each message on hold, and its queue file is read.
//!
//! What it changes, seen with version 3.7:
//! - CR at the end of a line is dropped, however many; CR inside a line becomes a blank; a bare
//!   LF ends a line.
//! - A header line is cut at a NUL; NULs in the body stay. `Name :` loses its blank.
//! - Where the header ends without an empty line, one is put in.
//! - `From ` at the very beginning becomes `X-Mailbox-Line: From `.
//!
//! 8-bit data, control characters and lines of 100,000 octets stay as they are.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::process::{Process, read_if_there};
use super::server::Launch;
use super::{Error, Received, postfix_instance, postfix_queue};

pub(super) fn launch(launch: &Launch<'_>) -> Result<Process, Error> {
    let main = format!("{MAIN}message_size_limit = {}\n", launch.options.size_limit);
    let services = format!("{} inet n - n - 1000 smtpd\n", launch.address);
    postfix_instance::start(launch.installed, launch.dir, &main, &services)
}

pub(super) fn messages(dir: &Path) -> Result<Vec<Received>, Error> {
    let hold = dir.join("queue/hold");
    let entries = fs::read_dir(&hold).map_err(|source| Error::file(&hold, source))?;
    // A long queue id begins with the time in digits whose order is that of ASCII.
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut messages = Vec::new();
    for file in files {
        // cleanup(8) sets the execute bit when all of the message is there.
        let mode = fs::metadata(&file).map_or(0, |meta| meta.permissions().mode());
        if mode & 0o100 != 0
            && let Some(bytes) = read_if_there(&file)?
        {
            messages.push(
                postfix_queue::parse(&bytes)
                    .map_err(|reason| Error::Queue { file: file.clone(), reason })?,
            );
        }
    }
    Ok(messages)
}

/// `$$` is how main.cf writes the dollar of a regular expression.
const MAIN: &str = r"
myhostname = postfix.test.example
smtpd_relay_restrictions =
smtpd_recipient_restrictions = reject_unauth_destination, check_recipient_access
  regexp:{{/^defer/ 450 4.2.1 Try again later}, {/^bounce/ 550 5.1.1 No such user}, {/./ HOLD}}
header_checks = regexp:{{/^X-Refuse: *yes$$/ REJECT 5.7.1 Content refused}}
";
