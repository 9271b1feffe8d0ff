//! From a destination to hosts.

mod candidates;
mod exchangers;
mod lookup;
mod random;
mod survey;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::answer::{Answer, Lack, Records};
use crate::destination::{Destination, Service, Target};
use crate::failure::Failure;
use crate::host::{Address, Host, LeftOut};
use crate::name::Name;
use crate::query::{Kind, Query};
use crate::rules::Rules;

use candidates::{Candidate, Candidates};
use exchangers::{Entries, Entry, Exchangers, order_by_weight, select};
use lookup::Lookup;
use random::Random;
use survey::{Source, Survey};

/// The way to one destination, as far as it is known.
///
/// The run loop: ask whatever [`Route::poll_question`] says until it is silent; tell the answers in
/// whatever order they come, and look for questions again; take hosts with [`Route::poll_host`]
/// until the route is complete. Which hosts there are, and in which order, does not depend on the
/// order of the answers.
#[derive(Debug)]
pub struct Route {
    rules: Arc<Rules>,
    random: Random,
    /// What the destination is called in a failure.
    subject: Arc<str>,
    /// Where hosts listen if nothing else is said.
    port: u16,
    /// The domain whose exchangers are looked up.
    domain: Option<Name>,
    /// The question for them, while it is open.
    listing: Option<Listing>,
    /// Where the exchangers are named.
    source: Source,
    /// Whether all answers about exchangers were secure.
    is_secure: bool,
    exchangers: Exchangers,
    /// The only host, if it is a socket of this machine.
    socket: Option<Arc<str>>,
    /// The hosts, when the route is complete.
    hosts: Candidates,
    /// How many of them were given away.
    given: usize,
    failure: Option<Failure>,
    left_out: Vec<LeftOut>,
    is_complete: bool,
    leads_here: bool,
}

/// What a route asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Question {
    /// To be asked of the DNS; its answer goes to [`Route::handle_answer`].
    Dns(Query),
    /// To be asked of the system; its answer goes to [`Route::handle_native`].
    Native(Name),
}

/// Why the system found no address (getaddrinfo(3)).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum NativeLack {
    /// There is no such host, or it has no address (EAI_NONAME, EAI_NODATA).
    #[error("Name or service not known")]
    NotFound,
    /// It may work later (EAI_AGAIN).
    #[error("Temporary failure in name resolution")]
    TryAgain,
    /// The system itself had trouble (EAI_SYSTEM, EAI_MEMORY).
    #[error("System error")]
    System,
    /// Whatever else.
    #[error("Non-recoverable failure in name resolution")]
    Failed,
}

/// The question for the exchangers of a domain.
#[derive(Debug)]
struct Listing {
    query: Query,
    is_asked: bool,
}

impl Route {
    /// A route that knows nothing yet. `seed` decides the order of hosts of the same preference.
    pub fn new(destination: &Destination, rules: Arc<Rules>, seed: u64) -> Self {
        let port = destination.service().map_or(rules.port, |service| service.port);
        let mut route = Self {
            rules,
            random: Random::new(seed),
            subject: Arc::default(),
            port,
            domain: None,
            listing: None,
            source: Source::Itself,
            is_secure: true,
            exchangers: Exchangers::new(),
            socket: None,
            hosts: Candidates::new(),
            given: 0,
            failure: None,
            left_out: Vec::new(),
            is_complete: false,
            leads_here: false,
        };
        match destination.target() {
            Target::Domain(domain) => route.begin(domain, destination.service()),
            Target::Host(name) => route.look_up(Lookup::of_name(name, &route.rules)),
            Target::Address(address) => route.look_up(Lookup::of_address(*address)),
            Target::Unix(path) => {
                route.socket = Some((&**path).into());
                route.is_complete = true;
            }
        }
        route
    }

    /// The next question, if there is one to be asked. All may be asked at once.
    pub fn poll_question(&mut self) -> Option<Question> {
        if let Some(listing) = &mut self.listing {
            let is_asked = core::mem::replace(&mut listing.is_asked, true);
            return (!is_asked).then(|| Question::Dns(listing.query.clone()));
        }
        self.exchangers.lookups.iter_mut().find_map(Lookup::poll_question)
    }

    /// Takes the answer to a question. What was not asked changes nothing.
    pub fn handle_answer(&mut self, query: &Query, answer: Arc<Answer>) {
        let is_listing = |listing: &mut Listing| listing.is_asked && listing.query == *query;
        if let Some(listing) = self.listing.take_if(is_listing) {
            return self.handle_listing(listing.query, &answer);
        }
        let Self { exchangers, rules, .. } = self;
        let mut lookups = exchangers.lookups.iter_mut();
        if lookups.any(|lookup| lookup.handle_answer(query, &answer, rules)) {
            self.conclude();
        }
    }

    /// Takes the addresses that the system found, or why it found none.
    pub fn handle_native(&mut self, name: &Name, found: Result<Vec<IpAddr>, NativeLack>) {
        let mut found = found;
        let mut lookups = self.exchangers.lookups.iter_mut();
        if lookups.any(|lookup| lookup.handle_native(name, &mut found)) {
            self.conclude();
        }
    }

    /// The next host to try, the best first. None if there is no more, or not yet.
    ///
    /// The first can come before all questions are answered: when nothing that is still open can
    /// put another one before it.
    pub fn poll_host(&mut self) -> Option<Host> {
        if let Some(path) = self.socket.take() {
            let (name, address) = (path.clone(), Address::Unix(path));
            let (preference, ttl, is_secure) = (None, 0, false);
            return Some(Host { name, address, port: 0, preference, ttl, is_secure });
        }
        let candidate = match (self.is_complete, self.given) {
            (true, given) => self.hosts.get(given).copied()?,
            (false, 0) => self.survey().first()?,
            (false, _) => return None,
        };
        self.given += 1;
        Some(self.host(candidate))
    }

    /// Whether all questions are answered, so that there will be no more hosts than there are.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Why there is no host at all, when the route is complete.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Hosts that are not tried, when the route is complete.
    pub fn left_out(&self) -> &[LeftOut] {
        if self.is_complete { &self.left_out } else { &[] }
    }

    /// Whether this machine is one of the destination's hosts, when the route is complete: then no
    /// fallback relay is tried.
    pub fn leads_here(&self) -> bool {
        self.leads_here
    }

    /// Whether this machine is the best of the destination's hosts, when the route is complete
    /// (`best_mx_transport`).
    pub fn is_best_here(&self) -> bool {
        matches!(self.failure, Some(Failure::Loop(_)))
    }

    /// Asks for the exchangers of a domain, if it can have any.
    fn begin(&mut self, domain: &Name, service: Option<&Service>) {
        // A number is no domain.
        if !self.rules.dns || domain.is_numeric() {
            return self.look_up(Lookup::of_name(domain, &self.rules));
        }
        self.domain = Some(domain.clone());
        let service = match service {
            Some(service) => service.name.as_deref(),
            None => (self.rules.port == SMTP_PORT).then_some("smtp"),
        };
        let listed = &self.rules.srv_services;
        let is_listed =
            |service: &&str| listed.iter().any(|listed| listed.eq_ignore_ascii_case(service));
        match service.filter(is_listed) {
            Some(service) => self.ask_for_service(domain, service),
            None => self.ask_for_exchangers(domain),
        }
    }

    fn ask_for_service(&mut self, domain: &Name, service: &str) {
        self.source = Source::Srv;
        self.subject = ["_", service, "._tcp.", domain.as_str()].concat().into();
        match self.subject.parse() {
            Ok(name) => self.ask(Query { name, kind: Kind::Srv }),
            Err(_) => self.handle_no_exchangers(Failure::NoName(self.subject.clone())),
        }
    }

    fn ask_for_exchangers(&mut self, domain: &Name) {
        self.source = Source::Mx;
        self.subject = domain.into();
        self.ask(Query { name: domain.clone(), kind: Kind::Mx });
    }

    fn ask(&mut self, query: Query) {
        self.listing = Some(Listing { query, is_asked: false });
    }

    /// Takes the answer to the question for exchangers.
    fn handle_listing(&mut self, query: Query, answer: &Answer) {
        self.is_secure &= answer.is_secure;
        let mut entries = match entries(answer, query.kind, self.port) {
            Ok(entries) => entries,
            Err(lack) => {
                let Query { name, kind } = query;
                return self.handle_no_exchangers(Failure::Lookup { name, kind, lack });
            }
        };
        let is_srv = query.kind == Kind::Srv;
        let null = if is_srv { Failure::NullSrv(query.name) } else { Failure::NullMx(query.name) };
        if entries.iter().all(|entry| entry.name.is_none()) {
            return self.handle_no_exchangers(null);
        }
        select(&mut entries, &null, &mut self.left_out);
        if is_srv {
            order_by_weight(&mut entries, self.rules.shuffle, &mut self.random);
        }
        self.exchangers = Exchangers::named(&entries, &self.rules);
        self.conclude();
    }

    /// Goes on without exchangers, if that is possible.
    fn handle_no_exchangers(&mut self, failure: Failure) {
        let (mut is_missing, mut is_error) = (false, false);
        if let Failure::Lookup { lack, .. } = failure {
            is_missing = matches!(lack, Lack::NoName | Lack::NoData);
            is_error = matches!(lack, Lack::TryAgain | Lack::Refused | Lack::Malformed);
        }
        let Self { source, rules, .. } = self;
        let is_host = *source == Source::Mx && (is_missing || is_error && rules.ignore_mx_error);
        let is_domain = *source == Source::Srv && is_error && rules.ignore_srv_error;
        match self.domain.clone() {
            Some(domain) if is_host => self.look_up(Lookup::of_name(&domain, &self.rules)),
            Some(domain) if is_domain || self.falls_back() => {
                tracing::info!("looking up MX, for there is no SRV: {failure}");
                self.ask_for_exchangers(&domain);
            }
            Some(_) | None => {
                self.failure = Some(failure);
                self.is_complete = true;
            }
        }
    }

    /// Looks up a host that is the destination itself.
    fn look_up(&mut self, lookup: Lookup) {
        self.source = Source::Itself;
        self.subject = lookup.subject.text();
        self.exchangers = Exchangers::direct(lookup, self.port);
        self.conclude();
    }

    /// Comes to the end, if all questions are answered.
    fn conclude(&mut self) {
        if !self.exchangers.is_complete() {
            return;
        }
        let mut left_out = core::mem::take(&mut self.left_out);
        let findings = self.survey().findings(&mut left_out);
        self.left_out = left_out;
        let domain = self.domain.clone().filter(|_| self.falls_back());
        if let (true, Some(domain)) = (findings.candidates.is_empty(), domain) {
            tracing::info!("looking up MX, for {} leads nowhere", self.subject);
            return self.ask_for_exchangers(&domain);
        }
        if findings.candidates.is_empty() && self.source != Source::Itself && !findings.leads_here {
            tracing::warn!("no exchanger of {} has an address", self.subject);
        }
        self.hosts = findings.candidates;
        self.failure = findings.failure;
        self.leads_here = findings.leads_here;
        self.is_complete = true;
    }

    /// Whether MX will do where SRV leads nowhere.
    fn falls_back(&self) -> bool {
        self.source == Source::Srv && self.rules.srv_fallback
    }

    fn survey(&self) -> Survey<'_> {
        Survey {
            exchangers: &self.exchangers,
            source: self.source,
            rules: &self.rules,
            detects_loops: self.port == SMTP_PORT,
            subject: &self.subject,
            random: self.random,
        }
    }

    fn host(&self, candidate: Candidate) -> Host {
        let exchanger = &self.exchangers.all[candidate.exchanger];
        let lookup = self.exchangers.lookup_of(exchanger);
        let answer = lookup.answer(candidate.address);
        let canonical = answer.and_then(|answer| answer.canonical.as_deref());
        let canonical = canonical.filter(|_| self.rules.canonical_names);
        Host {
            name: canonical.map_or_else(|| lookup.subject.text(), Arc::from),
            address: Address::Ip(candidate.address),
            port: exchanger.port,
            preference: (self.source != Source::Itself).then_some(exchanger.preference),
            ttl: answer.map_or(0, |answer| answer.ttl),
            is_secure: self.is_secure && answer.is_some_and(|answer| answer.is_secure),
        }
    }
}

/// What an answer names as exchangers, in its order.
fn entries(answer: &Answer, kind: Kind, port: u16) -> Result<Entries<'_>, Lack> {
    let entries: Entries<'_> = match answer.records.as_ref().map_err(|lack| *lack)? {
        Records::Mx(all) if kind == Kind::Mx => {
            all.iter().map(|mx| Entry::of_mx(mx, port)).collect()
        }
        Records::Srv(all) if kind == Kind::Srv => all.iter().map(Entry::of_srv).collect(),
        Records::A(_)
        | Records::Aaaa(_)
        | Records::Mx(_)
        | Records::Srv(_)
        | Records::Tlsa(_)
        | Records::Txt(_) => return Err(Lack::Malformed),
    };
    if entries.is_empty() { Err(Lack::NoData) } else { Ok(entries) }
}

/// The port on which mail can loop.
const SMTP_PORT: u16 = 25;
