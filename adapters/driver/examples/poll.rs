//! A runtime by hand: one thread, one connection, poll(2).
//!
//! `cargo run -p envoi-driver --example poll -- 127.0.0.1:2525 ann@client.example bob@mx.example FILE`
#![expect(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use envoi_driver::proto::{Config, Envelope, Instant, Peer, Progress};
use envoi_driver::{Clock, Connection, Content, Dial, Io, Message};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A socket that does not block.
struct Socket {
    stream: TcpStream,
    clock: Clock,
}

impl Socket {
    /// Waits until the socket is ready or the time is up.
    fn wait(&self, wanted: PollFlags, rest: Option<Duration>) -> io::Result<()> {
        let rest = rest.and_then(|rest| Timespec::try_from(rest).ok());
        poll(&mut [PollFd::new(&self.stream, wanted)], rest.as_ref())?;
        Ok(())
    }
}

impl Io for Socket {
    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress> {
        loop {
            let mut progress = Progress::default();
            if !out.is_empty() {
                match self.stream.write(out) {
                    Ok(written) => progress.written = written,
                    Err(error) => progress.broken = error.kind() != io::ErrorKind::WouldBlock,
                }
            }
            match self.stream.read(space) {
                Ok(0) => progress.eof = true,
                Ok(read) => progress.read = read,
                Err(error) => progress.eof = error.kind() != io::ErrorKind::WouldBlock,
            }
            let rest = deadline.map(|deadline| deadline.since(self.now()));
            if progress != Progress::default() || rest == Some(Duration::ZERO) {
                return Ok(progress);
            }
            let out = if out.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
            self.wait(PollFlags::IN | out, rest)?;
        }
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// Runs a future that never waits for anything but this thread.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, server, from, to, file] = &arguments[..] else {
        return Err("expected: SERVER:PORT FROM TO FILE".into());
    };
    let envelope = Envelope::new(from.parse()?, vec![to.parse()?]);
    let message = Message::new(envelope, Content::file(file)?);

    let address: SocketAddr = server.parse()?;
    let config = Arc::new(Config::new("client.example".parse()?));
    let dial = Dial::from(address);
    let clock = Clock::start();
    let socket = Socket { stream: dial.start()?, clock };
    socket.wait(PollFlags::OUT, dial.timeout)?;
    socket.stream.take_error()?.map_or(Ok(()), Err)?;
    let connection = Connection::over(socket, Peer::new(server), config, clock.now());

    let mut reports = connection.send_all([message]);
    while let Some(report) = run(reports.next()) {
        for outcome in &report.outcomes {
            println!("{}", outcome.log_line());
        }
    }
    Ok(())
}
