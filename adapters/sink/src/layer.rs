//! TLS between a socket and its session.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ProtocolVersion, ServerConnection};
use sha2::{Digest as _, Sha256};

use crate::acceptor::Acceptor;
use crate::{Handshake, Session};

/// The TLS of one connection: ciphertext on one side, the session on the other.
#[derive(Debug)]
pub(crate) struct Layer {
    connection: ServerConnection,
    acceptor: Arc<Acceptor>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// The client said nothing yet.
    Awaited,
    Handshaking,
    Established,
}

impl Layer {
    pub(crate) fn new(acceptor: Arc<Acceptor>) -> Result<Self, rustls::Error> {
        let mut connection = ServerConnection::new(Arc::clone(&acceptor.config))?;
        // What is not transmitted is bounded by what one read brings: see Connection::proceed.
        connection.set_buffer_limit(None);
        Ok(Self { connection, acceptor, stage: Stage::Awaited })
    }

    /// Takes ciphertext, and gives the session what is in it.
    ///
    /// After an error there is an alert to be transmitted, and nothing more.
    pub(crate) fn handle_input(
        &mut self,
        mut input: &[u8],
        session: &mut Session,
    ) -> io::Result<()> {
        if self.stage == Stage::Awaited {
            self.stage = Stage::Handshaking;
            if session.fails_in_handshake() {
                return Ok(());
            }
        }
        // Nothing is read after the client's close_notify.
        while !input.is_empty() && self.connection.read_tls(&mut input)? > 0 {
            let state = self.connection.process_new_packets().map_err(io::Error::other)?;
            if self.stage == Stage::Handshaking && !self.connection.is_handshaking() {
                self.stage = Stage::Established;
                session.handle_tls(self.handshake());
            }
            self.pass_on(session)?;
            if state.peer_has_closed() {
                self.connection.send_close_notify();
            }
        }
        Ok(())
    }

    /// Takes the session's output, and says farewell if that was all.
    ///
    /// What the session says in the midst of the handshake is left: it goes out in plaintext.
    pub(crate) fn seal(&mut self, session: &mut Session) -> io::Result<()> {
        if self.stage != Stage::Established {
            return Ok(());
        }
        self.connection.writer().write_all(session.output())?;
        session.handle_transmitted(session.output().len());
        if session.wants_close() && !session.is_severed() && !session.is_truncated() {
            self.connection.send_close_notify();
        }
        Ok(())
    }

    /// Writes all ciphertext, in one write if the socket takes it.
    pub(crate) fn transmit(&mut self, stream: &mut impl Write) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(stream)?;
        }
        Ok(())
    }

    fn pass_on(&mut self, session: &mut Session) -> io::Result<()> {
        let mut reader = self.connection.reader();
        loop {
            let plaintext = match io::BufRead::fill_buf(&mut reader) {
                Ok([]) => return Ok(()),
                Ok(plaintext) => plaintext,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            session.handle_input(plaintext);
            let taken = plaintext.len();
            io::BufRead::consume(&mut reader, taken);
        }
    }

    fn handshake(&self) -> Handshake {
        let connection = &self.connection;
        let is_13 = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let suite = connection.negotiated_cipher_suite();
        let client = connection.peer_certificates().and_then(<[_]>::first);
        // RFC 9266, 4: "EXPORTER-Channel-Binding", no context, 32 bytes.
        let exporter = is_13.then(|| {
            connection.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
        });
        Handshake {
            version: if is_13 { "TLSv1.3" } else { "TLSv1.2" },
            cipher: suite.and_then(|suite| suite.suite().as_str()).unwrap_or("unknown"),
            client: client.map(fingerprint),
            exporter: exporter.and_then(Result::ok),
            end_point: self.acceptor.end_point.clone(),
        }
    }
}

/// SHA-256 as Postfix writes it.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(certificate) {
        let separator = if digits.is_empty() { "" } else { ":" };
        write!(digits, "{separator}{byte:02X}").expect("writing to memory does not fail");
    }
    digits
}
