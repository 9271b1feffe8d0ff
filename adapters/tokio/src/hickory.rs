//! Answers from hickory-resolver.

use std::sync::Arc;
use std::time::Instant;

use envoi_driver::Resolver;
use envoi_driver::dns::{Answer, Kind, Lack, Mx, Name, Query, Records, Srv, Tlsa};
use hickory_resolver::TokioResolver;
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{self, RData, Record, RecordType};

/// hickory-resolver, with whatever it is set up for: DNS over TLS or HTTPS if its own features
/// bring them, validation if it is asked for ([`ResolverOpts::validate`]). What it has validated
/// is secure.
///
/// [`ResolverOpts::validate`]: hickory_resolver::config::ResolverOpts::validate
#[derive(Clone)]
pub struct Hickory(pub TokioResolver);

impl Resolver for Hickory {
    async fn lookup(&self, query: Query) -> Arc<Answer> {
        // With its last dot a name is not completed by others.
        let found = self.0.lookup(format!("{}.", query.name), record_type(query.kind)).await;
        let answer = found.map_or_else(|error| lacking(&error), |found| answer(&query, &found));
        Arc::new(answer)
    }
}

impl std::fmt::Debug for Hickory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hickory").finish_non_exhaustive()
    }
}

fn record_type(kind: Kind) -> RecordType {
    match kind {
        Kind::A => RecordType::A,
        Kind::Aaaa => RecordType::AAAA,
        Kind::Mx => RecordType::MX,
        Kind::Srv => RecordType::SRV,
        Kind::Tlsa => RecordType::TLSA,
        Kind::Txt => RecordType::TXT,
    }
}

fn answer(query: &Query, lookup: &Lookup) -> Answer {
    let kind = record_type(query.kind);
    let is_wanted = |record: &&Record| record.data.record_type() == kind;
    let canonical = lookup.answers().iter().find(is_wanted).and_then(|record| name(&record.name));
    let wanted = lookup.answers().iter().filter(is_wanted);
    let ttl = lookup.valid_until().saturating_duration_since(Instant::now());
    Answer {
        records: records(query.kind, wanted.map(|record| &record.data)),
        canonical: canonical.filter(|canonical| *canonical != query.name).map(Box::new),
        ttl: u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX),
        is_secure: lookup.answers().iter().all(is_secure),
    }
}

/// The records of a kind, all of which it is, or why there is none.
fn records<'a>(kind: Kind, data: impl Iterator<Item = &'a RData>) -> Result<Records, Lack> {
    let mut data = data.peekable();
    if data.peek().is_none() {
        return Err(Lack::NoData);
    }
    macro_rules! collect {
        ($kind:ident, $record:ident => $value:expr) => {
            data.filter_map(|data| match data {
                RData::$kind($record) => $value,
                // There is no other.
                _ => None,
            })
            .collect()
        };
    }
    let records = match kind {
        Kind::A => Records::A(collect!(A, record => Some(record.0))),
        Kind::Aaaa => Records::Aaaa(collect!(AAAA, record => Some(record.0))),
        Kind::Mx => Records::Mx(collect!(MX, record => {
            let exchange = host(&record.exchange)?;
            Some(Mx { preference: record.preference, exchange })
        })),
        Kind::Srv => Records::Srv(collect!(SRV, record => {
            let target = host(&record.target)?;
            let rr::rdata::SRV { priority, weight, port, .. } = *record;
            Some(Srv { priority, weight, port, target })
        })),
        Kind::Tlsa => Records::Tlsa(collect!(TLSA, record => Some(Tlsa {
            usage: record.cert_usage.into(),
            selector: record.selector.into(),
            matching: record.matching.into(),
            data: record.cert_data[..].into(),
        }))),
        Kind::Txt => Records::Txt(collect!(TXT, record => Some(record.txt_data.concat().into()))),
    };
    let is_empty = match &records {
        Records::Mx(records) => records.is_empty(),
        Records::Srv(records) => records.is_empty(),
        Records::A(_) | Records::Aaaa(_) | Records::Tlsa(_) | Records::Txt(_) => false,
    };
    if is_empty { Err(Lack::Malformed) } else { Ok(records) }
}

/// A host, or the root, which is none. Nothing, if mail cannot be taken there.
fn host(host: &rr::Name) -> Option<Option<Name>> {
    if host.is_root() { Some(None) } else { name(host).map(Some) }
}

fn name(name: &rr::Name) -> Option<Name> {
    name.to_ascii().parse().ok()
}

fn lacking(error: &NetError) -> Answer {
    tracing::debug!(%error, "no answer");
    let NetError::Dns(error) = error else {
        let is_malformed = matches!(error, NetError::Proto(_));
        return Answer::lacking(if is_malformed { Lack::Malformed } else { Lack::TryAgain });
    };
    match error {
        DnsError::NoRecordsFound(found) => Answer {
            ttl: found.negative_ttl.unwrap_or(0),
            ..Answer::lacking(lack(found.response_code))
        },
        DnsError::ResponseCode(code) => Answer::lacking(lack(*code)),
        #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
        DnsError::Nsec { response, proof, .. } => Answer {
            ttl: response.negative_ttl().unwrap_or(0),
            is_secure: proof.is_secure(),
            ..Answer::lacking(lack(response.response_code))
        },
        // What does not validate is trouble of the servers', as validating servers have it.
        _ => Answer::lacking(Lack::TryAgain),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other codes are refusals")]
fn lack(code: ResponseCode) -> Lack {
    match code {
        ResponseCode::NXDomain => Lack::NoName,
        ResponseCode::NoError => Lack::NoData,
        ResponseCode::ServFail => Lack::TryAgain,
        _ => Lack::Refused,
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
fn is_secure(record: &Record) -> bool {
    record.proof.is_secure()
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
fn is_secure(_: &Record) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hickory_resolver::net::NoRecords;
    use hickory_resolver::proto::rr::rdata;

    use super::*;

    fn lookup(records: impl IntoIterator<Item = (&'static str, RData)>) -> Lookup {
        let query = hickory_resolver::proto::op::Query::query(host("a.example"), RecordType::A);
        let records = records.into_iter();
        let records = records.map(|(name, data)| Record::from_rdata(host(name), 300, data));
        let until = Instant::now() + Duration::from_secs(60);
        Lookup::new_with_deadline(query, records, until)
    }

    fn host(name: &str) -> rr::Name {
        rr::Name::from_ascii(name).unwrap()
    }

    fn ask(name: &str, kind: Kind) -> Query {
        Query { name: name.parse().unwrap(), kind }
    }

    fn mx(preference: u16, exchange: rr::Name) -> RData {
        RData::MX(rdata::MX::new(preference, exchange))
    }

    #[test]
    fn aliases_lead_to_the_canonical_name() {
        let alias = RData::CNAME(rdata::CNAME(host("B.example.")));
        let address = RData::A(rdata::A::new(192, 0, 2, 1));
        let found = lookup([("a.example.", alias), ("B.example.", address)]);
        let answer = answer(&ask("a.example", Kind::A), &found);
        assert_eq!(answer.records, Ok(Records::A([[192, 0, 2, 1].into()].into_iter().collect())));
        assert_eq!(answer.canonical.unwrap().as_str(), "b.example");
        assert!((58..=60).contains(&answer.ttl), "{}", answer.ttl);
        assert!(!answer.is_secure);
    }

    #[test]
    fn an_alias_alone_is_no_data() {
        let alias = RData::CNAME(rdata::CNAME(host("b.example.")));
        let answer = answer(&ask("a.example", Kind::A), &lookup([("a.example.", alias)]));
        assert_eq!((answer.records, answer.canonical), (Err(Lack::NoData), None));
    }

    #[test]
    fn exchangers_have_names_or_are_the_root() {
        let read = |records: Vec<RData>| {
            let records = records.into_iter().map(|record| ("a.example.", record));
            answer(&ask("a.example", Kind::Mx), &lookup(records)).records
        };
        let exchange = Some("mx.example".parse().unwrap());
        let good = Mx { preference: 10, exchange };
        let odd = rr::Name::from_labels(["b c".as_bytes(), b"example"]).unwrap();
        let records = read(vec![mx(10, host("MX.example.")), mx(20, odd.clone())]);
        assert_eq!(records, Ok(Records::Mx([good].into_iter().collect())));
        let null = Mx { preference: 0, exchange: None };
        assert_eq!(
            read(vec![mx(0, rr::Name::root())]),
            Ok(Records::Mx([null].into_iter().collect()))
        );
        assert_eq!(read(vec![mx(10, odd)]), Err(Lack::Malformed));
    }

    #[test]
    fn strings_of_a_text_are_joined() {
        let text = RData::TXT(rdata::TXT::new(vec!["v=spf1 ".into(), "-all".into()]));
        let answer = answer(&ask("a.example", Kind::Txt), &lookup([("a.example.", text)]));
        assert_eq!(answer.records, Ok(Records::Txt([b"v=spf1 -all"[..].into()].into())));
    }

    #[test]
    fn each_failure_is_a_lack() {
        let query = || hickory_resolver::proto::op::Query::query(host("a."), RecordType::A);
        let none = |code| NetError::Dns(DnsError::NoRecordsFound(NoRecords::new(query(), code)));
        let code = |code| NetError::Dns(DnsError::ResponseCode(code));
        for (error, expected) in [
            (none(ResponseCode::NXDomain), Lack::NoName),
            (none(ResponseCode::NoError), Lack::NoData),
            (code(ResponseCode::ServFail), Lack::TryAgain),
            (code(ResponseCode::Refused), Lack::Refused),
            (code(ResponseCode::NotImp), Lack::Refused),
            (NetError::Timeout, Lack::TryAgain),
            (NetError::NoConnections, Lack::TryAgain),
        ] {
            assert_eq!(lacking(&error).records, Err(expected), "{error}");
        }
        let mut known = NoRecords::new(query(), ResponseCode::NXDomain);
        known.negative_ttl = Some(300);
        let known = NetError::Dns(DnsError::NoRecordsFound(known));
        assert_eq!(lacking(&known).ttl, 300);
    }
}
