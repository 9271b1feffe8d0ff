//! Records as lines of text, which tables are asked about (`smtp_dns_reply_filter`).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::answer::{Answer, Lack, Records};
use crate::name::Name;
use crate::query::Query;

impl Answer {
    /// The records, each as `NAME TTL IN TYPE VALUE`, in which names end in a dot:
    /// `example.com. 300 IN MX 10 mx.example.com.`
    ///
    /// The time is that of the whole answer.
    pub fn lines(&self, query: &Query) -> Vec<String> {
        let owner = self.canonical.as_deref().unwrap_or(&query.name);
        let head = format!("{owner}. {} IN {} ", self.ttl, query.kind);
        let line = |value: String| [&*head, &*value].concat();
        match &self.records {
            Ok(records) => records.values().into_iter().map(line).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// The same answer without the records for which `keeps` has no true; without all of them, it
    /// is [`Lack::Filtered`].
    #[must_use]
    pub fn keeping(mut self, keeps: &[bool]) -> Self {
        let Ok(records) = &mut self.records else { return self };
        let is_left = match records {
            Records::A(of) => {
                let mut keeps = keeps.iter();
                of.retain(|_| keeps.next() == Some(&true));
                !of.is_empty()
            }
            Records::Aaaa(of) => {
                let mut keeps = keeps.iter();
                of.retain(|_| keeps.next() == Some(&true));
                !of.is_empty()
            }
            Records::Mx(of) => {
                let mut keeps = keeps.iter();
                of.retain(|_| keeps.next() == Some(&true));
                !of.is_empty()
            }
            Records::Srv(of) => keep(of, keeps),
            Records::Tlsa(of) => keep(of, keeps),
            Records::Txt(of) => keep(of, keeps),
        };
        if !is_left {
            self.records = Err(Lack::Filtered);
        }
        self
    }
}

impl Records {
    /// What each of them holds.
    fn values(&self) -> Vec<String> {
        match self {
            Self::A(of) => of.iter().map(|address| format!("{address}")).collect(),
            Self::Aaaa(of) => of.iter().map(|address| format!("{address}")).collect(),
            Self::Mx(of) => {
                of.iter().map(|mx| format!("{} {}", mx.preference, dotted(&mx.exchange))).collect()
            }
            Self::Srv(of) => of
                .iter()
                .map(|srv| {
                    let target = dotted(&srv.target);
                    format!("{} {} {} {target}", srv.priority, srv.weight, srv.port)
                })
                .collect(),
            Self::Tlsa(of) => of
                .iter()
                .map(|tlsa| {
                    let mut text = format!("{} {} {} ", tlsa.usage, tlsa.selector, tlsa.matching);
                    for byte in &tlsa.data {
                        write!(text, "{byte:02X}").expect("a String takes all");
                    }
                    text
                })
                .collect(),
            Self::Txt(of) => of.iter().map(|text| format!("{}", text.escape_ascii())).collect(),
        }
    }
}

fn keep<T>(of: &mut alloc::boxed::Box<[T]>, keeps: &[bool]) -> bool {
    let kept = core::mem::take(of).into_iter().zip(keeps).filter(|(_, keeps)| **keeps);
    *of = kept.map(|(record, _)| record).collect();
    !of.is_empty()
}

/// A name with the dot of the root.
fn dotted(name: &Option<Name>) -> String {
    name.as_ref().map_or_else(|| ".".into(), |name| format!("{name}."))
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::vec;

    use super::*;
    use crate::answer::{Mx, Srv, Tlsa};
    use crate::query::Kind;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn answer(records: Records) -> Answer {
        Answer { records: Ok(records), ttl: 300, ..Answer::lacking(Lack::NoData) }
    }

    fn exchangers() -> Answer {
        let mx = |preference, exchange| Mx { preference, exchange };
        let two = [mx(10, Some(name("mx1.example.com"))), mx(20, Some(name("mx2.example.com")))];
        answer(Records::Mx(two.into_iter().collect()))
    }

    #[test]
    fn records_are_written_as_tables_are_asked_about_them() {
        let tlsa = Tlsa { usage: 3, selector: 1, matching: 1, data: Box::new([0xab, 0x01]) };
        let srv = Srv { priority: 1, weight: 2, port: 587, target: Some(name("mx.example.com")) };
        for (records, kind, lines) in [
            (
                exchangers(),
                Kind::Mx,
                vec![
                    "example.com. 300 IN MX 10 mx1.example.com.",
                    "example.com. 300 IN MX 20 mx2.example.com.",
                ],
            ),
            (
                answer(Records::Mx([Mx { preference: 0, exchange: None }].into_iter().collect())),
                Kind::Mx,
                vec!["example.com. 300 IN MX 0 ."],
            ),
            (
                answer(Records::A([[192, 0, 2, 1].into()].into_iter().collect())),
                Kind::A,
                vec!["example.com. 300 IN A 192.0.2.1"],
            ),
            (
                answer(Records::Aaaa(["2001:db8::1".parse().unwrap()].into_iter().collect())),
                Kind::Aaaa,
                vec!["example.com. 300 IN AAAA 2001:db8::1"],
            ),
            (
                answer(Records::Srv(Box::new([srv]))),
                Kind::Srv,
                vec!["example.com. 300 IN SRV 1 2 587 mx.example.com."],
            ),
            (
                answer(Records::Tlsa(Box::new([tlsa]))),
                Kind::Tlsa,
                vec!["example.com. 300 IN TLSA 3 1 1 AB01"],
            ),
            (
                answer(Records::Txt(Box::new([Box::from(&b"v=1"[..])]))),
                Kind::Txt,
                vec!["example.com. 300 IN TXT v=1"],
            ),
            (Answer::lacking(Lack::NoName), Kind::Mx, vec![]),
        ] {
            let query = Query { name: name("example.com"), kind };
            assert_eq!(records.lines(&query), lines);
        }
        let canonical = Some(name("www.example.com").into());
        let alias = Answer { canonical, ..exchangers() };
        let query = Query { name: name("example.com"), kind: Kind::Mx };
        assert!(alias.lines(&query)[0].starts_with("www.example.com. 300 IN MX"));
    }

    #[test]
    fn what_is_not_kept_is_gone() {
        let query = Query { name: name("example.com"), kind: Kind::Mx };
        let kept = exchangers().keeping(&[false, true]);
        assert_eq!(kept.lines(&query), ["example.com. 300 IN MX 20 mx2.example.com."]);
        assert_eq!(exchangers().keeping(&[true, true]), exchangers());
        for keeps in [&[false, false][..], &[]] {
            assert_eq!(exchangers().keeping(keeps).records, Err(Lack::Filtered));
        }
        let lacking = Answer::lacking(Lack::NoName);
        assert_eq!(lacking.clone().keeping(&[true]), lacking);
    }
}
