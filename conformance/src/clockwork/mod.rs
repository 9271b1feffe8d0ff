//! A runtime without sockets: whoever connects finds what a delivery file has, and time is what
//! the file says.
//!
//! The driver and whatever stands on it run as they do elsewhere. Nothing waits: where a client
//! would, its deadline has come, or the file's next line has.

mod deed;
mod wire;

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use envoi_delivery::Skip;
use envoi_driver::dns::{Answer, Query};
use envoi_driver::{Dial, Endpoint, Resolver, Runtime, Watched};
use envoi_proto::Instant;
use rustix::io::Errno;
use rustls::ServerConfig;

use self::deed::Script;
pub use self::wire::Wire;
use crate::delivery::{Ending, Round, Visit, Zone};
use crate::dialogue::{Mismatch, START, asking_config};

/// The runtime, and the servers of one file.
#[derive(Clone, Debug)]
pub struct Clockwork(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    round: Arc<Round>,
    now: Instant,
    /// Connections that are still to come.
    visits: VecDeque<Visit>,
    /// How the servers speak TLS: they remember sessions.
    tls: Arc<ServerConfig>,
    /// What each handshake came to.
    handshakes: Vec<String>,
    /// The first thing that went otherwise than the file has it.
    fault: Option<Box<Mismatch>>,
}

impl Clockwork {
    /// The servers of a file, none of which anybody has met.
    pub fn new(round: Arc<Round>) -> Self {
        let (now, visits) = (Instant::from_origin(START), round.visits.clone().into());
        let tls = Arc::new(asking_config(round.dialogue.setup.certificate));
        let (handshakes, fault) = (Vec::new(), None);
        Self(Arc::new(Mutex::new(State { round, now, visits, tls, handshakes, fault })))
    }

    /// Why the next host is left out, if the file has it so; the next after it has its turn.
    pub fn skip(&self) -> Option<Skip> {
        let mut state = self.state();
        let Some(Visit { ending: Ending::Skipped(skip), .. }) = state.visits.front().cloned()
        else {
            return None;
        };
        state.visits.pop_front();
        Some(skip)
    }

    /// What each handshake came to, as the servers see it.
    pub fn handshakes(&self) -> Vec<String> {
        self.state().handshakes.clone()
    }

    /// Everything is over.
    ///
    /// # Errors
    /// If it went otherwise than the file has it.
    pub fn finish(self) -> Result<(), Box<Mismatch>> {
        let mut state = self.state();
        if let Some(fault) = state.fault.take() {
            return Err(fault);
        }
        match state.visits.pop_front() {
            Some(visit) => Err(state.mismatch(
                visit.number,
                "the client does not connect",
                vec![(visit.number, format!("connect {}", visit.relay))],
                Vec::new(),
            )),
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics while holding it")
    }
}

impl Runtime for Clockwork {
    type Io = Wire;
    type Socket = OwnedFd;

    fn now(&self) -> Instant {
        self.state().now
    }

    async fn connect(&self, dial: &Dial) -> io::Result<Wire> {
        let mut state = self.state();
        let Some(visit) = state.visits.pop_front() else {
            let line = state.round.visits.last().map_or(0, |visit| visit.number);
            let seen = vec![format!("connect {}", shown(dial))];
            state.fault(line, "the client connects once more", Vec::new(), seen);
            return Err(Errno::CONNREFUSED.into());
        };
        if !leads_to(dial, &visit) {
            let expected = vec![(visit.number, format!("connect {}", visit.relay))];
            let seen = vec![format!("connect {}", shown(dial))];
            state.fault(visit.number, "the client connects elsewhere", expected, seen);
            return Err(Errno::CONNREFUSED.into());
        }
        match &visit.ending {
            Ending::Unreachable(reason) => Err(error(reason)),
            Ending::Silent(after) => {
                if after.is_some() && *after != dial.timeout {
                    let seen = vec![format!("{:?}", dial.timeout)];
                    state.fault(visit.number, "the client waits otherwise", Vec::new(), seen);
                }
                state.now = state.now + dial.timeout.unwrap_or(SYSTEM_TIMEOUT);
                Err(io::ErrorKind::TimedOut.into())
            }
            Ending::Skipped(_) => {
                let expected = vec![(visit.number, "the host is left out".into())];
                state.fault(visit.number, "the client connects", expected, vec![shown(dial)]);
                Err(Errno::CONNREFUSED.into())
            }
            Ending::Talk(lines) => {
                let script = Script::new(&state.round.dialogue, lines);
                Ok(Wire::new(self.clone(), script, state.tls.clone()))
            }
        }
    }

    fn watch(&self, _: OwnedFd) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn wait(
        &self,
        _: &mut [&mut Watched<OwnedFd>],
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let deadline = deadline.ok_or(io::ErrorKind::Unsupported)?;
        let mut state = self.state();
        state.now = state.now.max(deadline);
        Ok(())
    }

    async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        work()
    }
}

impl State {
    fn fault(
        &mut self,
        line: usize,
        what: &'static str,
        expected: Vec<(usize, String)>,
        seen: Vec<String>,
    ) {
        let mismatch = self.mismatch(line, what, expected, seen);
        self.fault.get_or_insert(mismatch);
    }

    fn mismatch(
        &self,
        line: usize,
        what: &'static str,
        expected: Vec<(usize, String)>,
        seen: Vec<String>,
    ) -> Box<Mismatch> {
        let (file, how) = (self.round.dialogue.file.clone(), "by clockwork".into());
        Box::new(Mismatch { file, line, how, what, expected, seen })
    }
}

/// Whether a connection is the one that a file has, as far as its address tells.
fn leads_to(dial: &Dial, visit: &Visit) -> bool {
    visit.relay.ends_with(&place(dial)) && visit.manner == manner(dial)
}

/// A connection as files have it.
fn shown(dial: &Dial) -> String {
    format!("{} {}", place(dial), manner(dial))
}

fn place(dial: &Dial) -> String {
    match &dial.endpoint {
        Endpoint::Ip(address) => format!("[{}]:{}", address.ip(), address.port()),
        Endpoint::Unix(path) => format!("[{path}]"),
    }
}

/// Where a connection comes from, and what it is made with.
fn manner(dial: &Dial) -> String {
    let from = match &dial.endpoint {
        Endpoint::Ip(address) => dial.source(*address).map(|from| format!("from {from}")),
        Endpoint::Unix(_) => None,
    };
    let alone = (from.is_some() && dial.bind_enforce).then(|| "alone".to_owned());
    let window = dial.window.map(|window| format!("window {window}"));
    let words: Vec<_> = [from, alone, window].into_iter().flatten().collect();
    words.join(" ")
}

/// The system's error that is told so.
fn error(reason: &str) -> io::Error {
    match reason {
        "Connection refused" => Errno::CONNREFUSED.into(),
        "No route to host" => Errno::HOSTUNREACH.into(),
        "No such file or directory" => Errno::NOENT.into(),
        _ => io::Error::other(reason.to_owned()),
    }
}

/// A resolver that knows what a file says of the DNS.
#[derive(Clone, Debug)]
pub struct Known(pub Zone);

impl Resolver for Known {
    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
        std::future::ready(self.0.answer(&query).into())
    }
}

/// How long the system tries to connect where the client sets no limit, as Linux does.
const SYSTEM_TIMEOUT: Duration = Duration::from_secs(127);
