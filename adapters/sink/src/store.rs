//! What becomes of accepted messages, and what was counted.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Keep, Message, Tally};

/// What the server's thread fills and the [`Sink`](crate::Sink) shows.
#[derive(Debug)]
pub(crate) struct Store {
    keep: Keep,
    messages: Mutex<Vec<Message>>,
    failure: Mutex<Option<String>>,
    /// The length of the content in `messages`.
    kept: AtomicU64,
    pub(crate) accepted: AtomicU64,
    pub(crate) recipients: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) reads: AtomicU64,
}

impl Store {
    /// A store, with its directory made if need be.
    pub(crate) fn new(keep: Keep) -> io::Result<Self> {
        if let Keep::Directory(directory) = &keep {
            fs::create_dir_all(directory)?;
        }
        Ok(Self {
            keep,
            messages: Mutex::default(),
            failure: Mutex::default(),
            kept: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            recipients: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            reads: AtomicU64::new(0),
        })
    }

    /// The highest number that a file in the directory has, 0 without any.
    pub(crate) fn last_number(&self) -> io::Result<u64> {
        let Keep::Directory(directory) = &self.keep else {
            return Ok(0);
        };
        let mut last = 0;
        for entry in fs::read_dir(directory)? {
            let name = entry?.file_name();
            let number = Path::new(&name).file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            last = last.max(number.unwrap_or(0));
        }
        Ok(last)
    }

    /// Keeps `message` as asked; false if that failed.
    pub(crate) fn keep(&self, message: Message) -> bool {
        match &self.keep {
            Keep::Nothing => true,
            Keep::Memory => {
                let kept = self.kept.fetch_add(message.size, Ordering::Relaxed);
                if kept.saturating_add(message.size) <= KEPT_MAX {
                    lock(&self.messages).push(message);
                }
                true
            }
            Keep::Directory(directory) => match write(directory, &message) {
                Ok(()) => true,
                Err(error) => {
                    *lock(&self.failure) = Some(error.to_string());
                    false
                }
            },
        }
    }

    pub(crate) fn count(&self, tally: Tally) {
        self.accepted.fetch_add(tally.messages, Ordering::Relaxed);
        self.recipients.fetch_add(tally.recipients, Ordering::Relaxed);
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        lock(&self.messages).clone()
    }

    pub(crate) fn failure(&self) -> Option<String> {
        lock(&self.failure).clone()
    }
}

/// Writes the two files of `message`: whoever sees the content finds the envelope beside it.
fn write(directory: &Path, message: &Message) -> io::Result<()> {
    let name = format!("{:06}", message.number);
    write_whole(directory, &format!("{name}.envelope"), envelope(message).as_bytes())?;
    write_whole(directory, &format!("{name}.eml"), &message.content)
}

/// Writes a file that is never seen half.
fn write_whole(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let partial = directory.join(format!("{name}.partial"));
    fs::write(&partial, bytes)?;
    fs::rename(partial, directory.join(name))
}

fn envelope(message: &Message) -> String {
    let mut lines = format!("helo {}\n", message.helo);
    if let Some(tls) = &message.tls {
        let client = tls.client.as_deref().unwrap_or_default();
        push_line(&mut lines, &format!("tls {} {} {client}", tls.version, tls.cipher));
    }
    if let Some(identity) = &message.identity {
        push_line(&mut lines, &format!("auth {} {}", identity.mechanism, identity.user));
    }
    if !message.xforward.is_empty() {
        push_line(&mut lines, &format!("xforward {}", message.xforward));
    }
    push_line(&mut lines, &format!("mail <{}> {}", message.sender, message.mail_parameters));
    for (recipient, parameters) in message.recipients.iter().zip(&message.rcpt_parameters) {
        push_line(&mut lines, &format!("rcpt <{recipient}> {parameters}"));
    }
    lines
}

fn push_line(lines: &mut String, line: &str) {
    writeln!(lines, "{}", line.trim_end()).expect("writing to memory does not fail");
}

// What the lock guards is whole after every statement, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The most content that is kept in memory.
const KEPT_MAX: u64 = 1 << 30;
