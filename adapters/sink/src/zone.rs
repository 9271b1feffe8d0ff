//! Names to be answered for.

use std::collections::HashSet;
use std::str::FromStr;

use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::message_builder::AnswerBuilder;
use domain::base::name::{FlattenInto as _, ToName as _};
use domain::base::{Message, MessageBuilder, Name, Record, Serial, Ttl};
use domain::rdata::{Soa, ZoneRecordData};
use domain::zonefile::inplace::{Entry, Zonefile};

type Owned = Name<Vec<u8>>;
type Data = ZoneRecordData<Vec<u8>, Owned>;

/// Records that a [`NameServer`](crate::NameServer) answers from, for whatever name it is asked.
///
/// Read from the text of a master file (RFC 1035, 5), where names are relative to the root, the
/// TTL is 300 seconds unless it is given, and there is no `$INCLUDE`:
///
/// ```
/// use envoi_sink::Zone;
///
/// let zone: Zone = "
///     mx.example       MX    10 a.mx.example
///     mx.example       MX    20 b.mx.example
///     a.mx.example     A     127.0.0.1
///     b.mx.example     AAAA  ::1
/// "
/// .parse()?;
/// # Ok::<(), envoi_sink::BadZone>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Zone {
    records: Vec<Record<Owned, Data>>,
    /// Every name with records, and those above it.
    names: HashSet<Owned>,
}

/// What carries messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Carrier {
    Datagram,
    Stream,
}

/// A text that is no zone.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad zone: {0}")]
pub struct BadZone(String);

impl FromStr for Zone {
    type Err = BadZone;

    fn from_str(text: &str) -> Result<Self, BadZone> {
        let mut file = Zonefile::new();
        file.set_origin(Name::root_bytes());
        file.set_default_class(Class::IN);
        file.extend_from_slice(b"$TTL 300\n");
        for line in text.lines() {
            // A line that begins with a blank would belong to the name of the one before.
            file.extend_from_slice(line.trim_start().as_bytes());
            file.extend_from_slice(b"\n");
        }
        let mut zone = Self::default();
        while let Some(entry) = file.next_entry().map_err(|error| BadZone(error.to_string()))? {
            let Entry::Record(record) = entry else {
                return Err(BadZone("$INCLUDE is not known; expected records".into()));
            };
            zone.add(record.flatten_into());
        }
        Ok(zone)
    }
}

impl Zone {
    fn add(&mut self, record: Record<Owned, Data>) {
        let above = record.owner().iter_suffixes().map(|name| name.to_name());
        self.names.extend(above.filter(|name: &Owned| !name.is_root()));
        self.records.push(record);
    }

    /// The answer to a message: the whole of it, or, if it does not fit, that it is truncated. None
    /// if the message is no question.
    pub(crate) fn answer(&self, message: &[u8], carrier: Carrier) -> Option<Vec<u8>> {
        let message = Message::from_slice(message).ok()?;
        let header = message.header();
        if header.qr() || header.opcode() != Opcode::QUERY {
            return None;
        }
        let question = message.sole_question().ok()?;
        let limit = match carrier {
            Carrier::Stream => usize::from(u16::MAX),
            Carrier::Datagram => {
                let offered = message.opt().map_or(0, |opt| opt.udp_payload_size().into());
                offered.clamp(UDP_SIZE, UDP_SIZE_MAX)
            }
        };
        let (name, kind) = (question.qname().to_name(), question.qtype());
        let answer = self.write(start(message)?, name, kind, limit);
        answer.or_else(|| {
            let mut answer = start(message)?;
            answer.header_mut().set_tc(true);
            Some(answer.finish())
        })
    }

    /// Writes the records, and the aliases that lead to them. None if there is not room.
    fn write(
        &self,
        mut answer: AnswerBuilder<Vec<u8>>,
        mut name: Owned,
        kind: Rtype,
        limit: usize,
    ) -> Option<Vec<u8>> {
        answer.set_push_limit(limit);
        for _ in 0..CHAIN_MAX {
            let before = answer.counts().ancount();
            self.of(&name, kind).try_for_each(|record| answer.push(record)).ok()?;
            let alias = self.of(&name, Rtype::CNAME).next();
            let Some(alias) = alias.filter(|_| answer.counts().ancount() == before) else { break };
            answer.push(alias).ok()?;
            let ZoneRecordData::Cname(target) = alias.data() else { break };
            name = target.cname().clone();
        }
        if self.of(&name, kind).next().is_some() {
            return Some(answer.finish());
        }
        if !self.names.contains(&name) {
            answer.header_mut().set_rcode(Rcode::NXDOMAIN);
        }
        let mut authority = answer.authority();
        authority.push((Owned::root_vec(), Class::IN, TTL, start_of_authority())).ok()?;
        Some(authority.finish())
    }

    fn of(&self, name: &Owned, kind: Rtype) -> impl Iterator<Item = &Record<Owned, Data>> {
        self.records.iter().filter(move |record| record.owner() == name && record.rtype() == kind)
    }
}

/// An answer to a question, without records.
fn start(message: &Message<[u8]>) -> Option<AnswerBuilder<Vec<u8>>> {
    let mut answer = MessageBuilder::new_vec().start_answer(message, Rcode::NOERROR).ok()?;
    answer.header_mut().set_aa(true);
    answer.header_mut().set_ra(true);
    Some(answer)
}

/// What says how long a lack of records holds (RFC 2308, 3).
fn start_of_authority() -> Soa<Owned> {
    Soa::new(Owned::root_vec(), Owned::root_vec(), Serial(1), TTL, TTL, TTL, TTL)
}

/// Longest chain of aliases that is followed.
const CHAIN_MAX: usize = 16;

/// What fits in a datagram if nothing else is said (RFC 1035, 2.3.4).
const UDP_SIZE: usize = 512;

/// What fits in a datagram if the client offers that much (RFC 6891, 6.2.5).
pub(crate) const UDP_SIZE_MAX: usize = 1232;

/// How long what is not said otherwise holds.
const TTL: Ttl = Ttl::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "
        mx.example     MX    10 a.mx.example
        mx.example     MX    20 b.mx.example
        a.mx.example   A     127.0.0.1
        w.mx.example   60 CNAME a.mx.example
        loop.example   CNAME loop.example
    ";

    fn asked(name: &str, kind: Rtype, carrier: Carrier) -> Vec<u8> {
        let mut question = MessageBuilder::new_vec().question();
        question.push((name.parse::<Owned>().unwrap(), kind)).unwrap();
        let zone: Zone = ZONE.parse().unwrap();
        zone.answer(&question.finish(), carrier).unwrap()
    }

    fn records(answer: &[u8]) -> Vec<String> {
        let answer = Message::from_slice(answer).unwrap();
        let records = answer.answer().unwrap().limit_to::<ZoneRecordData<_, _>>();
        records.map(|record| record.unwrap().data().to_string()).collect()
    }

    #[test]
    fn records_and_aliases_are_found() {
        let answer = asked("MX.example", Rtype::MX, Carrier::Datagram);
        assert_eq!(records(&answer), ["10 a.mx.example.", "20 b.mx.example."]);
        let answer = asked("w.mx.example", Rtype::A, Carrier::Datagram);
        assert_eq!(records(&answer), ["a.mx.example.", "127.0.0.1"]);
        assert_eq!(records(&asked("loop.example", Rtype::A, Carrier::Stream)).len(), CHAIN_MAX);
    }

    #[test]
    fn no_name_and_no_data_are_told_apart() {
        for (name, kind, rcode) in [
            ("a.mx.example", Rtype::AAAA, Rcode::NOERROR),
            ("example", Rtype::A, Rcode::NOERROR),
            ("c.mx.example", Rtype::A, Rcode::NXDOMAIN),
        ] {
            let answer = asked(name, kind, Carrier::Datagram);
            let answer = Message::from_slice(&answer).unwrap();
            assert_eq!((answer.header().rcode(), answer.header_counts().nscount()), (rcode, 1));
        }
    }

    #[test]
    fn what_does_not_fit_is_truncated() {
        let answer = asked("loop.example", Rtype::A, Carrier::Datagram);
        assert!(Message::from_slice(&answer).unwrap().header().tc());
        assert_eq!(records(&answer), [""; 0]);
    }

    #[test]
    fn what_is_no_zone_is_told() {
        let error = "mx.example MX ten".parse::<Zone>().unwrap_err().to_string();
        assert!(error.starts_with("bad zone: "), "{error}");
    }
}
