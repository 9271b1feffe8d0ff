//! Who has refused our credentials.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use envoi_driver::proto::auth::{Credentials, Rejection, Rejections};

use crate::table::{KeptTable, LookupError};

/// Servers that have refused our credentials (`smtp_sasl_auth_cache_name`), so that these are not
/// tried over and over. Off by default.
///
/// What is learnt here counts at once, and goes to the table that Postfix's processes share: their
/// knowledge is ours, and ours is theirs.
#[derive(Debug, Default)]
pub struct RejectionCache(Option<Cache>);

#[derive(Debug)]
struct Cache {
    /// What others know, if it can be opened.
    table: Option<Arc<KeptTable>>,
    life: Duration,
    learnt: Mutex<Rejections>,
    /// Who writes to the table.
    writers: Mutex<Vec<JoinHandle<()>>>,
}

impl RejectionCache {
    /// A table, and what is learnt beside; each rejection stands for `life`
    /// (`smtp_sasl_auth_cache_time`).
    pub fn new(table: Option<KeptTable>, life: Duration) -> Self {
        let (learnt, writers) = (Mutex::new(Rejections::new(life)), Mutex::default());
        Self(Some(Cache { table: table.map(Arc::new), life, learnt, writers }))
    }

    /// Whether finding a rejection may have to wait for another process.
    pub(super) fn block(&self) -> bool {
        self.0.as_ref().is_some_and(|cache| cache.table.is_some())
    }

    /// Keeps a rejection. The table hears of it in a thread of its own: nobody waits for that, but
    /// for whoever drops this.
    pub fn insert(&self, host: &str, credentials: &Credentials, rejection: Rejection) {
        let Some(cache) = &self.0 else { return };
        if let Some(table) = cache.table.clone() {
            let (key, value) = (Rejection::key(host, credentials), rejection.encode());
            cache.write(move || table.update(&key, &value).unwrap_or_else(warn));
        }
        let mut learnt = cache.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.insert(host, credentials, rejection);
    }

    /// The rejection that makes it useless to try these credentials. A table that cannot tell is
    /// one that does not know. What does not count any more goes.
    pub fn find(&self, host: &str, credentials: &Credentials) -> Option<Rejection> {
        let (cache, now) = (self.0.as_ref()?, since_epoch());
        let mut learnt = cache.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rejection) = learnt.find(host, credentials, now) {
            return Some(rejection.clone());
        }
        drop(learnt);
        let (table, key) = (cache.table.as_ref()?, Rejection::key(host, credentials));
        let kept = table.lookup(&key).inspect_err(|error| tracing::warn!("{error}")).ok()??;
        let rejection = kept.parse::<Rejection>().ok();
        let standing =
            rejection.filter(|rejection| rejection.applies(credentials, cache.life, now));
        if standing.is_none() {
            table.delete(&key).unwrap_or_else(warn);
        }
        standing
    }
}

impl Cache {
    /// Writes in a thread of its own, unless too many wait for the table already.
    fn write(&self, write: impl FnOnce() + Send + 'static) {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.retain(|writer| !writer.is_finished());
        if writers.len() >= WRITERS_MAX {
            return tracing::warn!("a rejection is not shared: {WRITERS_MAX} others wait for that");
        }
        match thread::Builder::new().spawn(write) {
            Ok(writer) => writers.push(writer),
            Err(error) => tracing::warn!("a rejection is not shared: {error}"),
        }
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let writers = self.writers.get_mut().unwrap_or_else(PoisonError::into_inner);
        for writer in writers.drain(..) {
            // It has told the log what went wrong.
            let _ = writer.join();
        }
    }
}

fn warn(error: LookupError) {
    tracing::warn!("{error}");
}

/// The time of day.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Most threads that write to a table.
const WRITERS_MAX: usize = 8;
