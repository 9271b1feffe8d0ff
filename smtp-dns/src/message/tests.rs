//! Answers as servers write them, and what is read in them.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use smallvec::{SmallVec, smallvec};

use super::found::RECORDS_MAX;
use super::response::CNAMES_MAX;
use super::*;
use crate::answer::{Answer, Lack, Mx, Records, Srv, Tlsa};
use crate::query::{Kind, Query};

/// An answer that is being written, without compression.
pub(crate) struct Draft {
    header: [u8; HEADER],
    question: Vec<u8>,
    /// The answer, authority and additional sections, each record by itself.
    sections: [Vec<Vec<u8>>; 3],
}

impl Draft {
    /// An empty answer of a server that resolves names, to a question.
    pub(crate) fn to(question: &[u8]) -> Self {
        let mut header = [0; HEADER];
        header[..6].copy_from_slice(&question[..6]);
        header[2] = 0x81;
        header[3] = 0x80;
        let end = HEADER + question[HEADER..].iter().position(|byte| *byte == 0).unwrap() + 5;
        let question = question[HEADER..end].to_vec();
        Self { header, question, sections: Default::default() }
    }

    /// Sets the error code.
    pub(crate) fn rcode(mut self, rcode: u8) -> Self {
        self.header[3] = self.header[3] & 0xf0 | rcode;
        self
    }

    /// Turns bits of the header's third and fourth byte.
    pub(crate) fn turn(mut self, third: u8, fourth: u8) -> Self {
        self.header[2] ^= third;
        self.header[3] ^= fourth;
        self
    }

    /// As servers do that change the case of the question.
    pub(crate) fn in_lower_case(mut self) -> Self {
        self.question.make_ascii_lowercase();
        self
    }

    /// Adds to the answer section what reads as in a zone file.
    pub(crate) fn answer(self, record: &str) -> Self {
        self.add(0, line(record))
    }

    /// Adds to the authority section.
    pub(crate) fn authority(self, record: &str) -> Self {
        self.add(1, line(record))
    }

    /// Adds a record of any bytes to a section.
    fn add(mut self, section: usize, record: Vec<u8>) -> Self {
        self.sections[section].push(record);
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut header = self.header;
        for (place, section) in self.sections.iter().enumerate() {
            let count = u16::try_from(section.len()).unwrap();
            header[6 + 2 * place..][..2].copy_from_slice(&count.to_be_bytes());
        }
        let mut bytes = header.to_vec();
        bytes.extend(&self.question);
        bytes.extend(self.sections.iter().flatten().flatten());
        bytes
    }
}

/// A record from `owner ttl type data…`.
fn line(text: &str) -> Vec<u8> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [owner, ttl, kind, data @ ..] = &words[..] else { panic!("no record: {text}") };
    let number = |place: usize| data[place].parse::<u16>().unwrap().to_be_bytes();
    let (kind, data) = match *kind {
        "A" => (1, data[0].parse::<Ipv4Addr>().unwrap().octets().to_vec()),
        "AAAA" => (28, data[0].parse::<Ipv6Addr>().unwrap().octets().to_vec()),
        "NS" => (2, wire(data[0])),
        "CNAME" => (5, wire(data[0])),
        "MX" => (15, [&number(0)[..], &wire(data[1])].concat()),
        "SRV" => (33, [&number(0)[..], &number(1), &number(2), &wire(data[3])].concat()),
        "TLSA" => (52, data.iter().map(|byte| byte.parse::<u8>().unwrap()).collect()),
        "TXT" => {
            let string = |text: &&str| [&[text.len() as u8], text.as_bytes()].concat();
            (16, data.iter().flat_map(string).collect())
        }
        "SOA" => {
            let minimum = data[0].parse::<u32>().unwrap().to_be_bytes();
            (6, [&wire("ns"), &wire("root"), &[0; 16][..], &minimum].concat())
        }
        other => panic!("no type: {other}"),
    };
    record(&wire(owner), kind, ttl.parse().unwrap(), &data)
}

fn record(owner: &[u8], kind: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    let mut record = owner.to_vec();
    record.extend(kind.to_be_bytes());
    record.extend([0, 1]);
    record.extend(ttl.to_be_bytes());
    record.extend(length.to_be_bytes());
    record.extend(data);
    record
}

/// A name as it is written; `.` is the root.
fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| !label.is_empty());
    let mut bytes: Vec<u8> =
        labels.flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

/// What is read in an answer to a question about `mx.example`.
fn read(kind: Kind, write: impl FnOnce(Draft) -> Draft) -> Response {
    let query = Query { name: "mx.example".parse().unwrap(), kind };
    let inquiry = Inquiry { query, id: 7, casing: Casing::default() };
    let message = inquiry.message(Options { edns: true, wants_ad: false });
    let answer = write(Draft::to(&message)).bytes();
    assert_eq!(inquiry.likeness(&answer), Likeness::Same);
    Response::read(&answer, &inquiry, 0)
}

/// What is answered, if it is an answer.
fn answer(kind: Kind, write: impl FnOnce(Draft) -> Draft) -> Answer {
    let response = read(kind, write);
    let Response::Answer(answer) = response else { panic!("no answer: {response:?}") };
    answer
}

fn canonical(answer: &Answer) -> Option<&str> {
    answer.canonical.as_ref().map(|name| name.as_str())
}

fn addresses(answer: &Answer) -> Vec<String> {
    match &answer.records {
        Ok(Records::A(addresses)) => addresses.iter().map(Ipv4Addr::to_string).collect(),
        other => panic!("no addresses: {other:?}"),
    }
}

#[test]
fn every_kind_of_record_is_read() {
    let name = |name: &str| Some(name.parse().unwrap());
    let a = answer(Kind::A, |draft| draft.answer("mx.example 60 A 192.0.2.1"));
    assert_eq!(a.records, Ok(Records::A(smallvec![Ipv4Addr::new(192, 0, 2, 1)])));
    assert_eq!((a.ttl, a.is_secure, a.canonical), (60, false, None));
    let aaaa = answer(Kind::Aaaa, |draft| draft.answer("mx.example 60 AAAA 2001:db8::1"));
    assert_eq!(aaaa.records, Ok(Records::Aaaa(smallvec!["2001:db8::1".parse().unwrap()])));
    let mx = answer(Kind::Mx, |draft| {
        draft.answer("mx.example 60 MX 10 A.Example").answer("mx.example 60 MX 0 .")
    });
    let expected =
        [Mx { preference: 10, exchange: name("a.example") }, Mx { preference: 0, exchange: None }];
    assert_eq!(mx.records, Ok(Records::Mx(SmallVec::from_iter(expected))));
    let srv = answer(Kind::Srv, |draft| draft.answer("mx.example 60 SRV 1 2 587 a.example"));
    let expected = Srv { priority: 1, weight: 2, port: 587, target: name("a.example") };
    assert_eq!(srv.records, Ok(Records::Srv([expected].into())));
    let tlsa = answer(Kind::Tlsa, |draft| draft.answer("mx.example 60 TLSA 3 1 1 4 5 6"));
    let expected = Tlsa { usage: 3, selector: 1, matching: 1, data: [4, 5, 6].into() };
    assert_eq!(tlsa.records, Ok(Records::Tlsa([expected].into())));
    let txt = answer(Kind::Txt, |draft| draft.answer("mx.example 60 TXT v=TLSRPTv1; rua=x"));
    let expected: [Box<[u8]>; 1] = [b"v=TLSRPTv1;rua=x"[..].into()];
    assert_eq!(txt.records, Ok(Records::Txt(expected.into())));
}

#[test]
fn what_is_secure_is_told() {
    let answer = answer(Kind::A, |draft| draft.turn(0, 0x20).answer("mx.example 60 A 192.0.2.1"));
    assert!(answer.is_secure);
}

#[test]
fn records_of_others_do_not_count() {
    let answer = answer(Kind::A, |draft| {
        draft
            .answer("other.example 1 A 192.0.2.66")
            .answer("mx.example 1 AAAA 2001:db8::1")
            .answer("MX.example 60 A 192.0.2.1")
            .answer("example 1 A 192.0.2.66")
    });
    assert_eq!((addresses(&answer), answer.ttl), (vec!["192.0.2.1".into()], 60));
}

#[test]
fn names_are_compared_and_told_without_case_and_compression() {
    // The owner points at the question, and the exchange at its second label.
    let mx = record(b"\xc0\x0c", 15, 60, b"\0\x05\x02A1\xc0\x0f");
    let answer = answer(Kind::Mx, |draft| draft.add(0, mx));
    let expected = Mx { preference: 5, exchange: Some("a1.example".parse().unwrap()) };
    assert_eq!(answer.records, Ok(Records::Mx(smallvec![expected])));
}

#[test]
fn cnames_are_followed_in_any_order() {
    let lines = [
        "mx.example 300 CNAME b.example",
        "B.example 200 CNAME c.example",
        "c.example 400 A 192.0.2.1",
        "c.example 400 A 192.0.2.2",
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 1, 0, 3], [1, 0, 3, 2], [2, 0, 3, 1]] {
        let write = |draft| order.iter().fold(draft, |draft: Draft, n| draft.answer(lines[*n]));
        let answer = answer(Kind::A, write);
        let mut addresses = addresses(&answer);
        addresses.sort();
        assert_eq!(addresses, ["192.0.2.1", "192.0.2.2"], "{order:?}");
        assert_eq!((canonical(&answer), answer.ttl), (Some("c.example"), 200));
    }
}

#[test]
fn as_many_cnames_are_followed_as_the_limit_says() {
    let chain = |links: usize| {
        answer(Kind::A, |mut draft| {
            let name = |n| if n == 0 { "mx.example".to_string() } else { format!("c{n}.example") };
            for n in 0..links {
                draft = draft.answer(&format!("{} 60 CNAME {}", name(n), name(n + 1)));
            }
            draft.answer(&format!("{} 60 A 192.0.2.1", name(links)))
        })
    };
    assert_eq!(addresses(&chain(CNAMES_MAX)), ["192.0.2.1"]);
    assert_eq!(chain(CNAMES_MAX + 1).records, Err(Lack::Malformed));
}

#[test]
fn cnames_in_a_circle_make_no_sense() {
    for circle in [&["mx.example", "mx.example"][..], &["mx.example", "b", "c", "mx.example"]] {
        let answer = answer(Kind::Mx, |draft| {
            let link = |draft: Draft, pair: &[&str]| {
                draft.answer(&format!("{} 60 CNAME {}", pair[0], pair[1]))
            };
            circle.windows(2).fold(draft, link)
        });
        assert_eq!(answer, Answer::lacking(Lack::Malformed));
    }
}

#[test]
fn a_chain_that_leaves_the_message_is_to_be_asked_on() {
    let detour = |links| Detour {
        canonical: "b.example".parse().unwrap(),
        links,
        ttl: 60,
        is_secure: false,
    };
    let response = read(Kind::A, |draft| draft.answer("mx.example 60 CNAME b.example"));
    assert_eq!(response, Response::Elsewhere(detour(1)));
}

#[test]
fn the_lack_of_records_holds_as_long_as_the_soa_says() {
    for (records, ttl) in [("300 SOA 60", 60), ("30 SOA 60", 30), ("0 SOA 60", 0)] {
        for (rcode, lack) in [(0, Lack::NoData), (3, Lack::NoName)] {
            let answer = answer(Kind::A, |draft| {
                draft.rcode(rcode).authority(&format!("example {records}"))
            });
            assert_eq!(answer, Answer { ttl, ..Answer::lacking(lack) });
        }
    }
    for (rcode, lack) in [(0, Lack::NoData), (3, Lack::NoName)] {
        let answer = answer(Kind::A, |draft| draft.rcode(rcode));
        assert_eq!(answer, Answer::lacking(lack), "without SOA");
    }
}

#[test]
fn the_lack_is_that_of_the_last_name_of_a_chain() {
    for (rcode, lack) in [(0, Lack::NoData), (3, Lack::NoName)] {
        let answer = answer(Kind::A, |draft| {
            let draft = draft.rcode(rcode).answer("mx.example 20 CNAME b.example");
            draft.authority("example 300 SOA 60")
        });
        assert_eq!((canonical(&answer), answer.ttl), (Some("b.example"), 20));
        assert_eq!(answer.records, Err(lack));
    }
}

#[test]
fn ttls_with_the_first_bit_set_are_zero() {
    for (ttl, seconds) in [("2147483647", i32::MAX.unsigned_abs()), ("2147483648", 0)] {
        let answer =
            answer(Kind::A, |draft| draft.answer(&format!("mx.example {ttl} A 192.0.2.1")));
        assert_eq!(answer.ttl, seconds);
    }
}

#[test]
fn records_that_are_there_twice_count_once() {
    let answer = answer(Kind::Mx, |draft| {
        let draft = draft.answer("mx.example 60 MX 10 a.example");
        draft.answer("mx.example 50 MX 10 A.example").answer("mx.example 60 MX 11 a.example")
    });
    let Ok(Records::Mx(records)) = answer.records else { panic!("no exchangers") };
    assert_eq!((records.len(), answer.ttl), (2, 50));
}

#[test]
fn more_records_than_the_limit_are_cut_off() {
    let answer = answer(Kind::A, |draft| {
        (0..RECORDS_MAX + 1).fold(draft, |draft, n| {
            draft.answer(&format!("mx.example 60 A 192.0.{}.{}", n / 256, n % 256))
        })
    });
    let addresses = addresses(&answer);
    assert_eq!(addresses.len(), RECORDS_MAX);
    assert_eq!(addresses[255], "192.0.0.255");
}

#[test]
fn records_that_make_no_sense_are_left_out() {
    let odd = [
        record(&wire("mx.example"), 15, 60, b"\0\x05\x03a.b\x07example\0"),
        record(&wire("mx.example"), 15, 60, b"\0\x05\x03a+b\x07example\0"),
        record(&wire("mx.example"), 15, 60, b"\0\x05\x03a\0b\x07example\0"),
        record(&wire("mx.example"), 15, 60, b"\0\x05\x02\xc3\xbc\x07example\0"),
        record(&wire("mx.example"), 15, 60, b"\0"),
        record(&wire("mx.example"), 15, 60, b"\0\x05\x01a\0x"),
        record(&wire("mx.example"), 15, 60, b""),
    ];
    for odd in odd {
        let with = |more: Option<&str>| {
            answer(Kind::Mx, |draft| {
                let draft = draft.add(0, odd.clone());
                more.into_iter().fold(draft, |draft, more| draft.answer(more))
            })
        };
        assert_eq!(with(None).records, Err(Lack::Malformed), "{}", odd.escape_ascii());
        let Ok(Records::Mx(records)) = with(Some("mx.example 60 MX 10 a.example")).records else {
            panic!("no exchangers beside {}", odd.escape_ascii());
        };
        assert_eq!(records[..], [Mx { preference: 10, exchange: "a.example".parse().ok() }]);
    }
}

#[test]
fn a_chain_to_what_is_no_name_makes_no_sense() {
    let answer = answer(Kind::A, |draft| {
        let draft = draft.answer("mx.example 60 CNAME a+b.example");
        draft.answer("a+b.example 60 A 192.0.2.1")
    });
    assert_eq!(answer.records, Err(Lack::Malformed));
}

#[test]
fn what_servers_say_instead_of_an_answer_is_told_apart() {
    let lame = |draft: Draft| draft.turn(0, 0x80).authority("example 60 NS ns.example");
    let failed_edns = record(b"\0", 41, 0x0100_0000, b"");
    let good_edns = record(b"\0", 41, 0x0000_8000, b"");
    assert_eq!(read(Kind::A, |draft| draft.rcode(1)), Response::NotUnderstood);
    assert_eq!(read(Kind::A, |draft| draft.rcode(2)), Response::Trouble);
    assert_eq!(read(Kind::A, |draft| draft.rcode(4)), Response::Trouble);
    assert_eq!(read(Kind::A, |draft| draft.rcode(5)), Response::Trouble);
    assert_eq!(read(Kind::A, |draft| draft.rcode(9)), Response::Refused);
    assert_eq!(read(Kind::A, |draft| draft.turn(2, 0)), Response::Truncated);
    assert_eq!(read(Kind::A, lame), Response::Trouble);
    assert_eq!(read(Kind::A, |draft| draft.turn(0, 0x80)), Response::Trouble);
    assert_eq!(read(Kind::A, |draft| draft.add(2, failed_edns)), Response::Trouble);
    let aa = answer(Kind::A, |draft| lame(draft.turn(4, 0)));
    assert_eq!(aa, Answer::lacking(Lack::NoData), "who knows the name is not lame");
    let ok = answer(Kind::A, |draft| draft.add(2, good_edns));
    assert_eq!(ok, Answer::lacking(Lack::NoData));
}

#[test]
fn answers_that_break_off_are_trouble() {
    let query = Query { name: "mx.example".parse().unwrap(), kind: Kind::A };
    let inquiry = Inquiry { query, id: 7, casing: Casing::default() };
    let message = inquiry.message(Options { edns: false, wants_ad: false });
    let draft =
        Draft::to(&message).answer("mx.example 20 CNAME b.example").authority("example 300 SOA 60");
    let bytes = draft.bytes();
    for length in 0..bytes.len() {
        assert_eq!(Response::read(&bytes[..length], &inquiry, 0), Response::Trouble, "{length}");
    }
}
