//! Types of tables.

use std::path::Path;
use std::sync::Arc;

use super::cdb::Cdb;
use super::cidr::Cidr;
use super::constant::Constant;
use super::environ::Environ;
use super::error::Fault;
use super::fail::Fail;
use super::lookup::Lookup;
use super::pcre::Pcre;
use super::pipe::Pipe;
use super::proxy::Proxy;
use super::random::Random;
use super::regexp::Posix;
use super::rules::Rules;
use super::union::Union;
use super::{Context, berkeley, inline, lmdb, text_hash};

/// What stands before the colon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Btree,
    Cdb,
    Cidr,
    Environ,
    Fail,
    Hash,
    Inline,
    Lmdb,
    Pcre,
    PipeMap,
    Proxy,
    RandMap,
    Regexp,
    Static,
    TextHash,
    UnionMap,
}

impl Kind {
    /// Splits `type:name`.
    pub(super) fn parse(spec: &str) -> Result<(Self, &str), Fault> {
        let Some((kind, name)) = spec.split_once(':') else {
            return Err(Fault::NoType);
        };
        if kind.is_empty() || name.is_empty() {
            return Err(Fault::NoType);
        }
        let known = Self::ALL.into_iter().find(|known| known.name() == kind);
        let kind = known.ok_or_else(|| match FOREIGN.contains(&kind) {
            true => Fault::Foreign(kind.to_owned()),
            false => Fault::UnknownType(kind.to_owned()),
        })?;
        Ok((kind, name))
    }

    /// Opens the table, which is within `depth` others.
    pub(super) fn open(
        self,
        name: &str,
        context: &Context,
        depth: usize,
    ) -> Result<Arc<dyn Lookup>, Fault> {
        let path = Path::new(name);
        Ok(match self {
            Self::Btree | Self::Hash => Arc::new(berkeley::open(self.name(), name, context)?),
            Self::Cdb => Arc::new(Cdb::open(name)?),
            Self::Cidr => Arc::new(Cidr::open(path)?),
            Self::Environ => Arc::new(Environ),
            Self::Fail => Arc::new(Fail),
            Self::Inline => Arc::new(inline::open(name, context)?),
            Self::Lmdb => Arc::new(lmdb::open(name)?),
            Self::Pcre => Arc::new(Rules::<Pcre>::open(path)?),
            Self::PipeMap => Arc::new(Pipe::open(name, context, depth)?),
            Self::Proxy => Arc::new(Proxy::open(name, context)?),
            Self::RandMap => Arc::new(Random::open(name)?),
            Self::Regexp => Arc::new(Rules::<Posix>::open(path)?),
            Self::Static => Arc::new(Constant::open(name)?),
            Self::TextHash => Arc::new(text_hash::open(path, context)?),
            Self::UnionMap => Arc::new(Union::open(name, context, depth)?),
        })
    }

    /// All of them, for messages.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    fn name(self) -> &'static str {
        match self {
            Self::Btree => "btree",
            Self::Cdb => "cdb",
            Self::Cidr => "cidr",
            Self::Environ => "environ",
            Self::Fail => "fail",
            Self::Hash => "hash",
            Self::Inline => "inline",
            Self::Lmdb => "lmdb",
            Self::Pcre => "pcre",
            Self::PipeMap => "pipemap",
            Self::Proxy => "proxy",
            Self::RandMap => "randmap",
            Self::Regexp => "regexp",
            Self::Static => "static",
            Self::TextHash => "texthash",
            Self::UnionMap => "unionmap",
        }
    }

    const ALL: [Self; 16] = [
        Self::Btree,
        Self::Cdb,
        Self::Cidr,
        Self::Environ,
        Self::Fail,
        Self::Hash,
        Self::Inline,
        Self::Lmdb,
        Self::Pcre,
        Self::PipeMap,
        Self::Proxy,
        Self::RandMap,
        Self::Regexp,
        Self::Static,
        Self::TextHash,
        Self::UnionMap,
    ];
}

/// Types that Postfix has and we have not.
const FOREIGN: [&str; 15] = [
    "dbm",
    "internal",
    "ldap",
    "memcache",
    "mongodb",
    "mysql",
    "netinfo",
    "nis",
    "nisplus",
    "pgsql",
    "sdbm",
    "socketmap",
    "sqlite",
    "tcp",
    "unix",
];
