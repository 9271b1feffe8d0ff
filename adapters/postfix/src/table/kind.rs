//! Types of tables.

use std::sync::Arc;

use super::Context;
use super::constant::Constant;
use super::error::Fault;
use super::fail::Fail;
use super::lookup::Lookup;
use super::{inline, text_hash};

/// What stands before the colon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Fail,
    Inline,
    Static,
    TextHash,
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
        let kind = known.ok_or_else(|| Fault::UnknownType(kind.to_owned()))?;
        Ok((kind, name))
    }

    /// Opens the table, which is within `depth` others.
    pub(super) fn open(
        self,
        name: &str,
        context: &Context,
        _depth: usize,
    ) -> Result<Arc<dyn Lookup>, Fault> {
        Ok(match self {
            Self::Fail => Arc::new(Fail),
            Self::Inline => Arc::new(inline::open(name, context)?),
            Self::Static => Arc::new(Constant::open(name)?),
            Self::TextHash => Arc::new(text_hash::open(name.as_ref(), context)?),
        })
    }

    /// All of them, for messages.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inline => "inline",
            Self::Static => "static",
            Self::TextHash => "texthash",
        }
    }

    const ALL: [Self; 4] = [Self::Fail, Self::Inline, Self::Static, Self::TextHash];
}
