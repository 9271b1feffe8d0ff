//! Where the log goes.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use envoi_postfix::log::{Log, MailLog, Sink, Syslog, Terminal, UNIX_SOCKET};
use envoi_postfix::setup::Reporting;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::error::Error;

/// Where the log goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LogPlace {
    Stderr,
    /// Where parameters say: a file, or syslogd's usual socket.
    Usual,
    /// A socket at which syslogd listens.
    Syslog(PathBuf),
}

impl LogPlace {
    /// Begins to log.
    pub(crate) fn open(&self, reporting: &Reporting) -> Result<(), Error> {
        let name = &reporting.name;
        let syslog = |socket: &Path| {
            let no_log = |source| Error::NoLog { socket: socket.to_owned(), source };
            Syslog::open(socket, name, reporting.facility).map_err(no_log)
        };
        let sink: Box<dyn Sink> = match (self, &reporting.file) {
            (Self::Stderr, _) => Box::new(Terminal::new(name)),
            (Self::Usual, Some(file)) => {
                let unwritable = |source| Error::Unwritable { file: file.clone(), source };
                Box::new(MailLog::open(file, &reporting.host, name).map_err(unwritable)?)
            }
            (Self::Usual, None) => Box::new(syslog(Path::new(UNIX_SOCKET))?),
            (Self::Syslog(socket), _) => Box::new(syslog(socket)?),
        };
        let subscriber = tracing_subscriber::registry().with(Log::new(sink, reporting.tls));
        let is_first = tracing::subscriber::set_global_default(subscriber).is_ok();
        debug_assert!(is_first, "the program begins to log once");
        Ok(())
    }
}

impl FromStr for LogPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.split_once(':') {
            None if text == "stderr" => Ok(Self::Stderr),
            None if text == "syslog" => Ok(Self::Usual),
            Some(("syslog", socket)) if !socket.is_empty() => Ok(Self::Syslog(socket.into())),
            _ => Err("expected stderr, syslog, or syslog: and a socket such as /dev/log"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named() {
        for (text, place) in [
            ("stderr", Ok(LogPlace::Stderr)),
            ("syslog", Ok(LogPlace::Usual)),
            ("syslog:/run/log", Ok(LogPlace::Syslog("/run/log".into()))),
        ] {
            assert_eq!(text.parse(), place);
        }
        assert!("syslog:".parse::<LogPlace>().is_err() && "file".parse::<LogPlace>().is_err());
    }
}
