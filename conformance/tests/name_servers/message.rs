//! Just enough of DNS messages (RFC 1035, 4.1) to see that servers answer.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// What is said about an answer in its header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Header {
    pub(crate) code: Code,
    /// AA: the server is the one to ask.
    pub(crate) is_authoritative: bool,
    /// TC.
    pub(crate) is_truncated: bool,
    /// AD.
    pub(crate) is_secure: bool,
    /// How many records there are in the answer section.
    pub(crate) records: u16,
}

/// RFC 1035, 4.1.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Code {
    NoError,
    ServFail,
    NxDomain,
    Refused,
}

/// Types of records by their numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    A = 1,
    Ns = 2,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Tlsa = 52,
}

/// Asks by UDP, and waits so long for the answer.
pub(crate) fn ask(
    server: SocketAddr,
    name: &str,
    kind: Kind,
    patience: Duration,
) -> Option<Header> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket.set_read_timeout(Some(patience)).unwrap();
    socket.send_to(&question(name, kind), server).unwrap();
    let mut answer = [0; 4096];
    let (length, _) = socket.recv_from(&mut answer).ok()?;
    assert!(length <= 1232, "{length} bytes");
    Some(header(&answer[..length]))
}

/// Asks by TCP. Gives the length of the answer as well.
pub(crate) fn ask_by_tcp(server: SocketAddr, name: &str, kind: Kind) -> (Header, usize) {
    let mut stream = TcpStream::connect(server).unwrap();
    let question = question(name, kind);
    let length = u16::try_from(question.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], &question].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut answer).unwrap();
    (header(&answer), answer.len())
}

/// A question that wants recursion and to know whether the answer is secure, with EDNS.
fn question(name: &str, kind: Kind) -> Vec<u8> {
    let mut message = b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\x01".to_vec();
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(&[0, 0, kind as u8, 0, 1]);
    // OPT (RFC 6891, 6.1.2): datagrams of 1232 bytes are taken.
    message.extend_from_slice(&[0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    message
}

fn header(answer: &[u8]) -> Header {
    assert_eq!(answer[..2], *b"\x12\x34");
    let code = match answer[3] & 0xf {
        0 => Code::NoError,
        2 => Code::ServFail,
        3 => Code::NxDomain,
        5 => Code::Refused,
        other => panic!("RCODE {other}"),
    };
    Header {
        code,
        is_authoritative: answer[2] & 0x04 != 0,
        is_truncated: answer[2] & 0x02 != 0,
        is_secure: answer[3] & 0x20 != 0,
        records: u16::from_be_bytes([answer[6], answer[7]]),
    }
}
