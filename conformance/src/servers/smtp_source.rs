//! smtp-source(1), the client that ours is measured against.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::{Error, Installed, program};

/// What a run of a program took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From start to end.
    pub elapsed: Duration,
    /// On a processor, in user and system mode together.
    pub cpu: Duration,
}

/// Runs smtp-source(1), as an ordinary user would, to its end.
///
/// # Errors
///
/// [`Error::Failed`] with its last words if it did not succeed.
pub fn smtp_source(installed: &Installed, arguments: &[&str]) -> Result<Cost, Error> {
    const NAME: &str = "smtp-source";
    let blame = |source| Error::program(NAME, source);
    let started = Instant::now();
    let child = Command::new(&installed.smtp_source)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(blame)?;
    // Its processor time can be read as long as nobody has waited for it in earnest.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(Pid::from_child(&child)), options).map_err(|error| blame(error.into()))?;
    let elapsed = started.elapsed();
    let cpu = cpu_time(child.id());
    let output = child.wait_with_output().map_err(blame)?;
    if !output.status.success() {
        let said = program::tail(&String::from_utf8_lossy(&output.stderr));
        return Err(Error::Failed { program: NAME.to_owned(), output: said });
    }
    Ok(Cost { elapsed, cpu: cpu? })
}

/// The processor time of a process with one thread; the field is in nanoseconds.
fn cpu_time(pid: u32) -> Result<Duration, Error> {
    let file = format!("/proc/{pid}/schedstat");
    let path = Path::new(&file);
    let text = fs::read_to_string(path).map_err(|source| Error::file(path, source))?;
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse().ok());
    let reason = "no processor time";
    let broken = || Error::Queue { file: path.to_owned(), reason };
    nanoseconds.map(Duration::from_nanos).ok_or_else(broken)
}
