//! Which tokens of a header are addresses.
//!
//! It is read from its end, where it shows earliest what a word is: part of a phrase before `<`,
//! the name of a group before `:`, or an address.

use alloc::vec::Vec;
use core::ops::Range;

use super::tokens::{self, Kind, Token};

/// A list of addresses.
#[derive(Debug)]
pub(super) struct List {
    /// What the header consists of.
    pub(super) nodes: Vec<Node>,
    /// The tokens of all addresses.
    tokens: Vec<Token>,
    /// Which tokens an address has.
    addresses: Vec<Range<usize>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Token(Token),
    /// The address of this number.
    Address(usize),
    /// A comma that was missing.
    Comma,
    /// The colon behind the name of a group.
    Group,
}

impl Node {
    /// Whether it stands between two members of the list.
    pub(super) fn is_comma(self) -> bool {
        match self {
            Self::Comma => true,
            Self::Token(token) => token.is_any(b","),
            Self::Address(_) | Self::Group => false,
        }
    }
}

impl List {
    /// Reads the header from `start` on.
    pub(super) fn parse(text: &[u8], start: usize) -> Self {
        let mut parser = Parser {
            rest: tokens::scan(text, start),
            is_in_group: false,
            list: Self { nodes: Vec::new(), tokens: Vec::new(), addresses: Vec::new() },
        };
        while let Some(token) = parser.rest.pop() {
            parser.token(token);
        }
        let mut list = parser.list;
        // All was found from the end on.
        list.nodes.reverse();
        list.addresses.reverse();
        let last = list.addresses.len().saturating_sub(1);
        for node in &mut list.nodes {
            if let Node::Address(place) = node {
                *place = last - *place;
            }
        }
        list
    }

    pub(super) fn len(&self) -> usize {
        self.addresses.len()
    }

    /// The tokens of an address.
    pub(super) fn address(&self, place: usize) -> Option<&[Token]> {
        let range = self.addresses.get(place)?;
        Some(&self.tokens[range.clone()])
    }
}

struct Parser {
    /// What has not been read yet.
    rest: Vec<Token>,
    /// Whether a semicolon was seen: colons are behind names of groups.
    is_in_group: bool,
    list: List,
}

impl Parser {
    fn token(&mut self, token: Token) {
        match token.kind {
            Kind::Operator(b'>') => self.angle(token),
            Kind::Operator(b':') if self.is_in_group => {
                self.list.nodes.push(Node::Group);
                self.skip(b",");
            }
            Kind::Comment | Kind::Operator(b',' | b';') => {
                self.is_in_group |= token.is_any(b";");
                self.list.nodes.push(Node::Token(token));
            }
            Kind::Atom | Kind::Quoted | Kind::Literal | Kind::Operator(_) => self.bare(token),
        }
    }

    /// An address in angle brackets, with the phrase before it.
    fn angle(&mut self, close: Token) {
        self.list.nodes.push(Node::Token(close));
        let start = self.list.tokens.len();
        while let Some(token) = self.rest.pop_if(|token| !token.is_any(b"<")) {
            self.part(token);
        }
        self.address(start);
        let Some(open) = self.rest.pop() else { return };
        self.list.nodes.push(Node::Token(open));
        self.skip(b",>;:");
        if !self.is_in_group
            && let Some(colon) = self.rest.pop_if(|token| token.is_any(b":"))
        {
            self.list.nodes.push(Node::Token(colon));
        }
    }

    /// An address that stands alone, up to a word that no operator joins to it.
    fn bare(&mut self, last: Token) {
        let start = self.list.tokens.len();
        let ends: &[u8] = if self.is_in_group { b",;>:" } else { b",;>" };
        let mut is_word = last.is_word();
        self.part(last);
        while let Some(token) =
            self.rest.pop_if(|token| !(token.is_any(ends) || (is_word && token.is_word())))
        {
            if token.kind != Kind::Comment {
                is_word = token.is_word();
            }
            self.part(token);
        }
        self.address(start);
        let begins: &[u8] = if self.is_in_group { b",:" } else { b"," };
        if self.rest.last().is_some_and(|token| !token.is_any(begins)) {
            self.list.nodes.push(Node::Comma);
        }
    }

    /// A token of an address. Comments go behind it.
    fn part(&mut self, token: Token) {
        if token.kind == Kind::Comment {
            self.list.nodes.push(Node::Token(token));
        } else {
            self.list.tokens.push(token);
        }
    }

    /// Ends the address whose tokens were gathered from `start` on, if there are any.
    fn address(&mut self, start: usize) {
        let List { nodes, tokens, addresses } = &mut self.list;
        if tokens.len() > start {
            tokens[start..].reverse();
            nodes.push(Node::Address(addresses.len()));
            addresses.push(start..tokens.len());
        }
    }

    /// Leaves tokens as they are, up to one of these operators.
    fn skip(&mut self, until: &[u8]) {
        while let Some(token) = self.rest.pop_if(|token| !token.is_any(until)) {
            self.list.nodes.push(Node::Token(token));
        }
    }
}
