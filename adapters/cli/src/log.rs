//! Where the log goes.

use std::path::PathBuf;
use std::str::FromStr;

use envoi_postfix::log::{Log, Sink, Syslog, Terminal, UNIX_SOCKET};
use envoi_postfix::setup::Reporting;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::error::Error;

/// Where the log goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LogPlace {
    Stderr,
    /// A socket at which syslogd listens.
    Syslog(PathBuf),
}

impl LogPlace {
    /// Begins to log.
    pub(crate) fn open(&self, reporting: &Reporting) -> Result<(), Error> {
        let name = &reporting.name;
        let sink: Box<dyn Sink> = match self {
            Self::Stderr => Box::new(Terminal::new(name)),
            Self::Syslog(socket) => {
                let no_log = |source| Error::NoLog { socket: socket.clone(), source };
                Box::new(Syslog::open(socket, name, reporting.facility).map_err(no_log)?)
            }
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
            None if text == "syslog" => Ok(Self::Syslog(UNIX_SOCKET.into())),
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
            ("syslog", Ok(LogPlace::Syslog("/dev/log".into()))),
            ("syslog:/run/log", Ok(LogPlace::Syslog("/run/log".into()))),
        ] {
            assert_eq!(text.parse(), place);
        }
        assert!("syslog:".parse::<LogPlace>().is_err() && "file".parse::<LogPlace>().is_err());
    }
}
