//! What a conversation costs, counted: flights, allocations, memory.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::alloc::System;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use conformance::dialogue::{Certificate, TlsServer, tls_config, tls_engine};
use envoi_proto::tls::{Level, Policy, Sessions, default_provider};
use envoi_proto::{
    Channel, Client, Config, Envelope, ForwardPath, Instant, Peer, Progress, Step, Surveyed,
    TlsStart, TransactionId,
};
use envoi_sink::{Extensions, Keep, Options, Session};
use libtest_mimic::{Arguments, Trial};
use rustls::ServerConfig;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations are counted for the whole process, so nothing else may run beside.
fn main() {
    let tests: [(&str, fn()); 8] = [
        (
            "a hundred messages by DATA take 102 flights",
            a_hundred_messages_by_data_take_102_flights,
        ),
        ("a hundred messages by BDAT take 16 flights", a_hundred_messages_by_bdat_take_16_flights),
        ("without overlap a message takes two", without_overlap_a_message_takes_two_flights),
        ("messages cost no allocation", messages_cost_no_allocation),
        ("much content is written from where it is", much_content_is_written_from_where_it_is),
        ("a parked conversation takes 4 KiB", a_parked_conversation_takes_4_kib),
        (
            "a parked conversation under TLS takes 8 KiB, rustls included",
            a_parked_conversation_under_tls_takes_8_kib,
        ),
        ("a handshake leaves 64 KiB at most, rustls included", a_handshake_leaves_64_kib_at_most),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, tests.map(trial).into()).exit();
}

fn a_hundred_messages_by_data_take_102_flights() {
    let mut talk = Talk::new(Peer::new("mx.example"));
    talk.send(100);
    assert_eq!(talk.flights, 102);
}

fn a_hundred_messages_by_bdat_take_16_flights() {
    let mut peer = Peer::new("mx.example");
    peer.chunking = NonZeroUsize::new(8);
    let mut talk = Talk::new(peer);
    talk.send(100);
    assert!(talk.flights <= 16, "{}", talk.flights);
}

fn without_overlap_a_message_takes_two_flights() {
    let mut peer = Peer::new("mx.example");
    peer.overlap = false;
    let mut talk = Talk::new(peer);
    talk.send(100);
    assert_eq!(talk.flights, 201);
}

fn messages_cost_no_allocation() {
    for chunking in [None, NonZeroUsize::new(8)] {
        let mut peer = Peer::new("mx.example");
        peer.chunking = chunking;
        let mut talk = Talk::new(peer);
        talk.send_keeping_open(50);
        let region = Region::new(ALLOCATOR);
        talk.send_keeping_open(50);
        let change = region.change();
        let count = change.allocations + change.reallocations;
        assert_eq!(count, 0, "chunking {chunking:?}: {change:?}");
    }
}

fn much_content_is_written_from_where_it_is() {
    let content = Bytes::from("To: bob\r\n".repeat(1 << 20));
    let surveyed = Surveyed::new(content.clone());
    let mut talk = Talk::new(Peer::new("mx.example"));
    while !talk.channel.client().wants_envelope() {
        talk.turn();
    }
    talk.channel.send(talk.envelope.clone(), NOW).unwrap();
    while talk.channel.client().wants_content().is_none() {
        talk.turn();
    }
    assert!(talk.channel.handle_surveyed(&surveyed, NOW));
    let written = talk.channel.client().poll_transmit();
    assert_eq!((written.as_ptr(), written.len()), (content.as_ptr(), content.len()));
}

fn a_parked_conversation_takes_4_kib() {
    let region = Region::new(ALLOCATOR);
    let mut talk = Talk::new(Peer::new("mx.example"));
    talk.send_keeping_open(10);
    talk.channel.park();
    let held = talk.into_held(&region);
    assert!(held <= 4096, "{held} bytes");
}

fn a_parked_conversation_under_tls_takes_8_kib() {
    let (peer, config, server) = secured();
    let region = Region::new(ALLOCATOR);
    let mut talk = Talk::secured(peer, config, server.clone());
    talk.send_keeping_open(10);
    talk.channel.park();
    let held = talk.into_held(&region);
    assert!(held <= 8 << 10, "{held} bytes");
}

fn a_handshake_leaves_64_kib_at_most() {
    let (peer, config, server) = secured();
    let region = Region::new(ALLOCATOR);
    let mut talk = Talk::secured(peer, config, server.clone());
    while talk.channel.client().extensions().name.is_empty() {
        talk.turn();
    }
    let held = talk.into_held(&region);
    assert!(held <= 64 << 10, "{held} bytes");
}

/// A conversation in memory, and what it took.
struct Talk {
    channel: Channel,
    server: Session,
    /// The server's side of TLS, and records that it has made.
    tls: Option<(TlsServer, Vec<u8>)>,
    envelope: Arc<Envelope>,
    /// Times that something was written after something was read.
    flights: usize,
    /// Transactions that have ended.
    ended: usize,
    content: Vec<u8>,
}

impl Talk {
    fn new(peer: Peer) -> Self {
        Self::over(peer, config(), None)
    }

    /// Under TLS from the first byte.
    fn secured(peer: Peer, config: Config, server: Arc<ServerConfig>) -> Self {
        Self::over(peer, config, Some((TlsServer::new(server), Vec::new())))
    }

    fn over(peer: Peer, config: Config, tls: Option<(TlsServer, Vec<u8>)>) -> Self {
        let recipient: ForwardPath = "bob@mx.example".parse().unwrap();
        let sender = "ann@client.example".parse().unwrap();
        Self {
            channel: Channel::new(Client::new(config.into(), peer, NOW)),
            server: session(),
            tls,
            envelope: Envelope::new(sender, vec![recipient.into()]).into(),
            flights: 0,
            ended: 0,
            content: b"A line of text.\r\n".repeat(240),
        }
    }

    /// Bytes that are held on the client's side alone.
    fn into_held(self, region: &Region<'_, System>) -> usize {
        let Self { channel, server, tls, envelope, content, .. } = self;
        drop((server, tls, envelope, content));
        let change = region.change();
        change.bytes_allocated + size_of_val(&channel) - change.bytes_deallocated
    }

    /// Moves on by one step, with nothing to send.
    fn turn(&mut self) {
        if let Step::Exchange { out, space, .. } = self.channel.step(NOW).unwrap() {
            let progress = exchange(&mut self.server, &mut self.tls, out, space);
            self.channel.handle_progress(progress, NOW);
        }
    }

    /// Sends messages and QUIT.
    fn send(&mut self, messages: usize) {
        self.run(messages, true);
        assert_eq!(self.ended, messages);
    }

    /// Sends messages and leaves it there.
    fn send_keeping_open(&mut self, messages: usize) {
        self.ended = 0;
        self.run(messages, false);
    }

    fn run(&mut self, messages: usize, then_quit: bool) {
        let mut given = 0;
        loop {
            match self.channel.step(NOW).unwrap() {
                Step::Event(event) => {
                    use envoi_proto::Event::End;
                    self.ended += usize::from(matches!(event, End { .. }));
                }
                Step::Envelope => {}
                Step::Filter { line } => panic!("{line:?} is to be looked up"),
                Step::Exchange { content: Some(id), .. } => self.give(id),
                Step::Exchange { envelope: true, .. } if given < messages => {
                    given += 1;
                    self.channel.send(self.envelope.clone(), NOW).unwrap();
                }
                Step::Exchange { envelope: true, .. } if then_quit => self.channel.quit(NOW),
                Step::Exchange { .. } if self.ended == messages && !then_quit => return,
                Step::Exchange { out, space, .. } => {
                    let progress = exchange(&mut self.server, &mut self.tls, out, space);
                    self.flights += usize::from(progress.written > 0);
                    assert!(progress.written + progress.read > 0, "nothing moves any more");
                    self.channel.handle_progress(progress, NOW);
                }
                Step::Closed => return,
            }
        }
    }

    fn give(&mut self, _: TransactionId) {
        let taken = self.channel.handle_content(&self.content, NOW);
        assert_eq!(taken, self.content.len());
        self.channel.content_end(NOW);
    }
}

/// The server hears everything that was written, or else says everything that it has.
fn exchange(
    server: &mut Session,
    tls: &mut Option<(TlsServer, Vec<u8>)>,
    out: &[u8],
    space: &mut [u8],
) -> Progress {
    let Some((tls, records)) = tls else {
        return exchange_plain(server, out, space);
    };
    if !out.is_empty() {
        records.extend(tls.hear(out).unwrap());
        server.handle_input(&tls.take_plain());
        return Progress { written: out.len(), ..Progress::default() };
    }
    if !tls.connection().is_handshaking() {
        records.extend(tls.say(server.output()));
        server.handle_transmitted(server.output().len());
    }
    let read = records.len().min(space.len());
    space[..read].copy_from_slice(&records[..read]);
    records.drain(..read);
    Progress { read, ..Progress::default() }
}

fn exchange_plain(server: &mut Session, out: &[u8], space: &mut [u8]) -> Progress {
    if !out.is_empty() {
        server.handle_input(out);
        return Progress { written: out.len(), ..Progress::default() };
    }
    let said = server.output();
    let read = said.len().min(space.len());
    space[..read].copy_from_slice(&said[..read]);
    server.handle_transmitted(read);
    Progress { read, ..Progress::default() }
}

fn config() -> Config {
    Config::new("client.example".parse().unwrap())
}

/// What both sides need for TLS, made before anything is counted.
fn secured() -> (Peer, Config, Arc<ServerConfig>) {
    let server = Arc::new(tls_config(Certificate::Good, rustls::ALL_VERSIONS));
    let mut config = config();
    let sessions = Sessions::new(Duration::ZERO, 0);
    config.tls = Some(Arc::new(tls_engine(default_provider()).with_sessions(Arc::new(sessions))));
    let mut peer = Peer::new("mx.example");
    peer.tls = Policy::new(Level::Verify);
    peer.tls_start = TlsStart::Implicit;
    // What a process makes once is not counted.
    Talk::secured(peer.clone(), config.clone(), server.clone()).send(1);
    (peer, config, server)
}

fn session() -> Session {
    let extensions = Extensions::default();
    let options = Options { keep: Keep::Nothing, extensions, ..Options::default() };
    Session::new(options.into())
}

const NOW: Instant = Instant::ORIGIN;
