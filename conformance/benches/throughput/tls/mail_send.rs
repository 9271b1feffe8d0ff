//! mail-send.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mail_send::SmtpClient;
use mail_send::smtp::AssertReply;
use mail_send::smtp::message::Message;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Job, rustls_config, timed};
use crate::processes::elapsed::Elapsed;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

pub(super) async fn run(job: Job) -> io::Result<Elapsed> {
    let connector = TlsConnector::from(Arc::new(rustls_config::config(&job)?));
    timed(&job, |content| {
        let (job, connector) = (job.clone(), connector.clone());
        async move {
            let stream = TcpStream::connect(job.address).await?;
            stream.set_nodelay(true)?;
            let mut client = SmtpClient { stream, timeout: Duration::from_secs(3600) };
            let greeting = client.read().await.map_err(io::Error::other)?;
            greeting.assert_positive_completion().map_err(io::Error::other)?;
            let offered = client.capabilities(HELO_NAME, false).await.map_err(io::Error::other)?;
            let client = client.start_tls(&connector, "mx.example").await;
            let mut client = client.map_err(io::Error::other)?;
            drop(offered);
            client.capabilities(HELO_NAME, false).await.map_err(io::Error::other)?;
            if let Some(content) = content {
                let message = Message::new(SENDER, [RECIPIENT], &*content);
                client.send(message).await.map_err(io::Error::other)?;
            }
            client.quit().await.map_err(io::Error::other)
        }
    })
    .await
}
