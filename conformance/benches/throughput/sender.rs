//! A sender as a process of its own, so that its CPU time is its own.

use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::case::{Case, Source};
use crate::job::{Content, Job};
use crate::kind::Kind;
use crate::peers::{self, Lettre, MailSend, Nagle};
use crate::processes::elapsed::Elapsed;
use crate::processes::role::{Role, end_in_time};
use crate::text::text;
use crate::{envoi, floor};

/// The word that makes this program a sender.
pub(crate) const ROLE: &str = "sender";

/// Starts a sender, and returns when its conversations are open.
pub(crate) fn launch(
    kind: Kind,
    case: &Case,
    messages: usize,
    address: SocketAddr,
    file: &Path,
) -> io::Result<Role> {
    let mut words = vec![ROLE.into(), kind.name().into(), address.to_string().into()];
    let numbers = [case.conversations, messages, case.size];
    words.extend(numbers.map(|number| OsString::from(number.to_string())));
    if let Source::File = case.source {
        words.push(file.into());
    }
    Role::launch(words)
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
    end_in_time();
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
