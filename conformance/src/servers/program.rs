//! Programs of the system: where they are, and what they print.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::Error;

/// Finds a program on the search path or among the system's.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let searched = env::split_paths(&path).map(|folder| folder.join(name));
    let system = SYSTEM.iter().map(|folder| Path::new(folder).join(name));
    searched.chain(system).find(|program| program.is_file())
}

/// Runs a program to its end and gives what it printed.
pub(super) fn run<S: AsRef<OsStr>>(program: &Path, arguments: &[S]) -> Result<String, Error> {
    output(Command::new(program).args(arguments))
}

/// Runs a command to its end and gives what it printed.
pub(super) fn output(command: &mut Command) -> Result<String, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|source| Error::program(&name, source))?;
    result(&name, output)
}

/// Runs a command to its end, with this as its input, and gives what it printed.
pub(super) fn input(command: &mut Command, input: &[u8]) -> Result<String, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let blame = |source| Error::program(&name, source);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(blame)?;
    let mut stdin = child.stdin.take().expect("stdin was piped: asked for above");
    stdin.write_all(input).map_err(blame)?;
    drop(stdin);
    result(&name, child.wait_with_output().map_err(blame)?)
}

/// What a program printed, if it ended well.
fn result(name: &str, output: Output) -> Result<String, Error> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Error::Failed { program: name.to_owned(), output: tail(&String::from_utf8_lossy(&said)) })
}

/// The last lines of what a program wrote, on one line.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join(" / ")
}

/// The numeric id of an account: `passwd` or `group` is the database.
pub(super) fn account(database: &str, name: &'static str) -> Result<u32, Error> {
    let path = Path::new("/etc").join(database);
    let table = fs::read_to_string(&path).map_err(|source| Error::file(&path, source))?;
    table
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&name))
        .and_then(|fields| fields.get(2)?.parse().ok())
        .ok_or(Error::Account(name))
}

/// Whether programs that we start may become other users.
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Where mail servers live, although an ordinary user's search path lacks it.
const SYSTEM: [&str; 2] = ["/usr/sbin", "/sbin"];
const TAIL_LINES: usize = 12;
