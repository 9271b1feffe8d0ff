//! What a seed decides before anything happens.

use std::time::Duration;

use envoi_dns::{Instant, Query, ResolvConf};

use super::entry::Entry;
use crate::seeded::Random;

/// Everything that shapes a run.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) config: ResolvConf,
    pub(super) hosts: Vec<Habits>,
    pub(super) weather: Weather,
    pub(super) forger: Forger,
    pub(super) entries: Vec<Entry>,
    /// What is asked, and when.
    pub(super) asks: Vec<(Instant, Query)>,
}

/// How a server goes about its work. Numbers are times in a thousand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// How it takes datagrams, and streams.
    pub(super) datagrams: Door,
    pub(super) streams: Door,
    /// It says that it has trouble.
    pub(super) fails: u32,
    /// It will not tell.
    pub(super) refuses: u32,
    /// It refers to others.
    pub(super) refers: u32,
    /// It says bytes that mean nothing.
    pub(super) garbles: u32,
    /// It answers what was not asked.
    pub(super) strays: u32,
    /// It cuts streams, and messages on them.
    pub(super) cuts: u32,
    /// It has too much to tell for a datagram.
    pub(super) truncates: u32,
    /// Whether it does not know EDNS, and how it says so.
    pub(super) edns: Edns,
    /// Whether it repeats questions in lower case.
    pub(super) alters_case: bool,
    /// Whether it puts CNAMEs after what they lead to.
    pub(super) is_backward: bool,
    /// Whether it says some records twice.
    pub(super) repeats: bool,
}

/// How a server takes what comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Door {
    Open,
    /// Who knocks is told that nobody is there.
    Closed,
    /// Who knocks hears nothing.
    Walled,
}

/// What a server does with EDNS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Edns {
    Known,
    /// It says that it does not understand the question.
    Misunderstood,
    /// It says so, and does not repeat the question.
    Denied,
}

/// What the network does. Numbers are times in a thousand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    /// A datagram is lost.
    pub(super) loses: u32,
    /// A datagram arrives twice.
    pub(super) doubles: u32,
    /// Longest time that bytes take.
    pub(super) delay: Duration,
}

/// Somebody who answers in the name of servers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forger {
    /// Times in a thousand that he answers a datagram.
    pub(super) zeal: u32,
    /// How many answers he forges then.
    pub(super) count: usize,
    /// Whether he sees the question, which nobody does who is not on the way.
    pub(super) sees: bool,
}

impl Scenario {
    pub(super) fn new(random: &mut Random) -> Self {
        let servers = random.pick(&[1, 1, 2, 2, 3]);
        let is_harsh = random.chance(600);
        let entries: Vec<_> =
            (0..random.between(1, 12)).map(|number| Entry::new(number, random)).collect();
        let mut ask = || {
            let at = Duration::from_millis(random.pick(&[0, 0, 1, 50, 2000, 7000, 40_000]));
            (Instant::from_origin(at), random.pick(&entries.iter().collect::<Vec<_>>()))
        };
        let count = entries.len() + 4;
        let mut asks: Vec<_> =
            (0..count).map(|_| ask()).map(|(at, entry)| (at, entry.query.clone())).collect();
        asks.sort_by_key(|(at, _)| *at);
        Self {
            config: config(servers, random),
            hosts: (0..servers).map(|_| Habits::new(is_harsh, random)).collect(),
            weather: Weather::new(random),
            forger: Forger {
                zeal: random.pick(&[0, 0, 300, 1000]),
                count: random.pick(&[1, 5, 40]),
                sees: false,
            },
            entries,
            asks,
        }
    }

    /// Whether a server can be reached in time, and tells what it knows.
    pub(super) fn has_good_server(&self) -> bool {
        let is_calm = self.weather.loses == 0 && self.weather.delay * 2 < self.config.timeout;
        is_calm && self.hosts.iter().any(Habits::is_good)
    }
}

impl Habits {
    fn new(is_harsh: bool, random: &mut Random) -> Self {
        let mut often = |chances: &[u32]| if is_harsh { random.pick(chances) } else { 0 };
        let rare = [0, 0, 0, 0, 0, 0, 0, 50, 500, 1000];
        let [fails, refuses, refers, garbles, strays, cuts] = [(); 6].map(|()| often(&rare));
        let doors = [Door::Open, Door::Open, Door::Open, Door::Open, Door::Closed, Door::Walled];
        Self {
            datagrams: if is_harsh { random.pick(&doors) } else { Door::Open },
            streams: if is_harsh { random.pick(&doors) } else { Door::Open },
            fails,
            refuses,
            refers,
            garbles,
            strays,
            cuts,
            truncates: random.pick(&[0, 0, 300, 1000]),
            edns: random.pick(&[Edns::Known, Edns::Known, Edns::Misunderstood, Edns::Denied]),
            alters_case: random.chance(100),
            is_backward: random.chance(200),
            repeats: random.chance(200),
        }
    }

    fn is_good(&self) -> bool {
        let Self { fails, refuses, refers, garbles, strays, cuts, .. } = self;
        let is_open = self.datagrams == Door::Open && self.streams == Door::Open;
        is_open && [fails, refuses, refers, garbles, strays, cuts] == [&0; 6]
    }
}

impl Weather {
    fn new(random: &mut Random) -> Self {
        Self {
            loses: random.pick(&[0, 0, 0, 10, 300]),
            doubles: random.pick(&[0, 0, 100, 1000]),
            delay: Duration::from_millis(random.pick(&[0, 1, 20, 400, 400, 3000])),
        }
    }
}

fn config(servers: u16, random: &mut Random) -> ResolvConf {
    ResolvConf {
        servers: (0..servers).map(|place| ([192, 0, 2, 1], 5300 + place).into()).collect(),
        search: Vec::new(),
        ndots: 1,
        timeout: Duration::from_secs(random.pick(&[1, 5, 5, 30])),
        attempts: random.pick(&[1, 2, 2, 5]),
        rotate: random.chance(300),
        use_tcp: random.chance(150),
        edns: random.chance(800),
        trust_ad: random.chance(500),
    }
}
