//! From letters to outcomes, over as many conversations as that takes.
//!
//! All letters go over one conversation if the server lets them. If it ends before its time, the
//! letters that the server gave no answer to go over another one. A conversation without any
//! answer is the last, and so is the second in a row that sent no message. Probes go without TLS
//! where it fails and nobody insists on it.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use envoi_delivery::{Fallback, Ledger};
use envoi_driver::proto::tls::Info;
use envoi_driver::proto::{self, Circumstances, Doubt, Peer, Status};
use envoi_driver::{Delays, Outcome, Report};

use crate::letter::Letter;
use crate::manner::Manner;
use crate::next_hop::NextHop;
use crate::reason::Reason;
use crate::recording::Recording;
use crate::talk::Talk;
use crate::watch::Watch;

/// Letters on their way to a host.
pub(crate) struct Delivery<'a> {
    pub(crate) next_hop: &'a NextHop,
    pub(crate) manner: &'a Manner,
    pub(crate) watch: Watch,
    /// Where to record the dialogue; conversations after the first are numbered.
    pub(crate) record: Option<&'a Path>,
    /// How TLS failed, if that is why it is done without.
    pub(crate) tls_failure: Option<proto::Error>,
    /// Hears what became of each letter, once for each.
    pub(crate) report: &'a mut dyn FnMut(&Letter, &Report),
}

/// How a conversation went.
struct Course<'l> {
    /// Whether it may be followed by another although it sends nothing.
    is_patient: bool,
    has_answer: bool,
    has_sent: bool,
    /// Letters for another conversation.
    again: Vec<&'l Letter>,
    /// What became of all letters, if anybody wants to know.
    reports: Vec<Report>,
    /// What protected it.
    tls: Option<Arc<Info>>,
    /// How TLS failed, if the next one does without.
    tls_failure: Option<proto::Error>,
}

/// How TLS failed, if the letter may go in plaintext for it. Letters are new: only probes may.
fn gives_way(peer: &Peer, report: &Report) -> Option<proto::Error> {
    let (error, envelope) = (report.failure?, &*report.envelope);
    let (age, minimal_backoff) = (Duration::ZERO, Duration::from_secs(300));
    Fallback { peer, error, envelope, age, minimal_backoff }.peer().map(|_| error)
}

/// Why there was no conversation.
struct Unreachable {
    status: Status,
    /// As log lines word it.
    text: String,
    /// What was expected.
    expected: &'static str,
}

impl Delivery<'_> {
    /// Sends all letters, and reports each.
    pub(crate) fn run(mut self, letters: &[Letter]) {
        let mut letters: Vec<_> = letters.iter().collect();
        let mut is_patient = true;
        for number in 1.. {
            let began = Instant::now();
            let course = match self.converse(&letters, is_patient, number) {
                Ok(course) => course,
                Err(unreachable) => return self.give_up(&letters, &unreachable, began),
            };
            if course.again.is_empty() {
                return;
            }
            is_patient = course.has_sent;
            self.tls_failure = course.tls_failure;
            letters = course.again;
        }
    }

    /// Holds a conversation with the first address that can be reached.
    fn converse<'l>(
        &mut self,
        letters: &[&'l Letter],
        is_patient: bool,
        number: usize,
    ) -> Result<Course<'l>, Unreachable> {
        let mut failure = None;
        for address in self.addresses()? {
            let mut peer = self.manner.peer(self.next_hop.name(), address);
            peer.tls_failure = self.tls_failure;
            match self.talk(letters, address, &peer, is_patient) {
                Ok((course, recording)) => {
                    if let Some(path) = self.record {
                        keep(recording, &course.reports, path, number);
                    }
                    return Ok(course);
                }
                Err(error) => failure = Some(Unreachable::at(&peer, &error)),
            }
        }
        Err(failure.unwrap_or_else(|| Unreachable::from_here(self.next_hop)))
    }

    fn talk<'l>(
        &mut self,
        letters: &[&'l Letter],
        address: SocketAddr,
        peer: &Peer,
        is_patient: bool,
    ) -> io::Result<(Course<'l>, Arc<Mutex<Recording>>)> {
        let config = self.manner.config(address);
        let recording = Recording::new(peer.clone(), config.clone());
        let recording = Arc::new(Mutex::new(recording));
        let is_recorded = self.record.is_some();
        let mut watch = self.watch.clone();
        watch.recording = is_recorded.then(|| recording.clone());
        let mut course = Course {
            is_patient,
            has_answer: false,
            has_sent: false,
            again: Vec::new(),
            reports: Vec::new(),
            tls: None,
            tls_failure: None,
        };
        let mut peer = peer.clone();
        peer.auth = self.manner.attempt()?;
        let before = peer.clone();
        let mut rest = letters.iter();
        let mut hear = |report: Report| {
            let letter = rest.next().expect("there is one report for each letter");
            course.tls.clone_from(&report.tls);
            if let Some(error) = gives_way(&before, &report) {
                course.tls_failure = Some(error);
                course.again.push(letter);
            } else if course.take(letter, &report) {
                (self.report)(letter, &report);
            }
            if is_recorded {
                course.reports.push(report);
            }
        };
        let mut talk = Talk { peer, config, letters, watch, report: &mut hear };
        self.manner.runtime.talk(self.manner.dial(address), &mut talk)?;
        let peer = talk.peer;
        self.explain(&course, &peer);
        Ok((course, recording))
    }

    fn addresses(&self) -> Result<Vec<SocketAddr>, Unreachable> {
        let found = self.next_hop.resolve(self.manner.protocol, self.manner.tls_start());
        let mut found = found.map_err(|error| Unreachable::unknown(self.next_hop, &error))?;
        found.retain(|address| self.manner.reaches(address));
        Ok(found)
    }

    /// Says why a certificate was not the right one, which outcomes do not.
    fn explain(&self, course: &Course<'_>, peer: &Peer) {
        let judgment = course.tls.as_ref().map(|info| &info.judgment);
        let bad = judgment.filter(|judgment| !judgment.satisfies(peer.level()));
        if let Some(reason) = bad.and_then(|judgment| judgment.reason.as_ref()) {
            let text = format!("certificate verification failed for {peer}: {reason}");
            let expected = format!("expected one that --tls {} takes", peer.level());
            self.watch.bar.suspend(|| eprintln!("envoi: {text}; {expected}"));
        }
    }

    /// Reports letters for which there is no conversation.
    fn give_up(self, letters: &[&Letter], unreachable: &Unreachable, began: Instant) {
        if let Some(path) = self.record {
            discard(path);
        }
        let Unreachable { status, text, expected } = unreachable;
        self.watch.bar.suspend(|| eprintln!("envoi: {text}; expected {expected}"));
        for letter in letters {
            let envelope = letter.message.envelope.clone();
            let mut ledger = Ledger::new(envelope, Circumstances::default());
            ledger.unreachable(*status, text);
            let delays = Delays { connecting: began.elapsed(), ..Delays::default() };
            (self.report)(letter, &ledger.close(delays));
        }
    }
}

impl<'l> Course<'l> {
    /// Takes what became of a letter, and says if that is the last word.
    fn take(&mut self, letter: &'l Letter, report: &Report) -> bool {
        let is_answered = !report.outcomes.iter().all(is_unanswered);
        let leads_on = self.has_sent || self.is_patient && self.has_answer;
        if !is_answered && leads_on {
            self.again.push(letter);
            return false;
        }
        self.has_answer |= is_answered;
        self.has_sent |= report.outcomes.iter().any(|outcome| outcome.status.class() == 2);
        true
    }
}

impl Unreachable {
    fn at(peer: &Peer, error: &io::Error) -> Self {
        Self {
            status: Status::transient(4, 1),
            text: format!("connect to {peer}: {}", Reason(error)),
            expected: "a mail server that takes connections there",
        }
    }

    fn unknown(next_hop: &NextHop, error: &io::Error) -> Self {
        let error = error.to_string();
        // The standard library says what it was doing before it says why that failed.
        let reason = error.rsplit(": ").next().unwrap_or_default();
        Self {
            status: Status::transient(4, 3),
            text: format!("cannot find host {}: {reason}", next_hop.name()),
            expected: "a name that the system can resolve, or an address such as [192.0.2.1]",
        }
    }

    fn from_here(next_hop: &NextHop) -> Self {
        Self {
            status: Status::transient(4, 4),
            text: format!("host {} has no address that can be reached", next_hop.name()),
            expected: "an address of the same family as that of --bind",
        }
    }
}

/// Whether the server gave no answer, and cannot have taken the message: the ledger's words for a
/// conversation that ended early, which are never a server's.
fn is_unanswered(outcome: &Outcome) -> bool {
    let Outcome { status, text, doubt, .. } = outcome;
    let is_over = text.starts_with("lost connection with ")
        || text.ends_with(" takes no more mail in this conversation");
    is_over && *status == Status::transient(4, 2) && *doubt == Doubt::None
}

/// Writes the file of a conversation.
fn keep(recording: Arc<Mutex<Recording>>, reports: &[Report], path: &Path, number: usize) {
    let recording = Arc::into_inner(recording).and_then(|mutex| mutex.into_inner().ok());
    let text = recording.map(|recording| recording.finish(reports));
    let path = match number {
        1 => path.to_owned(),
        number => path.with_extension(format!("{number}.dialogue")),
    };
    if let Err(error) = fs::write(&path, text.unwrap_or_default()) {
        eprintln!("envoi: cannot write {path:?}: {}", Reason(&error));
    }
}

/// Removes the file of a conversation that there was not.
fn discard(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0) {
        // An empty file that stays does no harm.
        let _ = fs::remove_file(path);
    }
}
