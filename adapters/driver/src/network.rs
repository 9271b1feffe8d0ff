//! From a destination to its hosts, with everything asked that there is to ask.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use envoi_dns::{Destination, Hosts, Name, NativeLack, Question, Route, Rules};

use crate::lookups::{Found, Lookups};
use crate::native;
use crate::random::seed;
use crate::resolver::Resolver;
use crate::runtime::Runtime;
use crate::stub_resolver::StubResolver;
use crate::system::System;

/// What finds hosts and connects to them. Clones share it.
#[derive(Clone, Debug)]
pub struct Network<R: Runtime, V = StubResolver<R>> {
    /// Makes connections.
    pub runtime: R,
    /// Answers questions to the DNS.
    pub resolver: V,
    /// What is known without asking anybody, of questions to the system.
    pub hosts: Arc<Hosts>,
}

impl<R: Runtime> Network<R> {
    /// The network as this machine is set up for it, with the resolver that is built in.
    ///
    /// # Errors
    /// As [`StubResolver::system`].
    pub fn new(runtime: R, system: &System) -> io::Result<Self> {
        let resolver = StubResolver::system(runtime.clone())?;
        Ok(Self { runtime, resolver, hosts: system.hosts.clone() })
    }
}

impl<R: Runtime, V: Resolver> Network<R, V> {
    /// The whole way to a destination.
    pub async fn route(&self, destination: &Destination, rules: Arc<Rules>) -> Route {
        let mut route = Route::new(destination, rules, seed());
        self.find(&mut route).await;
        route
    }

    /// Asks all questions of a route at once, and then those that their answers lead to, until it
    /// is complete. Answers that are known already cost no allocation.
    ///
    /// Whoever wants to begin as soon as the first host is known does the same with [`Lookups`],
    /// and asks [`Route::poll_host`] after each answer.
    pub async fn find(&self, route: &mut Route) {
        let mut lookups = Lookups::default();
        loop {
            while let Some(question) = route.poll_question() {
                if let Question::Dns(query) = &question
                    && let Some(answer) = self.resolver.recall(query)
                {
                    route.handle_answer(query, answer);
                } else {
                    lookups.push(question.clone(), self.look_up(question));
                }
            }
            match lookups.next().await {
                Some(found) => found.tell(route),
                None => return,
            }
        }
    }

    /// Puts a question now. The future waits for the answer.
    pub fn look_up(&self, question: Question) -> impl Future<Output = Found> {
        let lookup = match question {
            Question::Dns(query) => Ok((query.clone(), self.resolver.lookup(query))),
            Question::Native(name) => Err(name),
        };
        async move {
            match lookup {
                Ok((query, lookup)) => Found::Dns(query, lookup.await),
                Err(name) => Found::Native(name.clone(), self.addresses(name).await),
            }
        }
    }

    /// The addresses of a host: those in hosts(5), or those that getaddrinfo(3) finds, each once,
    /// the first hundred of them.
    ///
    /// # Errors
    /// If it has none, or the system cannot tell.
    pub async fn addresses(&self, name: Name) -> Result<Vec<IpAddr>, NativeLack> {
        match self.hosts.addresses(&name) {
            [] => self.runtime.block(move || native::addresses(&name)).await,
            known => Ok(known.to_vec()),
        }
    }
}
