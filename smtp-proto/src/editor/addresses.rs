//! Addresses of a header, and the header with others in their place (RFC 822, 6).
//!
//! A header of which nothing is rewritten stays byte for byte. One that is, is written anew from
//! its tokens: blanks go where Postfix's tok822 library puts them, comments inside an address move
//! behind it, a comma comes between addresses that have none, and lines are folded at commas.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::outlet::harmless;
use crate::mime::name_length;
use list::{List, Node};
use tokens::{Kind, Token};

mod list;
mod quoting;
mod tokens;

/// A header whose addresses are asked for, one after another.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// The header, its lines joined by LF.
    text: Vec<u8>,
    list: List,
    /// What became of the addresses that were asked for, quoted.
    answers: Vec<Option<Vec<u8>>>,
    /// The address that is asked for, quoted.
    wanted: Vec<u8>,
    /// Bytes of all answers.
    length: usize,
}

impl Addresses {
    pub(crate) fn of(header: &[u8]) -> Self {
        let start = header.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
        let text = header.to_vec();
        let list = List::parse(&text, start);
        let mut addresses = Self { text, list, answers: Vec::new(), wanted: Vec::new(), length: 0 };
        addresses.want();
        addresses
    }

    /// The address that is asked for, if there is one more.
    pub(crate) fn wanted(&self) -> Option<&[u8]> {
        (self.answers.len() < self.list.len()).then_some(&self.wanted)
    }

    /// Takes what the wanted address becomes.
    pub(crate) fn answer(&mut self, address: Option<String>) {
        let address = address.filter(|address| self.length + address.len() <= ANSWERS_MAX);
        self.length += address.as_ref().map_or(0, String::len);
        self.answers.push(address.map(|address| requoted(&address)));
        self.want();
    }

    /// The header with all answers, its lines joined by LF; none, if nothing changed.
    pub(crate) fn header(&self) -> Option<Vec<u8>> {
        if self.answers.iter().all(Option::is_none) {
            return None;
        }
        let mut header = self.text[..name_length(&self.text)].to_vec();
        header.extend_from_slice(b": ");
        let mut member = Member::at(&header);
        for (place, node) in self.list.nodes.iter().enumerate() {
            if node.is_comma() {
                member.shorten(&mut header);
                header.extend_from_slice(b",\n");
                member = Member::at(&header);
                continue;
            }
            let start = header.len();
            self.write(*node, &mut header);
            if matches!(node, Node::Address(_)) {
                member.address = start..header.len();
            }
            if is_spaced(*node, self.list.nodes.get(place + 1)) {
                header.push(b' ');
            }
        }
        member.shorten(&mut header);
        Some(folded(&header))
    }

    /// Prepares the next question.
    fn want(&mut self) {
        if let Some(address) = self.list.address(self.answers.len()) {
            self.wanted = quoting::quoted(&internal(&self.text, address));
        }
    }

    fn write(&self, node: Node, out: &mut Vec<u8>) {
        match node {
            Node::Comma => out.push(b','),
            Node::Group => out.push(b':'),
            Node::Token(token) => token.write(&self.text, out),
            Node::Address(place) => match self.answers.get(place) {
                Some(Some(answer)) => out.extend_from_slice(answer),
                Some(None) | None => {
                    let address = self.list.address(place).unwrap_or_default();
                    out.extend(quoting::quoted(&internal(&self.text, address)));
                }
            },
        }
    }
}

/// What stands between two commas.
struct Member {
    start: usize,
    /// Where its last address stands.
    address: Range<usize>,
}

impl Member {
    fn at(header: &[u8]) -> Self {
        Self { start: header.len(), address: 0..0 }
    }

    /// Leaves nothing but the address of a member that has more around it than mailers were made
    /// for (CERT CA-2003-07).
    fn shorten(&self, header: &mut Vec<u8>) {
        let around = header.len() - self.start - self.address.len();
        if !self.address.is_empty() && around > AROUND_MAX {
            let address = header[self.address.clone()].to_vec();
            header.truncate(self.start);
            header.push(b'<');
            header.extend(address);
            header.push(b'>');
        }
    }
}

/// An address without its quotes.
fn internal(text: &[u8], tokens: &[Token]) -> Vec<u8> {
    let mut address = Vec::new();
    for token in tokens {
        if token.kind == Kind::Literal {
            address.push(b'[');
            address.extend(token.content(text));
            address.push(b']');
        } else {
            address.extend(token.content(text));
        }
    }
    address
}

/// An address from outside, quoted as this header needs it.
fn requoted(address: &str) -> Vec<u8> {
    let is_visible = |byte: u8| if byte.is_ascii_control() { b'?' } else { byte };
    let text: Vec<u8> = harmless(address.as_bytes()).into_iter().map(is_visible).collect();
    let tokens = tokens::scan(&text, 0);
    quoting::quoted(&internal(&text, &tokens))
}

/// Whether a blank stands between two nodes.
fn is_spaced(node: Node, next: Option<&Node>) -> bool {
    let Some(next) = next else { return false };
    let is_word = |node: Node| match node {
        Node::Token(token) => token.is_word() || token.kind == Kind::Comment,
        Node::Address(_) => true,
        Node::Comma | Node::Group => false,
    };
    match node {
        Node::Comma => false,
        Node::Group => true,
        Node::Token(_) | Node::Address(_) => {
            let is_angle = matches!(next, Node::Token(token) if token.kind == Kind::Operator(b'<'));
            is_angle || (is_word(node) && is_word(*next))
        }
    }
}

/// A header of one address per line with as many on a line as fit, in lines that begin with a TAB.
fn folded(header: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(header.len() + 8);
    let mut start = 0;
    for (place, line) in header.split(|byte| *byte == b'\n').enumerate() {
        let reach = out.len() + 1 + line.len() - start;
        if place > 0 && reach < LINE_MAX {
            out.push(b' ');
        } else if place > 0 {
            out.push(b'\n');
            // The TAB does not count.
            out.push(b'\t');
            start = out.len();
        }
        out.extend_from_slice(line);
    }
    out
}

/// Most bytes that a member may have beside its address.
const AROUND_MAX: usize = 250;

/// Columns from which on a line is not made longer.
const LINE_MAX: usize = 70;

/// Most bytes that all answers for one header may have; what goes beyond stays as it is.
const ANSWERS_MAX: usize = 1 << 20;

#[cfg(test)]
mod tests;
