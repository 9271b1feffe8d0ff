//! A part of this program that is a process of its own, so that its CPU time is its own.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Lines, Write as _};
use std::process::{self, Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::elapsed::{Elapsed, READY};

/// A process that waits for our word.
pub(crate) struct Role {
    child: Child,
    words: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Role {
    /// Starts this program again with other words, and returns when it is ready.
    pub(crate) fn launch<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let words = child.stdin.take().expect("stdin is piped");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut role = Self { child, words, lines };
        if role.line()? == READY { Ok(role) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Gives the word, and waits for its figures.
    pub(crate) fn run(mut self) -> io::Result<Elapsed> {
        self.words.write_all(b"\n")?;
        let line = self.line()?;
        self.child.wait()?;
        Elapsed::from_line(&line).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn line(&mut self) -> io::Result<String> {
        self.lines.next().ok_or(io::ErrorKind::UnexpectedEof)?
    }
}

/// Ends this process after a while: one that takes longer hangs.
pub(crate) fn end_in_time() {
    thread::spawn(|| {
        thread::sleep(TIME_MAX);
        process::exit(1);
    });
}

const TIME_MAX: Duration = Duration::from_secs(60);
