//! What the DNS of a delivery file knows.

use std::net::{Ipv4Addr, Ipv6Addr};

use envoi_dns::{Answer, Kind, Lack, Mx, Name, Query, Records, Srv};

use crate::dialogue::value::{choice, parse};

/// Names and their records.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    entries: Vec<Entry>,
    /// Names that stand for others.
    aliases: Vec<(Name, Name)>,
}

/// What is known of a name.
#[derive(Clone, Debug)]
struct Entry {
    /// The line, as master files have it.
    text: String,
    name: Name,
    kind: Kind,
    /// None if no server can tell.
    data: Option<Data>,
}

/// A record.
#[derive(Clone, Debug)]
enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx(Mx),
    Srv(Srv),
}

impl Zone {
    /// Takes a line: `NAME TYPE DATA`.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        let words: Vec<_> = text.split_whitespace().collect();
        let [name, kind, data @ ..] = &words[..] else {
            return Err("expected NAME TYPE DATA".into());
        };
        if let ("CNAME", [target]) = (*kind, data) {
            self.aliases.push((parse(name)?, parse(target)?));
            return Ok(());
        }
        let kind = choice(kind, &KINDS)?;
        let data = match (kind, data) {
            (_, ["<servfail>"]) => None,
            (Kind::A, [address]) => Some(Data::A(parse(address)?)),
            (Kind::Aaaa, [address]) => Some(Data::Aaaa(parse(address)?)),
            (Kind::Mx, [preference, host]) => {
                let exchange = (*host != ".").then(|| parse(host)).transpose()?;
                Some(Data::Mx(Mx { preference: parse(preference)?, exchange }))
            }
            (Kind::Srv, [priority, weight, port, host]) => Some(Data::Srv(Srv {
                priority: parse(priority)?,
                weight: parse(weight)?,
                port: parse(port)?,
                target: (*host != ".").then(|| parse(host)).transpose()?,
            })),
            (_, _) => return Err(format!("{text:?}: expected NAME TYPE DATA")),
        };
        self.entries.push(Entry { text: text.into(), name: parse(name)?, kind, data });
        Ok(())
    }

    /// The records, as master files have them.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        let known = self.entries.iter().filter(|entry| entry.data.is_some());
        known.map(|entry| &*entry.text)
    }

    /// The answer to a question.
    pub fn answer(&self, query: &Query) -> Answer {
        if let Some((_, target)) = self.aliases.iter().find(|(alias, _)| *alias == query.name) {
            let answer = self.answer(&Query { name: target.clone(), ..query.clone() });
            let canonical = answer.canonical.or_else(|| Some(target.clone().into()));
            return Answer { canonical, ..answer };
        }
        let entries = self.entries.iter().filter(|entry| entry.name == query.name);
        let mut entries = entries.peekable();
        if entries.peek().is_none() {
            return Answer::lacking(Lack::NoName);
        }
        let data: Option<Vec<_>> = entries
            .filter(|entry| entry.kind == query.kind)
            .map(|entry| entry.data.clone())
            .collect();
        let Some(data) = data else { return Answer::lacking(Lack::TryAgain) };
        match records(data) {
            Some(records) => {
                Answer { records: Ok(records), canonical: None, ttl: 300, is_secure: false }
            }
            None => Answer::lacking(Lack::NoData),
        }
    }
}

/// Records of one kind. None if there are none.
fn records(data: Vec<Data>) -> Option<Records> {
    let mut records = None;
    for data in data {
        match (data, &mut records) {
            (Data::A(address), None) => records = Some(Records::A([address].into_iter().collect())),
            (Data::Aaaa(address), None) => {
                records = Some(Records::Aaaa([address].into_iter().collect()));
            }
            (Data::Mx(mx), None) => records = Some(Records::Mx([mx].into_iter().collect())),
            (Data::Srv(srv), None) => records = Some(Records::Srv([srv].into())),
            (Data::A(address), Some(Records::A(records))) => records.push(address),
            (Data::Aaaa(address), Some(Records::Aaaa(records))) => records.push(address),
            (Data::Mx(mx), Some(Records::Mx(records))) => records.push(mx),
            (Data::Srv(srv), Some(Records::Srv(records))) => {
                *records = records.iter().cloned().chain([srv]).collect();
            }
            (_, Some(_)) => {}
        }
    }
    records
}

const KINDS: [(&str, Kind); 4] =
    [("A", Kind::A), ("AAAA", Kind::Aaaa), ("MX", Kind::Mx), ("SRV", Kind::Srv)];
