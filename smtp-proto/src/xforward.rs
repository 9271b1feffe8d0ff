//! XFORWARD: telling a trusted server where a message came from.

use alloc::string::String;
use core::fmt::{self, Write};

/// What is known of the client that a message came from; what is unknown is not sent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Xforward {
    /// `NAME`: host name.
    pub name: Option<String>,
    /// `ADDR`: network address, `IPV6:` before one of that kind.
    pub address: Option<String>,
    /// `PORT`: TCP port.
    pub port: Option<u16>,
    /// `PROTO`: `SMTP` or `ESMTP`.
    pub protocol: Option<String>,
    /// `HELO`: the name in its greeting.
    pub helo: Option<String>,
    /// `IDENT`: the message's identifier here.
    pub ident: Option<String>,
    /// `SOURCE`: whether the message entered from outside.
    pub source: Option<Source>,
}

/// Where a message entered the mail system.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// From inside.
    Local,
    /// From outside.
    Remote,
}

/// An attribute of XFORWARD.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Attribute {
    Name,
    Addr,
    Port,
    Proto,
    Helo,
    Ident,
    Source,
}

impl Attribute {
    /// What the first command carries.
    pub(crate) const NAME_ADDRESS: &[Self] = &[Self::Name, Self::Addr, Self::Port];
    /// What the second command carries.
    pub(crate) const PROTOCOL_HELO: &[Self] = &[Self::Proto, Self::Helo, Self::Ident, Self::Source];

    fn keyword(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Addr => "ADDR",
            Self::Port => "PORT",
            Self::Proto => "PROTO",
            Self::Helo => "HELO",
            Self::Ident => "IDENT",
            Self::Source => "SOURCE",
        }
    }
}

/// The attributes that a server wants to hear.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Attributes(u8);

impl Attributes {
    /// Reads the words after the keyword; unknown ones do not count.
    pub(crate) fn of_words<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let all = || Attribute::NAME_ADDRESS.iter().chain(Attribute::PROTOCOL_HELO);
        Self(words.fold(0, |set, word| {
            let known = all().find(|a| a.keyword().eq_ignore_ascii_case(word));
            set | known.map_or(0, |a| 1 << *a as u8)
        }))
    }

    fn contains(self, attribute: Attribute) -> bool {
        self.0 & (1 << attribute as u8) != 0
    }
}

impl Xforward {
    /// Writes ` NAME=value` for each of `group` that is known and wanted; says if any was.
    pub(crate) fn write(
        &self,
        out: &mut impl Write,
        group: &[Attribute],
        wanted: Attributes,
    ) -> Result<bool, fmt::Error> {
        let mut any = false;
        for &attribute in group.iter().filter(|a| wanted.contains(**a)) {
            let text = match attribute {
                Attribute::Name => self.name.as_deref(),
                Attribute::Addr => self.address.as_deref(),
                Attribute::Proto => self.protocol.as_deref(),
                Attribute::Helo => self.helo.as_deref(),
                Attribute::Ident => self.ident.as_deref(),
                Attribute::Source => self.source.map(|source| match source {
                    Source::Local => "LOCAL",
                    Source::Remote => "REMOTE",
                }),
                Attribute::Port => {
                    if let Some(port) = self.port {
                        write!(out, " PORT={port}")?;
                        any = true;
                    }
                    None
                }
            };
            // A value that no server would take is as good as unknown.
            if let Some(text) = text.filter(|text| text.len() <= VALUE_MAX) {
                write!(out, " {}=", attribute.keyword())?;
                crate::xtext::write(out, text)?;
                any = true;
            }
        }
        Ok(any)
    }
}

/// Longest value sent, in bytes before encoding.
const VALUE_MAX: usize = 255;
