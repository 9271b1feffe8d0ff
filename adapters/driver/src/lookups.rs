//! Questions that are being answered.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use envoi_dns::{Answer, Name, NativeLack, Query, Question, Route};

use crate::together::Together;

/// Questions under way. They are answered while [`Lookups::next`] is awaited; dropped, they are
/// given up.
pub struct Lookups<F>(Together<Question, F>);

/// A question and its answer.
#[derive(Clone, Debug)]
pub enum Found {
    /// The DNS was asked.
    Dns(Query, Arc<Answer>),
    /// The system was asked.
    Native(Name, Result<Vec<IpAddr>, NativeLack>),
}

impl<F: Future<Output = Found>> Lookups<F> {
    /// Adds a question, as [`Network::look_up`](crate::Network::look_up) has put it.
    pub fn push(&mut self, question: Question, lookup: F) {
        self.0.push(question, lookup);
    }

    /// The next answer. None if there is no question. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Found> {
        self.0.next().await.map(|(_, found)| found)
    }

    /// Gives up all questions. Whoever does something else for a while does so, and puts them
    /// again after that: others may depend on the going on of a lookup.
    pub fn abandon(&mut self) -> impl Iterator<Item = Question> + use<F> {
        self.0.abandon()
    }
}

impl Found {
    /// Tells a route.
    pub fn tell(self, route: &mut Route) {
        match self {
            Self::Dns(query, answer) => route.handle_answer(&query, answer),
            Self::Native(name, found) => route.handle_native(&name, found),
        }
    }
}

impl<F> Default for Lookups<F> {
    fn default() -> Self {
        Self(Together::default())
    }
}

impl<F: Future<Output = Found>> fmt::Debug for Lookups<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lookups").field(&self.0.len()).finish()
    }
}
