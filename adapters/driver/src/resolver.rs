//! Who answers questions to the DNS.

use std::future::Future;
use std::sync::Arc;

use envoi_dns::{Answer, Query};

/// A resolver: the one built in, [`StubResolver`](crate::StubResolver), or whatever a user has.
pub trait Resolver {
    /// The answer, if it is known without asking anybody.
    fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
        let _ = query;
        None
    }

    /// Asks. What cannot be found is an answer as well. The question is put when this is called;
    /// the future waits for the answer.
    ///
    /// Whoever has the future polls it or drops it: others may depend on its going on.
    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>>;
}

impl<V: Resolver + ?Sized> Resolver for &V {
    fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
        (**self).recall(query)
    }

    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
        (**self).lookup(query)
    }
}

impl<V: Resolver + ?Sized> Resolver for Arc<V> {
    fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
        (**self).recall(query)
    }

    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
        (**self).lookup(query)
    }
}
