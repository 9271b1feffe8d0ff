//! What a server's answer says.

use alloc::boxed::Box;

use domain::base::iana::{Class, Rcode};
use domain::base::message::RecordSection;
use domain::base::wire::ParseError;
use domain::base::{Header, Message, ParsedName, ParsedRecord, Rtype, Ttl};
use domain::rdata;
use tracing::warn;

use super::found::{self, Found, Senseless};
use super::inquiry::{Inquiry, rtype};
use crate::answer::{Answer, Lack};
use crate::name::Name;

/// What a server says to a question.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Response {
    /// The records, or that there are none.
    Answer(Answer),
    /// The records are to be asked for by another name.
    Elsewhere(Detour),
    /// There is more than fits in a datagram.
    Truncated,
    /// It does not understand the question (FORMERR), as servers do that do not know EDNS.
    NotUnderstood,
    /// It will not tell.
    Refused,
    /// It has trouble, does not serve us, knows nothing of the name, or makes no sense.
    Trouble,
}

/// CNAMEs that lead to a name of which the server says nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Detour {
    /// The last name.
    pub(crate) canonical: Name,
    /// How many CNAMEs led there.
    pub(crate) links: usize,
    /// The least of their TTLs.
    pub(crate) ttl: u32,
    /// Whether the server has validated them.
    pub(crate) is_secure: bool,
}

impl Response {
    /// Reads a message that repeats the question, or is an error. As many CNAMEs as `links` have
    /// led to the question.
    pub(crate) fn read(bytes: &[u8], inquiry: &Inquiry, links: usize) -> Self {
        let Ok(message) = Message::from_octets(bytes) else { return Self::Trouble };
        let header = message.header();
        // RFC 2181, 9: what did come is not to be used.
        if header.tc() {
            return Self::Truncated;
        }
        match header.rcode() {
            Rcode::NOERROR | Rcode::NXDOMAIN => {}
            Rcode::FORMERR => return Self::NotUnderstood,
            // Whom a server does not serve it refuses whatever the name: no mail is to bounce for that.
            Rcode::SERVFAIL | Rcode::NOTIMP | Rcode::REFUSED => return Self::Trouble,
            _ => return Self::Refused,
        }
        let mut questions = message.question();
        let Some(Ok(question)) = questions.next() else { return Self::Trouble };
        let mut walk = Walk::new(*question.qname(), inquiry, links);
        let section = questions.next_section();
        let walked = section.and_then(|answers| walk.go(answers).map(|()| answers));
        walked.and_then(|answers| walk.conclude(message.header(), answers)).unwrap_or(Self::Trouble)
    }
}

/// The way through an answer, from the name asked for along CNAMEs (RFC 1034, 3.6.2).
struct Walk<'a> {
    inquiry: &'a Inquiry,
    /// Where it has come.
    name: ParsedName<&'a [u8]>,
    /// How many CNAMEs led there, and led to the question.
    links: usize,
    /// How many led to the question.
    links_before: usize,
    /// The least TTL on the way.
    ttl: u32,
    found: Found,
    /// Whether there were records that make no sense.
    has_senseless: bool,
}

impl<'a> Walk<'a> {
    fn new(name: ParsedName<&'a [u8]>, inquiry: &'a Inquiry, links: usize) -> Self {
        Self {
            inquiry,
            name,
            links,
            links_before: links,
            ttl: u32::MAX,
            found: Found::new(inquiry.query.kind),
            has_senseless: false,
        }
    }

    /// Follows CNAMEs to the records, which come in any order: the last pass is the one in which
    /// no CNAME led on.
    fn go(&mut self, answers: RecordSection<'a, &'a [u8]>) -> Result<(), ParseError> {
        while self.links <= CNAMES_MAX {
            let links = self.links;
            for record in answers.take(RECORDS_READ_MAX) {
                self.take(&record?);
            }
            if links == self.links {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, record: &ParsedRecord<'a, &'a [u8]>) {
        if record.class() != Class::IN || record.owner() != self.name {
            return;
        }
        if record.rtype() == rtype(self.inquiry.query.kind) {
            if self.found.add(record).is_ok() {
                self.ttl = self.ttl.min(seconds(record.ttl()));
            } else {
                warn!(query = ?self.inquiry.query, "a record makes no sense, and does not count");
                self.has_senseless = true;
            }
        } else if record.rtype() == Rtype::CNAME && self.found.len() == 0 && !self.has_senseless {
            let cname = record.clone().into_record::<rdata::Cname<_>>();
            if let Ok(Some(cname)) = cname {
                self.ttl = self.ttl.min(seconds(record.ttl()));
                self.name = cname.into_data().into_cname();
                self.links += 1;
            } else {
                self.has_senseless = true;
            }
        }
    }

    /// The name that CNAMEs of this answer led to, if it is one.
    fn canonical(&self) -> Result<Option<Name>, Senseless> {
        // A circle goes on until there are too many.
        if self.links > CNAMES_MAX {
            return Err(Senseless);
        }
        if self.links == self.links_before { Ok(None) } else { found::name(&self.name) }
    }

    /// What is to be made of it.
    fn conclude(
        self,
        header: Header,
        answers: RecordSection<'a, &'a [u8]>,
    ) -> Result<Response, ParseError> {
        let Ok(canonical) = self.canonical() else {
            return Ok(Response::Answer(Answer::lacking(Lack::Malformed)));
        };
        let (ttl, is_secure) = (self.ttl, header.ad());
        let answer = |records, ttl| {
            let canonical = canonical.clone().map(Box::new);
            Response::Answer(Answer { records, canonical, ttl, is_secure })
        };
        let is_nameless = header.rcode() == Rcode::NXDOMAIN;
        if !is_nameless {
            if let Some(records) = self.found.into_records() {
                return Ok(answer(Ok(records), ttl));
            }
            if self.has_senseless {
                return Ok(answer(Err(Lack::Malformed), 0));
            }
        }
        let silence = Silence::read(answers)?;
        if silence.has_extended_error {
            return Ok(Response::Trouble);
        }
        let negative_ttl = silence.ttl.map_or(0, |negative| negative.min(ttl));
        if is_nameless {
            return Ok(answer(Err(Lack::NoName), negative_ttl));
        }
        if silence.ttl.is_none() {
            if let Some(canonical) = canonical {
                let links = self.links;
                return Ok(Response::Elsewhere(Detour { canonical, links, ttl, is_secure }));
            }
            // RFC 2308, 2.2.1: a referral. Who neither resolves names nor knows this one is of no
            // use to us.
            if !header.ra() && !header.aa() {
                return Ok(Response::Trouble);
            }
        }
        Ok(answer(Err(Lack::NoData), negative_ttl))
    }
}

/// What an answer without records says of that.
#[derive(Default)]
struct Silence {
    /// How long it holds (RFC 2308, 5), if there is an SOA record.
    ttl: Option<u32>,
    /// Whether EDNS makes an error of it (RFC 6891, 6.1.3).
    has_extended_error: bool,
}

impl Silence {
    fn read(answers: RecordSection<'_, &[u8]>) -> Result<Self, ParseError> {
        let mut silence = Self::default();
        let Some(authority) = answers.next_section()? else { return Ok(silence) };
        for record in authority.take(RECORDS_READ_MAX) {
            let record = record?;
            if record.rtype() != Rtype::SOA || record.class() != Class::IN {
                continue;
            }
            let ttl = seconds(record.ttl());
            if let Ok(Some(soa)) = record.into_record::<rdata::Soa<ParsedName<&[u8]>>>() {
                silence.ttl = Some(ttl.min(seconds(soa.data().minimum())));
            }
        }
        let Some(additional) = authority.next_section()? else { return Ok(silence) };
        for record in additional.take(RECORDS_READ_MAX) {
            let record = record?;
            let extended_rcode = record.ttl().as_secs() >> 24;
            silence.has_extended_error |= record.rtype() == Rtype::OPT && extended_rcode != 0;
        }
        Ok(silence)
    }
}

/// The seconds of a TTL (RFC 2181, 8).
fn seconds(ttl: Ttl) -> u32 {
    let seconds = ttl.as_secs();
    if seconds > TTL_MAX { 0 } else { seconds }
}

/// Most CNAMEs that are followed for a question.
pub(super) const CNAMES_MAX: usize = 16;

/// Most records of a section that are read.
const RECORDS_READ_MAX: usize = 1024;

/// Longest TTL (RFC 2181, 8).
const TTL_MAX: u32 = i32::MAX.unsigned_abs();
