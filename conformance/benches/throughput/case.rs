//! What is measured: sizes, sources and numbers of conversations.

use std::fmt;

use crate::kind::Kind;

/// A row of figures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Case {
    pub(crate) size: usize,
    pub(crate) source: Source,
    pub(crate) conversations: usize,
    pub(crate) cores: Cores,
}

/// Where content comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    Memory,
    File,
}

/// What the CPUs do while they have nothing to do for us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cores {
    /// They sleep, and waking them costs more than a message does.
    Idle,
    /// A spinner of the least priority keeps each of them awake.
    Awake,
}

impl Case {
    /// All of them, in the order of the rows.
    pub(crate) fn all() -> Vec<Self> {
        let mut cases = Vec::new();
        for source in [Source::Memory, Source::File] {
            let small = |conversations, cores| Self { size: SMALL, source, conversations, cores };
            cases.push(small(1, Cores::Awake));
            cases.extend([1, 10, 100, 1000].map(|number| small(number, Cores::Idle)));
        }
        for source in [Source::Memory, Source::File] {
            cases.push(Self { size: LARGE, source, conversations: 10, cores: Cores::Idle });
        }
        cases
    }

    /// Whether a sender takes part: smtp-source(1) keeps what it reads, so it has no file row.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        kind.is_here() && (kind != Kind::SmtpSource || self.source == Source::Memory)
    }

    /// One for each conversation, or as many as make a start negligible that counts.
    pub(crate) fn messages_min(&self, kind: Kind) -> usize {
        let each = match (kind, self.size) {
            (Kind::SmtpSource, SMALL) => 20,
            _ => 1,
        };
        self.conversations * each
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = if self.size == SMALL { "4 KiB" } else { "10 MiB" };
        let source = match self.source {
            Source::Memory => "memory",
            Source::File => "file",
        };
        let cores = match self.cores {
            Cores::Idle => "",
            Cores::Awake => ", spinners",
        };
        write!(f, "{size}, {source}, {}{cores}", self.conversations)
    }
}

/// A message as most are.
pub(crate) const SMALL: usize = 4 << 10;

/// A message as some are.
pub(crate) const LARGE: usize = 10 << 20;
