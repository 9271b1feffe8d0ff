//! A lockstep SMTP client, plain enough to be right without tests of its own.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection whose replies are read in full before anything else is said.
pub(super) struct Conversation {
    stream: BufReader<TcpStream>,
    /// The lines of the last reply, without their ends.
    reply: Vec<String>,
}

impl Conversation {
    /// Connects, hears the greeting and says EHLO.
    pub(super) fn open(address: SocketAddr, name: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(REPLY_MAX))?;
        stream.set_write_timeout(Some(REPLY_MAX))?;
        stream.set_nodelay(true)?;
        let mut conversation = Self { stream: BufReader::new(stream), reply: Vec::new() };
        conversation.reply()?;
        conversation.command(&format!("EHLO {name}"))?;
        Ok(conversation)
    }

    /// Says a command line, and gives the last line of the reply.
    pub(super) fn command(&mut self, line: &str) -> io::Result<String> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    /// Sends content, whose lines end in CRLF, and the end of data.
    pub(super) fn content(&mut self, content: &[u8]) -> io::Result<String> {
        let mut stuffed = Vec::with_capacity(content.len() + content.len() / 64 + 3);
        for line in content.split_inclusive(|&byte| byte == b'\n') {
            if line.starts_with(b".") {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        stuffed.extend_from_slice(b".\r\n");
        self.stream.get_mut().write_all(&stuffed)?;
        self.reply()
    }

    /// The lines of the last reply.
    #[cfg(test)]
    pub(super) fn lines(&self) -> &[String] {
        &self.reply
    }

    fn reply(&mut self) -> io::Result<String> {
        self.reply.clear();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if line.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            self.reply.push(line.to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.to_owned());
            }
        }
    }
}

const REPLY_MAX: Duration = Duration::from_secs(60);
