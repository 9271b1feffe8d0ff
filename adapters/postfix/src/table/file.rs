//! Files that may change.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::error::Fault;
use super::syntax::{self, SyntaxError};

/// A file as it was when it was read.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Tells of changes even where the path leads nowhere any more, as in a chroot.
    file: File,
    stamp: Stamp,
}

/// What changes with the content.
#[derive(Debug, Eq, PartialEq)]
struct Stamp {
    seconds: i64,
    nanoseconds: i64,
    size: u64,
}

impl Snapshot {
    /// Opens a file, which has to be one.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let open = || {
            // A pipe would have us wait for its other end.
            let kind = std::fs::metadata(path)?.file_type();
            if !kind.is_file() {
                return Err(io::Error::other("not a regular file"));
            }
            let file = File::open(path)?;
            let stamp = Stamp::of(&file.metadata()?);
            Ok(Self { file, stamp })
        };
        open().map_err(|source| Fault::io(path, source))
    }

    /// Opens a file and reads it.
    pub(super) fn read(path: &Path) -> Result<(Self, Vec<u8>), Fault> {
        let snapshot = Self::open(path)?;
        let mut content = Vec::new();
        match (&snapshot.file).read_to_end(&mut content) {
            Ok(_) => Ok((snapshot, content)),
            Err(source) => Err(Fault::io(path, source)),
        }
    }

    /// The file, to read from where it was left.
    pub(super) fn reader(&self) -> &File {
        &self.file
    }

    /// How long it was, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.stamp.size
    }

    /// Whether it was written to, replaced or removed. A file that cannot tell has.
    pub(super) fn has_changed(&self) -> bool {
        let Ok(metadata) = self.file.metadata() else {
            return true;
        };
        metadata.nlink() == 0 || Stamp::of(&metadata) != self.stamp
    }
}

/// The text of a table of rules: that of a file, or of a name that has the rules in braces, each in
/// braces of its own and a line of the text.
pub(super) fn read_rules(path: &Path) -> Result<(Option<Snapshot>, Vec<u8>), Fault> {
    let Some(name) = path.to_str().filter(|name| name.starts_with('{')) else {
        let (file, content) = Snapshot::read(path)?;
        return Ok((Some(file), content));
    };
    let wrong = |error: SyntaxError| Fault::Syntax(format!("{error}; expected {{{{rule}}, ...}}"));
    let mut text = String::new();
    for token in syntax::tokens(syntax::inside_braces(name).map_err(wrong)?) {
        text += syntax::inside_braces(token).map_err(wrong)?;
        text.push('\n');
    }
    Ok((None, text.into_bytes()))
}

/// `name.extension`, whatever the name ends with.
pub(super) fn with_extension(name: &str, extension: &str) -> PathBuf {
    PathBuf::from(format!("{name}.{extension}"))
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
            size: metadata.size(),
        }
    }
}
