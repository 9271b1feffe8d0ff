//! Who has refused our credentials.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use envoi_driver::proto::auth::{Credentials, Rejection, Rejections};

use crate::table::Tables;

/// Servers that have refused our credentials (`smtp_sasl_auth_cache_name`), so that these are not
/// tried over and over. Off by default.
///
/// What Postfix has put into the table counts. What is learnt here stays in this process.
#[derive(Debug, Default)]
pub struct RejectionCache(Option<Cache>);

#[derive(Debug)]
struct Cache {
    table: Tables,
    life: Duration,
    learnt: Mutex<Rejections>,
}

impl RejectionCache {
    /// A table, and what is learnt beside; each rejection stands for `life`
    /// (`smtp_sasl_auth_cache_time`).
    pub fn new(table: Tables, life: Duration) -> Self {
        Self(Some(Cache { table, life, learnt: Mutex::new(Rejections::new(life)) }))
    }

    pub(super) fn table(&self) -> Option<&Tables> {
        self.0.as_ref().map(|cache| &cache.table)
    }

    /// Keeps a rejection.
    pub fn insert(&self, host: &str, credentials: &Credentials, rejection: Rejection) {
        if let Some(cache) = &self.0 {
            let mut learnt = cache.learnt.lock().unwrap_or_else(PoisonError::into_inner);
            learnt.insert(host, credentials, rejection);
        }
    }

    /// The rejection that makes it useless to try these credentials. A table that cannot tell is
    /// one that does not know.
    pub fn find(&self, host: &str, credentials: &Credentials) -> Option<Rejection> {
        let (cache, now) = (self.0.as_ref()?, since_epoch());
        let mut learnt = cache.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rejection) = learnt.find(host, credentials, now) {
            return Some(rejection.clone());
        }
        drop(learnt);
        let kept = cache.table.lookup(&Rejection::key(host, credentials));
        let kept = kept.inspect_err(|error| tracing::warn!("{error}")).ok()??;
        let rejection = kept.parse::<Rejection>().ok()?;
        rejection.applies(credentials, cache.life, now).then_some(rejection)
    }
}

/// The time of day.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
