//! The floor of bare threads: one for each conversation.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;

use super::flight::Flights;
use super::{REPLIES_MAX, Then, connect};
use crate::job::Job;
use crate::processes::elapsed::{Elapsed, Stopwatch};

/// Does the job.
pub(crate) fn run(job: &Job) -> io::Result<Elapsed> {
    let flights = Flights::of(job);
    let start = Barrier::new(job.conversations + 1);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..job.conversations {
            let (stream, flights, start) = (connect(job.address)?, flights.share(), &start);
            let builder = thread::Builder::new().stack_size(STACK);
            threads.push(builder.spawn_scoped(scope, move || {
                start.wait();
                converse(stream, flights, job)
            })?);
        }
        let stopwatch = Stopwatch::start()?;
        start.wait();
        // Streams come back, so that closing them is not counted.
        let streams: Result<Vec<TcpStream>, _> =
            threads.into_iter().map(|thread| thread.join().expect("a floor panicked")).collect();
        let elapsed = stopwatch.stop();
        streams.map(|_| elapsed)
    })
}

fn converse(mut stream: TcpStream, mut flights: Flights, job: &Job) -> io::Result<TcpStream> {
    let mut then = Then::take(job);
    if let Then::Envelope = then {
        stream.write_all(&flights.first())?;
    }
    while let Then::Envelope = then {
        hear(&mut stream, then)?;
        then = Then::take(job);
        let mut flight = flights.next(then)?;
        while let Some(chunk) = flight.chunk()? {
            stream.write_all(chunk)?;
        }
        if let Then::Nothing = then {
            hear(&mut stream, then)?;
        }
    }
    Ok(stream)
}

fn hear(stream: &mut TcpStream, then: Then) -> io::Result<()> {
    let mut space = [0; REPLIES_MAX];
    let mut length = 0;
    while !then.is_answered(&space[..length]) {
        match stream.read(&mut space[length..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => length += read,
        }
    }
    Ok(())
}

/// Room for the replies and little else.
const STACK: usize = 64 << 10;
