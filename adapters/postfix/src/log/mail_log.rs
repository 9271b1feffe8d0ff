//! A file of one's own in place of syslog.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::process;
use std::sync::{Mutex, PoisonError};

use jiff::Zoned;

use super::sink::{Severity, Sink};

/// A file that lines are added to, in the form that Postfix's postlogd(8) gives them
/// (`maillog_file`).
#[derive(Debug)]
pub struct MailLog {
    file: Mutex<File>,
    host: String,
    name: String,
}

impl MailLog {
    /// Opens the file, or makes it; lines come from `name`, such as `postfix/smtp`, at `host`, of
    /// which they have the first label.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn open(path: impl AsRef<Path>, host: &str, name: impl Into<String>) -> io::Result<Self> {
        let file = File::options().append(true).create(true).open(path)?;
        let host = host.split('.').next().unwrap_or_default().to_owned();
        Ok(Self { file: Mutex::new(file), host, name: name.into() })
    }
}

impl Sink for MailLog {
    fn write(&self, _: Severity, line: &str) {
        let (host, name, id) = (&self.host, &self.name, process::id());
        let time = Zoned::now().strftime("%b %e %H:%M:%S").to_string();
        // One write, so that lines of several processes stay whole.
        let line = format!("{time} {host} {name}[{id}]: {line}\n");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_as_postlogd_adds_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "before\n").unwrap();
        let log = MailLog::open(&path, "client.example", "postfix/smtp").unwrap();
        log.write(Severity::Warning, "warning: odd");
        let text = std::fs::read_to_string(&path).unwrap();
        let (time, rest) = text["before\n".len()..].split_at("Nov 28 21:04:00".len());
        assert_eq!(time.as_bytes()[3], b' ', "{time}");
        assert_eq!(rest, format!(" client postfix/smtp[{}]: warning: odd\n", process::id()));
        assert!(MailLog::open(folder.path(), "client.example", "postfix/smtp").is_err());
    }
}
