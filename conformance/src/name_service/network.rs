//! What lies between the resolver and the servers.

use std::collections::BTreeMap;
use std::time::Duration;

use envoi_dns::{Action, Instant, Query, SocketId};

use super::Tally;
use super::host::{self, Reaction, Zone};
use super::scenario::{Door, Forger, Habits, Scenario, Weather};
use super::socket::{Socket, Stream};
use super::wire::Asked;
use crate::seeded::{Random, Trace};
use crate::witness::{Violation, ensure};

/// Sockets, servers, and what is on its way between them.
pub(super) struct Network<'a> {
    random: Random,
    trace: &'a mut Trace,
    zone: Zone,
    hosts: Vec<Habits>,
    weather: Weather,
    forger: Forger,
    sockets: BTreeMap<SocketId, Socket>,
    /// What happens, in order; the number tells apart what happens at once.
    events: BTreeMap<(Instant, usize), (SocketId, Event)>,
    count: usize,
    pauses: usize,
    /// Messages for each entry since it was answered last.
    queries: BTreeMap<usize, usize>,
    entries: BTreeMap<Query, usize>,
    tally: Tally,
}

/// What happens on a socket.
#[derive(Debug)]
enum Event {
    /// Bytes arrive at the server.
    Up(Vec<u8>),
    /// Bytes arrive at the driver.
    Down(Vec<u8>),
    /// The driver learns that it is of no use.
    Fails,
}

/// What the driver tells the resolver.
#[derive(Debug)]
pub(super) enum Delivery {
    Input(SocketId, Vec<u8>),
    Failed(SocketId),
}

impl<'a> Network<'a> {
    pub(super) fn new(scenario: &Scenario, random: &mut Random, trace: &'a mut Trace) -> Self {
        let entries = scenario.entries.iter().enumerate();
        Self {
            random: random.fork(),
            trace,
            zone: Zone::new(scenario),
            hosts: scenario.hosts.clone(),
            weather: scenario.weather,
            forger: scenario.forger,
            sockets: BTreeMap::new(),
            events: BTreeMap::new(),
            count: 0,
            pauses: 0,
            queries: BTreeMap::new(),
            entries: entries.map(|(which, entry)| (entry.query.clone(), which)).collect(),
            tally: Tally::default(),
        }
    }

    pub(super) fn note(&mut self, now: Instant, line: impl FnOnce() -> String) {
        self.trace.note(envoi_proto::Instant::from_origin(now.since_origin()), line);
    }

    /// Does what the resolver wants.
    ///
    /// # Errors
    /// If it makes no sense.
    pub(super) fn act(&mut self, action: Action, now: Instant) -> Result<(), Violation> {
        self.note(now, || format!("C: {action:?}"));
        let (opened, server, stream) = match action {
            Action::OpenDatagram { socket, server } => (socket, server, None),
            Action::OpenStream { socket, server } => (socket, server, Some(Stream::default())),
            Action::Send { socket, bytes } => return self.send(socket, bytes, now),
            Action::Close { socket } => {
                let closed = self.sockets.remove(&socket);
                return ensure(closed.is_some(), || format!("{socket:?} is not open"));
            }
        };
        let is_stream = stream.is_some();
        let server = usize::from(server.port() - 5300);
        let socket = Socket { server, moment: self.pauses, stream, has_failed: false };
        let before = self.sockets.insert(opened, socket);
        ensure(before.is_none(), || format!("{opened:?} is opened twice"))?;
        let streams = self.sockets.values().filter(|socket| socket.stream.is_some());
        ensure(streams.count() <= self.hosts.len(), || "two streams to a server".into())?;
        if is_stream && self.hosts[server].streams == Door::Closed {
            let at = self.arrival(now);
            self.happens(at, opened, Event::Fails);
        }
        Ok(())
    }

    fn send(&mut self, id: SocketId, bytes: Vec<u8>, now: Instant) -> Result<(), Violation> {
        let arrival = self.arrival(now);
        let Some(socket) = self.sockets.get_mut(&id) else {
            return Err(Violation(format!("{id:?} is not open")));
        };
        if socket.has_failed {
            return Ok(());
        }
        if let Some(stream) = &mut socket.stream {
            stream.upward = stream.upward.max(arrival);
            let at = stream.upward;
            if self.hosts[socket.server].streams == Door::Open {
                self.happens(at, id, Event::Up(bytes));
            }
            return Ok(());
        }
        let is_new = socket.moment == self.pauses;
        ensure(is_new, || format!("the port of {id:?} is used again"))?;
        match self.hosts[socket.server].datagrams {
            Door::Closed => self.happens(arrival, id, Event::Fails),
            Door::Walled => {}
            Door::Open => self.pass(id, now, || Event::Up(bytes.clone())),
        }
        self.forge(id, &bytes, now)
    }

    /// Lets a datagram pass as the weather has it.
    fn pass(&mut self, id: SocketId, now: Instant, event: impl Fn() -> Event) {
        if self.random.chance(self.weather.loses) {
            return;
        }
        let copies = 1 + usize::from(self.random.chance(self.weather.doubles));
        for _ in 0..copies {
            let at = self.arrival(now);
            self.happens(at, id, event());
        }
    }

    fn forge(&mut self, id: SocketId, bytes: &[u8], now: Instant) -> Result<(), Violation> {
        let asked = Asked::read(bytes);
        let Some(asked) = asked else {
            return Err(Violation(format!("{} is no question", bytes.escape_ascii())));
        };
        self.count(&asked, false)?;
        for forged in self.forger.forge(&asked, &mut self.random) {
            self.tally.forged += 1;
            let at = self.arrival(now);
            self.happens(at, id, Event::Down(forged));
        }
        Ok(())
    }

    /// Counts a question.
    fn count(&mut self, asked: &Asked, is_stream: bool) -> Result<(), Violation> {
        let Some((entry, _)) = self.zone.find(asked) else {
            return Err(Violation(format!("nobody wants to know {asked:?}")));
        };
        *self.queries.entry(entry).or_default() += 1;
        self.tally.queries += 1;
        self.tally.streamed += usize::from(is_stream);
        Ok(())
    }

    /// The resolver has nothing to be done.
    pub(super) fn pause(&mut self) {
        self.pauses += 1;
    }

    pub(super) fn next_event(&self) -> Option<Instant> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next thing that the resolver is to be told.
    ///
    /// # Errors
    /// If a server gets what it must not get.
    pub(super) fn deliver(&mut self, now: Instant) -> Result<Option<Delivery>, Violation> {
        while self.next_event().is_some_and(|at| at <= now) {
            let Some((_, (id, event))) = self.events.pop_first() else { break };
            // What comes for a socket that is closed comes nowhere.
            let Some(socket) = self.sockets.get_mut(&id).filter(|socket| !socket.has_failed) else {
                continue;
            };
            match event {
                Event::Up(bytes) => self.arrive(id, bytes, now)?,
                Event::Down(bytes) => {
                    self.note(now, || format!("S: {id:?} {}", bytes.escape_ascii()));
                    return Ok(Some(Delivery::Input(id, bytes)));
                }
                Event::Fails => {
                    socket.has_failed = true;
                    self.note(now, || format!("S: {id:?} is of no use"));
                    return Ok(Some(Delivery::Failed(id)));
                }
            }
        }
        Ok(None)
    }

    /// Bytes arrive at a server.
    fn arrive(&mut self, id: SocketId, bytes: Vec<u8>, now: Instant) -> Result<(), Violation> {
        let Some(socket) = self.sockets.get_mut(&id) else { return Ok(()) };
        let habits = self.hosts[socket.server];
        let Some(stream) = &mut socket.stream else {
            let asked = Asked::read(&bytes).expect("it was one when it was sent");
            let reaction = host::react(&habits, &self.zone, &asked, false, &mut self.random);
            if let Reaction::Says(bytes) = reaction {
                self.pass(id, now, || Event::Down(bytes.clone()));
            }
            return Ok(());
        };
        stream.unread.extend(bytes);
        let messages: Vec<_> = std::iter::from_fn(|| stream.next_message()).collect();
        for message in messages {
            let Some(asked) = Asked::read(&message) else {
                return Err(Violation(format!("{} is no question", message.escape_ascii())));
            };
            self.count(&asked, true)?;
            let reaction = host::react(&habits, &self.zone, &asked, true, &mut self.random);
            self.answer(id, reaction, now);
        }
        Ok(())
    }

    /// A server answers on a stream, in pieces.
    fn answer(&mut self, id: SocketId, reaction: Reaction, now: Instant) {
        let frame = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).expect("it is short").to_be_bytes();
            [&length, bytes].concat()
        };
        let (bytes, cuts) = match reaction {
            Reaction::Says(bytes) => (frame(&bytes), false),
            Reaction::Cuts(bytes, kept) => (frame(&bytes)[..kept].to_vec(), true),
        };
        let split = self.random.below(bytes.len() + 1);
        let mut events =
            vec![Event::Down(bytes[..split].into()), Event::Down(bytes[split..].into())];
        if cuts {
            events.push(Event::Fails);
        }
        for event in events {
            let arrival = self.arrival(now);
            let socket = self.sockets.get_mut(&id).expect("it was there when the question came");
            let stream = socket.stream.as_mut().expect("it is a stream");
            stream.downward = stream.downward.max(arrival);
            if !stream.is_cut {
                stream.is_cut = matches!(event, Event::Fails);
                let at = stream.downward;
                self.happens(at, id, event);
            }
        }
    }

    /// How many messages an entry has taken.
    pub(super) fn queries_for(&mut self, query: &Query) -> usize {
        let entry = self.entries.get(query);
        entry.and_then(|entry| self.queries.remove(entry)).unwrap_or(0)
    }

    /// Sees that all sockets are closed, but one that may be forgotten.
    ///
    /// # Errors
    /// If one is not.
    pub(super) fn finish(&self, forgets_one: bool) -> Result<(), Violation> {
        let open = self.sockets.len() + usize::from(forgets_one);
        ensure(open == 0, || format!("{open} sockets are left open"))
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    fn happens(&mut self, at: Instant, id: SocketId, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), (id, event));
    }

    /// When something arrives that is sent off now.
    fn arrival(&mut self, now: Instant) -> Instant {
        let thousandths = self.random.below(1000) as u32;
        now + self.weather.delay * thousandths / 1000 + Duration::from_micros(1)
    }
}
