//! Goes where a delivery file says, and nowhere else.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use conformance::delivery::{Ending, Round, Visit};
use conformance::dialogue::{Manner, Server};
use envoi_delivery::Attempt;
use envoi_driver::{Application, Connection, Content, Dial, Endpoint, Io, Report, Skip};
use libtest_mimic::Failed;
use rustix::io::Errno;

use crate::content::content;

/// What a program brings to the delivery of a file: a server for each connection, which is started
/// when it is wanted.
pub(crate) struct Visitor<'a> {
    pub(crate) round: &'a Round,
    /// Where the messages that are delivered stand in the file.
    pub(crate) places: Vec<usize>,
    /// What became of them.
    pub(crate) reports: Vec<(usize, Report)>,
    /// Connections that are still to come.
    visits: slice::Iter<'a, Visit>,
    /// Who is talked to.
    server: Option<Server>,
    /// Why there is no connection although somebody listens.
    obstruction: Option<Errno>,
    /// What listens, and whoever waits there, until the end.
    listeners: Vec<(TcpListener, Vec<TcpStream>)>,
    /// What went otherwise than the file has it.
    faults: Vec<String>,
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(round: &'a Round) -> Self {
        Self {
            round,
            places: Vec::new(),
            reports: Vec::new(),
            visits: round.visits.iter(),
            server: None,
            obstruction: None,
            listeners: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The delivery is over.
    ///
    /// # Errors
    /// If it went otherwise than the file has it.
    pub(crate) fn finish(mut self) -> Result<(), Failed> {
        let missed = self.visits.by_ref().map(|visit| format!("no connection to {}", visit.relay));
        self.faults.extend(missed);
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults.join("\n").into()) }
    }

    /// Prepares for a connection, and tells how to make it.
    fn visit(&mut self, attempt: &Attempt) -> io::Result<Dial> {
        let relay = attempt.peer.to_string();
        let next = self.visits.next();
        let Some(visit) = next.filter(|visit| visit.relay == relay) else {
            let expected = next.map_or("nobody", |visit| &visit.relay);
            self.faults.push(format!("a connection to {relay}; expected one to {expected}"));
            return Ok(nobody()?.into());
        };
        match &visit.ending {
            Ending::Talk(_) => Ok(self.serve(visit, attempt)?.into()),
            Ending::Silent(_) => self.crowd(),
            Ending::Unreachable("Connection refused") => Ok(nobody()?.into()),
            Ending::Unreachable("No such file or directory") => {
                Ok(Endpoint::Unix("/nowhere/lmtp".into()).into())
            }
            Ending::Skipped(_) | Ending::Unreachable(_) => {
                // Everything on loopback has a route.
                self.obstruction = Some(Errno::HOSTUNREACH);
                let listener = TcpListener::bind(ANY)?;
                let address = listener.local_addr()?;
                self.listeners.push((listener, Vec::new()));
                Ok(address.into())
            }
        }
    }

    /// Starts a server that says what the file has.
    fn serve(&mut self, visit: &Visit, attempt: &Attempt) -> io::Result<SocketAddr> {
        let dialogue = self.round.conversation(visit, attempt, &self.places, attempt.began);
        let server = Server::start(&dialogue, Manner::Flights)?;
        Ok(self.server.insert(server).address())
    }

    /// Where nothing is heard: nobody takes connections up, and there is no room to wait.
    fn crowd(&mut self) -> io::Result<Dial> {
        let listener = TcpListener::bind(ANY)?;
        rustix::net::listen(&listener, 0)?;
        let address = listener.local_addr()?;
        let come = |_| TcpStream::connect_timeout(&address, PATIENCE).ok();
        let waiting = (0..WAITING).filter_map(come).collect();
        self.listeners.push((listener, waiting));
        Ok(Dial { timeout: Some(PATIENCE), ..address.into() })
    }
}

impl<I: Io> Application<I> for Visitor<'_> {
    type Io = I;

    async fn prepare(&mut self, attempt: &mut Attempt) -> Result<(), Skip> {
        let relay = attempt.peer.to_string();
        let next = self.visits.clone().next().filter(|visit| visit.relay == relay);
        if let Some(Ending::Skipped(skip)) = next.map(|visit| &visit.ending) {
            self.visits.next();
            return Err(skip.clone());
        }
        Ok(())
    }

    fn dial(&mut self, attempt: &Attempt) -> Dial {
        self.visit(attempt).expect("loopback has room for one more")
    }

    fn begin(&mut self, attempt: &Attempt, io: I) -> io::Result<Connection<I>> {
        if let Some(obstruction) = self.obstruction.take() {
            return Err(obstruction.into());
        }
        let setup = &self.round.dialogue.setup;
        let mut peer = attempt.peer.clone();
        peer.auth.clone_from(&setup.peer.auth);
        Ok(Connection::over(io, peer, Arc::new(setup.config()), attempt.began))
    }

    fn content(&mut self, message: usize) -> Content {
        content(&self.round.dialogue.messages[self.places[message]])
    }

    fn unreachable(&mut self, attempt: &Attempt, error: &io::Error) {
        if self.server.take().is_some() {
            self.faults.push(format!("cannot connect to {}: {error}", attempt.peer));
        }
    }

    fn ended(&mut self, connection: Connection<I>) {
        // The server waits for the end of the connection.
        drop(connection);
        if let Some(Err(mismatch)) = self.server.take().map(Server::finish) {
            self.faults.push(format!("\n{mismatch}"));
        }
    }

    fn settled(&mut self, message: usize, report: Report) {
        self.reports.push((message, report));
    }
}

/// An address where nobody listens.
fn nobody() -> io::Result<SocketAddr> {
    TcpListener::bind(ANY)?.local_addr()
}

/// Any free port of this machine.
const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// How long to wait where nothing is heard.
const PATIENCE: Duration = Duration::from_millis(200);

/// How many come to a listener that has room for one or two.
const WAITING: usize = 4;
