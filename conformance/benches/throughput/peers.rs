//! Other clients, as they are and with TCP_NODELAY forced.

mod lettre;
mod mail_send;
mod smtp_source;

use std::fs;
use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;

pub(crate) use self::lettre::Lettre;
pub(crate) use self::mail_send::MailSend;
pub(crate) use self::smtp_source::run as smtp_source;
use crate::job::{Content, Job};
use crate::processes::elapsed::Elapsed;
use crate::processes::tasks;

/// A conversation in the hands of a library.
pub(crate) trait Peer: Sized + Send + 'static {
    /// Hears the greeting and says EHLO.
    fn greet(stream: TcpStream) -> impl Future<Output = io::Result<Self>> + Send;

    /// Sends a message, to the reply that settles it.
    fn send(&mut self, content: &[u8]) -> impl Future<Output = io::Result<()>> + Send;
}

/// Whether small writes wait for the acknowledgement of earlier ones.
#[derive(Clone, Copy)]
pub(crate) enum Nagle {
    /// As the library leaves it.
    On,
    /// TCP_NODELAY.
    Off,
}

/// Does the job.
pub(crate) fn run<P: Peer>(job: Arc<Job>, nagle: Nagle) -> io::Result<Elapsed> {
    tasks::run(async move {
        let mut conversations = Vec::new();
        for _ in 0..job.conversations {
            let stream = TcpStream::connect(job.address).await?;
            if let Nagle::Off = nagle {
                stream.set_nodelay(true)?;
            }
            conversations.push(converse(P::greet(stream).await?, Arc::clone(&job)));
        }
        tasks::time(conversations).await
    })
}

async fn converse<P: Peer>(mut peer: P, job: Arc<Job>) -> io::Result<P> {
    while job.take() {
        match &job.content {
            Content::Memory(content) => peer.send(content).await?,
            // One blocking call: handing a small file to another thread costs more.
            Content::File(path) => peer.send(&fs::read(path)?).await?,
        }
    }
    Ok(peer)
}
