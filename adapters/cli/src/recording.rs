//! A conversation as a dialogue file, to be played again.
//!
//! Content never gets here: the file says how many bytes there were. The lines of the dialogue
//! come without secrets.

mod file;

use std::sync::Arc;
use std::time::Duration;

use envoi_driver::Report;
use envoi_driver::proto::{Config, Instant, Line, Peer, Progress};

/// A conversation that is being recorded.
#[derive(Debug)]
pub(crate) struct Recording {
    peer: Peer,
    config: Arc<Config>,
    /// The lines of the file that are played.
    lines: Vec<String>,
    /// Messages that were handed over.
    messages: usize,
    /// Those of them that were handed over while the conversation went on.
    live: usize,
    /// Bytes written.
    written: u64,
    /// Where content began, in bytes written, until its end is written.
    content: Option<u64>,
    /// What TLS came to, whose are the bytes written from there on.
    tls: Option<String>,
    /// When bytes moved last.
    moved: Instant,
    /// What we say with the next exchange: after all that was heard in the one before.
    said: Vec<String>,
    /// Most recipients in one transaction, if the server told.
    recipients_max: Option<usize>,
}

impl Recording {
    pub(crate) fn new(peer: Peer, config: Arc<Config>) -> Self {
        Self {
            peer,
            config,
            lines: Vec::new(),
            messages: 0,
            live: 0,
            written: 0,
            content: None,
            tls: None,
            moved: Instant::ORIGIN,
            said: Vec::new(),
            recipients_max: None,
        }
    }

    /// The conversation begins.
    pub(crate) fn handle_connected(&mut self, now: Instant) {
        self.moved = now;
    }

    /// A message was handed over: to be sent, or to be refused since nothing more can be sent.
    pub(crate) fn handle_message(&mut self) {
        self.messages += 1;
    }

    /// The conversation goes on.
    pub(crate) fn handle_waiting(&mut self) {
        self.live = self.messages;
        self.flush();
    }

    /// A line was said.
    pub(crate) fn handle_line(&mut self, line: &Line) {
        match line {
            Line::Client(text) if text == CREDENTIALS => self.said.push(format!("C: {text}")),
            Line::Client(text) => self.said.push(format!("C: {}", file::escape(text))),
            // Who plays it again has no filter.
            Line::Overruled(_) => {}
            Line::Content(_) => {
                self.content = None;
                self.said.push("C: <content>".into());
            }
            Line::Server(text) => {
                self.interrupt();
                self.push(format!("S: {}", file::escape(text)));
                // 334 asks for credentials.
                if text.starts_with('3') && !text.starts_with("334") {
                    self.content = Some(self.written);
                }
                self.note_limit(text);
            }
            Line::Tls(text) => {
                self.tls = Some(text.clone());
                self.push("<tls>".into());
            }
        }
    }

    /// Bytes moved, or the deadline passed.
    pub(crate) fn handle_progress(
        &mut self,
        progress: Progress,
        deadline: Option<Instant>,
        now: Instant,
    ) {
        let Progress { written, read, eof, broken } = progress;
        self.written += written as u64;
        let ending = match (eof, broken) {
            (true, true) => Some("S: <reset>".into()),
            (true, false) => Some("S: <eof>".into()),
            (false, true) => Some("S: <broken>".into()),
            (false, false) => {
                let passed = deadline.filter(|_| written == 0 && read == 0);
                let waited = |deadline: Instant| rounded(deadline.since(self.moved));
                passed.map(|deadline| format!("wait {}s", waited(deadline).as_secs()))
            }
        };
        if let Some(line) = ending {
            self.interrupt();
            self.push(line);
        }
        self.moved = now;
    }

    /// The file, given what became of the messages.
    pub(crate) fn finish(mut self, reports: &[Report]) -> String {
        if self.lines.last().is_some_and(|line| line.starts_with("wait ")) {
            self.push("timeout".into());
        }
        if self.ends_in_tls(reports) {
            self.flush();
            self.push("S: <eof>".into());
        }
        // Even if none was taken, there was one to be sent.
        let reports = &reports[..reports.len().min(self.live.max(1))];
        file::write(&self, reports)
    }

    /// Whether the server ended the conversation by a word of TLS, which is not to be seen: what was
    /// to be said was not written any more, or a message was lost although the connection was not.
    fn ends_in_tls(&self, reports: &[Report]) -> bool {
        let has_ended = self.lines.last().is_some_and(|line| line.starts_with("S: <"));
        let mut outcomes = reports.iter().flat_map(|report| &report.outcomes);
        let is_lost = outcomes.any(|outcome| outcome.text.starts_with("lost connection with "));
        self.tls.is_some() && !has_ended && (is_lost || !self.said.is_empty())
    }

    /// Something comes in the middle of content: says how much of it there was.
    fn interrupt(&mut self) {
        if let Some(start) = self.content.filter(|start| *start < self.written) {
            self.content = Some(self.written);
            // How much of it went is not to be seen under TLS, but that some of it did.
            let bytes = if self.tls.is_some() { 1 } else { self.written - start };
            self.push(format!("C: <content {bytes}>"));
        }
    }

    /// Reads the limit by which the driver divides messages (RFC 9422).
    fn note_limit(&mut self, text: &str) {
        if let Some((_, limit)) = text.split_once("RCPTMAX=") {
            let digits = limit.split(' ').next().unwrap_or_default();
            self.recipients_max = digits.parse().ok().or(self.recipients_max);
        }
    }

    fn flush(&mut self) {
        for line in std::mem::take(&mut self.said) {
            self.push(line);
        }
    }

    fn push(&mut self, line: String) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        }
    }
}

/// Time limits are whole seconds; the clock is not.
fn rounded(duration: Duration) -> Duration {
    Duration::from_secs((duration + Duration::from_millis(500)).as_secs())
}

/// A line of which nothing is told.
const CREDENTIALS: &str = "<credentials>";

/// Most lines of a dialogue that are kept.
const LINES_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use envoi_delivery::{Delays, Ledger};
    use envoi_driver::proto::{Circumstances, Doubt, Envelope, Error, Stage};

    use super::*;

    fn recording() -> Recording {
        let config = Arc::new(Config::new("client.example".parse().unwrap()));
        Recording::new(Peer::new("mx.example"), config)
    }

    fn report(error: Error) -> Report {
        let bob: envoi_driver::proto::ForwardPath = "bob@mx.example".parse().unwrap();
        let sender = "ann@client.example".parse().unwrap();
        let mut envelope = Envelope::new(sender, vec![bob.into()]);
        envelope.size = Some(100_000);
        let mut ledger = Ledger::new(envelope.into(), Circumstances::default());
        ledger.failed(0..1, &error, Doubt::None, &Peer::new("mx.example"));
        ledger.close(Delays::default())
    }

    #[test]
    fn connection_lost_amid_content_is_recorded_with_the_bytes_that_went() {
        let mut recording = recording();
        let now = Instant::ORIGIN;
        recording.handle_message();
        recording.handle_waiting();
        recording.handle_line(&Line::Client("DATA".into()));
        recording.handle_waiting();
        let written = |written| Progress { written, ..Progress::default() };
        recording.handle_progress(written(6), None, now);
        recording.handle_line(&Line::Server("354 go".into()));
        recording.handle_waiting();
        recording.handle_progress(written(65536), None, now);
        recording.handle_waiting();
        recording.handle_progress(Progress { eof: true, ..Progress::default() }, None, now);
        let file = recording.finish(&[report(Error::Lost(Stage::Content))]);
        assert!(file.ends_with(
            "C: DATA\nS: 354 go\nC: <content 65536>\nS: <eof>\n= bob@mx.example deferred 4.4.2\n"
        ));
    }

    #[test]
    fn bytes_of_tls_are_not_taken_for_content() {
        let mut recording = recording();
        recording.handle_line(&Line::Tls("Trusted TLSv1.3".into()));
        recording.handle_line(&Line::Server("354 go".into()));
        let progress = Progress { written: 65536, eof: true, ..Progress::default() };
        recording.handle_progress(progress, None, Instant::ORIGIN);
        assert_eq!(recording.lines, ["<tls>", "S: 354 go", "C: <content 1>", "S: <eof>"]);
    }

    #[test]
    fn flight_stands_after_all_that_was_heard_before_it() {
        let mut recording = recording();
        recording.handle_line(&Line::Server("250 one".into()));
        recording.handle_line(&Line::Client("MAIL".into()));
        recording.handle_line(&Line::Server("250 two".into()));
        recording.handle_waiting();
        assert_eq!(recording.lines, ["S: 250 one", "S: 250 two", "C: MAIL"]);
    }

    #[test]
    fn time_limit_that_passes_is_recorded() {
        let mut recording = recording();
        let at = |millis| Instant::from_origin(Duration::from_millis(millis));
        recording.handle_connected(at(7));
        recording.handle_progress(Progress::default(), Some(at(300_006)), at(300_009));
        let file = recording.finish(&[report(Error::TimedOut(Stage::Greeting))]);
        assert!(file.ends_with("wait 300s\ntimeout\n= bob@mx.example deferred 4.4.2\n"));
    }

    #[test]
    fn server_cannot_write_lines_of_the_file() {
        let mut recording = recording();
        for text in ["<eof>", "250 {1..9}", "250 a\\b ", ""] {
            recording.handle_line(&Line::Server(text.into()));
        }
        assert_eq!(
            recording.lines,
            ["S: \\x3ceof>", "S: 250 \\x7b1..9}", "S: 250 a\\\\b\\s", "S: "]
        );
    }
}
