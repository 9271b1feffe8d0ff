//! A name server that says what it is told to.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What a server says to a question.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// These records.
    Records(Vec<Record>),
    /// There is no such name.
    NoName,
    /// What there is does not fit in a datagram; over a stream it does.
    Long(Vec<Record>),
    Silence,
    /// Nothing yet; when another question comes, both are answered.
    Held(Vec<Record>),
    /// These records, after a while.
    Late(Duration, Vec<Record>),
}

#[derive(Clone, Debug)]
pub(crate) enum Record {
    A(Ipv4Addr),
    Mx(u16, &'static str),
}

/// A name server on loopback, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// What it was asked: `name type`.
    asked: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

type Zone = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

impl Server {
    /// Begins to answer; `zone` gets `name type`.
    pub(crate) fn start(zone: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let (stream, datagram) = sockets();
        let address = stream.local_addr().unwrap();
        let (asked, is_over) = (Arc::<Mutex<Vec<String>>>::default(), Arc::default());
        let zone: Zone = Arc::new(zone);
        let datagrams = {
            let (asked, is_over, zone) = (asked.clone(), Arc::clone(&is_over), zone.clone());
            thread::spawn(move || serve_datagrams(&datagram, &asked, &is_over, &zone))
        };
        let streams = {
            let (asked, is_over) = (asked.clone(), Arc::clone(&is_over));
            thread::spawn(move || serve_streams(&stream, &asked, &is_over, &zone))
        };
        Self { address, asked, is_over, threads: vec![datagrams, streams] }
    }

    /// What it was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let outcome = thread.join();
            assert!(thread::panicking() || outcome.is_ok());
        }
    }
}

/// A pair of sockets of the same port.
fn sockets() -> (TcpListener, UdpSocket) {
    loop {
        let stream = TcpListener::bind("127.0.0.1:0").unwrap();
        if let Ok(datagram) = UdpSocket::bind(stream.local_addr().unwrap()) {
            stream.set_nonblocking(true).unwrap();
            datagram.set_read_timeout(Some(PATIENCE)).unwrap();
            return (stream, datagram);
        }
    }
}

fn serve_datagrams(socket: &UdpSocket, asked: &Mutex<Vec<String>>, over: &AtomicBool, zone: &Zone) {
    let mut buffer = [0; 2048];
    let mut held = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let (length, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) if is_early(&error) => continue,
            // That a client is gone is nothing to us.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => continue,
            Err(error) => panic!("{error}"),
        };
        let message = &buffer[..length];
        let question = question(message);
        asked.lock().unwrap().push(question.clone());
        let reply = match zone(&question) {
            Reply::Silence => continue,
            Reply::Held(records) => {
                held.push((message.to_vec(), records, client));
                if held.len() == 2 {
                    for (message, records, client) in held.drain(..) {
                        socket.send_to(&answer(&message, &records), client).unwrap();
                    }
                }
                continue;
            }
            Reply::Late(after, records) => {
                let (reply, socket) = (answer(message, &records), socket.try_clone().unwrap());
                thread::spawn(move || {
                    thread::sleep(after);
                    let _ = socket.send_to(&reply, client);
                });
                continue;
            }
            Reply::Records(records) => answer(message, &records),
            Reply::NoName => with_flags(answer(message, &[]), 0x81, 0x83),
            Reply::Long(_) => with_flags(answer(message, &[]), 0x83, 0x80),
        };
        let _ = socket.send_to(&reply, client);
    }
}

fn serve_streams(
    listener: &TcpListener,
    asked: &Mutex<Vec<String>>,
    over: &AtomicBool,
    zone: &Zone,
) {
    while !over.load(Ordering::Relaxed) {
        let Ok((mut client, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(1));
            continue;
        };
        client.set_nonblocking(false).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut length = [0; 2];
        while client.read_exact(&mut length).is_ok() {
            let mut message = vec![0; u16::from_be_bytes(length).into()];
            client.read_exact(&mut message).unwrap();
            let question = question(&message);
            asked.lock().unwrap().push(format!("{question} tcp"));
            let (Reply::Records(records) | Reply::Long(records)) = zone(&question) else {
                continue;
            };
            let answer = answer(&message, &records);
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            client.write_all(&[&length[..], &answer].concat()).unwrap();
        }
    }
}

/// The name and the type that a message asks for.
fn question(message: &[u8]) -> String {
    let mut labels = Vec::new();
    let mut rest = &message[12..];
    while rest[0] != 0 {
        let (label, after) = rest[1..].split_at(rest[0].into());
        labels.push(String::from_utf8_lossy(label).to_lowercase());
        rest = after;
    }
    let kind = match rest[2] {
        1 => "A",
        15 => "MX",
        28 => "AAAA",
        other => panic!("nobody asks for type {other}"),
    };
    format!("{} {kind}", labels.join("."))
}

/// The message that answers another one.
fn answer(message: &[u8], records: &[Record]) -> Vec<u8> {
    let end = 12 + message[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let mut answer = message[..end].to_vec();
    answer[2..4].copy_from_slice(&[0x81, 0x80]);
    answer[6..12].copy_from_slice(&[0, u8::try_from(records.len()).unwrap(), 0, 0, 0, 0]);
    for record in records {
        let (kind, data) = match record {
            Record::A(address) => (1, address.octets().to_vec()),
            Record::Mx(preference, exchange) => {
                let mut data = preference.to_be_bytes().to_vec();
                for label in exchange.split('.') {
                    data.push(u8::try_from(label.len()).unwrap());
                    data.extend(label.bytes());
                }
                data.push(0);
                (15, data)
            }
        };
        // The name of the question, class IN, for a minute.
        answer.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    answer
}

fn with_flags(mut message: Vec<u8>, first: u8, second: u8) -> Vec<u8> {
    message[2..4].copy_from_slice(&[first, second]);
    message
}

fn is_early(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// How soon a server notices that it is over.
const PATIENCE: Duration = Duration::from_millis(20);
