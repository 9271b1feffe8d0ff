//! The floor of bare tokio: one task for each conversation.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::flight::Flights;
use super::{REPLIES_MAX, Then, connect};
use crate::job::Job;
use crate::processes::elapsed::Elapsed;
use crate::processes::tasks;

/// Does the job.
pub(crate) fn run(job: Arc<Job>) -> io::Result<Elapsed> {
    let flights = Flights::of(&job);
    tasks::run(async move {
        let mut conversations = Vec::new();
        for _ in 0..job.conversations {
            let stream = connect(job.address)?;
            stream.set_nonblocking(true)?;
            let stream = TcpStream::from_std(stream)?;
            conversations.push(converse(stream, flights.share(), Arc::clone(&job)));
        }
        tasks::time(conversations).await
    })
}

async fn converse(
    mut stream: TcpStream,
    mut flights: Flights,
    job: Arc<Job>,
) -> io::Result<TcpStream> {
    let mut then = Then::take(&job);
    if let Then::Envelope = then {
        stream.write_all(&flights.first()).await?;
    }
    while let Then::Envelope = then {
        hear(&mut stream, then).await?;
        then = Then::take(&job);
        let mut flight = flights.next(then)?;
        while let Some(chunk) = flight.chunk()? {
            stream.write_all(chunk).await?;
        }
        if let Then::Nothing = then {
            hear(&mut stream, then).await?;
        }
    }
    Ok(stream)
}

async fn hear(stream: &mut TcpStream, then: Then) -> io::Result<()> {
    let mut space = [0; REPLIES_MAX];
    let mut length = 0;
    while !then.is_answered(&space[..length]) {
        match stream.read(&mut space[length..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => length += read,
        }
    }
    Ok(())
}
