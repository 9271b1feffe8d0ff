//! lettre, by its connection: its pool asks NOOP before every message.

use std::io;

use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;

use super::Peer;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

/// A conversation of lettre's.
pub(crate) struct Lettre {
    connection: AsyncSmtpConnection,
    envelope: Envelope,
}

impl Peer for Lettre {
    async fn greet(stream: TcpStream) -> io::Result<Self> {
        let name = ClientId::Domain(HELO_NAME.to_owned());
        let connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name)
            .await
            .map_err(io::Error::other)?;
        let address = |text: &str| text.parse().map_err(io::Error::other);
        let envelope = Envelope::new(Some(address(SENDER)?), vec![address(RECIPIENT)?])
            .map_err(io::Error::other)?;
        Ok(Self { connection, envelope })
    }

    async fn send(&mut self, content: &[u8]) -> io::Result<()> {
        let reply = self.connection.send(&self.envelope, content).await;
        reply.map(drop).map_err(io::Error::other)
    }
}
