//! How answers are written in a route file.

use std::net::{AddrParseError, IpAddr};
use std::str::FromStr;
use std::sync::Arc;

use envoi_dns::{Answer, Kind, Lack, Mx, Name, NativeLack, Query, Question, Records, Srv};

use crate::dialogue::value::{choice, parse};

/// The answer to a question.
#[derive(Clone, Debug)]
pub enum Reply {
    /// From the DNS.
    Dns(Arc<Answer>),
    /// From the system.
    Native(Result<Vec<IpAddr>, NativeLack>),
}

/// Reads a question: `NAME KIND`.
pub(super) fn question(text: &str) -> Result<Question, String> {
    let (name, kind) = text.split_once(' ').ok_or("expected NAME KIND")?;
    let name: Name = parse(name)?;
    if kind == "native" {
        return Ok(Question::Native(name));
    }
    let kinds = [("A", Kind::A), ("AAAA", Kind::Aaaa), ("MX", Kind::Mx), ("SRV", Kind::Srv)];
    Ok(Question::Dns(Query { name, kind: choice(kind, &kinds)? }))
}

/// Reads the lines of the answer to a question.
pub(super) fn reply(question: &Question, lines: &[String]) -> Result<Reply, String> {
    let mut answer = Answer { ttl: TTL, ..Answer::lacking(Lack::NoData) };
    let mut data = Vec::new();
    for line in lines {
        let mut words = Vec::new();
        for word in line.split_whitespace() {
            match word.split_once('=') {
                Some(("ttl", ttl)) => answer.ttl = parse(ttl)?,
                Some(("canonical", name)) => answer.canonical = Some(Box::new(parse(name)?)),
                _ if word == "secure" => answer.is_secure = true,
                _ => words.push(word),
            }
        }
        data.push(words);
    }
    match (question, lack(&data)) {
        (Question::Native(_), Some(word)) => Ok(Reply::Native(Err(choice(word, &NATIVE_LACKS)?))),
        (Question::Native(_), None) => addresses(&data).map(|found| Reply::Native(Ok(found))),
        (Question::Dns(_), Some(word)) => {
            answer.records = Err(choice(word, &LACKS)?);
            Ok(Reply::Dns(answer.into()))
        }
        (Question::Dns(_), None) => {
            answer.records = Ok(records(&data)?);
            Ok(Reply::Dns(answer.into()))
        }
    }
}

/// The word that says why there is nothing, if there is nothing else.
fn lack<'a>(data: &[Vec<&'a str>]) -> Option<&'a str> {
    let [words] = data else { return None };
    let [word] = words[..] else { return None };
    word.parse::<IpAddr>().is_err().then_some(word)
}

/// Reads records, of the kind that their form tells.
fn records(data: &[Vec<&str>]) -> Result<Records, String> {
    Ok(match data.first().map_or(0, Vec::len) {
        1 if data[0][0].contains(':') => Records::Aaaa(addresses(data)?),
        1 => Records::A(addresses(data)?),
        2 => Records::Mx(data.iter().map(|words| mx(words)).collect::<Result<_, _>>()?),
        4 => Records::Srv(data.iter().map(|words| srv(words)).collect::<Result<_, _>>()?),
        _ => return Err("expected an answer: a record, or why there is none".into()),
    })
}

/// Reads addresses, of one family or of any.
fn addresses<T, C>(data: &[Vec<&str>]) -> Result<C, String>
where
    T: FromStr<Err = AddrParseError>,
    C: FromIterator<T>,
{
    let address = |words: &Vec<&str>| match words[..] {
        [word] => parse(word),
        _ => Err("expected an address".into()),
    };
    data.iter().map(address).collect()
}

fn mx(words: &[&str]) -> Result<Mx, String> {
    let [preference, exchange] = words else { return Err("expected PREFERENCE HOST".into()) };
    Ok(Mx { preference: parse(preference)?, exchange: host(exchange)? })
}

fn srv(words: &[&str]) -> Result<Srv, String> {
    let [priority, weight, port, target] = words else {
        return Err("expected PRIORITY WEIGHT PORT HOST".into());
    };
    let (priority, weight, port) = (parse(priority)?, parse(weight)?, parse(port)?);
    Ok(Srv { priority, weight, port, target: host(target)? })
}

/// Reads a host; `.` is the root.
fn host(text: &str) -> Result<Option<Name>, String> {
    if text == "." { Ok(None) } else { parse(text).map(Some) }
}

/// How long answers hold if nothing is said, in seconds.
pub(super) const TTL: u32 = 300;

const LACKS: [(&str, Lack); 6] = [
    ("nxdomain", Lack::NoName),
    ("nodata", Lack::NoData),
    ("servfail", Lack::TryAgain),
    ("refused", Lack::Refused),
    ("malformed", Lack::Malformed),
    ("filtered", Lack::Filtered),
];

const NATIVE_LACKS: [(&str, NativeLack); 4] = [
    ("not-found", NativeLack::NotFound),
    ("try-again", NativeLack::TryAgain),
    ("system", NativeLack::System),
    ("failed", NativeLack::Failed),
];
