//! The receiver, a process of its own.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use envoi_sink::{Keep, Options, Tls};

use crate::common::cpu::process_cpu;

/// The word that makes this program a sink.
pub(crate) const ROLE: &str = "sink";

/// A sink that ends with its handle.
pub(crate) struct Sink {
    address: SocketAddr,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a sink has done so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    /// Messages taken.
    pub(crate) messages: u64,
    /// CPU time of all its threads.
    pub(crate) cpu: Duration,
}

impl Sink {
    pub(crate) fn launch() -> io::Result<Self> {
        Self::launch_with(&[])
    }

    /// A sink that speaks STARTTLS, and leaves its certificate in a file.
    pub(crate) fn launch_tls(certificate: &Path) -> io::Result<Self> {
        Self::launch_with(&[certificate.as_os_str()])
    }

    fn launch_with(words: &[&OsStr]) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let piped = command.arg(ROLE).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn()?;
        let questions = child.stdin.take().expect("stdin is piped");
        let mut answers = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let address = line(&mut answers)?.parse().map_err(io::Error::other)?;
        Ok(Self { address, child, questions, answers })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks it for its figures.
    pub(crate) fn tally(&mut self) -> io::Result<Tally> {
        self.questions.write_all(b"\n")?;
        let line = line(&mut self.answers)?;
        let (messages, nanos) = line.split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
        let messages = messages.parse().map_err(io::Error::other)?;
        let nanos = nanos.parse().map_err(io::Error::other)?;
        Ok(Tally { messages, cpu: Duration::from_nanos(nanos) })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is that process: answers every line with its figures, and ends with its standard input.
pub(crate) fn serve(certificate: Option<String>) -> io::Result<()> {
    let mut options = Options { keep: Keep::Nothing, ..Options::default() };
    if let Some(file) = certificate {
        let tls = Tls::self_made("mx.example").map_err(io::Error::other)?;
        fs::write(file, tls.certificate.der())?;
        options.tls = Some(tls);
    }
    let sink = envoi_sink::Sink::listen("127.0.0.1:0", options)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", sink.address())?;
    for question in io::stdin().lines() {
        question?;
        writeln!(out, "{} {}", sink.count(), process_cpu().as_nanos())?;
    }
    Ok(())
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
