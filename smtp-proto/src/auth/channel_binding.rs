//! What ties an authentication to the TLS connection that it happens in.

use alloc::vec::Vec;
use core::fmt;

/// What both ends know of one TLS connection, and nobody in the middle does (RFC 5056).
#[derive(Clone, Eq, PartialEq)]
pub struct ChannelBinding {
    /// What it is made from.
    pub kind: ChannelBindingKind,
    /// The value that the server must have as well.
    pub data: Vec<u8>,
}

/// The kind alone.
impl fmt::Debug for ChannelBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelBinding").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What a channel binding is made from. Servers are not asked which they know: the first is what
/// they expect with TLS 1.3.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChannelBindingKind {
    /// Keying material exported under `EXPORTER-Channel-Binding` (RFC 9266).
    TlsExporter,
    /// The hash of the server's certificate (RFC 5929, 4).
    TlsServerEndPoint,
}

/// The name that IANA registered.
impl fmt::Display for ChannelBindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
        })
    }
}
