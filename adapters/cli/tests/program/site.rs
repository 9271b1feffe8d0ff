//! Servers on loopback, and a name server that leads to them.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use envoi_sink::{NameServer, Options, Sink};

use crate::program::{Run, run_with};

/// Sinks at one port of 127.0.0.1, 127.0.0.2 and so on, and a name server. Nobody listens on
/// 127.0.0.9.
pub(crate) struct Site {
    pub(crate) sinks: Vec<Sink>,
    names: NameServer,
}

impl Site {
    pub(crate) fn new<const N: usize>(zone: &str, options: [Options; N]) -> Self {
        let mut sinks: Vec<Sink> = Vec::new();
        for (number, options) in (1..).zip(options) {
            let port = sinks.first().map_or(0, |sink| sink.address().port());
            sinks.push(Sink::listen((Ipv4Addr::new(127, 0, 0, number), port), options).unwrap());
        }
        Self { sinks, names: NameServer::start(zone.parse().unwrap()).unwrap() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.sinks[0].address().port()
    }

    /// Runs `envoi send` from ann with a message of one line, by way of the name server.
    pub(crate) fn send(&self, more: &[&str]) -> Run {
        let port = self.port().to_string();
        let head = ["send", "--from", "ann@client.example", "--port", &port];
        self.run(&[&head, more, &["-"]].concat())
    }

    /// Runs the program by way of the name server.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let resolver = self.names.address().to_string();
        run_with([arguments, &["--resolver", &resolver]].concat(), b"hello\n")
    }

    /// How many messages each sink took.
    pub(crate) fn counts(&self) -> Vec<u64> {
        self.sinks.iter().map(Sink::count).collect()
    }

    /// How many connections each sink had.
    pub(crate) fn connections(&self) -> Vec<u64> {
        self.sinks.iter().map(Sink::connections).collect()
    }

    /// How many questions the name server was asked.
    pub(crate) fn questions(&self) -> u64 {
        self.names.answered()
    }
}

/// An address where no name server is.
pub(crate) fn nobody() -> String {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.local_addr().unwrap().to_string()
}

/// A port of 127.0.0.1 where no mail server is.
pub(crate) fn nobody_listens() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
