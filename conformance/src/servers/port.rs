//! Ports on loopback for servers that must be told theirs.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// A port that nobody listens on, by TCP or UDP, given once only by this process.
///
/// Below the range from which the kernel takes ports for connections: one of those could take it
/// before the server does.
pub(super) fn free() -> SocketAddr {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let origin = u16::try_from(process::id() % u32::from(PORTS)).expect("less than PORTS");
    for _ in 0..PORTS {
        let offset = (u32::from(origin) + u32::from(TAKEN.fetch_add(1, Ordering::Relaxed)))
            % u32::from(PORTS);
        let port = FIRST + u16::try_from(offset).expect("less than PORTS");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
    panic!("{PORTS} ports of loopback are taken")
}

/// Whether a server greets at an address; says QUIT to it if so.
pub(super) fn greets(address: SocketAddr) -> bool {
    let Ok(stream) = TcpStream::connect_timeout(&address, GREETING_MAX) else {
        return false;
    };
    if stream.set_read_timeout(Some(GREETING_MAX)).is_err() {
        return false;
    }
    let mut greeting = String::new();
    let mut reader = BufReader::new(&stream);
    let greeted = reader.read_line(&mut greeting).is_ok() && greeting.starts_with("220");
    // To leave without QUIT would be noted as a fault in some server's log.
    let quit = greeted && (&stream).write_all(b"QUIT\r\n").is_ok();
    let mut rest = String::new();
    quit && reader.read_line(&mut rest).is_ok()
}

/// Whether somebody listens at an IPv4 address, told without a connection.
pub(super) fn is_open(address: SocketAddr) -> bool {
    let SocketAddr::V4(address) = address else {
        return false;
    };
    let octets = u32::from_ne_bytes(address.ip().octets());
    let local = format!("{octets:08X}:{:04X}", address.port());
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    sockets
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .any(|fields| fields.get(1) == Some(&local.as_str()) && fields.get(3) == Some(&LISTENING))
}

/// Whether a name server answers at an address, whatever it says.
pub(super) fn resolves(address: SocketAddr) -> bool {
    let ask = || {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(ANSWER_MAX))?;
        socket.send_to(ROOT_SOA, address)?;
        socket.recv_from(&mut [0; 512])
    };
    ask().is_ok_and(|(_, from)| from == address)
}

/// Asks for the SOA of the root (RFC 1035, 4.1).
const ROOT_SOA: &[u8] = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\0\0\x06\0\x01";
const FIRST: u16 = 20_000;
const PORTS: u16 = 12_000;
const GREETING_MAX: Duration = Duration::from_secs(5);
const ANSWER_MAX: Duration = Duration::from_millis(200);
/// TCP_LISTEN, as /proc/net/tcp writes it.
const LISTENING: &str = "0A";
