//! A client under TLS whose server is real as far as the bytes want it to be.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use envoi_proto::tls::{Level, Policy, default_provider};
use envoi_proto::{
    Channel, Client, Config, Envelope, Event, Filtered, ForwardPath, Instant, Peer, Progress,
    ReversePath, Step,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::kx_group::X25519;

use crate::dialogue::{Certificate, TlsServer, tls_config, tls_engine};
use crate::witness::{Violation, ensure};

#[derive(Arbitrary, Debug)]
struct Script<'a> {
    verifies: bool,
    acts: Vec<Act<'a>>,
}

/// Something that happens after the 220 to STARTTLS.
#[derive(Arbitrary, Debug)]
enum Act<'a> {
    /// These bytes arrive.
    Raw(&'a [u8]),
    /// A record of this type arrives.
    Record(u8, &'a [u8]),
    /// So much arrives of what the server has said.
    Delivers(u16),
    DeliversAll,
    /// One bit is changed of what the server has said and has not arrived.
    Flips(u16),
    /// The server says this under TLS.
    Says(&'a [u8]),
    /// The server gives the reply that is due.
    Obliges,
    EndsTls,
    Waits,
    Eof,
    Breaks,
    Quits,
}

/// Does to a client what the bytes say.
///
/// # Errors
/// If it does what it must not do.
pub fn starttls(data: &[u8]) -> Result<(), Violation> {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    let mut player = Player::new(if script.verifies { Level::Verify } else { Level::Encrypt });
    for said in ["220 mx.example\r\n", "250-mx.example\r\n250 STARTTLS\r\n", "220 Go\r\n"] {
        player.read(said.as_bytes())?;
    }
    player.written.clear();
    for act in script.acts.iter().take(ACTS_MAX) {
        player.act(act)?;
    }
    player.act(&Act::Eof)?;
    player.finish()
}

struct Player {
    channel: Channel,
    server: TlsServer,
    now: Instant,
    /// Until when the client waits.
    deadline: Option<Instant>,
    /// What the server has said and has not arrived.
    said: Vec<u8>,
    written: Vec<u8>,
    is_given: bool,
    is_over: bool,
    is_secured: bool,
    begun: usize,
    ended: usize,
}

type Played = Result<(), Violation>;

impl Player {
    fn new(level: Level) -> Self {
        let mut config = Config::new("client.example".parse().expect("it is a domain"));
        let provider = CryptoProvider { kx_groups: vec![X25519], ..default_provider() };
        config.tls = Some(Arc::new(tls_engine(provider)));
        let mut peer = Peer::new("mx.example");
        peer.tls = Policy::new(level);
        Self {
            channel: Channel::new(Client::new(Arc::new(config), peer, Instant::ORIGIN)),
            server: TlsServer::new(SERVER.clone()),
            now: Instant::ORIGIN,
            deadline: None,
            said: Vec::new(),
            written: Vec::new(),
            is_given: false,
            is_over: false,
            is_secured: false,
            begun: 0,
            ended: 0,
        }
    }

    fn act(&mut self, act: &Act<'_>) -> Played {
        match act {
            Act::Raw(bytes) => return self.read(bytes),
            Act::Record(kind, bytes) => {
                let bytes = &bytes[..bytes.len().min(1 << 14)];
                let length = (bytes.len() as u16).to_be_bytes();
                return self.read(&[&[*kind, 3, 3], &length[..], bytes].concat());
            }
            Act::Delivers(bytes) => {
                let rest = self.said.split_off(self.said.len().min(usize::from(*bytes)));
                let said = std::mem::replace(&mut self.said, rest);
                return self.read(&said);
            }
            Act::DeliversAll => {
                let said = std::mem::take(&mut self.said);
                return self.read(&said);
            }
            Act::Flips(bit) => {
                if let Some(byte) = self.said.get_mut(usize::from(*bit) / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Act::Says(bytes) => {
                let records = self.server.say(bytes);
                self.said.extend(records);
            }
            Act::Obliges => {
                let heard = self.server.take_plain();
                let reply = if heard.ends_with(b"DATA\r\n") { "354 Go\r\n" } else { "250 Ok\r\n" };
                let records = self.server.say(reply.as_bytes());
                self.said.extend(records);
            }
            Act::EndsTls => {
                let records = self.server.end();
                self.said.extend(records);
            }
            Act::Waits => {
                self.now = self.deadline.unwrap_or(self.now + Duration::from_secs(1)).max(self.now);
            }
            Act::Eof => self.progress(Progress { eof: true, ..Progress::default() }),
            Act::Breaks => self.progress(Progress { broken: true, ..Progress::default() }),
            Act::Quits => self.channel.quit(self.now),
        }
        self.run()
    }

    fn read(&mut self, mut bytes: &[u8]) -> Played {
        self.run()?;
        while !bytes.is_empty() && !self.is_over {
            let Ok(Step::Exchange { space, .. }) = self.channel.step(self.now) else {
                return Err(Violation("there was nothing to do but to exchange".into()));
            };
            ensure(!space.is_empty(), || "there is no room to read to".into())?;
            ensure(space.len() <= SPACE_MAX, || format!("{} bytes of room", space.len()))?;
            let n = bytes.len().min(space.len());
            space[..n].copy_from_slice(&bytes[..n]);
            bytes = &bytes[n..];
            self.progress(Progress { read: n, ..Progress::default() });
            self.run()?;
        }
        Ok(())
    }

    fn progress(&mut self, progress: Progress) {
        self.channel.handle_progress(progress, self.now);
    }

    /// Goes on until the server has to say something.
    fn run(&mut self) -> Played {
        for _ in 0..STEPS_MAX {
            if self.is_over {
                return Ok(());
            }
            let (written, content) = match self.channel.step(self.now) {
                Ok(Step::Event(event)) => {
                    self.is_secured |= matches!(event, Event::Tls(_));
                    self.ended += usize::from(matches!(event, Event::End { .. }));
                    let is_ready = matches!(event, Event::Ready);
                    let is_secured = self.is_secured;
                    ensure(is_secured || !is_ready, || "it is ready without TLS".into())?;
                    continue;
                }
                Ok(Step::Envelope) => {
                    self.envelope();
                    continue;
                }
                Ok(Step::Filter { .. }) => {
                    self.channel.handle_filtered(Filtered::Unchanged, self.now);
                    continue;
                }
                Ok(Step::Closed) => {
                    self.is_over = true;
                    continue;
                }
                // The last word of TLS follows.
                Err(_) => continue,
                Ok(Step::Exchange { out, content, deadline, .. }) => {
                    ensure(out.len() <= OUT_MAX, || format!("{} bytes wait", out.len()))?;
                    self.deadline = deadline;
                    self.written.extend(out);
                    (out.len(), content)
                }
            };
            self.progress(Progress { written, ..Progress::default() });
            if content.is_some() {
                self.give();
            } else if written == 0 {
                break;
            }
        }
        self.hear()
    }

    fn envelope(&mut self) {
        if self.begun == 1 {
            return self.channel.quit(self.now);
        }
        self.begun = 1;
        let bob: ForwardPath = "bob@mx.example".parse().expect("the address is good");
        let envelope = Envelope::new(ReversePath::Null, vec![bob.into()]);
        self.channel.send(envelope, self.now).expect("an envelope is wanted");
    }

    fn give(&mut self) {
        if std::mem::replace(&mut self.is_given, true) {
            self.channel.content_end(self.now);
        } else {
            self.channel.handle_content(b"Subject: x\r\n", self.now);
        }
    }

    /// The server hears what was written: after the 220, nothing but records.
    fn hear(&mut self) -> Played {
        let written = std::mem::take(&mut self.written);
        if self.begun == 0 && written.first().is_some_and(u8::is_ascii_alphabetic) {
            // What leads up to the 220.
            return Ok(());
        }
        let heard = self.server.hear(&written);
        let records = heard.map_err(|error| Violation(format!("no TLS was written: {error}")));
        // A client that has been lied to may say so in ways that make no sense to the server.
        self.said.extend(records.unwrap_or_default());
        let is_record = written.first().is_none_or(|kind| (20..=23).contains(kind));
        ensure(is_record, || format!("{:?} was written", written.escape_ascii().to_string()))
    }

    fn finish(&self) -> Played {
        ensure(self.is_over, || "the end is not the end".into())?;
        ensure(self.ended == self.begun, || format!("{} messages, {} ends", self.begun, self.ended))
    }
}

/// Made once: keys take their time.
static SERVER: LazyLock<Arc<ServerConfig>> = LazyLock::new(|| {
    let mut config = tls_config(Certificate::Good, rustls::ALL_VERSIONS);
    config.max_fragment_size = Some(512);
    config.into()
});

/// Most acts of a script.
const ACTS_MAX: usize = 200;

/// Most steps between two acts.
const STEPS_MAX: usize = 1000;

/// A message of TLS, and a byte.
const SPACE_MAX: usize = (64 << 10) + 1;

/// Most bytes that wait to be written.
const OUT_MAX: usize = 160 << 10;
