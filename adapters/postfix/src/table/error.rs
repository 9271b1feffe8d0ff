//! What can be wrong with a table.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::kind::Kind;

/// A table cannot be opened.
#[derive(Clone, Debug, thiserror::Error)]
#[error("table {table}: {fault}")]
#[non_exhaustive]
pub struct OpenError {
    /// The table as it was written.
    pub table: String,
    /// What is wrong with it.
    pub fault: Fault,
}

impl OpenError {
    /// Whether the table is where this process may not go: permission is lacking, or the folder is
    /// not there either, as in a chroot.
    pub(super) fn is_out_of_reach(&self) -> bool {
        match &self.fault {
            Fault::Io { path, source } => {
                let is_folder_gone = || path.parent().is_some_and(|folder| !folder.exists());
                source.kind() == io::ErrorKind::PermissionDenied
                    || (source.kind() == io::ErrorKind::NotFound && is_folder_gone())
            }
            Fault::NoType
            | Fault::UnknownType(_)
            | Fault::Syntax(_)
            | Fault::Line { .. }
            | Fault::Foreign(_)
            | Fault::Program { .. }
            | Fault::Database(_)
            | Fault::Proxy(_)
            | Fault::NotShared
            | Fault::TooDeep => false,
            Fault::Member(error) => error.is_out_of_reach(),
        }
    }
}

/// Why a table cannot be opened.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no type before a colon, or no name behind it.
    #[error("expected type:name")]
    NoType,
    /// Nobody knows the type.
    #[error("unknown table type {0:?}; the known ones are {known}", known = Kind::names())]
    UnknownType(String),
    /// Nobody but Postfix reads tables of this type.
    #[error("tables of type {0} are read by Postfix alone; proxy:{0}:name asks its proxymap(8)")]
    Foreign(String),
    /// What comes behind the type is not what the type asks for.
    #[error("{0}")]
    Syntax(String),
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// A line of the file makes it unusable.
    #[error("{}, line {line}: {text}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there, and what was expected.
        text: String,
    },
    /// A program that reads the table for us failed.
    #[error("{}: {text}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The last that it says.
        text: String,
    },
    /// The library that reads the table refuses it.
    #[error("{0}")]
    Database(String),
    /// proxymap(8) cannot be asked, or refuses the table.
    #[error("{0}")]
    Proxy(String),
    /// The table is to be written to, and other processes could not tell.
    #[error("expected proxy:type:name, which processes can share")]
    NotShared,
    /// A table within this one cannot be opened.
    #[error("{0}")]
    Member(Box<OpenError>),
    /// Tables of tables, without end.
    #[error("more than {max} tables within one another", max = super::DEPTH_MAX)]
    TooDeep,
}

impl Fault {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source: Arc::new(source) }
    }

    pub(super) fn member(error: OpenError) -> Self {
        Self::Member(Box::new(error))
    }
}

impl Failure {
    pub(super) fn member(error: LookupError) -> Self {
        Self::Member(Box::new(error))
    }

    /// The same with the rule that it is of.
    pub(super) fn at(self, line: usize) -> Self {
        Self::Rule { line, text: self.to_string() }
    }
}

/// A table cannot say whether it has a key: try again later.
#[derive(Clone, Debug, thiserror::Error)]
#[error("table {table}: {failure}")]
#[non_exhaustive]
pub struct LookupError {
    /// The table as it was written.
    pub table: String,
    /// Why it cannot say.
    pub failure: Failure,
}

/// Why a lookup failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The table cannot be opened.
    #[error("{0}")]
    NotOpen(Fault),
    /// The result is empty, which is neither something nor nothing.
    #[error("the result is empty")]
    Empty,
    /// The result is not UTF-8.
    #[error("the result is not UTF-8")]
    NotUtf8,
    /// A database is broken.
    #[error("{0}")]
    Database(String),
    /// proxymap(8) cannot be asked, or cannot tell.
    #[error("{0}")]
    Proxy(String),
    /// A lookup in a table within this one failed.
    #[error("{0}")]
    Member(Box<LookupError>),
    /// A pattern cannot be tried to its end.
    #[error("{0}")]
    Pattern(String),
    /// The same, with the rule that it is of.
    #[error("line {line}: {text}")]
    Rule {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        text: String,
    },
    /// Lookups in `fail:` fail.
    #[error("its lookups fail")]
    Always,
}
