//! What is logged, kept.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use envoi_postfix::log::{MailLog, Severity, Sink, Syslog};
use envoi_postfix::setup::Reporting;

/// Keeps lines of the log, and what syslogd and a file get of them.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    syslog: Option<Arc<(Syslog, UnixDatagram)>>,
    datagrams: Arc<Mutex<Vec<String>>>,
    file: Option<(Arc<MailLog>, PathBuf)>,
}

impl Lines {
    /// Those of a process that reports so, with a syslogd in a folder.
    pub(crate) fn over(reporting: &Reporting, dir: &Path) -> Self {
        let (socket, name) = (dir.join("syslog"), &reporting.name);
        let daemon = UnixDatagram::bind(&socket).unwrap();
        let syslog = Syslog::open(&socket, name, reporting.facility).unwrap();
        let opened = |path: &PathBuf| {
            let log = MailLog::open(path, &reporting.host, name).unwrap();
            (Arc::new(log), path.clone())
        };
        let file = reporting.file.as_ref().map(opened);
        Self { syslog: Some(Arc::new((syslog, daemon))), file, ..Self::default() }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// What syslogd gets.
    pub(crate) fn datagrams(&self) -> Vec<String> {
        self.datagrams.lock().unwrap().clone()
    }

    /// The lines of the file.
    pub(crate) fn file(&self) -> Vec<String> {
        let read = |(_, path): &(_, PathBuf)| fs::read_to_string(path).unwrap();
        self.file.as_ref().map(read).iter().flat_map(|text| text.lines()).map(Into::into).collect()
    }
}

impl Sink for Lines {
    fn write(&self, severity: Severity, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
        if let Some((file, _)) = &self.file {
            file.write(severity, line);
        }
        let Some((syslog, daemon)) = self.syslog.as_deref() else { return };
        syslog.write(severity, line);
        let mut space = [0; 9000];
        let read = daemon.recv(&mut space).unwrap();
        self.datagrams.lock().unwrap().push(String::from_utf8_lossy(&space[..read]).into());
    }
}
