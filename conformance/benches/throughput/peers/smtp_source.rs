//! smtp-source(1), a process of its own.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::processes::elapsed::Elapsed;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

/// Has it send a file with bare LF, to which it gives CRLF once, before it starts.
///
/// Its start counts, and so does the opening of connections: the messages must be many.
pub(crate) fn run(
    address: SocketAddr,
    conversations: usize,
    messages: usize,
    file: &Path,
) -> io::Result<Elapsed> {
    let start = Instant::now();
    let mut child = Command::new("smtp-source")
        .args(["-d", "-M", HELO_NAME, "-f", SENDER, "-t", RECIPIENT])
        .args(["-s", &conversations.to_string(), "-m", &messages.to_string()])
        .arg("-F")
        .arg(file)
        .arg(format!("inet:{}:{}", address.ip(), address.port()))
        .stdin(Stdio::null())
        .spawn()?;
    let pid = Pid::from_child(&child);
    // The kernel keeps the figures of a process that has ended until someone waits for it.
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
    let wall = start.elapsed();
    let cpu = cpu_of_thread(child.id())?;
    if child.wait()?.success() {
        Ok(Elapsed { wall, cpu })
    } else {
        Err(io::Error::other("smtp-source failed"))
    }
}

/// CPU time of a process with a single thread.
fn cpu_of_thread(id: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/schedstat"))?;
    let nanos = stat.split(' ').next().and_then(|word| word.parse().ok());
    nanos.map(Duration::from_nanos).ok_or_else(|| io::ErrorKind::InvalidData.into())
}
