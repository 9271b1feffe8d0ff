//! A server on loopback that says what a dialogue's `S:` lines say, and hears its `C:` lines.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use envoi_proto::Line;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::line::Ending;
use super::mismatch::{Matched, Mismatch, compare, lines, matched};
use super::script::{Deed, Heard, Manner, Script};
use super::{Certificate, Dialogue, TlsServer};

/// A server of one conversation, which ends with it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    thread: JoinHandle<Played>,
}

type Played = Result<Vec<Line>, Box<Mismatch>>;

impl Server {
    /// Listens on a port of its own.
    ///
    /// # Errors
    /// If there is none.
    pub fn start(dialogue: &Dialogue, manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (script, file) = (Script::new(dialogue, manner), dialogue.file.clone());
        let certificate = dialogue.setup.certificate;
        let thread = thread::spawn(move || serve(&listener, script, file, (manner, certificate)));
        Ok(Self { address, thread })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the end of the conversation, and tells what was said.
    ///
    /// # Errors
    /// If the client said or did anything but what the file has.
    pub fn finish(self) -> Result<Vec<Line>, Box<Mismatch>> {
        self.thread.join().expect("the server does not panic")
    }
}

fn serve(
    listener: &TcpListener,
    script: Script,
    file: PathBuf,
    (manner, certificate): (Manner, Certificate),
) -> Played {
    let failure = |what, seen: String| {
        let (line, how) = (0, manner.to_string());
        Box::new(Mismatch {
            file: file.clone(),
            line,
            how,
            what,
            expected: vec![],
            seen: vec![seen],
        })
    };
    let stream = accept(listener).map_err(|e| failure("no client connects", e.to_string()))?;
    let session = Session {
        stream,
        script,
        manner,
        certificate,
        tls: None,
        partial: Vec::new(),
        unread: Vec::new(),
        transcript: Vec::new(),
    };
    session.play().map_err(|failed| match failed {
        Failed::Io(error) => failure("the connection fails", error.to_string()),
        Failed::Differs { line, what, expected, seen } => {
            let how = manner.to_string();
            Box::new(Mismatch { file: file.clone(), line, how, what, expected, seen })
        }
    })
}

fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    let seconds = Timespec { tv_sec: CLIENT_MAX.as_secs().cast_signed(), tv_nsec: 0 };
    if poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&seconds))? == 0 {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    stream.set_write_timeout(Some(SILENCE_MAX))?;
    Ok(stream)
}

struct Session {
    stream: TcpStream,
    script: Script,
    manner: Manner,
    certificate: Certificate,
    tls: Option<TlsServer>,
    /// What was said of a line that is not complete.
    partial: Vec<u8>,
    /// What the client said beyond what was expected so far.
    unread: Vec<u8>,
    transcript: Vec<Line>,
}

/// Why a conversation did not go as written.
enum Failed {
    Io(io::Error),
    Differs { line: usize, what: &'static str, expected: Vec<(usize, String)>, seen: Vec<String> },
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What came of reading.
enum Came {
    Bytes,
    Nothing,
    Gone,
}

impl Session {
    fn play(mut self) -> Result<Vec<Line>, Failed> {
        let Script { heard, done, last } = std::mem::take(&mut self.script);
        let mut done = done.iter().peekable();
        for position in 0..=heard.len() {
            let mut is_first = true;
            while let Some(next) = done.next_if(|done| done.after == position) {
                let is_quiet = !matches!(next.deed, Deed::Secure);
                if is_first && is_quiet && self.manner == Manner::Flights {
                    self.silence(next.line)?;
                }
                is_first = false;
                match &next.deed {
                    Deed::Say(bytes) => self.say(bytes),
                    Deed::Secure => self.secure()?,
                    Deed::End(Ending::Reset) => return Ok(self.transcript),
                    Deed::End(ending) => {
                        if let (Some(tls), Ending::Eof) = (&mut self.tls, ending) {
                            let end = tls.end();
                            self.stream.write_all(&end).unwrap_or_default();
                        }
                        // A client that is gone already needs no more.
                        self.stream.shutdown(Shutdown::Write).unwrap_or_default();
                    }
                }
            }
            if position < heard.len() {
                self.hear(&heard[position..])?;
            }
        }
        self.leave(last)
    }

    /// Says something, if there is still somebody to hear it: some clients leave with QUIT.
    fn say(&mut self, bytes: &[u8]) {
        self.partial.extend(bytes);
        if self.partial.ends_with(b"\n") {
            let lines = std::mem::take(&mut self.partial);
            self.note(&lines, Line::Server);
        }
        let records = self.tls.as_mut().map(|tls| tls.say(bytes));
        self.stream.write_all(records.as_deref().unwrap_or(bytes)).unwrap_or_default();
    }

    /// Shakes hands.
    fn secure(&mut self) -> Result<(), Failed> {
        let mut tls = TlsServer::with(self.certificate);
        let mut records = std::mem::take(&mut self.unread);
        loop {
            let answer = tls.hear(&records).map_err(io::Error::other)?;
            self.stream.write_all(&answer)?;
            if !tls.connection().is_handshaking() {
                break;
            }
            let Came::Bytes = self.read()? else {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            };
            records = std::mem::take(&mut self.unread);
        }
        self.unread = tls.take_plain();
        self.tls = Some(tls);
        Ok(())
    }

    /// Hears the first one of what is to come.
    fn hear(&mut self, coming: &[Heard]) -> Result<(), Failed> {
        let Some(first) = coming.first() else {
            return Ok(());
        };
        loop {
            match self.heard(first) {
                Some(Some(length)) => {
                    let bytes: Vec<u8> = self.unread.drain(..length).collect();
                    if first.is_command {
                        let is_response = self.is_asked();
                        self.note(&bytes, |text| Line::Client(elided(text, is_response)));
                    } else {
                        self.note_content(bytes.len() as u64);
                    }
                    return Ok(());
                }
                Some(None) => return Err(self.other(coming, "the client says something else")),
                None => match self.read()? {
                    Came::Bytes => {}
                    Came::Nothing => return Err(self.other(coming, "the client says no more")),
                    Came::Gone => return Err(self.other(coming, "the client leaves")),
                },
            }
        }
    }

    /// How many bytes are what was expected: none, if they cannot be; nothing yet, if they may.
    fn heard(&self, expected: &Heard) -> Option<Option<usize>> {
        let (bytes, unread) = (&expected.bytes, &self.unread);
        if expected.is_command && self.manner == Manner::Commands {
            let length = unread.iter().position(|byte| *byte == b'\n')? + 1;
            let is_same = || without_size(&unread[..length]) == without_size(bytes);
            let is_secret = matched(bytes, unread) == Matched::Whole(length);
            return Some((is_secret || is_same()).then_some(length));
        }
        match matched(bytes, unread) {
            Matched::Whole(length) => Some(Some(length)),
            Matched::Part => None,
            Matched::Not => Some(None),
        }
    }

    /// The client has nothing more to say for the time being.
    fn silence(&mut self, line: usize) -> Result<(), Failed> {
        self.stream.set_nonblocking(true)?;
        let came = self.read();
        self.stream.set_nonblocking(false)?;
        came?;
        self.nothing_more(line)
    }

    /// The client leaves, and says nothing before it does.
    fn leave(mut self, line: usize) -> Result<Vec<Line>, Failed> {
        while let Came::Bytes = self.read()? {}
        self.nothing_more(line)?;
        Ok(self.transcript)
    }

    fn nothing_more(&self, line: usize) -> Result<(), Failed> {
        if self.unread.is_empty() {
            return Ok(());
        }
        let (what, seen) = ("the client says more than that", lines(&self.unread));
        Err(Failed::Differs { line, what, expected: Vec::new(), seen })
    }

    fn read(&mut self) -> io::Result<Came> {
        let mut space = [0; 16 * 1024];
        match self.stream.read(&mut space) {
            Ok(0) => Ok(Came::Gone),
            Ok(n) => {
                let Some(tls) = &mut self.tls else {
                    self.unread.extend(&space[..n]);
                    return Ok(Came::Bytes);
                };
                let answer = tls.hear(&space[..n]).map_err(io::Error::other)?;
                self.unread.extend(tls.take_plain());
                self.stream.write_all(&answer).unwrap_or_default();
                Ok(Came::Bytes)
            }
            Err(error) if SILENT.contains(&error.kind()) => Ok(Came::Nothing),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(Came::Gone),
            Err(error) => Err(error),
        }
    }

    fn other(&self, coming: &[Heard], what: &'static str) -> Failed {
        let expected: Vec<_> = coming.iter().map(|h| (h.line, h.bytes.clone())).collect();
        match compare(&expected, &self.unread) {
            Some(diff) => {
                Failed::Differs { line: diff.line, what, expected: diff.expected, seen: diff.seen }
            }
            None => Failed::Differs { line: 0, what, expected: vec![], seen: lines(&self.unread) },
        }
    }

    fn note(&mut self, bytes: &[u8], line: impl Fn(String) -> Line) {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let text = |line| String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']).to_owned();
        self.transcript.extend(lines.map(text).map(line));
    }

    /// Whether the client answers a challenge of AUTH.
    fn is_asked(&self) -> bool {
        matches!(self.transcript.last(), Some(Line::Server(text)) if text.starts_with("334"))
    }

    fn note_content(&mut self, bytes: u64) {
        match self.transcript.last_mut() {
            Some(Line::Content(before)) => *before += bytes,
            Some(Line::Client(_) | Line::Server(_) | Line::Overruled(_) | Line::Tls(_)) | None => {
                self.transcript.push(Line::Content(bytes));
            }
        }
    }
}

/// What a transcript has of a line: no secrets.
fn elided(text: String, is_response: bool) -> String {
    let mut words = text.split(' ');
    match (words.next(), words.next(), words.next()) {
        _ if is_response && text != "*" => "<credentials>".into(),
        (Some("AUTH"), Some(name), Some(_)) => format!("AUTH {name} <credentials>"),
        _ => text,
    }
}

/// A command without the value of its SIZE=, which depends on what a program adds to content.
fn without_size(command: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(command);
    let words = text.split(' ').map(|word| {
        let value = word.strip_prefix("SIZE=").unwrap_or_default().trim_end();
        let is_size = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        if is_size { word.replace(value, "N") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ").into_bytes()
}

/// How reading fails while there is nothing to read.
const SILENT: [io::ErrorKind; 2] = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];

/// How long to wait for a client to connect.
const CLIENT_MAX: Duration = Duration::from_secs(60);

/// How long a client may be silent before it has nothing to say.
const SILENCE_MAX: Duration = Duration::from_secs(15);
