//! Reads delivery files.

use std::path::Path;
use std::sync::Arc;

use envoi_delivery::{Policy, Skip};
use envoi_dns::{Destination, Rules, Services, Syntax};
use envoi_proto::Protocol;

use super::{Ending, Round, Visit, Zone};
use crate::dialogue::value::{choice, duration, list, parse as value};
use crate::dialogue::{self, Error, settings};

/// Reads the text of a delivery file.
pub(super) fn parse(file: &Path, text: &str) -> Result<Round, Error> {
    parse_lines(file, (1..).zip(text.lines()))
}

/// Reads the lines of a delivery file, each with its number.
pub(crate) fn parse_lines<'a>(
    file: &Path,
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Round, Error> {
    let mut parser = Parser {
        inner: dialogue::Parser::new(file),
        zone: Zone::default(),
        policy: Policy::default(),
        rules: Rules { shuffle: false, ..Rules::default() },
        next_hops: [const { None }; 3],
        visits: Vec::new(),
    };
    let malformed = |line, reason: String| Error::malformed(file, line, reason);
    let mut last = 0;
    for (number, line) in lines {
        parser.line(number, line.trim_end()).map_err(|reason| malformed(number, reason))?;
        last = number;
    }
    parser.finish().map_err(|reason| malformed(last, reason))
}

struct Parser {
    /// Reads what dialogues have as well.
    inner: dialogue::Parser,
    zone: Zone,
    policy: Policy,
    rules: Rules,
    /// The destinations that [`NEXT_HOPS`] give, as the file has them.
    next_hops: [Option<String>; 3],
    visits: Vec<Visit>,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "dns" => self.zone.add(rest),
            "with" => settings(rest)?.iter().try_for_each(|(name, value)| self.set(name, value)),
            "connect" => self.connect(number, rest),
            "message" if !self.visits.is_empty() => Err("expected messages to be first".into()),
            _ => self.inner.line(number, line),
        }
    }

    fn set(&mut self, name: &str, given: &str) -> Result<(), String> {
        if let Some(at) = NEXT_HOPS.iter().position(|known| *known == name) {
            self.next_hops[at] = Some(given.into());
            return Ok(());
        }
        let limit = || value(given).map(|limit: usize| (limit > 0).then_some(limit));
        match name {
            "mx_address_limit" => self.rules.address_limit = limit()?,
            "mx_session_limit" => self.policy.session_limit = limit()?,
            "minimal_backoff_time" => self.policy.minimal_backoff = duration(given)?,
            "inet_interfaces" => {
                let own: Result<Vec<_>, _> = list(given).map(value).collect();
                self.rules.own_addresses = own?;
                self.rules.own_addresses.sort();
            }
            _ => self.inner.set(name, given)?,
        }
        Ok(())
    }

    fn connect(&mut self, number: usize, text: &str) -> Result<(), String> {
        self.end_visit()?;
        let (relay, words) = text.split_once(' ').unwrap_or((text, ""));
        let (mut manner, (word, rest)) = ("", words.split_once(' ').unwrap_or((words, "")));
        let ending = match word {
            "" => Ending::Talk(Vec::new()),
            "from" | "window" => {
                manner = words;
                Ending::Talk(Vec::new())
            }
            "skipped" => {
                let (status, text) = rest.split_once(' ').ok_or("expected STATUS TEXT")?;
                Ending::Skipped(Skip { status: value(status)?, text: text.into() })
            }
            "timeout" if rest.is_empty() => Ending::Silent(None),
            "timeout" => Ending::Silent(Some(duration(rest)?)),
            _ => Ending::Unreachable(choice(words, &ENDINGS)?),
        };
        self.visits.push(Visit { number, relay: relay.into(), manner: manner.into(), ending });
        Ok(())
    }

    /// Gives the last visit the lines that have followed it.
    fn end_visit(&mut self) -> Result<(), String> {
        let lines = self.inner.take_lines();
        match self.visits.last_mut().map(|visit| &mut visit.ending) {
            Some(Ending::Talk(talk)) if !lines.is_empty() => {
                *talk = lines;
                Ok(())
            }
            Some(Ending::Talk(_)) => Err("nothing is said before this".into()),
            Some(Ending::Unreachable(_) | Ending::Silent(_) | Ending::Skipped(_)) | None => {
                let is_quiet = lines.is_empty();
                let fault = || "something is said before this, and nobody is connected".into();
                is_quiet.then_some(()).ok_or_else(fault)
            }
        }
    }

    fn finish(mut self) -> Result<Round, String> {
        self.end_visit()?;
        let Self { inner, zone, mut policy, mut rules, next_hops, visits } = self;
        let dialogue = inner.finish()?;
        let without = dialogue.verdicts.iter().find(|verdict| verdict.relay.is_none());
        if let Some(verdict) = without {
            return Err(format!("no relay=… in the verdict on {}", verdict.recipient));
        }
        let protocol = dialogue.setup.peer.protocol;
        let [destinations, fallback_relay, relayhost] =
            next_hops.map(|text| text.map(|text| destinations(&text, protocol)).transpose());
        if protocol == Protocol::Lmtp {
            rules.port = LMTP_PORT;
        }
        policy.rules = Arc::new(rules);
        policy.fallback_relay = fallback_relay?.unwrap_or_default();
        policy.relayhost = relayhost?.and_then(|mut given| given.pop());
        policy.circumstances = dialogue.setup.circumstances;
        policy.peer = dialogue.setup.peer.clone();
        policy.host_name = dialogue.setup.config.host_name.to_string();
        let policy = Arc::new(policy);
        Ok(Round { dialogue, zone, destinations: destinations?, policy, visits })
    }
}

fn destinations(text: &str, protocol: Protocol) -> Result<Vec<Destination>, String> {
    let syntax = match protocol {
        Protocol::Smtp => Syntax::Smtp,
        Protocol::Lmtp => Syntax::Lmtp,
    };
    Destination::list(text, syntax, &Services::default()).map_err(|error| error.to_string())
}

/// Settings that give destinations.
const NEXT_HOPS: [&str; 3] = ["nexthop", "fallback_relay", "relayhost"];

/// What comes of a connection that there is not, in the system's words.
const ENDINGS: [(&str, &str); 3] = [
    ("refused", "Connection refused"),
    ("unreachable", "No route to host"),
    ("missing", "No such file or directory"),
];

/// Where LMTP servers listen (`lmtp_tcp_port`).
const LMTP_PORT: u16 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        for (text, line, reason) in [
            ("# x\ndns a MX", 2, "\"a MX\": expected NAME TYPE DATA"),
            ("# x\ndns a TXT b", 2, "unknown value \"TXT\": expected A or AAAA or MX or SRV"),
            ("# x\nconnect a[b]:25 gone", 2, "unknown value \"gone\": expected refused or"),
            ("# x\nS: 220 a\nconnect a[b]:25", 3, "something is said before this"),
            ("# x\nconnect a[b]:25\nconnect a[b]:25", 3, "nothing is said before this"),
            ("# x\nconnect a[b]:25 refused\nmessage", 3, "expected messages to be first"),
            ("# x\n= bob@mx.example sent 2.0.0", 2, "no relay=… in the verdict on bob"),
            ("# x\nwith mx_session_limit=few", 2, "\"few\": invalid digit"),
            ("# x\nwith nexthop=[a\n= bob@mx.example sent 2.0.0 relay=none", 3, "bad destination"),
        ] {
            let error = parse(Path::new("x"), text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("x:{line}: {reason}")), "{text:?}: {error}");
        }
    }
}
