//! Real mail and name servers on loopback: installed, started, read and stopped.
//!
//! ```no_run
//! # use conformance::servers::{self, Server, ServerOptions};
//! # use std::{path::Path, time::Duration};
//! # fn main() -> Result<(), servers::Error> {
//! # let (cache, dir) = (Path::new("cache"), Path::new("dir"));
//! let installed = servers::install(cache, &mut |line| eprintln!("{line}"))?;
//! let running = Server::Exim.start(&installed, dir, &ServerOptions::default())?;
//! // ... deliver to running.address() ...
//! let received = running.wait_for(1, Duration::from_secs(10))?;
//! assert_eq!(received[0].content, servers::stored(b"Subject: hi\r\n\r\nhi\r\n"));
//! # Ok(())
//! # }
//! ```
//!
//! Each server accepts `@test.example`, answers 450 4.2.1 to recipients that start with `defer`
//! and 550 5.1.1 to those that start with `bounce`, and refuses content with `X-Refuse: yes` in
//! its header, as far as [`Server::capabilities`] says so. It keeps what it accepts in its own
//! queue, where [`Running::messages`] reads it: the queue is the last place before a server
//! changes content for the next one. All of them need root, as mail servers do.
//!
//! Postfix and Exim speak TLS and AUTH if [`ServerOptions`] say so. Whom they take mail from is in
//! their logs, which [`Running::log_lines`] reads.
//!
//! Every server ends content at the line level: it stores lines with LF, as [`stored`] does.
//! What else each one changes is said in its module.
//!
//! [`NameServers`] are an authoritative server and a validating resolver, which know a mail
//! [`Domain`] of every kind. They need no root, unless it is to be on port 53.

mod apt;
mod conversation;
mod error;
mod exim;
mod install;
mod log;
mod many;
mod name_server_programs;
mod name_servers;
mod nsd;
mod openssl;
mod port;
mod postfix;
mod postfix_client;
mod postfix_instance;
mod postfix_lists;
mod postfix_queue;
mod postfix_tables;
mod process;
mod program;
mod received;
mod running;
mod security;
mod sendmail;
mod server;
mod smtp_sink;
mod smtp_source;
#[cfg(test)]
mod tests;
mod unbound;
mod unpacked;
mod zone;

pub use error::Error;
pub use install::{Installed, install};
pub use log::{Outcome, Status};
pub use many::{MANY, MANY_DOMAINS, many_records, one_of_many};
pub use name_server_programs::NameServerPrograms;
pub use name_servers::NameServers;
pub use openssl::OpensslServer;
pub use postfix_client::{PostfixClient, Protocol, QueueId, Route, Submission};
pub use postfix_lists::{HostList, PostfixLists};
pub use postfix_tables::{Found, PostfixTables};
pub use received::{Received, stored};
pub use running::Running;
pub use security::{ServerAuth, ServerTls};
pub use server::{Capabilities, Server, ServerOptions};
pub use smtp_sink::SmtpSink;
pub use smtp_source::{Cost, smtp_source};
pub use zone::{Domain, OWN_ADDRESS, PLAIN, SIGNED};
