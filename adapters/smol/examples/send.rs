//! Sends a file to a server and says what became of it:
//! `cargo run -p envoi-smol --example send-smol -- 127.0.0.1:2525 ann@x.example bob@y.example FILE`
#![expect(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use envoi_smol::proto::{Config, Envelope, Peer};
use envoi_smol::{Content, Message, connect};

fn main() -> Result<(), Box<dyn Error>> {
    smol::block_on(send())
}

async fn send() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, server, from, to, file] = &arguments[..] else {
        return Err("expected: SERVER:PORT FROM TO FILE".into());
    };
    let envelope = Envelope::new(from.parse()?, vec![to.parse()?]);
    let message = Message::new(envelope, Content::file(file)?);

    let address: SocketAddr = server.parse()?;
    let config = Arc::new(Config::new("client.example".parse()?));
    let connection = connect(address, Peer::new(server), config).await?;
    let mut reports = connection.send_all([message]);
    while let Some(report) = reports.next().await {
        for outcome in &report.outcomes {
            println!("{}", outcome.log_line());
        }
    }
    Ok(())
}
