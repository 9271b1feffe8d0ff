//! Routes by any rules, to any destination, with any answers.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use envoi_dns::{
    Address, Answer, Destination, Families, Family, Host, HostLookup, Kind, Lack, LeftOut, Mx,
    Name, NativeLack, Query, Question, Records, Route, Rules, Services, Srv, Syntax, Target,
};

use crate::witness::{Violation, ensure};

#[derive(Arbitrary, Debug)]
struct Script<'a> {
    goal: Goal<'a>,
    rules: Choices,
    seed: u64,
    replies: Vec<Reply>,
    /// Which of the open questions is answered next.
    order: Vec<u8>,
}

/// Where mail is to be taken.
#[derive(Arbitrary, Debug)]
enum Goal<'a> {
    Domain,
    Service,
    /// A domain at a port.
    Port(u16),
    Host,
    Address(IpAddr),
    Text(&'a str),
    Lmtp(&'a str),
}

/// What rules can say.
#[derive(Arbitrary, Debug)]
struct Choices {
    dns: bool,
    native: Option<bool>,
    families: Option<bool>,
    prefers: Option<bool>,
    balance: bool,
    shuffle: bool,
    address_limit: Option<u8>,
    ignore_mx_error: bool,
    defer_without_address: bool,
    canonical_names: bool,
    has_srv: bool,
    srv_fallback: bool,
    ignore_srv_error: bool,
    own: Vec<u8>,
}

/// What is said to a question; of which kind, the question decides.
#[derive(Arbitrary, Debug)]
struct Reply {
    lack: Option<u8>,
    /// Whether the records are of another kind.
    is_strange: bool,
    hosts: Vec<(u16, u16, u16, u8)>,
    addresses: Vec<u8>,
    canonical: Option<u8>,
    is_secure: bool,
}

/// Answers all questions of a route, in several orders.
///
/// # Errors
/// If it asks or finds what it must not, or the order matters.
pub fn route(data: &[u8]) -> Result<(), Violation> {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    let Some(destination) = script.goal.destination() else { return Ok(()) };
    let rules = Arc::new(script.rules.rules());
    let play = |order: &[u8]| {
        let route = Route::new(&destination, rules.clone(), script.seed);
        let player = Player { script: &script, route, told: BTreeSet::new(), hosts: Vec::new() };
        player.play(order, &destination, &rules)
    };
    let seen = play(&[])?;
    for order in [&[u8::MAX][..], &script.order] {
        let other = play(order)?;
        ensure(other == seen, || format!("{seen:?} in order, {other:?} in another"))?;
    }
    Ok(())
}

/// What a route comes to.
#[derive(Debug, PartialEq)]
struct Seen {
    hosts: Vec<Host>,
    failure: Option<String>,
    left_out: Vec<LeftOut>,
    leads_here: bool,
}

struct Player<'a> {
    script: &'a Script<'a>,
    route: Route,
    /// Addresses that were told.
    told: BTreeSet<IpAddr>,
    hosts: Vec<Host>,
}

impl Player<'_> {
    fn play(
        mut self,
        order: &[u8],
        destination: &Destination,
        rules: &Rules,
    ) -> Result<Seen, Violation> {
        let mut order = order.iter().cycle();
        let (mut open, mut asked) = (Vec::new(), 0);
        loop {
            let known = open.len();
            open.extend(std::iter::from_fn(|| self.route.poll_question()).take(QUESTIONS_MAX + 1));
            asked += open.len() - known;
            ensure(asked <= QUESTIONS_MAX, || format!("{asked} questions"))?;
            self.hosts.extend(std::iter::from_fn(|| self.route.poll_host()));
            if open.is_empty() {
                break;
            }
            ensure(!self.route.is_complete(), || format!("it asks {open:?} for nothing"))?;
            let next = order.next().map_or(0, |next| usize::from(*next) * open.len() / 256);
            let question = open.remove(next);
            self.tell(&question);
            // Twice is as good as once.
            self.tell(&question);
        }
        ensure(self.route.is_complete(), || "it is not complete, and asks nothing".into())?;
        self.check(destination, rules)?;
        let Self { route, hosts, .. } = self;
        let failure = route.failure().map(|failure| format!("{:?} {failure}", failure.status()));
        let (left_out, leads_here) = (route.left_out().to_vec(), route.leads_here());
        Ok(Seen { hosts, failure, left_out, leads_here })
    }

    fn tell(&mut self, question: &Question) {
        match question {
            Question::Dns(query) => {
                let answer = self.script.answer(query);
                match &answer.records {
                    Ok(Records::A(all)) => self.told.extend(all.iter().map(|one| IpAddr::V4(*one))),
                    Ok(Records::Aaaa(all)) => {
                        self.told.extend(all.iter().map(|one| IpAddr::V6(*one)));
                    }
                    Ok(Records::Mx(_) | Records::Srv(_) | Records::Tlsa(_) | Records::Txt(_))
                    | Err(_) => {}
                }
                self.route.handle_answer(query, answer.into());
            }
            Question::Native(name) => {
                let found = self.script.native(name);
                self.told.extend(found.iter().flatten());
                self.route.handle_native(name, found);
            }
        }
    }

    fn check(&self, destination: &Destination, rules: &Rules) -> Result<(), Violation> {
        let hosts = &self.hosts;
        let limit = rules.address_limit.filter(|limit| *limit > 0).unwrap_or(HOSTS_MAX);
        ensure(hosts.len() <= limit.min(HOSTS_MAX), || format!("{} hosts", hosts.len()))?;
        let failure = self.route.failure();
        ensure(hosts.is_empty() == failure.is_some(), || format!("{hosts:?}, but {failure:?}"))?;
        if let Some(failure) = failure {
            let is_class = matches!(failure.status()[0], 4 | 5);
            let is_plain = !failure.to_string().chars().any(char::is_control);
            ensure(is_class && is_plain, || format!("{failure:?}"))?;
        }
        let is_here = self.route.leads_here() || !self.route.is_best_here();
        ensure(is_here, || "the best is here, and nobody else".into())?;
        let is_sorted = hosts.is_sorted_by_key(|host| host.preference);
        ensure(is_sorted, || format!("{hosts:?} are not in order"))?;
        let port = destination.service().map_or(rules.port, |service| service.port);
        for host in hosts {
            let Address::Ip(address) = host.address else { continue };
            let is_ours = port == 25 && rules.own_addresses.contains(&address.to_canonical());
            ensure(!is_ours, || format!("{address} is ours"))?;
            let is_used = rules.families.include(Family::of(address));
            ensure(is_used, || format!("{address} is of a family that is not used"))?;
            let is_literal = matches!(destination.target(), Target::Address(_))
                || *host.name == *address.to_string();
            let is_told = is_literal || self.told.contains(&address);
            ensure(is_told, || format!("nobody has told {address}"))?;
        }
        Ok(())
    }
}

impl Goal<'_> {
    fn destination(&self) -> Option<Destination> {
        let parse = |text: &str, syntax| Destination::parse(text, syntax, &Services::default());
        let destination = match self {
            Self::Domain => parse("example.com", Syntax::Smtp),
            Self::Service => parse("example.com:submission", Syntax::Smtp),
            Self::Port(port) => parse(&format!("example.com:{port}"), Syntax::Smtp),
            Self::Host => parse("[host0.example]", Syntax::Smtp),
            Self::Address(IpAddr::V4(address)) => parse(&format!("[{address}]"), Syntax::Smtp),
            Self::Address(IpAddr::V6(address)) => parse(&format!("[ipv6:{address}]"), Syntax::Smtp),
            Self::Text(text) => parse(text, Syntax::Smtp),
            Self::Lmtp(text) => parse(text, Syntax::Lmtp),
        };
        destination.ok()
    }
}

impl Choices {
    fn rules(&self) -> Rules {
        let lookups = [HostLookup::Dns, HostLookup::Native, HostLookup::DnsThenNative];
        let families = [Families::All, Families::Ipv4, Families::Ipv6];
        let prefers = [None, Some(Family::Ipv4), Some(Family::Ipv6)];
        let services = ["smtp", "submission"].map(Into::into);
        Rules {
            dns: self.dns,
            host_lookup: lookups[third(self.native)],
            families: families[third(self.families)],
            prefers: prefers[third(self.prefers)],
            balance: self.balance,
            shuffle: self.shuffle,
            address_limit: self.address_limit.map(usize::from),
            ignore_mx_error: self.ignore_mx_error,
            defer_without_address: self.defer_without_address,
            canonical_names: self.canonical_names,
            srv_services: if self.has_srv { services.into() } else { Vec::new() },
            srv_fallback: self.srv_fallback,
            ignore_srv_error: self.ignore_srv_error,
            own_addresses: self.own.iter().map(|last| ipv4(*last).into()).collect(),
            port: 25,
        }
    }
}

impl Script<'_> {
    /// What is said to a question: always the same.
    fn reply(&self, name: &Name, kind: usize) -> Option<&Reply> {
        let bytes = name.as_str().bytes();
        let place = bytes.fold(kind, |sum, byte| sum.wrapping_mul(31) + usize::from(byte));
        self.replies.get(place % self.replies.len().max(1))
    }

    fn answer(&self, query: &Query) -> Answer {
        let Some(reply) = self.reply(&query.name, query.kind as usize) else {
            return Answer::lacking(Lack::NoName);
        };
        let kind = match (query.kind, reply.is_strange) {
            (Kind::A, true) => Kind::Mx,
            (Kind::Mx, true) => Kind::Srv,
            (Kind::Srv, true) => Kind::Txt,
            (Kind::Aaaa, true) => Kind::A,
            (kind, _) => kind,
        };
        Answer {
            records: reply.lack.map_or_else(
                || Ok(reply.records(kind)),
                |lack| Err(LACKS[usize::from(lack) % LACKS.len()]),
            ),
            canonical: reply.canonical.and_then(host).map(Box::new),
            ttl: 1,
            is_secure: reply.is_secure,
        }
    }

    fn native(&self, name: &Name) -> Result<Vec<IpAddr>, NativeLack> {
        let reply = self.reply(name, 0).ok_or(NativeLack::NotFound)?;
        if let Some(lack) = reply.lack {
            return Err(NATIVE_LACKS[usize::from(lack) % NATIVE_LACKS.len()]);
        }
        let address = |last: &u8| if *last < 128 { ipv4(*last).into() } else { ipv6(*last).into() };
        Ok(reply.addresses.iter().map(address).collect())
    }
}

impl Reply {
    fn records(&self, kind: Kind) -> Records {
        match kind {
            Kind::A => Records::A(self.addresses.iter().map(|last| ipv4(*last)).collect()),
            Kind::Aaaa => Records::Aaaa(self.addresses.iter().map(|last| ipv6(*last)).collect()),
            Kind::Mx => Records::Mx(
                self.hosts
                    .iter()
                    .map(|(preference, .., name)| Mx {
                        preference: *preference,
                        exchange: host(*name),
                    })
                    .collect(),
            ),
            Kind::Srv => {
                let srv = |(priority, weight, port, name): &(u16, u16, u16, u8)| Srv {
                    priority: *priority,
                    weight: *weight,
                    port: *port,
                    target: host(*name),
                };
                Records::Srv(self.hosts.iter().map(srv).collect())
            }
            Kind::Tlsa => Records::Tlsa([].into()),
            Kind::Txt => Records::Txt([].into()),
        }
    }
}

/// The place of one of three values.
fn third(choice: Option<bool>) -> usize {
    choice.map_or(0, |choice| 1 + usize::from(choice))
}

/// A host by its number: the root, a number, or a name.
fn host(number: u8) -> Option<Name> {
    let text = match number {
        u8::MAX => return None,
        254 => "192.0.2.1".into(),
        253 => "127.1".into(),
        number => format!("host{number}.example"),
    };
    Some(text.parse().expect("it is a name"))
}

fn ipv4(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, last)
}

fn ipv6(last: u8) -> Ipv6Addr {
    match last {
        0..128 => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last.into()),
        128.. => ipv4(last - 128).to_ipv6_mapped(),
    }
}

const LACKS: [Lack; 6] =
    [Lack::NoName, Lack::NoData, Lack::TryAgain, Lack::Refused, Lack::Malformed, Lack::Filtered];

const NATIVE_LACKS: [NativeLack; 4] =
    [NativeLack::NotFound, NativeLack::TryAgain, NativeLack::System, NativeLack::Failed];

/// SRV and MX, three questions for each of a hundred hosts of each, and three for the domain.
const QUESTIONS_MAX: usize = 2 + 2 * 300 + 3;

/// Most hosts, where there is no limit.
const HOSTS_MAX: usize = 100;
