//! A resolver whose answers are looked up before they count.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use envoi_dns::{Answer, Lack, Query};

use crate::asked::Asked;
use crate::resolver::Resolver;

/// What becomes of a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It counts.
    Yes,
    /// It does not (`IGNORE`).
    No,
    /// Nobody can tell: the whole answer is none, for now.
    Unknown,
}

/// A resolver that asks of each record whether it counts (`smtp_dns_reply_filter`).
///
/// A record is asked about as [`Answer::lines`] has it.
#[derive(Clone)]
pub struct FilteredResolver<V> {
    inner: V,
    ask: Arc<Ask>,
}

type Ask = dyn Fn(&str) -> Asked<Kept> + Send + Sync;

impl<V: Resolver> FilteredResolver<V> {
    /// A resolver whose answers are those of another, as far as `ask` keeps them.
    pub fn new(inner: V, ask: impl Fn(&str) -> Asked<Kept> + Send + Sync + 'static) -> Self {
        Self { inner, ask: Arc::new(ask) }
    }
}

impl<V: Resolver> Resolver for FilteredResolver<V> {
    fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
        let (known, ask) = (self.inner.recall(&query), &self.ask);
        let lookup = known.is_none().then(|| self.inner.lookup(query.clone()));
        async move {
            let answer = match (known, lookup) {
                (Some(known), _) => known,
                (None, Some(lookup)) => lookup.await,
                (None, None) => Answer::lacking(Lack::TryAgain).into(),
            };
            let mut keeps = Vec::new();
            for line in answer.lines(&query) {
                match ask(&line).await {
                    Kept::Yes => keeps.push(true),
                    Kept::No => {
                        tracing::info!("ignoring DNS RR: {line}");
                        keeps.push(false);
                    }
                    Kept::Unknown => return Answer::lacking(Lack::TryAgain).into(),
                }
            }
            if keeps.contains(&false) {
                Answer::clone(&answer).keeping(&keeps).into()
            } else {
                answer
            }
        }
    }
}

impl<V: fmt::Debug> fmt::Debug for FilteredResolver<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FilteredResolver").field(&self.inner).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use envoi_dns::{Kind, Records};

    use super::*;

    /// A resolver that knows two addresses of every host, and remembers those of some.
    struct Two;

    impl Two {
        fn answer() -> Arc<Answer> {
            let two = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
            let records = Records::A(two.into_iter().collect());
            Arc::new(Answer { records: Ok(records), ..Answer::lacking(Lack::NoData) })
        }
    }

    impl Resolver for Two {
        fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
            (query.name.as_str() == "known.example").then(Self::answer)
        }

        fn lookup(&self, _: Query) -> impl Future<Output = Arc<Answer>> {
            ready(Self::answer())
        }
    }

    #[test]
    fn records_that_are_ignored_do_not_count() {
        let first = [192, 0, 2, 1].into();
        for (kept, expected) in [
            ([Kept::Yes, Kept::Yes], Two::answer().records.clone()),
            ([Kept::Yes, Kept::No], Ok(Records::A([first].into_iter().collect()))),
            ([Kept::No, Kept::No], Err(Lack::Filtered)),
            ([Kept::No, Kept::Unknown], Err(Lack::TryAgain)),
            ([Kept::Unknown, Kept::Yes], Err(Lack::TryAgain)),
        ] {
            let resolver = FilteredResolver::new(Two, move |line| {
                let is_first = line.ends_with("IN A 192.0.2.1");
                Box::pin(ready(kept[usize::from(!is_first)]))
            });
            for name in ["known.example", "other.example"] {
                let query = Query { name: name.parse().unwrap(), kind: Kind::A };
                assert_eq!(resolver.recall(&query), None);
                let answer = pin!(resolver.lookup(query));
                let Poll::Ready(answer) = answer.poll(&mut Context::from_waker(Waker::noop()))
                else {
                    panic!("nothing to wait for")
                };
                assert_eq!(answer.records, expected, "{name} {kept:?}");
            }
        }
    }
}
