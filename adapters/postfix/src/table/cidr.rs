//! `cidr:file`: networks with what is said of addresses in them.

use std::net::IpAddr;
use std::path::Path;

use super::blocks::{Blocks, Grammar, Part, marks};
use super::error::{Failure, Fault};
use super::file::Snapshot;
use super::lines::{Problem, is_space};
use super::lookup::{Lookup, Shape};
use super::network::Network;

/// A table of networks, tried from the first to the last.
#[derive(Debug)]
pub(super) struct Cidr {
    blocks: Blocks<Condition, Rule>,
}

#[derive(Debug)]
pub(super) struct Rule {
    condition: Condition,
    value: Vec<u8>,
}

/// A network, and whether addresses have to be in it or not to.
#[derive(Debug)]
pub(super) struct Condition {
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
        Ok(Self { blocks: Blocks::open::<Self>(path)? })
    }
}

impl Grammar for Cidr {
    type Condition = Condition;
    type Rule = Rule;

    const ENDIF_TAKES_TEXT: bool = false;

    fn condition(part: Part<'_, '_>) -> Result<Condition, String> {
        let (is_negated, network) = marks(part.text);
        Condition::parse(network, is_negated)
    }

    fn rule(part: Part<'_, '_>) -> Result<Rule, String> {
        let (is_negated, rest) = marks(part.text);
        let end = rest.iter().position(|byte| is_space(*byte)).unwrap_or(rest.len());
        let (network, value) = rest.split_at(end);
        let condition = Condition::parse(network, is_negated)?;
        let value = value.trim_ascii_start();
        if value.is_empty() {
            return Err("expected text behind the network".to_owned());
        }
        Ok(Rule { condition, value: value.to_owned() })
    }
}

impl Lookup for Cidr {
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let Some(address) = str::from_utf8(key).ok().and_then(|key| key.parse().ok()) else {
            return Ok(None);
        };
        self.blocks.find(
            |condition| Ok(condition.holds(address)),
            |rule| Ok(rule.condition.holds(address).then(|| rule.value.clone())),
        )
    }

    fn shape(&self) -> Shape {
        Shape::Pattern
    }

    fn file(&self) -> Option<&Snapshot> {
        self.blocks.file.as_ref()
    }

    fn problems(&self) -> &[Problem] {
        &self.blocks.problems
    }
}
