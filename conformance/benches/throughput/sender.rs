//! A sender as a process of its own, so that its CPU time is its own.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{self, Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;

use crate::case::{Case, Source};
use crate::elapsed::{Elapsed, READY};
use crate::job::{Content, Job};
use crate::kind::Kind;
use crate::peers::{self, Lettre, MailSend, Nagle};
use crate::text::text;
use crate::{envoi, floor};

/// The word that makes this program a sender.
pub(crate) const ROLE: &str = "sender";

/// A sender that waits for our word.
pub(crate) struct Sender {
    child: Child,
    words: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Sender {
    /// Starts a sender, and returns when its conversations are open.
    pub(crate) fn launch(
        kind: Kind,
        case: &Case,
        messages: usize,
        address: SocketAddr,
        file: &Path,
    ) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args([ROLE, kind.name(), &address.to_string()]);
        command.args([case.conversations, messages, case.size].map(|number| number.to_string()));
        if let Source::File = case.source {
            command.arg(file);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let words = child.stdin.take().expect("stdin is piped");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut sender = Self { child, words, lines };
        if sender.line()? == READY { Ok(sender) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Has it send, and waits for its figures.
    pub(crate) fn send(mut self) -> io::Result<Elapsed> {
        self.words.write_all(b"\n")?;
        let line = self.line()?;
        self.child.wait()?;
        Elapsed::from_line(&line).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn line(&mut self) -> io::Result<String> {
        self.lines.next().ok_or(io::ErrorKind::UnexpectedEof)?
    }
}

/// Is that process: sends and returns its figures, as a line.
pub(crate) fn serve(mut words: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    let mut word = || words.next().ok_or("a sender needs more words");
    let kind = Kind::from_name(&word()?).ok_or("no such sender")?;
    let address = word()?.parse()?;
    let (conversations, messages, size) = (word()?.parse()?, word()?.parse()?, word()?.parse()?);
    let content = match words.next() {
        Some(path) => Content::File(PathBuf::from(path)),
        None => Content::Memory(Bytes::from(text(size))),
    };
    let job = Job::new(address, conversations, messages, content, size);
    thread::spawn(|| {
        thread::sleep(TIME_MAX);
        process::exit(1);
    });
    Ok(run(kind, Arc::new(job))?.to_line())
}

fn run(kind: Kind, job: Arc<Job>) -> io::Result<Elapsed> {
    match kind {
        Kind::EnvoiTokio => envoi::on_tokio(job),
        Kind::EnvoiBlocking => envoi::on_blocking(&job),
        Kind::BareTokio => floor::on_tokio(job),
        Kind::BareThreads => floor::on_threads(&job),
        Kind::SmtpSource => Err(io::ErrorKind::Unsupported.into()),
        Kind::Lettre => peers::run::<Lettre>(job, Nagle::On),
        Kind::LettreNodelay => peers::run::<Lettre>(job, Nagle::Off),
        Kind::MailSend => peers::run::<MailSend>(job, Nagle::On),
        Kind::MailSendNodelay => peers::run::<MailSend>(job, Nagle::Off),
    }
}

/// A sender that takes longer hangs.
const TIME_MAX: Duration = Duration::from_secs(60);
