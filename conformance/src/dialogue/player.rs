//! Plays a dialogue in memory: a conversation on one side, the file on the other, and time as the
//! file tells it.

use std::time::Duration;

use envoi_delivery::{Delays, Report};
use envoi_proto::{Error, Instant, Progress};

use super::application::Application;
use super::flight::{Contents, flight_length, stops_after};
use super::line::{Action, Ending, Line, Wish};
use super::mismatch::{Mismatch, compare, lines};
use super::{Dialogue, Pace, TlsServer};

/// Plays a dialogue once.
///
/// # Errors
/// If the conversation or its verdicts are not those of the file.
pub fn play(dialogue: &Dialogue, pace: Pace) -> Result<(), Box<Mismatch>> {
    let held = hold(dialogue, pace, Instant::from_origin(START))?;
    let outcomes: Vec<_> = held.reports.into_iter().flat_map(|report| report.outcomes).collect();
    dialogue.check(&outcomes, &pace.to_string())
}

/// A conversation that was held as a dialogue has it.
pub(crate) struct Held {
    /// What it came to for each message.
    pub(crate) reports: Vec<Report>,
    /// Whether the handshake was completed.
    pub(crate) was_ready: bool,
    /// When it ended.
    pub(crate) now: Instant,
}

/// Holds the conversation of a dialogue, whatever the verdicts are.
pub(crate) fn hold(dialogue: &Dialogue, pace: Pace, now: Instant) -> Result<Held, Box<Mismatch>> {
    let mut player = Player {
        dialogue,
        pace,
        application: Application::new(dialogue, pace, now),
        contents: Contents::new(&dialogue.messages, &dialogue.setup.config),
        tls: None,
        heard: 0,
        is_stalled: false,
        is_cut: false,
    };
    player.play()?;
    let (was_ready, now) = (player.application.was_ready(), player.application.now());
    let ledgers = player.application.close().into_iter();
    let reports = ledgers.map(|ledger| ledger.close(Delays::default())).collect();
    Ok(Held { reports, was_ready, now })
}

type Played = Result<(), Box<Mismatch>>;

struct Player<'a> {
    dialogue: &'a Dialogue,
    pace: Pace,
    application: Application<'a>,
    contents: Contents<'a>,
    /// The server's TLS, once both sides have it.
    tls: Option<TlsServer>,
    /// Bytes that the server has sent.
    heard: usize,
    /// Whether the server reads nothing for the time being.
    is_stalled: bool,
    /// Whether either side has ended the connection.
    is_cut: bool,
}

impl Player<'_> {
    fn play(&mut self) -> Played {
        let mut rest = &self.dialogue.lines[..];
        while let [line, others @ ..] = rest {
            rest = match &line.action {
                Action::Client(_) | Action::Content(_) | Action::Elided(_) | Action::Alert(_) => {
                    let (flight, after) = rest.split_at(flight_length(rest));
                    self.flight(flight)?;
                    after
                }
                Action::Server(_) => {
                    let is_server = |line: &&Line| matches!(line.action, Action::Server(_));
                    let (replies, after) = rest.split_at(rest.iter().take_while(is_server).count());
                    self.replies(replies, after)?;
                    after
                }
                Action::Ending(ending) => {
                    self.ending(line.number, *ending)?;
                    others
                }
                Action::Tls => {
                    self.secure(line.number)?;
                    others
                }
                Action::Hello => {
                    self.hello(line.number)?;
                    others
                }
                Action::Wait(duration) => {
                    self.wait(line.number, *duration)?;
                    others
                }
                Action::TimedOut => {
                    self.timed_out(line.number)?;
                    others
                }
                Action::Application(wish) => {
                    self.wish(line.number, *wish)?;
                    others
                }
                Action::Idle => {
                    self.idle(line.number)?;
                    others
                }
            };
        }
        self.finish()
    }

    /// What the client says without a pause.
    fn flight(&mut self, flight: &[Line]) -> Played {
        let first = flight.first().map_or(0, |line| line.number);
        let stop = stops_after(flight);
        self.is_stalled = stop.is_some();
        self.run(stop.unwrap_or(usize::MAX));
        let expected = self.contents.flight(flight);
        let (seen, writes) = self.take_written(first)?;
        if self.tls.is_some() && stop.is_some() {
            // Records cannot be taken in parts.
            return Ok(());
        }
        if let Some(diff) = compare(&expected, &seen) {
            let what = "the client says something else";
            return Err(self.mismatch(diff.line, what, diff.expected, diff.seen));
        }
        let is_whole = self.pace == Pace::Whole && seen.len() < self.output_buffer() / 2;
        if is_whole && stop.is_none() && writes > 1 {
            let seen = vec![format!("{writes} writes")];
            return Err(self.mismatch(first, "the flight leaves in pieces", Vec::new(), seen));
        }
        Ok(())
    }

    /// What the server says, before the flight that may follow.
    fn replies(&mut self, replies: &[Line], after: &[Line]) -> Played {
        let first = replies.first().map_or(0, |line| line.number);
        self.silence(first)?;
        self.still_open(first)?;
        let flight = &after[..flight_length(after)];
        let allowance = match stops_after(flight) {
            _ if self.is_stalled && flight.is_empty() => 0,
            Some(stop) => stop,
            None => usize::MAX,
        };
        let bytes: Vec<u8> = replies.iter().flat_map(|line| line.action.said()).copied().collect();
        let bytes = match &mut self.tls {
            Some(tls) => tls.say(&bytes),
            None => bytes,
        };
        self.feed(&bytes, allowance);
        Ok(())
    }

    /// The client reads these bytes, in portions.
    fn feed(&mut self, mut rest: &[u8], allowance: usize) {
        while !rest.is_empty() {
            let portion = self.pace.portion(self.heard, rest.len());
            let read = self.application.read(&rest[..portion]);
            let used = if self.application.end().is_some() { rest.len() } else { read };
            self.heard += used;
            rest = &rest[used..];
            self.run(allowance);
        }
    }

    /// Both sides shake hands.
    fn secure(&mut self, line: usize) -> Played {
        let mut tls = TlsServer::with(self.dialogue.setup.certificate);
        loop {
            self.run(usize::MAX);
            let (records, _) = self.application.take_written();
            let answer =
                tls.hear(&records).map_err(|error| self.no_tls(line, error.to_string()))?;
            if records.is_empty() && answer.is_empty() {
                break;
            }
            self.feed(&answer, usize::MAX);
        }
        if tls.connection().is_handshaking() {
            return Err(self.no_tls(line, "the client says nothing".into()));
        }
        self.tls = Some(tls);
        Ok(())
    }

    /// The client begins a handshake.
    fn hello(&mut self, line: usize) -> Played {
        self.run(usize::MAX);
        let (seen, _) = self.application.take_written();
        // RFC 8446, 5.1: a record of type 22.
        if seen.starts_with(&[22, 3]) {
            return Ok(());
        }
        Err(self.no_tls(line, lines(&seen).concat()))
    }

    fn ending(&mut self, line: usize, ending: Ending) -> Played {
        self.silence(line)?;
        if let (Some(tls), Ending::Eof) = (&mut self.tls, ending) {
            let end = tls.end();
            self.feed(&end, usize::MAX);
        }
        self.is_cut = true;
        let progress = match ending {
            Ending::Eof | Ending::Cut => Progress { eof: true, ..Progress::default() },
            Ending::Reset => Progress { eof: true, broken: true, ..Progress::default() },
            Ending::Broken => Progress { broken: true, ..Progress::default() },
        };
        self.application.progress(progress);
        self.run(0);
        Ok(())
    }

    fn wait(&mut self, line: usize, duration: Duration) -> Played {
        self.silence(line)?;
        self.still_open(line)?;
        let last = Duration::from_millis(1).min(duration);
        self.application.pass(duration - last);
        self.silence(line)?;
        self.still_open(line)?;
        self.application.pass(last);
        self.run(if self.is_stalled { 0 } else { usize::MAX });
        Ok(())
    }

    fn timed_out(&mut self, line: usize) -> Played {
        match self.application.end() {
            Some(None | Some(Error::TimedOut(_))) => Ok(()),
            Some(Some(error)) => Err(self.other_end(line, error.to_string())),
            None => Err(self.other_end(line, "the client waits".into())),
        }
    }

    fn wish(&mut self, line: usize, wish: Wish) -> Played {
        self.silence(line)?;
        self.still_open(line)?;
        let done = match wish {
            Wish::Message => self.application.send(),
            Wish::Quit => self.application.quit(),
            Wish::Probe => self.application.probe(),
            Wish::Park => self.application.park(),
            Wish::Discard => self.application.discard(),
            Wish::Abort => {
                self.is_cut = true;
                self.application.abort()
            }
        };
        self.run(usize::MAX);
        done.map_err(|seen| self.mismatch(line, "the wish is refused", Vec::new(), vec![seen]))
    }

    fn idle(&self, line: usize) -> Played {
        match self.application.end() {
            None => Ok(()),
            Some(_) => Err(self.over(line)),
        }
    }

    fn finish(&mut self) -> Played {
        let last = self.dialogue.lines.last();
        let line = last.map_or(0, |line| line.number);
        self.silence(line)?;
        let is_idle = last.is_some_and(|line| line.action == Action::Idle);
        if !is_idle && self.application.end().is_none() {
            let what = "the conversation is not over";
            return Err(self.mismatch(line, what, Vec::new(), Vec::new()));
        }
        // RFC 8446, 6.1: each side says that it ends, while it can.
        let is_owed = !self.is_cut && self.application.end() == Some(None);
        if is_owed && self.tls.as_ref().is_some_and(|tls| !tls.has_heard_end()) {
            let what = "the client ends without a word of TLS";
            return Err(self.mismatch(line, what, Vec::new(), Vec::new()));
        }
        Ok(())
    }

    fn run(&mut self, allowance: usize) {
        self.application.run(allowance);
        for message in self.application.take_begun() {
            self.contents.give(message);
        }
    }

    /// What the client said since this was asked last, and in how many pieces it wrote that.
    fn take_written(&mut self, line: usize) -> Result<(Vec<u8>, usize), Box<Mismatch>> {
        let (written, writes) = self.application.take_written();
        let Some(tls) = &mut self.tls else {
            return Ok((written, writes));
        };
        let heard = tls.hear(&written);
        let plain = tls.take_plain();
        heard.map_err(|error| self.no_tls(line, error.to_string()))?;
        Ok((plain, writes))
    }

    /// The client has nothing to say that the file does not show.
    fn silence(&mut self, line: usize) -> Played {
        self.run(if self.is_stalled { 0 } else { usize::MAX });
        let (seen, _) = self.take_written(line)?;
        if seen.is_empty() {
            return Ok(());
        }
        Err(self.mismatch(line, "the client says more than that", Vec::new(), lines(&seen)))
    }

    /// The conversation goes on, or has ended as it should: what comes then is not heard.
    fn still_open(&self, line: usize) -> Played {
        match self.application.end() {
            Some(Some(_)) => Err(self.over(line)),
            Some(None) | None => Ok(()),
        }
    }

    fn over(&self, line: usize) -> Box<Mismatch> {
        let end = self.application.end().flatten();
        let seen = end.map_or_else(|| "closed".into(), |error| error.to_string());
        self.mismatch(line, "the conversation is over", Vec::new(), vec![seen])
    }

    fn other_end(&self, line: usize, seen: String) -> Box<Mismatch> {
        self.mismatch(line, "the client does not give up waiting", Vec::new(), vec![seen])
    }

    fn no_tls(&self, line: usize, seen: String) -> Box<Mismatch> {
        let end = self.application.end().flatten().map(|error| error.to_string());
        self.mismatch(line, "this is no TLS", Vec::new(), vec![end.unwrap_or(seen)])
    }

    fn output_buffer(&self) -> usize {
        self.dialogue.setup.config.output_buffer.get()
    }

    fn mismatch(
        &self,
        line: usize,
        what: &'static str,
        expected: Vec<(usize, String)>,
        seen: Vec<String>,
    ) -> Box<Mismatch> {
        let (file, how) = (self.dialogue.file.clone(), self.pace.to_string());
        Box::new(Mismatch { file, line, how, what, expected, seen })
    }
}

/// When dialogues begin: late enough that messages can be old.
pub(crate) const START: Duration = Duration::from_secs(1_000_000);
