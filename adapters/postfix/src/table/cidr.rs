//! `cidr:file`: networks with what is said of addresses in them.

use std::net::IpAddr;
use std::path::Path;

use super::error::{Failure, Fault};
use super::file::{Snapshot, read_rules};
use super::lines::{self, Line, Problem, Problems, is_space};
use super::lookup::{Lookup, Shape};
use super::network::Network;
use super::rules::keyword;

/// A table of networks, tried from the first to the last.
#[derive(Debug)]
pub(super) struct Cidr {
    rules: Vec<Rule>,
    /// None if the rules are in the name.
    file: Option<Snapshot>,
    problems: Vec<Problem>,
}

#[derive(Debug)]
enum Rule {
    Match {
        condition: Condition,
        value: Vec<u8>,
    },
    If {
        condition: Condition,
        /// The first rule behind the block.
        end: usize,
    },
}

/// A network, and whether addresses have to be in it or not to.
#[derive(Debug)]
struct Condition {
    network: Network,
    is_negated: bool,
}

impl Condition {
    fn parse(text: &[u8], is_negated: bool) -> Result<Self, String> {
        let text = String::from_utf8_lossy(text);
        Ok(Self { network: Network::parse(&text)?, is_negated })
    }

    /// Addresses of the other family are neither in nor out.
    fn holds(&self, address: IpAddr) -> bool {
        self.network.is_ipv4() == address.is_ipv4()
            && self.network.contains(address) != self.is_negated
    }
}

impl Cidr {
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let (file, content) = read_rules(path)?;
        let mut problems = Problems::of(path);
        let lines = lines::lines(&content, &mut problems);
        let mut reader = Reader::default();
        for line in &lines {
            if let Err(problem) = reader.line(line) {
                problems.push(line.number, format!("{problem}; the rule is ignored"));
            }
        }
        for (_, line) in &reader.open {
            problems.push(*line, "expected endif behind the last rule of this if");
        }
        Ok(Self { rules: reader.rules, file, problems: problems.found })
    }
}

impl Lookup for Cidr {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let Some(address) = str::from_utf8(key).ok().and_then(|key| key.parse().ok()) else {
            return Ok(None);
        };
        let mut at = 0;
        while let Some(rule) = self.rules.get(at) {
            at += 1;
            match rule {
                Rule::Match { condition, value } if condition.holds(address) => {
                    return Ok(Some(value.clone()));
                }
                Rule::If { condition, end } if !condition.holds(address) => at = *end,
                Rule::Match { .. } | Rule::If { .. } => {}
            }
        }
        Ok(None)
    }

    fn shape(&self) -> Shape {
        Shape::Pattern
    }

    fn file(&self) -> Option<&Snapshot> {
        self.file.as_ref()
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

#[derive(Default)]
struct Reader {
    rules: Vec<Rule>,
    /// Blocks without an end so far: the rule and the line of each.
    open: Vec<(usize, usize)>,
}

impl Reader {
    fn line(&mut self, line: &Line) -> Result<(), String> {
        if let Some(rest) = keyword(&line.text, b"if") {
            let (is_negated, network) = marks(rest);
            let condition = Condition::parse(network, is_negated)?;
            self.open.push((self.rules.len(), line.number));
            self.rules.push(Rule::If { condition, end: usize::MAX });
            return Ok(());
        }
        if let Some(rest) = keyword(&line.text, b"endif") {
            return self.block_end(rest);
        }
        let (is_negated, rest) = marks(&line.text);
        let end = rest.iter().position(|byte| is_space(*byte)).unwrap_or(rest.len());
        let (network, value) = rest.split_at(end);
        let condition = Condition::parse(network, is_negated)?;
        let value = value.trim_ascii_start();
        if value.is_empty() {
            return Err("expected text behind the network".to_owned());
        }
        self.rules.push(Rule::Match { condition, value: value.to_owned() });
        Ok(())
    }

    fn block_end(&mut self, rest: &[u8]) -> Result<(), String> {
        if !rest.is_empty() {
            return Err("expected nothing behind endif".to_owned());
        }
        let (open, _) = self.open.pop().ok_or("endif without if")?;
        let behind = self.rules.len();
        match &mut self.rules[open] {
            Rule::If { end, .. } => *end = behind,
            Rule::Match { .. } => unreachable!("only ifs are open"),
        }
        Ok(())
    }
}

/// Whether `!` stands before something, an odd number of times.
fn marks(text: &[u8]) -> (bool, &[u8]) {
    let end = text.iter().position(|byte| !is_space(*byte) && *byte != b'!');
    let (marks, rest) = text.split_at(end.unwrap_or(text.len()));
    (marks.iter().filter(|byte| **byte == b'!').count() % 2 == 1, rest)
}
