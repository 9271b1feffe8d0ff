//! Tables that word anew what others say: servers, the DNS, and we of outcomes.

use envoi_driver::dns::Search;
use envoi_driver::proto::Filtered;
use envoi_driver::{Asked, FilteredResolver, Kept, Outcome, Resolver, SearchingResolver, Verdict};

use crate::elsewhere::elsewhere;
use crate::table::Tables;

/// Tables that word anew what others say. The names in brackets are Postfix's.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// What servers say, line by line (`smtp_reply_filter`).
    pub replies: Tables,
    /// What the DNS says, record by record (`smtp_dns_reply_filter`).
    pub records: Tables,
    /// How names are completed that the DNS is asked for (`smtp_dns_resolver_options`).
    pub search: Search,
    /// What became of recipients (`smtp_delivery_status_filter`).
    pub outcomes: Tables,
    /// Whether hard failures stay soft (`soft_bounce`).
    pub soft_bounce: bool,
}

impl Filters {
    /// Opens the tables again that have changed.
    pub fn refresh(&self) {
        [&self.replies, &self.records, &self.outcomes].into_iter().for_each(Tables::refresh);
    }

    /// What lines of servers become, if anything is asked of them.
    pub fn replies(&self) -> Option<impl FnMut(&str) -> Asked<Filtered> + Send + 'static> {
        let tables = self.replies.clone();
        (!tables.is_empty()).then_some(move |line: &str| {
            let (asked, line) = (tables.clone(), line.to_owned());
            elsewhere(tables.blocks(), move || reply(&asked, &line))
        })
    }

    /// A resolver that completes names, and whose answers are asked about, if either is wanted.
    pub fn resolver<'a, V: Resolver>(
        &self,
        resolver: &'a V,
    ) -> Option<FilteredResolver<SearchingResolver<&'a V>>> {
        let tables = self.records.clone();
        (!tables.is_empty() || self.search.is_used()).then(|| {
            let resolver = SearchingResolver::new(resolver, self.search.clone());
            FilteredResolver::new(resolver, move |record| {
                let (asked, record) = (tables.clone(), record.to_owned());
                elsewhere(tables.blocks(), move || kept(&asked, &record))
            })
        })
    }

    /// Words outcomes anew. What cannot be is told, and changes nothing; but what was to bounce
    /// waits if nobody can tell.
    pub async fn review(&self, outcomes: &mut [Outcome]) {
        if self.outcomes.is_empty() {
            return;
        }
        for outcome in outcomes {
            let (tables, statement) = (self.outcomes.clone(), outcome.statement());
            let lookup = move || tables.lookup(&statement);
            match elsewhere(self.outcomes.blocks(), lookup).await {
                Ok(None) => {}
                Ok(Some(said)) => {
                    if let Err(error) = outcome.restate(&said, self.soft_bounce) {
                        tracing::warn!("delivery status filter: {said:?}: {error}");
                    }
                }
                Err(error) => {
                    tracing::warn!("delivery status filter: {error}");
                    if outcome.verdict == Verdict::Bounced {
                        let waits = outcome.restate(LOOKUP_FAILED, self.soft_bounce);
                        waits.expect("a failure may become another");
                    }
                }
            }
        }
    }
}

fn reply(tables: &Tables, line: &str) -> Filtered {
    match tables.lookup(line) {
        Ok(None) => Filtered::Unchanged,
        // The conversation tells the log, which knows with whom it is.
        Ok(Some(said)) => Filtered::Replaced(said),
        Err(error) => {
            tracing::warn!("server reply filter: {error}");
            Filtered::Failed
        }
    }
}

fn kept(tables: &Tables, record: &str) -> Kept {
    match tables.lookup(record) {
        Ok(None) => Kept::Yes,
        Ok(Some(action)) if action.trim().eq_ignore_ascii_case("IGNORE") => Kept::No,
        Ok(Some(action)) => {
            tracing::warn!("unknown DNS filter action: {action:?}; expected IGNORE");
            Kept::Unknown
        }
        Err(error) => {
            tracing::warn!("DNS reply filter: {error}");
            Kept::Unknown
        }
    }
}

/// What becomes of mail that was to bounce, when nobody can tell whether it is to.
const LOOKUP_FAILED: &str = "4.3.0 delivery status filter lookup error";

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context as Waiting, Poll, Waker};

    use envoi_driver::Delays;
    use envoi_driver::delivery::Ledger;
    use envoi_driver::dns::{Answer, Kind, Lack, Query, Records};
    use envoi_driver::proto::{Circumstances, Envelope, Event, Peer, Stage};

    use super::*;
    use crate::table::Context;

    fn tables(list: &str) -> Tables {
        let (tables, errors) = Tables::open(list, &Context::new("/nonexistent"));
        assert!(errors.is_empty(), "{errors:?}");
        tables
    }

    /// A table of rules, and the folder that it is in.
    fn rules(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules");
        std::fs::write(&path, text).unwrap();
        (folder, format!("regexp:{}", path.display()))
    }

    fn now<T>(answer: impl Future<Output = T>) -> T {
        match pin!(answer).poll(&mut Waiting::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("nothing to wait for"),
        }
    }

    #[test]
    fn lines_of_servers_are_replaced() {
        let (_folder, list) = rules("/^250 x$/ 550 y\n");
        let replies = tables(&list);
        let filters = Filters { replies, ..Filters::default() };
        let mut ask = filters.replies().unwrap();
        assert_eq!(now(ask("250 x")), Filtered::Replaced("550 y".into()));
        assert_eq!(now(ask("250 z")), Filtered::Unchanged);
        let failing = Filters { replies: tables("fail:x"), ..Filters::default() };
        assert_eq!(now(failing.replies().unwrap()("250 x")), Filtered::Failed);
        assert!(Filters::default().replies().is_none());
    }

    #[test]
    fn what_was_to_bounce_waits_if_nobody_can_tell() {
        let filters = Filters { outcomes: tables("fail:x"), ..Filters::default() };
        for (status, expected) in [
            ("550 5.1.1 no", "deferred 4.3.0"),
            ("450 later", "deferred 4.0.0"),
            ("250 ok", "sent 2.0.0"),
        ] {
            let bob = "bob@mx.example".parse().unwrap();
            let envelope = Envelope::new("ann@client.example".parse().unwrap(), vec![bob]);
            let mut ledger = Ledger::new(envelope.into(), Circumstances::default());
            let (stage, reply) = (Stage::EndOfData, status.parse().unwrap());
            ledger.handle_event(&Event::Unavailable { stage, reply }, 0..1, &Peer::new("mx"));
            let mut outcomes = ledger.close(Delays::default()).outcomes;
            now(filters.review(&mut outcomes));
            let Outcome { verdict, status, .. } = &outcomes[0];
            assert_eq!(format!("{verdict} {status}"), expected);
        }
    }

    #[test]
    fn names_are_completed_where_that_is_asked_for() {
        struct One;
        impl Resolver for One {
            async fn lookup(&self, query: Query) -> Arc<Answer> {
                let found = query.name.as_str() == "mx.a.example";
                let one = Records::A([[192, 0, 2, 1].into()].into_iter().collect());
                let records = if found { Ok(one) } else { Err(Lack::NoName) };
                Arc::new(Answer { records, ..Answer::lacking(Lack::NoName) })
            }
        }
        assert!(Filters::default().resolver(&One).is_none());
        let (domains, ndots) = (vec!["a.example".parse().unwrap()], 1);
        let search = Search { domains, ndots, completes: true, searches: false };
        let filters = Filters { search, ..Filters::default() };
        let resolver = filters.resolver(&One).unwrap();
        let query = Query { name: "mx".parse().unwrap(), kind: Kind::A };
        assert!(now(resolver.lookup(query)).records.is_ok());
    }

    #[test]
    fn records_are_ignored_or_not_known_to_count() {
        let (_folder, list) = rules("/^a/ ignore\n");
        for (list, record, expected) in [
            (&*list, "a. 60 IN A 192.0.2.1", Kept::No),
            (&list, "b. 60 IN A 192.0.2.1", Kept::Yes),
            ("static:OK", "a. 60 IN A 192.0.2.1", Kept::Unknown),
            ("fail:x", "a. 60 IN A 192.0.2.1", Kept::Unknown),
        ] {
            assert_eq!(kept(&tables(list), record), expected, "{list}");
        }
    }
}
