//! What the scenarios need: messages, sinks, servers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use bytes::Bytes;
use envoi_driver::proto::{Config, Envelope, ForwardPath, Peer};
use envoi_driver::{Connection, Content, Io, Message, Open, Report, Source, Verdict};
use envoi_sink::{Fault, Keep, Options, Sink};

pub(crate) async fn send_all<I: Io>(
    connection: Connection<I>,
    messages: impl IntoIterator<Item = Message>,
) -> Vec<Report> {
    let mut reports = connection.send_all(messages);
    let mut all = Vec::new();
    while let Some(report) = reports.next().await {
        all.push(report);
    }
    all
}

pub(crate) fn verdicts(report: &Report) -> Vec<Verdict> {
    report.outcomes.iter().map(|outcome| outcome.verdict).collect()
}

pub(crate) fn envelope(to: &[&str]) -> Envelope {
    let recipient = |to: &&str| format!("{to}@mx.example").parse::<ForwardPath>().unwrap().into();
    Envelope::new("ann@client.example".parse().unwrap(), to.iter().map(recipient).collect())
}

pub(crate) fn message(to: &[&str], content: impl Into<Content>) -> Message {
    Message::new(envelope(to), content)
}

pub(crate) fn peer() -> Peer {
    Peer::new("mx.example")
}

pub(crate) fn config() -> Arc<Config> {
    Config::new("client.example".parse().unwrap()).into()
}

pub(crate) fn sink(options: Options) -> Sink {
    Sink::listen("127.0.0.1:0", Options { keep: Keep::Memory, ..options }).unwrap()
}

pub(crate) fn sink_with_fault(fault: &str) -> Sink {
    let fault: Fault = fault.parse().unwrap();
    sink(Options { faults: vec![fault], ..Options::default() })
}

/// A server of one conversation.
pub(crate) fn serve(
    talk: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> (SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || talk(&mut listener.accept().unwrap().0));
    (address, server)
}

pub(crate) fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

/// Reads until `end` has come.
pub(crate) fn hear(stream: &mut TcpStream, end: &str) {
    let mut heard = Vec::new();
    let mut space = vec![0; 65536];
    while !heard.ends_with(end.as_bytes()) {
        let read = stream.read(&mut space).unwrap();
        assert!(read > 0, "the client left before {end:?}");
        heard.extend_from_slice(&space[..read]);
        // Only the end matters.
        heard.drain(..heard.len().saturating_sub(1000));
    }
}

/// Content that comes in parts.
pub(crate) struct Parts(pub(crate) Vec<&'static str>);

impl Parts {
    pub(crate) fn source(&self) -> impl Source + Send + use<> {
        Remaining(self.0.clone().into_iter())
    }
}

impl Open for Parts {
    fn open(&self) -> std::io::Result<Box<dyn Source + Send>> {
        Ok(Box::new(self.source()))
    }
}

struct Remaining(std::vec::IntoIter<&'static str>);

impl Source for Remaining {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<Bytes>> {
        Poll::Ready(Ok(Bytes::from_static(self.0.next().unwrap_or_default().as_bytes())))
    }
}
