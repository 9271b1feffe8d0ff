//! Debian's package tools.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Error, program};

/// The package tools, which look for news of packages at most once.
pub(super) struct Apt {
    /// Whether the lists of packages were fetched by us.
    updated: bool,
}

impl Apt {
    pub(super) const fn new() -> Self {
        Self { updated: false }
    }

    /// Installs packages on the system, with no question asked and no service started.
    pub(super) fn install(&mut self, packages: &[String]) -> Result<(), Error> {
        if !program::is_root() {
            return Err(Error::NotRoot);
        }
        self.with_lists(|| {
            let mut command = Command::new("apt-get");
            command.args(["install", "-y", "-q", "--no-install-recommends"]).args(packages);
            // In single-user mode invoke-rc.d starts nothing.
            command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
            program::output(&mut command).map(drop)
        })
    }

    /// Unpacks a package below a folder, without installing it, and gives what it depends on.
    pub(super) fn unpack(&mut self, package: &str, folder: &Path) -> Result<Vec<String>, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
        self.with_lists(|| {
            let mut download = Command::new("apt-get");
            download.args(["download", "-q", package]).current_dir(folder);
            program::output(&mut download).map(drop)
        })?;
        let archive = archive(package, folder)?;
        let mut unpack = Command::new("dpkg-deb");
        program::output(unpack.arg("-x").arg(&archive).arg(folder))?;
        let mut field = Command::new("dpkg-deb");
        let depends = program::output(field.arg("-f").arg(&archive).arg("Depends"))?;
        fs::remove_file(&archive).map_err(|source| Error::file(&archive, source))?;
        Ok(depends.split(',').filter_map(name).map(str::to_owned).collect())
    }

    /// Answers a package's question beforehand.
    pub(super) fn preseed(answer: &str) -> Result<(), Error> {
        const TOOL: &str = "debconf-set-selections";
        let blame = |source| Error::program(TOOL, source);
        let mut child = Command::new(TOOL).stdin(Stdio::piped()).spawn().map_err(blame)?;
        let mut input = child.stdin.take().expect("stdin was piped: asked for above");
        input.write_all(answer.as_bytes()).map_err(blame)?;
        drop(input);
        if child.wait().map_err(blame)?.success() {
            return Ok(());
        }
        Err(Error::Failed { program: TOOL.to_owned(), output: answer.to_owned() })
    }

    /// Whether a package is installed on the system.
    pub(super) fn is_installed(package: &str) -> bool {
        let mut query = Command::new("dpkg-query");
        program::output(query.args(["-W", "-f=${db:Status-Status}", package]))
            .is_ok_and(|status| status == "installed")
    }

    /// Tries once more with fresh lists of packages.
    fn with_lists(&mut self, attempt: impl Fn() -> Result<(), Error>) -> Result<(), Error> {
        let Err(error) = attempt() else { return Ok(()) };
        if self.updated {
            return Err(error);
        }
        self.updated = true;
        program::output(Command::new("apt-get").args(["update", "-q"]))?;
        attempt()
    }
}

/// The archive of a package that was downloaded to a folder.
fn archive(package: &str, folder: &Path) -> Result<PathBuf, Error> {
    let prefix = format!("{package}_");
    let entries = fs::read_dir(folder).map_err(|source| Error::file(folder, source))?;
    entries
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path())
        .ok_or_else(|| Error::Failed {
            program: "apt-get download".to_owned(),
            output: format!("no archive of {package}"),
        })
}

/// The package's name in one term of a `Depends` field: the first alternative, no version.
fn name(term: &str) -> Option<&str> {
    term.split(['(', '|', ':']).next()?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependency_is_named_by_its_first_alternative() {
        assert_eq!(name(" debconf (>= 0.5) | debconf-2.0"), Some("debconf"));
        assert_eq!(name("libidn12 (>= 1.13)"), Some("libidn12"));
        assert_eq!(name("cron:any | cron-daemon"), Some("cron"));
    }
}
