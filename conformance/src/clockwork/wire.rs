//! A connection whose server is a script.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::Io;
use envoi_proto::{Instant, Progress};
use rustls::{HandshakeKind, ServerConfig, ServerConnection};

use super::Clockwork;
use super::deed::{Deed, Flight, Script};
use crate::dialogue::{Ending, TlsServer, compare, lines};

/// A connection that a client has.
#[derive(Debug)]
pub struct Wire {
    clockwork: Clockwork,
    script: Script,
    /// What the client has said since it was last compared.
    said: Vec<u8>,
    /// What the server has said and the client has not read.
    answers: Vec<u8>,
    /// How it speaks TLS.
    config: Arc<ServerConfig>,
    tls: Option<TlsServer>,
    /// Whether it was noted what the handshake came to.
    is_noted: bool,
    /// Whether the server says nothing more, and whether it takes nothing more.
    is_ended: bool,
    is_broken: bool,
    /// Whether the client has gone on because it had waited long enough.
    has_timed_out: bool,
    /// Whether something went otherwise than the file has it.
    is_faulty: bool,
    /// The line that the script is at.
    last: usize,
}

/// What comes of waiting.
enum Came {
    /// There is something to read, or the end.
    News,
    /// It was in vain.
    Nothing,
}

impl Wire {
    pub(super) fn new(clockwork: Clockwork, script: Script, config: Arc<ServerConfig>) -> Self {
        Self {
            clockwork,
            script,
            said: Vec::new(),
            answers: Vec::new(),
            config,
            tls: None,
            is_noted: false,
            is_ended: false,
            is_broken: false,
            has_timed_out: false,
            is_faulty: false,
            last: 0,
        }
    }

    /// The server hears as much as it will.
    fn hear(&mut self, out: &[u8]) -> usize {
        let Some(tls) = &mut self.tls else {
            let taken = out.len().min(self.room());
            self.said.extend(&out[..taken]);
            return taken;
        };
        match tls.hear(out) {
            Ok(answer) => self.answers.extend(answer),
            // It says so in an alert.
            Err(_) => self.answers.extend(tls.say(b"")),
        }
        self.said.extend(tls.take_plain());
        let is_complete = !tls.connection().is_handshaking();
        if is_complete && !std::mem::replace(&mut self.is_noted, is_complete) {
            self.clockwork.state().handshakes.push(told(tls.connection()));
        }
        out.len()
    }

    /// How many bytes more the server reads.
    fn room(&self) -> usize {
        match self.script.0.front() {
            Some((_, Deed::Hear(Flight { stop: Some(stop), .. }))) => stop - self.said.len(),
            _ => usize::MAX,
        }
    }

    /// Goes on in the script, since the client waits.
    fn wait(&mut self, deadline: Option<Instant>) -> Came {
        loop {
            let next = self.script.0.front();
            let hears = matches!(next, Some((_, Deed::Hear(_) | Deed::Hello | Deed::Secure)));
            if !hears && !self.said.is_empty() {
                let seen = lines(&self.said);
                let what = "the client says more than that";
                self.clockwork.state().fault(self.last, what, Vec::new(), seen);
                self.is_faulty = true;
                return Came::News;
            }
            let Some((line, deed)) = self.script.0.pop_front() else {
                self.fault_at(self.last, "the conversation is not over");
                return Came::News;
            };
            self.last = line;
            match deed {
                Deed::Hear(flight) => {
                    if !self.is_as_expected(&flight) {
                        return Came::News;
                    }
                }
                Deed::Say(bytes) => {
                    self.say(&bytes);
                    // One flight, if there are more lines.
                    if !matches!(self.script.0.front(), Some((_, Deed::Say(_)))) {
                        return Came::News;
                    }
                }
                Deed::End(ending) => {
                    self.end(ending);
                    return Came::News;
                }
                Deed::Secure => {
                    self.tls = Some(TlsServer::new(self.config.clone()));
                    let hello = std::mem::take(&mut self.said);
                    self.hear(&hello);
                    return Came::News;
                }
                Deed::Hello => {
                    // RFC 8446, 5.1: a record of type 22.
                    if !std::mem::take(&mut self.said).starts_with(&[22, 3]) {
                        self.fault_at(line, "this is no TLS");
                        return Came::News;
                    }
                }
                // A client that had to wait may have more to write.
                Deed::Wait(duration) if self.pass(line, duration, deadline) => return Came::News,
                Deed::Wait(_) => return Came::Nothing,
                Deed::TimedOut => {
                    self.fault_at(line, "the client does not give up waiting");
                    return Came::News;
                }
            }
        }
    }

    /// Lets time pass, and says whether the client waits on.
    fn pass(&mut self, line: usize, duration: Duration, deadline: Option<Instant>) -> bool {
        let until = self.clockwork.state().now + duration;
        if deadline.is_some_and(|deadline| deadline < until) {
            self.fault_at(line, "the client does not wait so long");
        }
        let passed = deadline.map_or(until, |deadline| deadline.min(until));
        self.clockwork.state().now = passed;
        self.has_timed_out = deadline.is_some_and(|deadline| deadline <= passed);
        !self.has_timed_out
    }

    fn is_as_expected(&mut self, flight: &Flight) -> bool {
        let said = std::mem::take(&mut self.said);
        let Some(diff) = compare(&flight.lines, &said) else {
            return true;
        };
        if flight.stop.is_some() && self.tls.is_some() {
            // Records cannot be taken in parts.
            return true;
        }
        let fault = (diff.expected, diff.seen);
        self.clockwork.state().fault(diff.line, "the client says something else", fault.0, fault.1);
        self.is_faulty = true;
        false
    }

    fn say(&mut self, bytes: &[u8]) {
        match &mut self.tls {
            Some(tls) => self.answers.extend(tls.say(bytes)),
            None => self.answers.extend(bytes),
        }
    }

    fn end(&mut self, ending: Ending) {
        if let (Some(tls), Ending::Eof) = (&mut self.tls, ending) {
            let end = tls.end();
            self.answers.extend(end);
        }
        (self.is_ended, self.is_broken) = match ending {
            Ending::Eof | Ending::Cut => (true, false),
            Ending::Reset => (true, true),
            Ending::Broken => (false, true),
        };
    }

    fn fault_at(&mut self, line: usize, what: &'static str) {
        self.clockwork.state().fault(line, what, Vec::new(), Vec::new());
        self.is_faulty = true;
    }

    /// The client leaves.
    fn leave(&mut self) {
        while let Some((line, deed)) = self.script.0.pop_front() {
            match deed {
                Deed::Hear(flight) if flight.stop.is_none() || !self.said.is_empty() => {
                    if !self.is_as_expected(&flight) {
                        return;
                    }
                }
                // Who has said QUIT may leave before it is answered.
                Deed::Say(_) | Deed::End(_) => {}
                Deed::TimedOut if self.has_timed_out => {}
                Deed::Hear(_) | Deed::Secure | Deed::Hello | Deed::Wait(_) | Deed::TimedOut => {
                    return self.fault_at(line, "the client leaves");
                }
            }
        }
        if !self.said.is_empty() {
            let (line, seen) = (self.last, lines(&self.said));
            self.clockwork.state().fault(line, "the client says more than that", Vec::new(), seen);
        }
    }
}

impl Io for Wire {
    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress> {
        loop {
            let mut progress = Progress::default();
            if !out.is_empty() && !self.is_broken {
                progress.written = self.hear(out);
            }
            if !self.answers.is_empty() {
                progress.read = space.len().min(self.answers.len());
                let read = self.answers.drain(..progress.read);
                space[..read.len()].copy_from_slice(read.as_slice());
            }
            progress.eof = (self.is_ended || self.is_faulty) && self.answers.is_empty();
            progress.broken = (self.is_broken || self.is_faulty) && !out.is_empty();
            if progress != Progress::default() {
                return Ok(progress);
            }
            if let Came::Nothing = self.wait(deadline) {
                return Ok(progress);
            }
        }
    }

    fn now(&self) -> Instant {
        self.clockwork.state().now
    }
}

/// What a handshake came to.
fn told(connection: &ServerConnection) -> String {
    let sni = connection.server_name().unwrap_or("none");
    let has_certificate = connection.peer_certificates().is_some();
    let version = connection.protocol_version().map(|version| format!("{version:?}"));
    let suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    let group = connection.negotiated_key_exchange_group();
    let group = group.map(|group| format!("{:?}", group.name()));
    let is_resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    let [version, suite, group] = [version, suite, group].map(Option::unwrap_or_default);
    let certificate = if has_certificate { "ours" } else { "none" };
    let kind = if is_resumed { "resumed" } else { "full" };
    format!("{version} {suite} {group} sni={sni} certificate={certificate} {kind}")
}

impl Drop for Wire {
    fn drop(&mut self) {
        if !self.is_faulty {
            self.leave();
        }
    }
}
