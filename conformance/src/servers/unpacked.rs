//! Programs of packages that are unpacked, not installed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::Apt;
use super::install::missing;
use super::{Error, program};

/// A program of a package that is unpacked, not installed.
pub(super) struct Unpacked {
    pub(super) package: &'static str,
    /// Below the folder that the package is unpacked to.
    pub(super) program: &'static str,
}

impl Unpacked {
    pub(super) fn program(&self, cache: &Path) -> PathBuf {
        cache.join(self.package).join(self.program)
    }

    /// Unpacks it where it is missing, and installs the libraries that it lacks.
    pub(super) fn install(
        &self,
        cache: &Path,
        apt: &mut Apt,
        report: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let program = Bundle { program: self.program(cache), libraries: OsString::new() };
        if program.lacks().is_none() {
            return Ok(());
        }
        let libraries = self.unpack(cache, apt, report)?;
        if !libraries.is_empty() {
            report(&format!("installing its libraries: {}", libraries.join(", ")));
            apt.install(&libraries).map_err(|error| self.missing(&error))?;
        }
        self.complete(program).map(drop)
    }

    /// Unpacks it where it is missing, with the libraries that it lacks, which takes no root.
    pub(super) fn bundle(
        &self,
        cache: &Path,
        apt: &mut Apt,
        report: &mut dyn FnMut(&str),
    ) -> Result<Bundle, Error> {
        let folder = cache.join(self.package);
        let found = Bundle::find(self.program(cache), &folder);
        if found.lacks().is_none() {
            return Ok(found);
        }
        for library in self.unpack(cache, apt, report)? {
            report(&format!("unpacking its library {library}"));
            apt.unpack(&library, &folder).map_err(|error| self.missing(&error))?;
        }
        self.complete(Bundle::find(self.program(cache), &folder))
    }

    /// Gives the libraries that the system lacks.
    fn unpack(
        &self,
        cache: &Path,
        apt: &mut Apt,
        report: &mut dyn FnMut(&str),
    ) -> Result<Vec<String>, Error> {
        let folder = cache.join(self.package);
        report(&format!("unpacking {} below {}", self.package, folder.display()));
        let depends = apt.unpack(self.package, &folder).map_err(|error| self.missing(&error))?;
        let is_lacking = |name: &String| name.starts_with("lib") && !Apt::is_installed(name);
        Ok(depends.into_iter().filter(is_lacking).collect())
    }

    fn complete(&self, program: Bundle) -> Result<Bundle, Error> {
        program.lacks().map_or(Ok(program), |lack| Err(missing(self.package, &lack)))
    }

    fn missing(&self, error: &Error) -> Error {
        missing(self.package, &error.to_string())
    }
}

/// A program with libraries of its own.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    program: PathBuf,
    /// The folders of libraries that the system lacks, as ld.so(8) wants them.
    libraries: OsString,
}

impl Bundle {
    /// A program with whatever libraries were unpacked to a folder.
    fn find(program: PathBuf, folder: &Path) -> Self {
        let mut libraries = OsString::new();
        let entries = fs::read_dir(folder.join("usr/lib")).into_iter().flatten().flatten();
        for entry in entries {
            libraries.push(entry.path());
            libraries.push(":");
        }
        Self { program, libraries }
    }

    pub(super) fn command(&self) -> Command {
        self.with_libraries(&self.program)
    }

    /// What keeps it from starting: itself, or a library.
    fn lacks(&self) -> Option<String> {
        match program::output(self.with_libraries("ldd").arg(&self.program)) {
            Ok(libraries) => {
                libraries.lines().find(|line| line.ends_with("not found")).map(str::to_owned)
            }
            Err(error) => Some(error.to_string()),
        }
    }

    fn with_libraries(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        if !self.libraries.is_empty() {
            command.env("LD_LIBRARY_PATH", &self.libraries);
        }
        command
    }
}
