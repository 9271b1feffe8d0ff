//! `proxy:type:name`: a table that Postfix's proxymap(8) opens, and asks for us, or that
//! proxywrite(8) changes for us.
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

/// A table behind proxymap(8) or proxywrite(8).
#[derive(Debug)]
pub(super) struct Proxy {
    /// The table as its server knows it.
    table: String,
    service: Service,
    flags: u32,
    shape: Shape,
    socket: PathBuf,
    timeout: Duration,
    /// Connections that nobody uses at the moment.
    idle: Mutex<Vec<Connection>>,
}

/// Which of the two is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Service {
    Read,
    Write,
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
        Self::open_at(Service::Read, table, flags, context)
    }

    /// The same of a table that is to be changed: what is there already is replaced, and is on the
    /// disk before the server answers.
    pub(super) fn open_to_write(table: &str, context: &Context) -> Result<Self, Fault> {
        let flags = LOCK | DUPLICATES_REPLACE | SYNC | UTF8;
        Self::open_at(Service::Write, table, flags, context)
    }

    fn open_at(
        service: Service,
        table: &str,
        flags: u32,
        context: &Context,
    ) -> Result<Self, Fault> {
        let name = match service {
            Service::Read => &context.proxymap_service,
            Service::Write => &context.proxywrite_service,
        };
        let mut proxy = Self {
            table: table.to_owned(),
            service,
            flags,
            shape: Shape::Fixed,
            socket: context.queue_directory.join("private").join(name),
            timeout: context.ipc_timeout.max(TIMEOUT_MIN),
            idle: Mutex::default(),
        };
        let reply = proxy.ask("open", &[]).map_err(Fault::Proxy)?;
        let flags = reply.number("flags").ok_or_else(|| Fault::Proxy(service.bad(&reply)))?;
        if flags & PATTERN != 0 {
            proxy.shape = Shape::Pattern;
        }
        Ok(proxy)
    }

    /// Has a key lead to a value.
    pub(super) fn update(&self, key: &[u8], value: &[u8]) -> Result<(), Failure> {
        self.ask("update", &[("key", key), ("value", value)]).map(drop).map_err(Failure::Proxy)
    }

    /// Has a key lead to nothing.
    pub(super) fn delete(&self, key: &[u8]) -> Result<(), Failure> {
        self.ask("delete", &[("key", key)]).map(drop).map_err(Failure::Proxy)
    }

    /// Asks, and asks again if the server had ended meanwhile, as it does when it has been idle.
    fn ask(&self, request: &str, about: &[(&str, &[u8])]) -> Result<Attributes, String> {
        let mut message = Attributes::default();
        message.push("request", request.as_bytes());
        message.push("table", self.table.as_bytes());
        // Those of a request do not choose among tables, so that they are no part of its opening.
        let flags = if about.is_empty() { 0 } else { self.flags };
        message.push("flags", flags.to_string().as_bytes());
        for (name, value) in about {
            message.push(name, value);
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
        self.service.judge(reply, &self.table)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lookup for Proxy {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let reply = self.ask("lookup", &[("key", key)]).map_err(Failure::Proxy)?;
        if reply.number("status") == Some(NO_KEY) {
            return Ok(None);
        }
        let value = reply.value("value");
        let value = value.ok_or_else(|| Failure::Proxy(self.service.bad(&reply)))?;
        Ok(Some(value.to_owned()))
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn blocks(&self) -> bool {
        true
    }
}

impl Service {
    /// The answer, or what is wrong with it.
    fn judge(self, reply: Attributes, table: &str) -> Result<Attributes, String> {
        let (name, list) = (self.name(), self.list());
        match reply.number("status") {
            Some(OK | NO_KEY) => Ok(reply),
            Some(RETRY) => Err(format!("{name} cannot look this up")),
            Some(BAD) => Err(format!("{name} takes this for a bad request")),
            Some(DENIED) => {
                Err(format!("{name} denies proxy:{table}: no parameter that {list} lists has it"))
            }
            Some(CONFIGURATION) => Err(format!("{name} says that the table is broken")),
            Some(_) | None => Err(self.bad(&reply)),
        }
    }

    fn bad(self, reply: &Attributes) -> String {
        format!("{} says what nobody expects: {reply:?}", self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "proxymap(8)",
            Self::Write => "proxywrite(8)",
        }
    }

    /// The parameter that says which tables may be asked for.
    fn list(self) -> &'static str {
        match self {
            Self::Read => "proxy_read_maps",
            Self::Write => "proxy_write_maps",
        }
    }
}

/// Flags of tables, as Postfix numbers them: a key that comes twice is no failure, locks are taken,
/// a key that is there gets another value, changes are on the disk at once, keys are folded where
/// they are compared as a whole, keys and values are UTF-8. The server's tell whether there are
/// patterns.
const DUPLICATES_WARN: u32 = 1 << 0;
const LOCK: u32 = 1 << 6;
const DUPLICATES_REPLACE: u32 = 1 << 7;
const SYNC: u32 = 1 << 8;
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
