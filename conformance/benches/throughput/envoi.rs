//! Envoi, on tokio and on blocking sockets.

use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use bytes::BytesMut;
use envoi_driver::{Message, Report};
use envoi_proto::{Config, Encoder, Envelope, ForwardPath, Peer, Stuffing};

use crate::job::{Content, Job};
use crate::processes::elapsed::{Elapsed, Stopwatch};
use crate::processes::tasks;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

/// Does the job on tokio.
pub(crate) fn on_tokio(job: Arc<Job>) -> io::Result<Elapsed> {
    tasks::run(async {
        let config = config();
        let mut conversations = Vec::new();
        for _ in 0..job.conversations {
            let peer = Peer::new("sink");
            let mut connection = envoi_tokio::connect(job.address, peer, config.clone()).await?;
            connection.ready().await?;
            let job = job.clone();
            conversations.push(async move {
                let mut reports = connection.send_all(messages(job));
                while let Some(report) = reports.next().await {
                    check(&report)?;
                }
                Ok(reports)
            });
        }
        tasks::time(conversations).await
    })
}

/// Does the job on a thread for each conversation.
pub(crate) fn on_blocking(job: &Job) -> io::Result<Elapsed> {
    let start = Barrier::new(job.conversations + 1);
    let config = config();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..job.conversations {
            let peer = Peer::new("sink");
            let mut connection = envoi_blocking::connect(job.address, peer, config.clone())?;
            connection.ready()?;
            let start = &start;
            let builder = thread::Builder::new().stack_size(STACK);
            threads.push(builder.spawn_scoped(scope, move || {
                start.wait();
                let mut reports = connection.send_all(messages(job));
                reports.try_for_each(|report| check(&report)).map(|()| reports)
            })?);
        }
        let stopwatch = Stopwatch::start()?;
        start.wait();
        // Connections come back, so that closing them is not counted.
        let closed: io::Result<Vec<_>> =
            threads.into_iter().map(|thread| thread.join().expect("a sender panicked")).collect();
        let elapsed = stopwatch.stop();
        closed.map(|_| elapsed)
    })
}

/// Encodes content into a buffer of bounded size, again and again.
pub(crate) fn encode(content: &[u8], buffer: &mut BytesMut) {
    let mut encoder = Encoder::new(&config(), Stuffing::Dots);
    let mut rest = content;
    while !rest.is_empty() {
        buffer.clear();
        let taken = encoder.encode(rest, buffer, ROOM);
        rest = &rest[taken..];
    }
    encoder.finish(buffer);
}

fn config() -> Arc<Config> {
    Arc::new(Config::new(HELO_NAME.parse().expect("it is a name")))
}

/// The messages that one conversation takes from the pile.
fn messages(job: impl Deref<Target = Job>) -> impl Iterator<Item = Message> {
    let recipient: ForwardPath = RECIPIENT.parse().expect("it is an address");
    let sender = SENDER.parse().expect("it is an address");
    let envelope = Envelope::new(sender, vec![recipient.into()]);
    let file = |path: &Path| envoi_driver::Content::file(path).expect("the file was just written");
    // Small files are read when they are taken up. A large one is looked over once, by whoever
    // sends it several times, and read for each message.
    let (ready, path) = match &job.content {
        Content::Memory(bytes) => (Some(bytes.clone().into()), None),
        Content::File(path) if job.size > SMALL_MAX => (Some(file(path)), None),
        Content::File(path) => (None, Some(path.clone())),
    };
    let ready = ready.map(|content: envoi_driver::Content| Message::new(envelope.clone(), content));
    std::iter::from_fn(move || {
        if !job.take() {
            return None;
        }
        let read = || path.as_ref().map(|path| Message::new(envelope.clone(), file(path)));
        ready.clone().or_else(read)
    })
}

fn check(report: &Report) -> io::Result<()> {
    if report.is_sent() {
        Ok(())
    } else {
        Err(io::Error::other(report.outcomes[0].text.to_string()))
    }
}

/// Largest file that is read when it is taken up, in bytes.
const SMALL_MAX: usize = 256 << 10;

/// Bytes that the encoder has room for.
const ROOM: usize = 64 << 10;

/// Room for one conversation.
const STACK: usize = 256 << 10;
