//! syslog(3).

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process;
use std::sync::{Mutex, PoisonError};

use jiff::Zoned;

use super::facility::Facility;
use super::sink::{Severity, Sink};

/// Where syslogd listens on this machine.
pub const UNIX_SOCKET: &str = "/dev/log";

/// Datagrams to syslogd, in the form of RFC 3164.
#[derive(Debug)]
pub struct Syslog {
    path: PathBuf,
    facility: Facility,
    name: String,
    socket: Mutex<UnixDatagram>,
}

impl Syslog {
    /// Connects to syslogd; lines come from `name`, such as `postfix/smtp`.
    ///
    /// A process that changes its root folder afterwards goes on with this connection, and makes
    /// another only if it is broken.
    ///
    /// # Errors
    /// If nobody listens at the path.
    pub fn open(
        path: impl Into<PathBuf>,
        name: impl Into<String>,
        facility: Facility,
    ) -> io::Result<Self> {
        let (path, name) = (path.into(), name.into());
        let socket = Mutex::new(connect(&path)?);
        Ok(Self { path, facility, name, socket })
    }
}

impl Sink for Syslog {
    fn write(&self, severity: Severity, line: &str) {
        let (name, id) = (&self.name, process::id());
        let time = Zoned::now().strftime("%b %e %H:%M:%S").to_string();
        let priority = self.facility.priority(severity);
        let datagram = format!("<{priority}>{time} {name}[{id}]: {line}");
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        if socket.send(datagram.as_bytes()).is_ok() {
            return;
        }
        // syslogd was started anew.
        if let Ok(again) = connect(&self.path) {
            *socket = again;
            let _ = socket.send(datagram.as_bytes());
        }
    }
}

fn connect(path: &PathBuf) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.connect(path)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_those_of_syslog_and_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let daemon = UnixDatagram::bind(&path).unwrap();
        let syslog = Syslog::open(&path, "postfix/smtp", "local3".parse().unwrap()).unwrap();
        syslog.write(Severity::Info, "connect to mx.example[192.0.2.1]:25: Connection refused");
        let heard = hear(&daemon);
        let (priority, rest) = heard.split_at(5);
        assert_eq!(priority, "<158>");
        let (time, rest) = rest.split_at("Nov 28 21:04:00".len());
        assert!(time.is_char_boundary(3) && time.as_bytes()[3] == b' ', "{time}");
        let id = process::id();
        let text = "connect to mx.example[192.0.2.1]:25: Connection refused";
        assert_eq!(rest, format!(" postfix/smtp[{id}]: {text}"));

        drop(daemon);
        std::fs::remove_file(&path).unwrap();
        let daemon = UnixDatagram::bind(&path).unwrap();
        syslog.write(Severity::Warning, "warning: again");
        assert!(hear(&daemon).starts_with("<156>"));
    }

    #[test]
    fn missing_syslogd_is_an_error() {
        assert!(Syslog::open("/nonexistent/log", "postfix/smtp", Facility::default()).is_err());
    }

    fn hear(daemon: &UnixDatagram) -> String {
        let mut space = [0; 1024];
        let read = daemon.recv(&mut space).unwrap();
        String::from_utf8(space[..read].to_vec()).unwrap()
    }
}
