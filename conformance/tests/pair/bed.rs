//! A client under TLS and its server, with pipes between them that cut where they are told.

use std::sync::Arc;

use conformance::dialogue::{TlsServer, tls_engine};
use envoi_proto::tls::{Level, Policy, default_provider};
use envoi_proto::{
    Channel, Client, Config, Envelope, Error, Event, ForwardPath, Instant, Peer, Progress, Step,
    TlsStart,
};
use envoi_sink::{Options, Session};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::kx_group::X25519;

/// How bytes move in one direction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Portions {
    Whole,
    /// Those before this one come first, and the others by themselves.
    SplitAt(usize),
    Single,
    /// Nothing comes after so many.
    EndAt(usize),
    /// Nothing is taken after so many.
    BrokenAt(usize),
    /// Nothing comes after so many, and nobody says so.
    SilentAt(usize),
    /// One byte is another.
    Flip(usize),
}

/// Bytes in one direction.
#[derive(Debug)]
pub(crate) struct Pipe {
    portions: Portions,
    waiting: Vec<u8>,
    /// Bytes that came out.
    pub(crate) moved: usize,
}

impl Pipe {
    fn new(portions: Portions) -> Self {
        Self { portions, waiting: Vec::new(), moved: 0 }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let entered = self.moved + self.waiting.len();
        self.waiting.extend(bytes);
        if let Portions::Flip(at) = self.portions
            && (entered..entered + bytes.len()).contains(&at)
        {
            self.waiting[at - self.moved] ^= 1;
        }
    }

    fn take(&mut self, most: usize) -> Vec<u8> {
        let until = |at: usize| at.saturating_sub(self.moved);
        let portion = match self.portions {
            Portions::SplitAt(at) if at > self.moved => until(at),
            Portions::EndAt(at) | Portions::SilentAt(at) => until(at),
            Portions::Single => 1,
            Portions::Whole | Portions::BrokenAt(_) | Portions::SplitAt(_) | Portions::Flip(_) => {
                usize::MAX
            }
        };
        let n = self.waiting.len().min(most).min(portion);
        self.moved += n;
        self.waiting.drain(..n).collect()
    }

    /// How many of so many bytes it takes; none if it takes no more.
    fn admits(&self, bytes: usize) -> Option<usize> {
        let Portions::BrokenAt(at) = self.portions else { return Some(bytes) };
        let room = at - self.moved - self.waiting.len();
        (room > 0 || bytes == 0).then_some(bytes.min(room))
    }

    fn is_silent(&self) -> bool {
        matches!(self.portions, Portions::SilentAt(at) if at <= self.moved)
    }

    fn is_cut(&self) -> bool {
        matches!(self.portions, Portions::EndAt(at) if at <= self.moved)
    }
}

/// A conversation of one message.
pub(crate) struct Pair {
    channel: Channel,
    now: Instant,
    /// Until when the client waits.
    deadline: Instant,
    server: TlsServer,
    session: Session,
    /// From the client to the server.
    pub(crate) up: Pipe,
    pub(crate) down: Pipe,
    envelope: Option<Envelope>,
    content: Vec<u8>,
    given: usize,
    /// What goes to the client in the place of an answer to this stage of its words.
    pub(crate) attack: Option<Attack>,
    pub(crate) told: Told,
}

/// How a turn went.
enum Turn {
    Moved,
    Waits,
    Over,
}

/// What a hostile server does once it has heard so many flights.
pub(crate) struct Attack {
    pub(crate) after: usize,
    /// Bytes that it says over and over, without TLS.
    pub(crate) says: Vec<u8>,
    pub(crate) times: usize,
}

/// What came of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Events that settle the recipient, of which there has to be one.
    pub(crate) settled: Vec<String>,
    pub(crate) ends: usize,
    pub(crate) errors: Vec<Error>,
    /// Whether the TLS session was resumed, if there was a handshake.
    pub(crate) is_resumed: Option<bool>,
    /// Contents that the server took.
    pub(crate) taken: Vec<Vec<u8>>,
    /// Most bytes that waited to be written, and most room to read to.
    pub(crate) out_max: usize,
    pub(crate) space_max: usize,
    /// Flights that the server heard.
    flights: usize,
}

impl Pair {
    pub(crate) fn new(
        config: &Arc<Config>,
        server: &Arc<ServerConfig>,
        (up, down): (Portions, Portions),
        content: &[u8],
    ) -> Self {
        let mut peer = Peer::new("mx.example");
        peer.tls = Policy::new(Level::Verify);
        peer.tls_start = TlsStart::Implicit;
        let bob: ForwardPath = "bob@mx.example".parse().expect("it is an address");
        let ann = "ann@client.example".parse().expect("it is an address");
        Self {
            channel: Channel::new(Client::new(config.clone(), peer, Instant::ORIGIN)),
            now: Instant::ORIGIN,
            deadline: Instant::ORIGIN,
            server: TlsServer::new(server.clone()),
            session: Session::new(Options::default().into()),
            up: Pipe::new(up),
            down: Pipe::new(down),
            envelope: Some(Envelope::new(ann, vec![bob.into()])),
            content: content.to_vec(),
            given: 0,
            attack: None,
            told: Told::default(),
        }
    }

    /// Goes on until the conversation is over, and says how many bytes moved up and down.
    pub(crate) fn run(mut self) -> (Told, [usize; 2]) {
        for _ in 0..TURNS_MAX {
            match self.turn() {
                Turn::Moved => {}
                Turn::Waits if self.down.is_silent() => self.now = self.deadline,
                Turn::Waits => self.serve(),
                Turn::Over => return (self.told, [self.up.moved, self.down.moved]),
            }
        }
        panic!("it goes on for ever: {:?}", self.told);
    }

    fn turn(&mut self) -> Turn {
        let now = self.now;
        let Self { channel, up, down, told, .. } = self;
        let (progress, content) = match channel.step(now) {
            Ok(Step::Event(event)) => {
                told.hear(&event);
                return Turn::Moved;
            }
            Ok(Step::Envelope) => {
                match self.envelope.take() {
                    Some(envelope) => drop(channel.send(envelope, now).expect("it is wanted")),
                    None => channel.quit(now),
                }
                return Turn::Moved;
            }
            Ok(Step::Filter { line }) => panic!("{line:?} is to be looked up"),
            Ok(Step::Closed) => return Turn::Over,
            Err(error) => {
                told.errors.push(error);
                return Turn::Moved;
            }
            Ok(Step::Exchange { out, space, content, deadline, .. }) => {
                self.deadline = deadline.unwrap_or(now);
                told.out_max = told.out_max.max(out.len());
                told.space_max = told.space_max.max(space.len());
                let admitted = up.admits(out.len());
                let written = admitted.unwrap_or_default();
                up.put(&out[..written]);
                let read = down.take(space.len());
                space[..read.len()].copy_from_slice(&read);
                let (eof, broken) = (down.is_cut(), admitted.is_none());
                (Progress { written, read: read.len(), eof, broken }, content)
            }
        };
        channel.handle_progress(progress, now);
        if content.is_some() {
            return self.give();
        }
        if progress == Progress::default() { Turn::Waits } else { Turn::Moved }
    }

    fn give(&mut self) -> Turn {
        let rest = &self.content[self.given..];
        if rest.is_empty() {
            self.channel.content_end(self.now);
        }
        self.given += self.channel.handle_content(rest, self.now);
        Turn::Moved
    }

    /// The server hears what has come, and answers.
    fn serve(&mut self) {
        let heard = self.up.take(usize::MAX);
        if let Some(Attack { after, says, times }) = &mut self.attack
            && *after <= self.told.flights
        {
            if *times == 0 {
                // It has nothing more to say, and leaves.
                self.down.portions = Portions::EndAt(self.down.moved);
                return;
            }
            *times -= 1;
            let says = says.clone();
            return self.down.put(&says);
        }
        self.told.flights += usize::from(!heard.is_empty());
        let is_idle = heard.is_empty();
        let answer = self.server.hear(&heard);
        let is_broken = answer.is_err();
        self.down.put(&answer.unwrap_or_default());
        self.session.handle_input(&self.server.take_plain());
        while let Some(message) = self.session.poll_message() {
            self.told.taken.push(message.content);
        }
        let is_secured = !self.server.connection().is_handshaking();
        let said = if is_secured { self.session.output().to_vec() } else { Vec::new() };
        self.session.handle_transmitted(said.len());
        let records = self.server.say(&said);
        self.down.put(&records);
        // Who cannot understand the client, or waits for it in vain, leaves.
        if is_broken || (is_idle && records.is_empty()) {
            self.down.portions = Portions::EndAt(self.down.moved + self.down.waiting.len());
        }
    }
}

impl Told {
    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Tls(info) => self.is_resumed = Some(info.is_resumed),
            Event::Message { reply, .. } => self.settled.push(reply.to_string()),
            Event::Lost { error, .. } => self.settled.push(error.to_string()),
            Event::Recipient { reply, .. } => assert!(reply.is_positive(), "{reply}"),
            Event::End { .. } => self.ends += 1,
            Event::Unsuitable(reason) => panic!("{reason:?}"),
            Event::Unavailable { .. } | Event::Refused { .. } | Event::Delivery { .. } => {
                panic!("{event:?}")
            }
            Event::Greeting { .. }
            | Event::Extensions(_)
            | Event::Authenticated
            | Event::Ready
            | Event::Closed => {}
        }
    }

    /// The message was sent, once and as it was.
    pub(crate) fn assert_sent(&self, content: &[u8]) {
        assert_eq!(self.errors, []);
        assert_eq!((self.settled.len(), self.ends), (1, 1), "{:?}", self.settled);
        assert!(self.settled[0].starts_with("250 "), "{:?}", self.settled);
        assert_eq!(self.taken.len(), 1);
        assert!(self.taken[0] == content, "the content was changed");
    }
}

/// A configuration whose handshakes are short, with sessions of its own.
pub(crate) fn config() -> Arc<Config> {
    let mut config = Config::new("client.example".parse().expect("it is a domain"));
    let provider = CryptoProvider { kx_groups: vec![X25519], ..default_provider() };
    config.tls = Some(Arc::new(tls_engine(provider)));
    config.into()
}

/// Most steps of a conversation.
const TURNS_MAX: usize = 200_000;
