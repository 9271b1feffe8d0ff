//! A resolver that completes names.

use std::sync::Arc;

use envoi_dns::{Answer, Lack, Query, Search};

use crate::resolver::Resolver;

/// A resolver that completes names before it looks them up (`smtp_dns_resolver_options`).
#[derive(Clone, Debug)]
pub struct SearchingResolver<V> {
    inner: V,
    search: Search,
}

impl<V: Resolver> SearchingResolver<V> {
    /// A resolver that asks another one for each of the names that a name may stand for.
    pub fn new(inner: V, search: Search) -> Self {
        Self { inner, search }
    }

    /// What is known of a name.
    async fn ask(&self, query: Query) -> Arc<Answer> {
        match self.inner.recall(&query) {
            Some(known) => known,
            None => self.inner.lookup(query).await,
        }
    }
}

impl<V: Resolver> Resolver for SearchingResolver<V> {
    fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
        if self.search.is_used() { None } else { self.inner.recall(query) }
    }

    async fn lookup(&self, query: Query) -> Arc<Answer> {
        let mut lacking: Option<Arc<Answer>> = None;
        for name in self.search.candidates(&query.name) {
            let is_itself = name == query.name;
            let answer = self.ask(Query { name: name.clone(), kind: query.kind }).await;
            match answer.records {
                Ok(_) if is_itself => return answer,
                Ok(_) => {
                    let mut answer = Answer::clone(&answer);
                    answer.canonical.get_or_insert_with(|| name.into());
                    return answer.into();
                }
                // Nobody knows whether the name is there: that outweighs all others.
                Err(Lack::TryAgain) => lacking = Some(answer),
                Err(_) if is_itself => {
                    lacking.get_or_insert(answer);
                }
                Err(_) => {}
            }
        }
        lacking.unwrap_or_else(|| Answer::lacking(Lack::NoName).into())
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use envoi_dns::{Kind, Records};

    use super::*;

    /// A resolver that knows one host, and of one name nothing for now.
    struct Few;

    impl Resolver for Few {
        fn lookup(&self, query: Query) -> impl Future<Output = Arc<Answer>> {
            let found = match query.name.as_str() {
                "mx.two.example" | "there.example" => {
                    Ok(Records::A([[192, 0, 2, 1].into()].into_iter().collect()))
                }
                "late.one.example" => Err(Lack::TryAgain),
                "empty" => Err(Lack::NoData),
                _ => Err(Lack::NoName),
            };
            ready(Answer { records: found, ..Answer::lacking(Lack::NoName) }.into())
        }
    }

    #[test]
    fn the_first_name_that_is_there_counts() {
        let domains = ["one.example", "two.example"].map(|domain| domain.parse().unwrap());
        let (completes, searches) = (true, true);
        let search = Search { domains: domains.into(), ndots: 1, completes, searches };
        let resolver = SearchingResolver::new(Few, search);
        for (name, lack, canonical) in [
            ("mx", None, Some("mx.two.example")),
            ("there.example", None, None),
            ("nobody", Some(Lack::NoName), None),
            ("empty", Some(Lack::NoData), None),
            ("late", Some(Lack::TryAgain), None),
        ] {
            let lookup = resolver.lookup(Query { name: name.parse().unwrap(), kind: Kind::A });
            let mut context = Context::from_waker(Waker::noop());
            let Poll::Ready(answer) = pin!(lookup).poll(&mut context) else { panic!("it waits") };
            assert_eq!(answer.records.as_ref().err().copied(), lack, "{name}");
            let found = answer.canonical.as_ref().map(|name| name.as_str());
            assert_eq!(found, canonical, "{name}");
        }
    }
}
