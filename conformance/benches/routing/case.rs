//! What is measured.

use std::fmt;

/// A row of figures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Case {
    pub(crate) memory: Memory,
    /// Routes that are looked for at the same time.
    pub(crate) at_once: usize,
}

/// What a resolver knows before it is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Memory {
    /// Nothing, ever.
    Nothing,
    /// All answers.
    All,
}

impl Case {
    /// All of them, in the order of the rows.
    pub(crate) const ALL: [Self; 3] = [
        Self { memory: Memory::Nothing, at_once: 1 },
        Self { memory: Memory::Nothing, at_once: 100 },
        Self { memory: Memory::All, at_once: 1 },
    ];
}

impl Memory {
    /// Its word on the command line, and in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "uncached",
            Self::All => "cached",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Nothing, Self::All].into_iter().find(|memory| memory.name() == name)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} at a time", self.memory.name(), self.at_once)
    }
}
