//! What goes wrong with TLS.

/// What goes wrong with TLS, before or after the end of the handshake.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The server sent what is no TLS.
    #[error("malformed TLS record or message")]
    Malformed,
    /// The server broke the protocol.
    #[error("the server broke the protocol")]
    Misbehaved,
    /// Nothing that both sides have will do.
    #[error("no protocol version, cipher suite or group in common")]
    Incompatible,
    /// The server gave up, with this alert.
    #[error("the server sent the alert {0}")]
    Alert(&'static str),
    /// The server does not have the key of its certificate, or that cannot be told.
    #[error("the server's certificate does not go with its signature")]
    Certificate,
    /// A record was changed on its way.
    #[error("a record could not be decrypted")]
    Decryption,
    /// The server sent more than fits before anything came of it.
    #[error("more than {max} bytes without end", max = super::MESSAGE_MAX)]
    Oversized,
    /// The cipher suites that are asked for are not there.
    #[error("no cipher suite is left of those that are asked for")]
    NoCiphers,
    /// There is no time, no random number, or no cryptography.
    #[error("our TLS engine failed")]
    Engine,
}
