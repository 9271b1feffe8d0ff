//! A server's processes, which live no longer than their owner.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

use super::{Error, program};

/// A child that leads a process group, stopped with all of the group on drop.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pid: Pid,
    /// What it and its children wrote.
    log: PathBuf,
}

impl Process {
    /// Starts a program that stays in the foreground, in a process group of its own.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self, Error> {
        Self::start_leader(command.process_group(0), log)
    }

    /// Starts a program that stays in the foreground and makes a process group by itself.
    pub(super) fn start_leader(command: &mut Command, log: &Path) -> Result<Self, Error> {
        Self::spawn(command.stdin(Stdio::null()), log)
    }

    /// Starts a program that stays in the foreground and is told what to do.
    pub(super) fn start_talking(
        command: &mut Command,
        log: &Path,
    ) -> Result<(Self, ChildStdin), Error> {
        let mut process = Self::spawn(command.stdin(Stdio::piped()).process_group(0), log)?;
        let stdin = process.child.stdin.take().expect("stdin was piped: asked for above");
        Ok((process, stdin))
    }

    fn spawn(command: &mut Command, log: &Path) -> Result<Self, Error> {
        let name = command.get_program().to_string_lossy().into_owned();
        // A server may write to the same file: nobody may write over another's lines.
        let out = OpenOptions::new().create(true).append(true).open(log);
        let out = out.map_err(|source| Error::file(log, source))?;
        let errors = out.try_clone().map_err(|source| Error::file(log, source))?;
        let child = command
            .stdout(out)
            .stderr(errors)
            .spawn()
            .map_err(|source| Error::program(&name, source))?;
        let pid = Pid::from_child(&child);
        Ok(Self { child, pid, log: log.to_owned() })
    }

    /// Waits until the server is up.
    pub(super) fn wait_until(
        &self,
        server: &'static str,
        is_up: impl Fn() -> bool,
    ) -> Result<(), Error> {
        let started = Instant::now();
        while !self.has_ended() && started.elapsed() < START_MAX {
            if is_up() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(Error::Silent { server, waited: started.elapsed(), log: self.tail() })
    }

    /// The process and what it has started, as far as their parents live.
    pub(super) fn family(&self) -> Vec<u32> {
        let parents = parents();
        let mut family = vec![self.child.id()];
        let mut next = 0;
        while let Some(&parent) = family.get(next) {
            family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
            next += 1;
        }
        family
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    fn tail(&self) -> String {
        program::tail(&fs::read_to_string(&self.log).unwrap_or_default())
    }

    /// Whether the first process has ended; it stays a zombie, so that its id remains ours.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(self.pid), options), Ok(None))
    }

    fn signal(&self, signal: Signal) {
        // Errors say that it is gone, which is what is wanted, or that there is no group yet.
        if kill_process_group(self.pid, signal).is_err() {
            let _ = kill_process(self.pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        let asked = Instant::now();
        while !self.has_ended() && asked.elapsed() < STOP_MAX {
            thread::sleep(POLL);
        }
        // A session in progress outlives its listener: a group id is free only with the last one.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Every process of the system with its parent.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // proc(5): the name in parentheses may hold blanks; state and parent follow it.
            let (_, fields) = stat.rsplit_once(") ")?;
            Some((pid, fields.split(' ').nth(1)?.parse().ok()?))
        })
        .collect()
}

/// Polls until there are enough of something.
pub(super) fn wait_for<T>(
    wanted: usize,
    timeout: Duration,
    poll: impl Fn() -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    let started = Instant::now();
    loop {
        let found = poll()?;
        if found.len() >= wanted {
            return Ok(found);
        }
        if started.elapsed() >= timeout {
            return Err(Error::Missing { wanted, found: found.len(), waited: timeout });
        }
        thread::sleep(POLL);
    }
}

/// The files in a folder whose names begin so, oldest first.
///
/// The clock of files stands still for milliseconds; of files of the same time, the one with the
/// higher inode is taken for the younger, which holds as long as none is removed.
pub(super) fn by_age(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(|source| Error::file(folder, source))?;
    let mut files: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .filter_map(|entry| {
            let meta = entry.metadata().ok()?;
            Some((meta.modified().ok()?, meta.ino(), entry.path()))
        })
        .collect();
    files.sort();
    Ok(files.into_iter().map(|(_, _, path)| path).collect())
}

/// The text of a file that may vanish while it is being read.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path, error)),
    }
}

const START_MAX: Duration = Duration::from_secs(30);
const STOP_MAX: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(10);
