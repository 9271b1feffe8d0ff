//! Floors: prebuilt bytes in the overlapping order, and replies that nobody parses.
//!
//! RFC 2920, 3.1: content may open a group, so the next message's `MAIL RCPT DATA` leaves with the
//! end of the content, and a message costs one write and one read.

mod flight;
mod threads;
mod tokio;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

pub(crate) use self::threads::run as on_threads;
pub(crate) use self::tokio::run as on_tokio;
use crate::job::Job;
use crate::text::HELO_NAME;

/// What follows the content of a message.
#[derive(Clone, Copy)]
enum Then {
    Envelope,
    Nothing,
}

impl Then {
    /// Takes the next message from the pile, if there is one.
    fn take(job: &Job) -> Self {
        if job.take() { Self::Envelope } else { Self::Nothing }
    }

    /// Whether the last reply to a flight is in, which 354 is after an envelope.
    fn is_answered(self, received: &[u8]) -> bool {
        let Some((b'\n', lines)) = received.split_last() else {
            return false;
        };
        let last = lines.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
        match self {
            Self::Envelope => last.starts_with(b"354 "),
            Self::Nothing => last.starts_with(b"250 "),
        }
    }
}

/// A connection on which EHLO was answered.
fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut space = [0; REPLIES_MAX];
    // The greeting has one line: its end is the end of what the sink says unasked.
    let mut length = 0;
    while !space[..length].ends_with(b"\n") {
        length += stream.read(&mut space[length..])?;
    }
    stream.write_all(format!("EHLO {HELO_NAME}\r\n").as_bytes())?;
    length = 0;
    while !Then::Nothing.is_answered(&space[..length]) {
        length += stream.read(&mut space[length..])?;
    }
    Ok(stream)
}

/// Room for the replies to one flight.
const REPLIES_MAX: usize = 4096;
