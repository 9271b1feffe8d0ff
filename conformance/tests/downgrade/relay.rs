//! Whoever stands between client and server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::attack::Attack;

/// Relays one connection, and tells what the client said in it.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<Vec<u8>>,
}

impl Relay {
    pub(crate) fn to(server: SocketAddr, attack: Attack) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let client = listener.accept().unwrap().0;
            let server = TcpStream::connect(server).unwrap();
            for stream in [&client, &server] {
                stream.set_nodelay(true).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
            }
            let (client, server) = (BufReader::new(client), BufReader::new(server));
            Between { client, server, heard: Vec::new() }.attack(attack)
        });
        Self { address, thread }
    }

    /// Everything that the client said, once it has gone.
    pub(crate) fn heard(self) -> Vec<u8> {
        self.thread.join().unwrap()
    }
}

struct Between {
    client: BufReader<TcpStream>,
    server: BufReader<TcpStream>,
    /// What the client said.
    heard: Vec<u8>,
}

impl Between {
    /// Relays the plaintext in lockstep up to the reply to STARTTLS.
    fn attack(mut self, attack: Attack) -> Vec<u8> {
        let greeting = self.reply();
        self.tell_client(greeting.as_bytes());
        loop {
            let Some(command) = self.command() else {
                return self.pump(Attack::None);
            };
            if let Some(reply) = attack.answer(&command) {
                self.tell_client(format!("{reply}\r\n").as_bytes());
                continue;
            }
            self.tell_server(command.as_bytes());
            if command.starts_with("STARTTLS") {
                return self.secure(attack);
            }
            if command.starts_with("MAIL") || command.starts_with("QUIT") {
                return self.pump(Attack::None);
            }
            let reply = self.reply();
            let reply = attack.edit(reply);
            self.tell_client(reply.as_bytes());
        }
    }

    /// Relays the reply to STARTTLS, and what follows it.
    fn secure(mut self, attack: Attack) -> Vec<u8> {
        let reply = self.reply();
        if let Attack::Inject(more) = attack {
            self.tell_client((reply + more).as_bytes());
            return self.pump(attack);
        }
        self.tell_client(reply.as_bytes());
        if let Attack::InjectLate(more, pause) = attack {
            thread::sleep(pause);
            self.tell_client(more.as_bytes());
        } else if let Attack::Answer(answer) = attack {
            // The client has begun its handshake: this is no reply to STARTTLS any more.
            let hello = self.client.fill_buf().unwrap_or_default().to_vec();
            self.client.consume(hello.len());
            self.heard.extend_from_slice(&hello);
            self.tell_client(answer);
        }
        self.pump(attack)
    }

    /// Relays bytes both ways, until one side has gone.
    fn pump(mut self, attack: Attack) -> Vec<u8> {
        let to_client = self.client.get_ref().try_clone().unwrap();
        let mut server = self.server;
        let to_server = server.get_ref().try_clone().unwrap();
        let back = thread::spawn(move || {
            let mut said = 0;
            let mut space = [0; 4096];
            while let Ok(n @ 1..) = server.read(&mut space) {
                let left = if let Attack::Cut(limit) = attack { limit - said } else { usize::MAX };
                let (end, is_cut) = (n.min(left), n >= left);
                if let Attack::Flip(at) = attack
                    && (said..said + n).contains(&at)
                {
                    space[at - said] ^= 1;
                }
                said += n;
                if (&to_client).write_all(&space[..end]).is_err() || is_cut {
                    break;
                }
            }
            // Whoever has gone needs no farewell.
            let _ = to_client.shutdown(Shutdown::Both);
        });
        let mut space = [0; 4096];
        while let Ok(n @ 1..) = self.client.read(&mut space) {
            self.heard.extend_from_slice(&space[..n]);
            if (&to_server).write_all(&space[..n]).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Both);
        back.join().unwrap();
        // What was on its way when the connection was cut counts as well.
        let _ = self.client.read_to_end(&mut self.heard);
        self.heard
    }

    /// A line of the client's, if it is one of those that are answered one by one.
    fn command(&mut self) -> Option<String> {
        let first = *self.client.fill_buf().unwrap_or_default().first()?;
        if !first.is_ascii_uppercase() {
            return None;
        }
        let mut line = String::new();
        self.client.read_line(&mut line).ok()?;
        self.heard.extend_from_slice(line.as_bytes());
        Some(line)
    }

    fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            self.server.read_line(&mut reply).unwrap();
            if reply.as_bytes().get(start + 3) != Some(&b'-') {
                return reply;
            }
        }
    }

    /// The client may have gone: then there is nothing to say.
    fn tell_client(&mut self, bytes: &[u8]) {
        let _ = self.client.get_mut().write_all(bytes);
    }

    fn tell_server(&mut self, bytes: &[u8]) {
        self.server.get_mut().write_all(bytes).unwrap();
    }
}

const PATIENCE: Duration = Duration::from_secs(30);
