//! Postfix's lookup tables, as postmap(1) and proxymap(8) read them.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::Process;
use super::{Error, Installed, postfix_instance, program};

/// A configuration for postmap(1), and a proxymap(8) if it was started, which is stopped on drop.
#[derive(Debug)]
pub struct PostfixTables {
    dir: PathBuf,
    postmap: PathBuf,
    /// Kept for its end.
    _process: Option<Process>,
}

/// What a table has under a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// This.
    Value(Vec<u8>),
    /// It has not got the key.
    Nothing,
    /// It cannot tell, or has what Postfix does not take for a result.
    Failure,
}

impl PostfixTables {
    /// Writes main.cf below `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if it cannot be written.
    pub fn new(installed: &Installed, dir: &Path, main: &str) -> Result<Self, Error> {
        let etc = dir.join("etc");
        fs::create_dir_all(&etc)
            .and_then(|()| fs::write(etc.join("main.cf"), main))
            .map_err(|source| Error::file(&etc, source))?;
        Ok(Self { dir: dir.to_owned(), postmap: installed.postmap.clone(), _process: None })
    }

    /// The same with an instance whose proxymap(8) is there to be asked.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of the log.
    pub fn start(installed: &Installed, dir: &Path, main: &str) -> Result<Self, Error> {
        if !program::is_root() {
            return Err(Error::NotRoot);
        }
        let process = postfix_instance::start(installed, dir, main, "")?;
        let socket = dir.join("queue/private/proxymap");
        process.wait_until("proxymap", || UnixStream::connect(&socket).is_ok())?;
        let (dir, postmap) = (dir.to_owned(), installed.postmap.clone());
        Ok(Self { dir, postmap, _process: Some(process) })
    }

    /// Where main.cf is.
    pub fn config_directory(&self) -> PathBuf {
        self.dir.join("etc")
    }

    /// Where the sockets are, if there are any.
    pub fn queue_directory(&self) -> PathBuf {
        self.dir.join("queue")
    }

    /// Where postmap(1) is.
    pub fn command_directory(&self) -> &Path {
        self.postmap.parent().unwrap_or_else(|| Path::new("/"))
    }

    /// Makes a database of a file: `hash:/file` and the like.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with what postmap(1) says.
    pub fn make(&self, options: &[&str], table: &str) -> Result<(), Error> {
        program::output(self.postmap(options).arg(table)).map(drop)
    }

    /// What a table has under each key, none of which is `-`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if postmap(1) cannot be started.
    pub fn query(
        &self,
        options: &[&str],
        table: &str,
        keys: &[Vec<u8>],
    ) -> Result<Vec<Found>, Error> {
        // All at once, but for keys that are not lines; a failure ends postmap(1).
        let is_line = |key: &[u8]| !key.contains(&b'\n');
        let lines = keys.iter().filter(|key| is_line(key)).map(|key| [key, &b"\n"[..]].concat());
        let mut postmap = self.postmap(options);
        let Some(answers) =
            run(postmap.args(["-q", "-", table]), &lines.collect::<Vec<_>>().concat())?
        else {
            return keys.iter().map(|key| self.query_one(options, table, key)).collect();
        };
        let mut answers = answers.strip_suffix(b"\n").unwrap_or(&answers);
        let found = keys.iter().map(|key| {
            if !is_line(key) {
                return self.query_one(options, table, key);
            }
            let value = answers.strip_prefix(&key[..]).and_then(|rest| rest.strip_prefix(b"\t"));
            let Some(value) = value else {
                return Ok(Found::Nothing);
            };
            let end = value.iter().position(|byte| *byte == b'\n').unwrap_or(value.len());
            answers = value.get(end + 1..).unwrap_or_default();
            Ok(if end == 0 { Found::Failure } else { Found::Value(value[..end].to_owned()) })
        });
        found.collect()
    }

    fn query_one(&self, options: &[&str], table: &str, key: &[u8]) -> Result<Found, Error> {
        let mut postmap = self.postmap(options);
        postmap.arg("-q").arg(OsStr::from_bytes(key)).arg(table);
        let Some(mut value) = run(&mut postmap, b"")? else {
            return Ok(Found::Failure);
        };
        Ok(match value.pop() {
            None => Found::Nothing,
            Some(_) if value.is_empty() => Found::Failure,
            Some(_) => Found::Value(value),
        })
    }

    fn postmap(&self, options: &[&str]) -> Command {
        let mut postmap = Command::new(&self.postmap);
        postmap.arg("-c").arg(self.config_directory()).args(options);
        postmap
    }
}

/// Runs postmap(1) with some input, and gives what it prints; nothing if it fails.
fn run(postmap: &mut Command, input: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let blame = |source| Error::program("postmap", source);
    postmap.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = postmap.spawn().map_err(blame)?;
    let mut stdin = child.stdin.take().expect("stdin was piped: asked for above");
    // A table that cannot be opened ends it before it reads.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().map_err(blame)?;
    // It also ends with 1 if it has found nothing.
    let is_failed = String::from_utf8_lossy(&output.stderr).contains("fatal: ");
    Ok((!is_failed).then_some(output.stdout))
}
