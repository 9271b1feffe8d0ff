//! The connection between client and server, and what becomes of it.

use envoi_proto::{Instant, Progress};

use super::pipe::Pipe;
use super::scenario::{Ending, Scenario, Weather};
use super::server::{Server, Standing, Taken};
use crate::seeded::{Random, Trace};

/// Two pipes with a server at one end.
#[derive(Debug)]
pub(super) struct Network {
    server: Server,
    weather: Weather,
    upward: Pipe,
    downward: Pipe,
    /// What the server says that has not entered the pipe.
    unsaid: Vec<u8>,
    /// When the client notices that nothing more comes.
    eof: Option<Instant>,
    /// When the client notices that nothing can be written.
    broken: Option<Instant>,
    /// Whether what the client writes goes nowhere.
    is_lost: bool,
    /// Whether the server's words go nowhere.
    is_mute: bool,
    /// Messages that the server took, for one recipient each.
    pub(super) taken: Vec<Taken>,
}

impl Network {
    pub(super) fn new(scenario: &Scenario, random: &mut Random) -> Self {
        let weather = scenario.weather;
        let mut network = Self {
            server: Server::new(scenario, random),
            weather,
            upward: Pipe::new(weather, random),
            downward: Pipe::new(weather, random),
            unsaid: Vec::new(),
            eof: None,
            broken: None,
            is_lost: false,
            is_mute: false,
            taken: Vec::new(),
        };
        network.listen(Instant::ORIGIN, &mut Trace::default());
        network
    }

    /// Moves what can be moved for the client.
    pub(super) fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        now: Instant,
        trace: &mut Trace,
    ) -> Progress {
        self.pass(now, trace);
        let mut progress = Progress::default();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if !out.is_empty() && is_due(self.broken) {
            progress.broken = true;
        } else if !out.is_empty() {
            progress.written = self.upward.admits(out.len());
            self.write(&out[..progress.written], now, trace);
        }
        if let Some(bytes) = self.downward.receive(space.len().min(self.weather.portion), now) {
            space[..bytes.len()].copy_from_slice(&bytes);
            progress.read = bytes.len();
            trace.note(now, || format!("S: {}", bytes.escape_ascii()));
        } else {
            let is_empty = self.downward.next_arrival().is_none() && self.unsaid.is_empty();
            progress.eof = is_due(self.eof) && is_empty;
        }
        progress
    }

    /// When something happens after `now`.
    pub(super) fn next_event_after(&self, now: Instant) -> Option<Instant> {
        let arrivals = [self.upward.next_arrival(), self.downward.next_arrival()];
        let all = arrivals.into_iter().chain([self.eof, self.broken]).flatten();
        all.filter(|at| *at > now).min()
    }

    /// Whether each reply answered one command, so that both sides mean the same.
    pub(super) fn is_consistent(&self) -> bool {
        self.server.is_consistent()
    }

    /// Lets everything arrive that is under way, as it does when the client is gone.
    pub(super) fn settle(&mut self, trace: &mut Trace) {
        while self.server.standing() == Standing::Open
            && let Some(next) = self.upward.next_arrival()
        {
            self.pass(next, trace);
            self.unsaid.clear();
        }
    }

    fn write(&mut self, bytes: &[u8], now: Instant, trace: &mut Trace) {
        if bytes.is_empty() {
            return;
        }
        trace.note(now, || format!("C: {}", bytes.escape_ascii()));
        let cut = self.weather.cut.filter(|cut| cut.is_upward);
        let room = cut.map_or(usize::MAX, |cut| cut.after.saturating_sub(self.upward.entered));
        let (kept, lost) = bytes.split_at(bytes.len().min(room));
        if self.is_lost {
            return;
        }
        if !kept.is_empty() {
            self.upward.send(kept, now);
        }
        if !lost.is_empty() {
            self.cut(now, trace);
        }
    }

    /// Lets the server hear and speak.
    fn pass(&mut self, now: Instant, trace: &mut Trace) {
        while self.server.standing() == Standing::Open
            && let Some(bytes) = self.upward.receive(self.weather.portion, now)
        {
            self.server.hear(&bytes, &mut self.taken);
            self.listen(now, trace);
        }
        self.speak(now, trace);
    }

    /// Takes what the server says, and sees whether it leaves.
    fn listen(&mut self, now: Instant, trace: &mut Trace) {
        let said = self.server.say();
        if !self.is_mute {
            self.unsaid.extend(said);
        }
        self.speak(now, trace);
        if self.unsaid.is_empty() {
            self.leave(now);
        }
    }

    /// The server closes, if it wants to.
    fn leave(&mut self, now: Instant) {
        let is_severed = match self.server.standing() {
            Standing::Open | Standing::Stalled => return,
            Standing::Closing => false,
            Standing::Severed => true,
        };
        if self.eof.is_none() && !self.is_mute {
            self.eof = Some(self.downward.arrival(now));
            self.broken = is_severed.then(|| self.downward.arrival(now));
            self.is_lost = true;
            self.upward.clear();
        }
    }

    fn speak(&mut self, now: Instant, trace: &mut Trace) {
        while !self.unsaid.is_empty() {
            let cut = self.weather.cut.filter(|cut| !cut.is_upward);
            let room = cut.map_or(usize::MAX, |cut| cut.after - self.downward.entered);
            if room == 0 {
                self.cut(now, trace);
                continue;
            }
            let n = self.downward.admits(self.unsaid.len()).min(room);
            if n == 0 {
                return;
            }
            let bytes: Vec<u8> = self.unsaid.drain(..n).collect();
            self.downward.send(&bytes, now);
        }
        self.leave(now);
    }

    /// The connection ends as the weather has it.
    fn cut(&mut self, now: Instant, trace: &mut Trace) {
        let Some(cut) = self.weather.cut.take() else { return };
        trace.note(now, || format!("   the connection ends: {:?}", cut.ending));
        self.is_lost = true;
        match cut.ending {
            Ending::Eof => self.eof = Some(self.downward.arrival(now)),
            Ending::Broken => self.broken = Some(now),
            Ending::Reset => {
                self.downward.clear();
                self.eof = Some(now);
                self.broken = Some(now);
            }
            Ending::Silence => {}
        }
        self.is_mute = cut.ending != Ending::Broken;
        if self.is_mute {
            self.unsaid.clear();
        }
    }
}
