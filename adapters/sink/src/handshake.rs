//! What a TLS handshake came to.

/// What a TLS handshake came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Handshake {
    /// The protocol, `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite, such as `TLS13_AES_256_GCM_SHA384`.
    pub cipher: &'static str,
    /// The SHA-256 fingerprint of the certificate that the client showed, as `AB:CD:...`.
    pub client: Option<String>,
    /// The channel binding `tls-exporter`, RFC 9266; with TLS 1.3 alone.
    pub exporter: Option<[u8; 32]>,
    /// The channel binding `tls-server-end-point`, RFC 5929, 4.
    pub end_point: Vec<u8>,
}
