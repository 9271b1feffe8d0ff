//! mail-send.

use std::io;
use std::time::Duration;

use mail_send::SmtpClient;
use mail_send::smtp::AssertReply;
use mail_send::smtp::message::Message;
use tokio::net::TcpStream;

use super::Peer;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

/// A conversation of mail-send's.
pub(crate) struct MailSend {
    client: SmtpClient<TcpStream>,
}

impl Peer for MailSend {
    async fn greet(stream: TcpStream) -> io::Result<Self> {
        let mut client = SmtpClient { stream, timeout: TIMEOUT };
        let greeting = client.read().await.map_err(io::Error::other)?;
        greeting.assert_positive_completion().map_err(io::Error::other)?;
        client.capabilities(HELO_NAME, false).await.map_err(io::Error::other)?;
        Ok(Self { client })
    }

    async fn send(&mut self, content: &[u8]) -> io::Result<()> {
        let message = Message::new(SENDER, [RECIPIENT], content);
        self.client.send(message).await.map(drop).map_err(io::Error::other)
    }
}

/// As its builder sets it.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);
