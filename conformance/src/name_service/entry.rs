//! What the servers know.

use std::net::{Ipv4Addr, Ipv6Addr};

use envoi_dns::{Answer, Kind, Lack, Mx, Name, Query, Records, Srv, Tlsa};

use super::wire::{self, Record};
use crate::seeded::Random;

/// What there is to be told to a question.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) query: Query,
    /// The names that CNAMEs lead to, with the TTLs of the CNAMEs.
    chain: Vec<(Name, u32)>,
    /// How many CNAMEs are told at once.
    stride: usize,
    end: End,
    pub(super) is_secure: bool,
}

/// What there is at the end of the chain.
#[derive(Clone, Debug)]
enum End {
    /// Records with their TTL.
    Records(Records, u32),
    /// Another lack than of the name, with the TTLs that an SOA record has and names.
    NoData(Option<(u32, u32)>),
    /// No such name.
    NoName(Option<(u32, u32)>),
    /// A CNAME to the beginning.
    Circle,
}

/// What is told about a name.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) cnames: Vec<Record>,
    pub(super) records: Vec<Record>,
    pub(super) soa: Option<Record>,
    pub(super) is_nameless: bool,
}

impl Entry {
    /// The entry of a number, with names of its own.
    pub(super) fn new(number: usize, random: &mut Random) -> Self {
        let kinds = [Kind::A, Kind::A, Kind::Aaaa, Kind::Mx, Kind::Mx, Kind::Srv, Kind::Tlsa];
        let kind = random.pick(&[kinds[number % 7], Kind::Txt, Kind::Mx]);
        let word = random.pick(&["mail", "a-rather-long-word-for-a-label-of-a-name", "x"]);
        let query = Query { name: parse(&format!("q{number}.{word}.example")), kind };
        let end = match random.below(10) {
            0 => End::NoData(soa(random)),
            1 => End::NoName(soa(random)),
            2 if random.chance(300) => End::Circle,
            _ => End::Records(records(kind, random), ttl(random)),
        };
        let links = random.pick(&[0, 0, 0, 0, 1, 1, 2, 4, 16, 17]);
        let link = |n| (parse(&format!("c{number}-{n}.{word}.example")), ttl(random));
        let chain: Vec<_> = (0..links).map(link).collect();
        let stride = if links > 4 { 20 } else { random.pick(&[1, 2, 20, 20, 20]) };
        Self { query, chain, stride, end, is_secure: random.chance(500) }
    }

    /// The names that may be asked about.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.query.name).chain(self.chain.iter().map(|(name, _)| name))
    }

    /// What the servers say about the name at a place of the chain.
    pub(super) fn tell(&self, place: usize) -> Told {
        let names: Vec<&Name> = self.names().collect();
        let last = self.chain.len().min(place + self.stride);
        let mut told = Told::default();
        let cname = |owner: &Name, target: &Name, ttl| Record {
            owner: on_wire(owner),
            kind: wire::CNAME,
            ttl,
            data: on_wire(target),
        };
        for at in place..last {
            told.cnames.push(cname(names[at], names[at + 1], self.chain[at].1));
        }
        if last < self.chain.len() {
            return told;
        }
        match &self.end {
            End::Circle => told.cnames.push(cname(names[last], names[0], 60)),
            End::NoData(soa) => told.soa = soa.map(soa_record),
            End::NoName(soa) => {
                told.soa = soa.map(soa_record);
                told.is_nameless = true;
            }
            End::Records(records, ttl) => {
                let record = |data| Record {
                    owner: on_wire(names[last]),
                    kind: number(self.query.kind),
                    ttl: *ttl,
                    data,
                };
                told.records = data(records).into_iter().map(record).collect();
            }
        }
        told
    }

    /// The answer that is right.
    pub(super) fn answer(&self, is_trusted: bool) -> Answer {
        let is_secure = is_trusted && self.is_secure;
        let canonical = self.chain.last().map(|(name, _)| name.clone().into());
        let least = self.chain.iter().map(|(_, ttl)| seconds(*ttl)).min().unwrap_or(u32::MAX);
        let negative = |soa: &Option<(u32, u32)>| {
            soa.map_or(0, |(ttl, minimum)| seconds(ttl).min(seconds(minimum)))
        };
        let is_endless = self.chain.len() > 16;
        let (records, ttl) = match &self.end {
            _ if is_endless => (Err(Lack::Malformed), 0),
            End::Circle => (Err(Lack::Malformed), 0),
            End::Records(records, ttl) => (Ok(records.clone()), seconds(*ttl)),
            // What nobody says to lack is asked about, until the server says it of the name.
            End::NoData(soa) => (Err(Lack::NoData), negative(soa)),
            End::NoName(soa) => (Err(Lack::NoName), negative(soa)),
        };
        Answer { records, canonical, ttl: ttl.min(least), is_secure }
    }
}

/// What a TTL counts (RFC 2181, 8).
fn seconds(ttl: u32) -> u32 {
    if ttl > i32::MAX.unsigned_abs() { 0 } else { ttl }
}

fn ttl(random: &mut Random) -> u32 {
    random.pick(&[0, 1, 60, 300, 3600, 86_400, i32::MAX.unsigned_abs(), 1 << 31, u32::MAX])
}

fn soa(random: &mut Random) -> Option<(u32, u32)> {
    random.chance(800).then(|| (ttl(random), ttl(random)))
}

fn soa_record((ttl, minimum): (u32, u32)) -> Record {
    let mut data = [wire::name(Some("ns.example")), wire::name(Some("root.example"))].concat();
    data.extend([0; 16]);
    data.extend(minimum.to_be_bytes());
    Record { owner: wire::name(Some("example")), kind: wire::SOA, ttl, data }
}

/// Some records, all different.
fn records(kind: Kind, random: &mut Random) -> Records {
    let count = random.pick(&[1, 1, 2, 3, 10, 100]);
    let base = random.below(50);
    let name = |n: usize| Some(parse(&format!("host-{}.mail.example", base + n)));
    let byte = |n: usize| (base + n) as u8;
    let all = 0..count;
    match kind {
        Kind::A => Records::A(all.map(|n| Ipv4Addr::new(198, 51, 100, byte(n))).collect()),
        Kind::Aaaa => {
            let address = |n| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, (base + n) as u16);
            Records::Aaaa(all.map(address).collect())
        }
        Kind::Mx if count == 1 && base.is_multiple_of(5) => {
            Records::Mx([Mx { preference: 0, exchange: None }].into_iter().collect())
        }
        Kind::Mx => {
            let mx = |n: usize| Mx { preference: (n / 2) as u16, exchange: name(n) };
            Records::Mx(all.map(mx).collect())
        }
        Kind::Srv => {
            let srv = |n: usize| Srv { priority: n as u16, weight: 5, port: 587, target: name(n) };
            Records::Srv(all.map(srv).collect())
        }
        Kind::Tlsa => {
            let tlsa =
                |n| Tlsa { usage: 3, selector: 1, matching: 1, data: vec![byte(n); 32].into() };
            Records::Tlsa(all.map(tlsa).collect())
        }
        Kind::Txt => {
            let text = |n| format!("v=TLSRPTv1; rua=mailto:{}", base + n).into_bytes().into();
            Records::Txt(all.map(text).collect())
        }
    }
}

/// The data of records on the wire.
fn data(records: &Records) -> Vec<Vec<u8>> {
    // Servers keep the case of names as people wrote them.
    let shout = |name: &Option<Name>| {
        wire::name(name.as_ref().map(|name| name.as_str().replace("host", "HOST")).as_deref())
    };
    match records {
        Records::A(records) => records.iter().map(|a| a.octets().to_vec()).collect(),
        Records::Aaaa(records) => records.iter().map(|a| a.octets().to_vec()).collect(),
        Records::Mx(records) => {
            let mx = |mx: &Mx| [&mx.preference.to_be_bytes()[..], &shout(&mx.exchange)].concat();
            records.iter().map(mx).collect()
        }
        Records::Srv(records) => {
            let srv = |srv: &Srv| {
                let numbers = [srv.priority, srv.weight, srv.port].map(u16::to_be_bytes);
                [&numbers.concat()[..], &shout(&srv.target)].concat()
            };
            records.iter().map(srv).collect()
        }
        Records::Tlsa(records) => {
            let tlsa = |tlsa: &Tlsa| {
                [&[tlsa.usage, tlsa.selector, tlsa.matching][..], &tlsa.data].concat()
            };
            records.iter().map(tlsa).collect()
        }
        Records::Txt(records) => {
            // In two strings, which are one text.
            let text = |text: &[u8]| {
                let (first, second) = text.split_at(3);
                [&[3][..], first, &[second.len() as u8], second].concat()
            };
            records.iter().map(|record| text(record)).collect()
        }
    }
}

pub(super) fn number(kind: Kind) -> u16 {
    match kind {
        Kind::A => 1,
        Kind::Aaaa => 28,
        Kind::Mx => 15,
        Kind::Srv => 33,
        Kind::Tlsa => 52,
        Kind::Txt => 16,
    }
}

fn parse(name: &str) -> Name {
    name.parse().expect("it is a name")
}

fn on_wire(name: &Name) -> Vec<u8> {
    wire::name(Some(name.as_str()))
}
