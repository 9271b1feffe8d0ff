//! Sessions that later conversations can resume.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;
use rustls::time_provider::TimeProvider;

use super::judgment::Judgment;

/// Sessions that conversations of a process share, by the server and what was asked of it.
#[derive(Debug)]
pub struct Sessions {
    kept: Mutex<Kept>,
    /// How long one is kept (`smtp_tls_session_cache_timeout`).
    life: Duration,
    /// For how many servers.
    max: usize,
}

#[derive(Debug, Default)]
struct Kept {
    by_server: BTreeMap<Arc<str>, Server>,
    /// Servers in the order in which they were first kept, with when that was.
    order: VecDeque<(Duration, Arc<str>)>,
}

/// What is kept of one server.
#[derive(Debug, Default)]
struct Server {
    group: Option<NamedGroup>,
    tls12: Option<Tls12ClientSessionValue>,
    /// What its certificates were found to be worth.
    judgment: Option<Judgment>,
    /// Tickets, each for one use (RFC 8446, C.4).
    tls13: VecDeque<Tls13ClientSessionValue>,
}

impl Sessions {
    /// No session yet. Each is kept for `life`, and those of `max` servers at most; with none,
    /// nothing is resumed.
    pub const fn new(life: Duration, max: usize) -> Self {
        let kept = Kept { by_server: BTreeMap::new(), order: VecDeque::new() };
        Self { kept: Mutex::new(kept), life, max }
    }

    /// What a server's certificate was found to be worth when its session began.
    pub(super) fn judgment(&self, server: &str, certificate: &[u8]) -> Option<Judgment> {
        let kept = self.lock();
        let judgment = kept.by_server.get(server)?.judgment.as_ref()?;
        let fingerprint = judgment.certificate.as_ref()?;
        let is_same = fingerprint.digest().of(certificate) == *fingerprint;
        is_same.then(|| judgment.clone())
    }

    /// Keeps what a server's certificate is worth, for as long as its sessions.
    pub(super) fn judged(&self, server: &str, judgment: &Judgment) {
        if let Some(kept) = self.lock().by_server.get_mut(server) {
            kept.judgment = Some(judgment.clone());
        }
    }

    /// Forgets the sessions of one server: a handshake with it failed.
    pub(super) fn forget(&self, server: &str) {
        let mut kept = self.lock();
        kept.by_server.remove(server);
        kept.order.retain(|(_, name)| &**name != server);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept of a server, if it is not too old.
    fn with<T>(
        &self,
        server: &str,
        now: Duration,
        find: impl FnOnce(&mut Server) -> T,
    ) -> Option<T> {
        let mut kept = self.lock();
        self.expire(&mut kept, now);
        kept.by_server.get_mut(server).map(find)
    }

    /// What is kept of a server, from here on.
    fn keep(&self, server: &Arc<str>, now: Duration, keep: impl FnOnce(&mut Server)) {
        let mut kept = self.lock();
        self.expire(&mut kept, now);
        if self.max == 0 {
            return;
        }
        if !kept.by_server.contains_key(server) {
            kept.order.push_back((now, server.clone()));
            if kept.order.len() > self.max
                && let Some((_, oldest)) = kept.order.pop_front()
            {
                kept.by_server.remove(&oldest);
            }
        }
        keep(kept.by_server.entry(server.clone()).or_default());
    }

    fn expire(&self, kept: &mut Kept, now: Duration) {
        while let Some((at, _)) = kept.order.front()
            && now.saturating_sub(*at) > self.life
            && let Some((_, server)) = kept.order.pop_front()
        {
            kept.by_server.remove(&server);
        }
    }
}

/// Postfix's: an hour, and more servers than most hosts talk to in that time.
impl Default for Sessions {
    fn default() -> Self {
        Self::new(Duration::from_secs(3600), 1024)
    }
}

/// The sessions of one server, as rustls sees them.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) sessions: Arc<Sessions>,
    pub(super) server: Arc<str>,
    pub(super) time: Arc<dyn TimeProvider>,
}

impl Shelf {
    fn now(&self) -> Duration {
        let now = self.time.current_time();
        now.map_or(Duration::ZERO, |now| Duration::from_secs(now.as_secs()))
    }

    fn with<T>(&self, find: impl FnOnce(&mut Server) -> Option<T>) -> Option<T> {
        self.sessions.with(&self.server, self.now(), find).flatten()
    }

    fn keep(&self, keep: impl FnOnce(&mut Server)) {
        self.sessions.keep(&self.server, self.now(), keep);
    }
}

/// The name by which rustls would tell servers apart says too little: the shelf is the server's.
impl ClientSessionStore for Shelf {
    fn set_kx_hint(&self, _: ServerName<'static>, group: NamedGroup) {
        self.keep(|server| server.group = Some(group));
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        self.with(|server| server.group)
    }

    fn set_tls12_session(&self, _: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.keep(|server| server.tls12 = Some(session));
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.with(|server| server.tls12.clone())
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.with(|server| server.tls12.take());
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.keep(|server| {
            server.tls13.push_back(ticket);
            if server.tls13.len() > TICKETS_MAX {
                server.tls13.pop_front();
            }
        });
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.with(|server| server.tls13.pop_back())
    }
}

/// What tells sessions apart: the server, and everything that was asked of it.
pub(super) fn key(parts: &[&dyn core::fmt::Debug]) -> Arc<str> {
    let mut key = String::new();
    for part in parts {
        key += &alloc::format!("{part:?}&");
    }
    key.into()
}

/// Most tickets kept of one server.
const TICKETS_MAX: usize = 8;
