//! What TLS costs: handshakes, and a large message.
//!
//! Everyone has the same provider, groups, receiver and root, and verifies the receiver's
//! certificate. Connections are made one after another, with STARTTLS and QUIT.

mod envoi;
mod lettre;
mod mail_send;
mod rustls_config;

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::common::figures::median;
use crate::kind::Kind;
use crate::processes::elapsed::{Elapsed, Stopwatch};
use crate::processes::role::Role;
use crate::processes::tasks;
use crate::sink::Sink;
use crate::text::text;

/// The word that makes this program a sender under TLS.
pub(crate) const ROLE: &str = "tls-sender";

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Work {
    /// Connections that begin a session each.
    Full,
    /// Connections that resume the one before.
    Resumed,
    /// A message of 100 MB.
    Bulk,
}

/// What a sender under TLS needs to know.
#[derive(Clone, Debug)]
struct Job {
    address: SocketAddr,
    /// The receiver's certificate, in DER.
    root: Vec<u8>,
    work: Work,
    count: usize,
}

/// The figures of all in one kind of work.
pub(crate) struct Figures {
    pub(crate) work: Work,
    /// Per second: connections, or bytes.
    rates: Vec<(Kind, Vec<f64>)>,
    /// CPU seconds for each.
    costs: Vec<(Kind, Vec<f64>)>,
}

impl Work {
    pub(crate) const ALL: [Self; 3] = [Self::Full, Self::Resumed, Self::Bulk];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "TLS 1.3, full handshakes",
            Self::Resumed => "TLS 1.3, resumed handshakes",
            Self::Bulk => "TLS 1.3, 100 MB",
        }
    }

    /// Connections, or messages, of one run.
    fn count(self, is_quick: bool) -> usize {
        match self {
            Self::Full | Self::Resumed if is_quick => 50,
            Self::Full | Self::Resumed => 300,
            Self::Bulk => 1,
        }
    }

    /// What a run counts.
    fn amount(self, count: usize) -> f64 {
        match self {
            Self::Full | Self::Resumed => count as f64,
            Self::Bulk => (count * BULK) as f64,
        }
    }
}

impl Figures {
    /// Has everyone do the work, in turn.
    pub(crate) fn measure(work: Work, rounds: usize, is_quick: bool) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let root = folder.join("sink.der");
        let sink = Sink::launch_tls(&root)?;
        let mut figures = Self {
            work,
            rates: KINDS.map(|kind| (kind, Vec::new())).into(),
            costs: KINDS.map(|kind| (kind, Vec::new())).into(),
        };
        let count = work.count(is_quick);
        for _ in 0..rounds {
            for (at, kind) in KINDS.into_iter().enumerate() {
                let Elapsed { wall, cpu } = launch(kind, work, count, sink.address(), &root)?;
                let amount = work.amount(count);
                figures.rates[at].1.push(amount / wall.as_secs_f64());
                figures.costs[at].1.push(cpu.as_secs_f64() / count as f64);
            }
        }
        Ok(figures)
    }

    pub(crate) fn rate(&self, kind: Kind) -> Option<f64> {
        Some(median(samples(&self.rates, kind)?.iter().copied()))
    }

    pub(crate) fn cost(&self, kind: Kind) -> Option<f64> {
        Some(median(samples(&self.costs, kind)?.iter().copied()))
    }

    /// A sender's figure over that of the best peer, round by round: bytes per second of a large
    /// message, and CPU of a handshake.
    pub(crate) fn ratio(&self, kind: Kind) -> Option<f64> {
        let figures = if self.work == Work::Bulk { &self.rates } else { &self.costs };
        let peers = KINDS.into_iter().filter(|kind| *kind != Kind::EnvoiTokio);
        let medians = peers.map(|kind| {
            let of = samples(figures, kind).unwrap_or_default();
            (kind, median(of.iter().copied()))
        });
        let best = match self.work {
            Work::Bulk => medians.max_by(|one, two| one.1.total_cmp(&two.1)),
            Work::Full | Work::Resumed => medians.min_by(|one, two| one.1.total_cmp(&two.1)),
        };
        let pairs = samples(figures, kind)?.iter().zip(samples(figures, best?.0)?);
        Some(median(pairs.map(|(one, two)| one / two)))
    }

    /// What is promised, and whether a ratio keeps it.
    pub(crate) fn limit(&self, ratio: f64) -> (&'static str, bool) {
        match self.work {
            Work::Full | Work::Resumed => ("CPU: at most 1.1 × the best peer", ratio <= 1.1),
            Work::Bulk => ("MB/s: at least 1.3 × the best peer", ratio >= 1.3),
        }
    }
}

fn samples(figures: &[(Kind, Vec<f64>)], kind: Kind) -> Option<&[f64]> {
    figures.iter().find(|(sender, _)| *sender == kind).map(|(_, samples)| samples.as_slice())
}

/// Runs a sender in a process of its own.
fn launch(
    kind: Kind,
    work: Work,
    count: usize,
    address: SocketAddr,
    root: &Path,
) -> io::Result<Elapsed> {
    let (address, count) = (address.to_string(), count.to_string());
    let words = [ROLE, kind.name(), work.name(), &address, &count].map(OsStr::new);
    Role::launch(words.into_iter().chain([root.as_os_str()]))?.run()
}

/// Is that process: does the work and returns its figures, as a line.
pub(crate) fn serve(mut words: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    let mut word = || words.next().ok_or("a sender needs more words");
    let kind = Kind::from_name(&word()?).ok_or("no such sender")?;
    let name = word()?;
    let work = Work::ALL.into_iter().find(|work| work.name() == name).ok_or("no such work")?;
    let (address, count) = (word()?.parse()?, word()?.parse()?);
    let root = fs::read(PathBuf::from(word()?))?;
    let job = Job { address, root, work, count };
    let elapsed = tasks::run(async move {
        if kind == Kind::LettreNodelay {
            lettre::run(job).await
        } else if kind == Kind::MailSendNodelay {
            mail_send::run(job).await
        } else {
            envoi::run(job).await
        }
    })?;
    Ok(elapsed.to_line())
}

/// Does a sender's work between the start and the end of a stopwatch, after a first connection
/// that is not counted.
async fn timed<T, F>(job: &Job, mut talk: impl FnMut(Option<Arc<[u8]>>) -> F) -> io::Result<Elapsed>
where
    F: Future<Output = io::Result<T>>,
{
    let content = (job.work == Work::Bulk).then(|| Arc::<[u8]>::from(text(BULK)));
    talk(None).await?;
    let stopwatch = Stopwatch::start()?;
    for _ in 0..job.count {
        talk(content.clone()).await?;
    }
    Ok(stopwatch.stop())
}

/// Who takes part. lettre and mail-send have TCP_NODELAY, without which they wait.
const KINDS: [Kind; 3] = [Kind::EnvoiTokio, Kind::LettreNodelay, Kind::MailSendNodelay];

/// Bytes of the large message.
const BULK: usize = 100 << 20;
