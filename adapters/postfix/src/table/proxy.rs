//! `proxy:type:name`: a table that Postfix's proxymap(8) opens, and asks for us.
//!
//! What is said on its socket is lists of attributes: `name NUL value NUL` for each, and a NUL at
//! the end. The server speaks first, and says which protocol it has, but for Postfix before 3.6.

mod attributes;
mod connection;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::context::{Context, Duplicates};
use super::error::{Failure, Fault};
use super::lookup::{Lookup, Shape};
use attributes::Attributes;
use connection::Connection;

/// A table behind proxymap(8).
#[derive(Debug)]
pub(super) struct Proxy {
    /// The table as its server knows it.
    table: String,
    flags: u32,
    shape: Shape,
    socket: PathBuf,
    timeout: Duration,
    /// Connections that nobody uses at the moment.
    idle: Mutex<Vec<Connection>>,
}

impl Proxy {
    pub(super) fn open(table: &str, context: &Context) -> Result<Self, Fault> {
        let mut flags = LOCK | UTF8;
        // Keys in UTF-8 are folded here: the server does not know that they are.
        flags |= if context.fold && !context.smtputf8 { FOLD_FIXED } else { 0 };
        flags |= match context.duplicates {
            Duplicates::Refused => 0,
            Duplicates::FirstHolds => DUPLICATES_WARN,
        };
        let socket = context.queue_directory.join("private").join(&context.proxymap_service);
        let mut proxy = Self {
            table: table.to_owned(),
            flags,
            shape: Shape::Fixed,
            socket,
            timeout: context.ipc_timeout.max(TIMEOUT_MIN),
            idle: Mutex::default(),
        };
        let reply = proxy.ask("open", None).map_err(Fault::Proxy)?;
        let flags = reply.number("flags").ok_or_else(|| Fault::Proxy(bad(&reply)))?;
        if flags & PATTERN != 0 {
            proxy.shape = Shape::Pattern;
        }
        Ok(proxy)
    }

    /// Asks, and asks again if the server had ended meanwhile, as it does when it has been idle.
    fn ask(&self, request: &str, key: Option<&[u8]>) -> Result<Attributes, String> {
        let mut message = Attributes::default();
        message.push("request", request.as_bytes());
        message.push("table", self.table.as_bytes());
        // Those of a lookup do not choose among tables, so that they are no part of its opening.
        let flags = if key.is_some() { self.flags } else { 0 };
        message.push("flags", flags.to_string().as_bytes());
        if let Some(key) = key {
            message.push("key", key);
        }
        let idle = self.idle().pop();
        let is_kept = idle.is_some();
        let blame = |error: std::io::Error| format!("{}: {error}", self.socket.display());
        let connect = || Connection::open(&self.socket, self.timeout);
        let mut connection = idle.map_or_else(connect, Ok).map_err(blame)?;
        let reply = match connection.ask(&message) {
            Err(_) if is_kept => {
                connection = connect().map_err(blame)?;
                connection.ask(&message)
            }
            reply => reply,
        };
        let reply = reply.map_err(blame)?;
        let mut idle = self.idle();
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        drop(idle);
        match reply.number("status") {
            Some(OK | NO_KEY) => Ok(reply),
            Some(RETRY) => Err("proxymap(8) cannot look this up".to_owned()),
            Some(BAD) => Err("proxymap(8) takes this for a bad request".to_owned()),
            Some(DENIED) => Err(format!(
                "proxymap(8) denies proxy:{}: no parameter that proxy_read_maps lists has it",
                self.table
            )),
            Some(CONFIGURATION) => Err("proxymap(8) says that the table is broken".to_owned()),
            Some(_) | None => Err(bad(&reply)),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lookup for Proxy {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let reply = self.ask("lookup", Some(key)).map_err(Failure::Proxy)?;
        if reply.number("status") == Some(NO_KEY) {
            return Ok(None);
        }
        let value = reply.value("value").ok_or_else(|| Failure::Proxy(bad(&reply)))?;
        Ok(Some(value.to_owned()))
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn blocks(&self) -> bool {
        true
    }
}

fn bad(reply: &Attributes) -> String {
    format!("proxymap(8) says what nobody expects: {reply:?}")
}

/// Flags of tables, as Postfix numbers them: a key that comes twice is no failure, locks are taken,
/// keys are folded where they are compared as a whole, keys and values are UTF-8. The server's tell
/// whether there are patterns.
const DUPLICATES_WARN: u32 = 1 << 0;
const LOCK: u32 = 1 << 6;
const FOLD_FIXED: u32 = 1 << 14;
const UTF8: u32 = 1 << 19;
const PATTERN: u32 = 1 << 5;

/// What the server answers.
const OK: u32 = 0;
const NO_KEY: u32 = 1;
const RETRY: u32 = 2;
const BAD: u32 = 3;
const DENIED: u32 = 4;
const CONFIGURATION: u32 = 5;

/// How many connections are kept for later.
const IDLE_MAX: usize = 4;
/// Sockets do not take 0 for a limit.
const TIMEOUT_MIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
