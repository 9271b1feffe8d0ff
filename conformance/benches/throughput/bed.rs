//! Where senders are measured: a sink, and files to send.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::case::{Case, LARGE, SMALL};
use crate::kind::Kind;
use crate::peers;
use crate::processes::elapsed::Elapsed;
use crate::sender;
use crate::sink::{Sink, Tally};
use crate::text::text;

/// The sink, and a folder with a message of each size.
pub(crate) struct Bed {
    sink: Sink,
    folder: PathBuf,
}

/// One run of one sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) messages: usize,
    pub(crate) elapsed: Elapsed,
    /// CPU time that the sink took for it.
    pub(crate) sink: Duration,
}

impl Bed {
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        let bed = Self { sink: Sink::launch()?, folder: folder.to_owned() };
        for size in [SMALL, LARGE] {
            let mut content = text(size);
            fs::write(bed.file(size, "crlf"), &content)?;
            content.retain(|&byte| byte != b'\r');
            fs::write(bed.file(size, "lf"), &content)?;
        }
        Ok(bed)
    }

    fn file(&self, size: usize, ends: &str) -> PathBuf {
        self.folder.join(format!("{size}-{ends}.eml"))
    }

    /// Has a sender send, and checks that all arrived.
    pub(crate) fn sample(
        &mut self,
        kind: Kind,
        case: &Case,
        messages: usize,
    ) -> io::Result<Sample> {
        let blame = |error| io::Error::other(format!("{}: {case}: {error}", kind.name()));
        let (before, elapsed) = self.run(kind, case, messages).map_err(blame)?;
        let after = self.sink.tally()?;
        let taken = after.messages - before.messages;
        if u64::try_from(messages) != Ok(taken) {
            return Err(blame(io::Error::other(format!("{taken} of {messages} arrived"))));
        }
        Ok(Sample { messages, elapsed, sink: after.cpu - before.cpu })
    }

    fn run(&mut self, kind: Kind, case: &Case, messages: usize) -> io::Result<(Tally, Elapsed)> {
        let address = self.sink.address();
        if kind == Kind::SmtpSource {
            let file = self.file(case.size, "lf");
            let before = self.sink.tally()?;
            let elapsed = peers::smtp_source(address, case.conversations, messages, &file)?;
            Ok((before, elapsed))
        } else {
            let file = self.file(case.size, "crlf");
            let sender = sender::launch(kind, case, messages, address, &file)?;
            let before = self.sink.tally()?;
            Ok((before, sender.run()?))
        }
    }
}
