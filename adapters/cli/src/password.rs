//! Passwords, which never stand in the command line.

use std::env;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::Path;

use crate::error::Error;

/// A user's password: the first line of a file if one is named, or else from the environment.
pub(crate) fn find(file: Option<&Path>) -> Result<Option<String>, Error> {
    match file {
        Some(file) => first_line(file).map(Some),
        None => Ok(env::var(VARIABLE).ok().filter(|password| !password.is_empty())),
    }
}

/// Asks for a password, if there is somebody to ask.
pub(crate) fn ask(user: &str) -> Option<String> {
    let is_there = io::stdin().is_terminal() || io::stderr().is_terminal();
    is_there.then(|| rpassword::prompt_password(format!("Password of {user}: ")).ok()).flatten()
}

/// The first line of a file with a secret in it.
pub(crate) fn first_line(file: &Path) -> Result<String, Error> {
    let mut line = String::new();
    let read = File::open(file)
        .and_then(|opened| BufReader::new(opened.take(LINE_MAX)).read_line(&mut line));
    read.map_err(|source| Error::Unreadable { file: file.into(), expected: EXPECTED, source })?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return Err(Error::NoSecret(file.into()));
    }
    Ok(line.into())
}

/// The environment variable that may hold a password.
const VARIABLE: &str = "ENVOI_PASSWORD";

/// What a file is to be.
const EXPECTED: &str = "a file whose first line is the secret";

/// Most bytes of a file that are read: more than any password or token has.
const LINE_MAX: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_the_first_line_without_its_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, secret) in
            [("pencil", "pencil"), ("a b \r\nnotes\n", "a b "), ("\u{fc}\n", "\u{fc}")]
        {
            std::fs::write(&file, text).unwrap();
            assert_eq!(first_line(file.path()).unwrap(), secret);
        }
    }

    #[test]
    fn endless_file_is_read_as_far_as_a_secret_may_go() {
        assert_eq!(first_line(Path::new("/dev/zero")).unwrap().len() as u64, LINE_MAX);
    }
}
