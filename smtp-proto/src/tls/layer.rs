//! TLS between a conversation and its connection.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use rustls::client::UnbufferedClientConnection;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
};
use rustls::{HandshakeKind, ProtocolVersion};

use super::MESSAGE_MAX;
use super::binding::end_point;
use super::dump::Moved;
use super::engine::{Begun, Engine, fault};
use super::exporter::Exporter;
use super::fault::Fault;
use super::info::Info;
use crate::auth::{ChannelBinding, ChannelBindingKind};
use crate::config::{Config, Peer};
use crate::securing::Secured;

/// One connection's TLS: plaintext on one side, records on the other.
///
/// Bytes are in one of two buffers: records that arrived and are not read, and records that are
/// made and not written. Plaintext is the caller's on both ways.
pub(crate) struct Layer {
    connection: UnbufferedClientConnection,
    exporter: Arc<Exporter>,
    /// By which the engine keeps the server's sessions.
    server: Arc<str>,
    /// Room for records, and those that arrived and were not read.
    input: Vec<u8>,
    unread: Range<usize>,
    /// Room for records, and those that are not written.
    out: Vec<u8>,
    unwritten: Range<usize>,
    /// Where in `out` each record ends that holds plaintext, and how much that is.
    records: VecDeque<(usize, usize)>,
    /// How much plaintext they hold.
    sealed: usize,
    /// Bytes of the handshake that were not written when plaintext first followed them.
    last_of_handshake: Option<usize>,
    is_shaken: bool,
    /// Whether TLS itself has failed.
    has_failed: bool,
    /// Whether the server has said that it will send nothing more.
    is_ended: bool,
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").field("is_shaken", &self.is_shaken).finish_non_exhaustive()
    }
}

/// How far a layer came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Opened {
    /// The handshake has just come to its end.
    Shaken,
    /// There is plaintext, or the server has ended.
    Some,
    /// More has to arrive.
    Nothing,
}

impl Layer {
    /// Begins the handshake.
    pub(crate) fn begin(config: &Config, peer: &Peer) -> Result<Self, Fault> {
        let engine = config.tls.as_ref().ok_or(Fault::Engine)?;
        let Begun { connection, exporter, server } = engine.connect(peer)?;
        Ok(Self {
            connection,
            exporter,
            server,
            input: Vec::new(),
            unread: 0..0,
            out: Vec::new(),
            unwritten: 0..0,
            records: VecDeque::new(),
            sealed: 0,
            last_of_handshake: None,
            is_shaken: false,
            has_failed: false,
            is_ended: false,
        })
    }

    /// What is to be written, and where records are read to, which is never empty.
    pub(crate) fn exchange(&mut self) -> (&[u8], &mut [u8]) {
        self.make_room();
        (&self.out[self.unwritten.clone()], &mut self.input[self.unread.end..])
    }

    fn make_room(&mut self) {
        if self.unread.start > 0 {
            self.input.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        if self.unread.end == self.input.len() {
            let length = (self.input.len() * 2).clamp(ROOM_MIN, MESSAGE_MAX);
            self.input.resize(length.max(self.unread.end + 1), 0);
        }
    }

    /// Counts bytes as read to the space.
    pub(crate) fn handle_read(&mut self, n: usize, peer: &Peer) {
        let bytes = self.input.get(self.unread.end..self.unread.end + n).unwrap_or_default();
        let moved = Moved { way: "read from", peer, bytes };
        if self.is_shaken {
            moved.show()
        } else {
            moved.show_handshake()
        }
        self.unread.end += n;
    }

    /// Counts bytes as written, and says how much plaintext has left with them.
    pub(crate) fn handle_written(&mut self, n: usize, peer: &Peer) -> usize {
        let n = n.min(self.unwritten.len());
        let bytes = &self.out[self.unwritten.start..self.unwritten.start + n];
        let (handshake, records) = bytes.split_at(self.last_of_handshake.map_or(n, |l| l.min(n)));
        let moved = |bytes| Moved { way: "write to", peer, bytes };
        moved(handshake).show_handshake();
        moved(records).show();
        self.last_of_handshake = self.last_of_handshake.map(|left| left - handshake.len());
        self.unwritten.start += n;
        let mut left = 0;
        while let Some((end, plain)) = self.records.front()
            && *end <= self.unwritten.start
        {
            left += plain;
            self.records.pop_front();
        }
        if self.unwritten.is_empty() {
            self.unwritten = 0..0;
        }
        self.sealed -= left;
        left
    }

    /// Whether there are records to be read.
    pub(crate) fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Whether the server has said that it will send nothing more.
    pub(crate) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Appends to `plain` what can be read, and answers what must be answered.
    pub(crate) fn open(&mut self, plain: &mut Vec<u8>) -> Result<Opened, Fault> {
        loop {
            let records = &mut self.input[self.unread.clone()];
            let UnbufferedStatus { discard, state, .. } =
                self.connection.process_tls_records(records);
            let mut read = discard;
            let mut opened = None;
            match state.map_err(|error| fault(&error)) {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        match record {
                            Ok(record) => {
                                read += record.discard;
                                plain.extend_from_slice(record.payload);
                            }
                            Err(error) => {
                                self.has_failed = true;
                                return Err(fault(&error));
                            }
                        }
                    }
                    // A server that speaks first may do so with the last of its handshake.
                    let is_new = !core::mem::replace(&mut self.is_shaken, true);
                    let read = (!plain.is_empty()).then_some(Opened::Some);
                    opened = if is_new { Some(Opened::Shaken) } else { read };
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(&mut self.out, &mut self.unwritten, |out| encoded(data.encode(out)))?;
                }
                // Whatever was encoded is in `out`, which leaves in order.
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::BlockedHandshake) => opened = Some(Opened::Nothing),
                Ok(ConnectionState::WriteTraffic(_)) => {
                    let is_new = !core::mem::replace(&mut self.is_shaken, true);
                    opened = Some(if is_new { Opened::Shaken } else { Opened::Nothing });
                }
                Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                    self.is_ended = true;
                    opened = Some(Opened::Some);
                }
                // We send no early data, and servers send us none.
                Ok(ConnectionState::ReadEarlyData(_)) | Ok(_) => return Err(Fault::Engine),
                Err(fault) => {
                    self.unread.start += read;
                    self.has_failed = true;
                    self.say_why();
                    return Err(fault);
                }
            }
            self.unread.start += read;
            if opened == Some(Opened::Nothing) && self.unread.len() >= MESSAGE_MAX {
                return Err(Fault::Oversized);
            }
            if let Some(opened) = opened {
                return Ok(opened);
            }
        }
    }

    /// Makes records of the beginning of `plain`, but for what waits in records already. All that
    /// can be opened has been.
    pub(crate) fn seal(&mut self, plain: &[u8]) -> Result<(), Fault> {
        let plain = &plain[..plain.len().min(SEALED_MAX)];
        // What follows content while its records wait, such as its end, shares their write.
        let plain = plain.get(self.sealed..).unwrap_or_default();
        if plain.is_empty() {
            return Ok(());
        }
        // A message may have come in part: rustls knows where, and has to be shown it again.
        let records = &mut self.input[self.unread.clone()];
        let status = self.connection.process_tls_records(records);
        let Ok(ConnectionState::WriteTraffic(mut traffic)) = status.state else {
            return Err(Fault::Engine);
        };
        self.last_of_handshake.get_or_insert_with(|| self.unwritten.len());
        for part in plain.chunks(RECORD_MAX) {
            append(&mut self.out, &mut self.unwritten, |out| {
                encrypted(traffic.encrypt(part, out))
            })?;
            self.records.push_back((self.unwritten.end, part.len()));
            self.sealed += part.len();
        }
        Ok(())
    }

    /// Says that we will send nothing more.
    pub(crate) fn end(&mut self) {
        // What the server still said is for nobody.
        let mut nobody = Vec::new();
        while !self.has_failed && self.has_unread() && self.open(&mut nobody) == Ok(Opened::Some) {
            nobody.clear();
        }
        // rustls must not be asked again.
        if self.has_failed {
            return;
        }
        let records = &mut self.input[self.unread.clone()];
        let status = self.connection.process_tls_records(records);
        if let Ok(ConnectionState::WriteTraffic(mut traffic)) = status.state {
            // Nothing depends on it.
            let _ = append(&mut self.out, &mut self.unwritten, |out| {
                encrypted(traffic.queue_close_notify(out))
            });
        }
    }

    /// Tells the server by an alert why we go, if there is one.
    fn say_why(&mut self) {
        let records = &mut self.input[self.unread.clone()];
        let status = self.connection.process_tls_records(records);
        if let Ok(ConnectionState::EncodeTlsData(mut data)) = status.state {
            let _ = append(&mut self.out, &mut self.unwritten, |out| encoded(data.encode(out)));
        }
    }

    /// What the handshake came to, and whether the server is the one that was asked for.
    pub(crate) fn secured(&self, config: &Config, peer: &Peer) -> Result<(Secured, bool), Fault> {
        let engine = config.tls.as_ref().ok_or(Fault::Engine)?;
        let certificates = self.connection.peer_certificates().unwrap_or_default();
        let suite = self.connection.negotiated_cipher_suite().ok_or(Fault::Engine)?.suite();
        let is_resumed = self.connection.handshake_kind() == Some(HandshakeKind::Resumed);
        let judgment = if is_resumed {
            engine.judge_again(certificates, peer, &self.server)
        } else {
            engine.judge(certificates, peer, &self.server)
        };
        let is_suitable = judgment.satisfies(peer.tls.level);
        let mut info = Info::of_suite(suite, judgment);
        let is_tls13 = self.connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        info.protocol = if is_tls13 { "TLSv1.3" } else { "TLSv1.2" };
        let group = self.connection.negotiated_key_exchange_group();
        info.group = group.map(|group| alloc::format!("{:?}", group.name()));
        info.is_resumed = is_resumed;
        let binding = |kind| move |data| ChannelBinding { kind, data };
        let exporter = self.exporter.take(suite).filter(|_| is_tls13);
        let exporter = exporter.map(binding(ChannelBindingKind::TlsExporter));
        let binding = exporter.or_else(|| {
            let data = certificates.first().and_then(end_point);
            data.map(binding(ChannelBindingKind::TlsServerEndPoint))
        });
        info.tell(peer);
        let has_client_certificate = engine.has_identity();
        Ok((Secured { info: Arc::new(info), binding, has_client_certificate }, is_suitable))
    }

    /// Sees to it that the session is not resumed: its handshake failed, or its server was not
    /// the one that was asked for.
    pub(crate) fn forget(&self, config: &Config) {
        if let Some(engine) = &config.tls {
            Engine::forget(engine, &self.server);
        }
    }

    /// Forgets what was to be written: nothing can be.
    pub(crate) fn break_off(&mut self) {
        self.unwritten = 0..0;
        self.records.clear();
        self.sealed = 0;
    }

    /// Gives the buffers back.
    pub(crate) fn shrink(&mut self) {
        if self.unread.is_empty() {
            (self.input, self.unread) = (Vec::new(), 0..0);
        }
        if self.unwritten.is_empty() {
            (self.out, self.unwritten) = (Vec::new(), 0..0);
        }
        self.records.shrink_to_fit();
    }
}

/// Appends to `out` what `write` writes there, which says how much room it needs.
fn append(
    out: &mut Vec<u8>,
    unwritten: &mut Range<usize>,
    mut write: impl FnMut(&mut [u8]) -> Written,
) -> Result<(), Fault> {
    loop {
        match write(&mut out[unwritten.end..])? {
            Ok(written) => {
                unwritten.end += written;
                return Ok(());
            }
            Err(InsufficientSizeError { required_size }) => {
                out.resize(unwritten.end + required_size, 0);
            }
        }
    }
}

/// How much was written, or how much room that takes.
type Written = Result<Result<usize, InsufficientSizeError>, Fault>;

fn encoded(outcome: Result<usize, EncodeError>) -> Written {
    match outcome {
        Ok(written) => Ok(Ok(written)),
        Err(EncodeError::InsufficientSize(size)) => Ok(Err(size)),
        Err(EncodeError::AlreadyEncoded) => Err(Fault::Engine),
    }
}

fn encrypted(outcome: Result<usize, EncryptError>) -> Written {
    match outcome {
        Ok(written) => Ok(Ok(written)),
        Err(EncryptError::InsufficientSize(size)) => Ok(Err(size)),
        Err(EncryptError::EncryptExhausted) => Err(Fault::Engine),
    }
}

/// Room for records that there is from the start; a reply fits.
const ROOM_MIN: usize = 4096;

/// Plaintext of one record (RFC 8446, 5.1).
const RECORD_MAX: usize = 16 << 10;

/// Most plaintext that waits in records to be written.
const SEALED_MAX: usize = 128 << 10;

#[cfg(test)]
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tests;
