//! Sends a file to a server and says what became of it:
//! `cargo run -p envoi-blocking --example send-blocking -- 127.0.0.1:2525 ann@x.example bob@y.example FILE`
#![expect(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use envoi_blocking::proto::{Config, Envelope, Peer};
use envoi_blocking::{Content, Message, connect};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, server, from, to, file] = &arguments[..] else {
        return Err("expected: SERVER:PORT FROM TO FILE".into());
    };
    let envelope = Envelope::new(from.parse()?, vec![to.parse()?]);
    let message = Message::new(envelope, Content::file(file)?);

    let address: SocketAddr = server.parse()?;
    let config = Arc::new(Config::new("client.example".parse()?));
    let connection = connect(address, Peer::new(server), config)?;
    for report in connection.send_all([message]) {
        for outcome in &report.outcomes {
            println!("{}", outcome.log_line());
        }
    }
    Ok(())
}
