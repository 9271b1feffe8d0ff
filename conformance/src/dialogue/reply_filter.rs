//! The table of `reply_filter`.

use std::str::FromStr;

use envoi_proto::Filtered;

/// A table with one line, `regexp:{{/^BEGINNING/ REPLACEMENT}}`, or one that fails, `fail:table`.
/// The replacement `fail` stands for a table that fails there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReplyFilter {
    /// Replaces lines that begin so.
    Replace {
        /// How they begin.
        beginning: String,
        /// What they become.
        replacement: String,
    },
    /// Cannot be asked.
    Fail,
}

impl ReplyFilter {
    /// Looks up a line.
    pub fn look_up(&self, line: &str) -> Filtered {
        match self {
            Self::Fail => Filtered::Failed,
            Self::Replace { beginning, .. } if !line.starts_with(beginning) => Filtered::Unchanged,
            Self::Replace { replacement, .. } if replacement == "fail" => Filtered::Failed,
            Self::Replace { replacement, .. } => Filtered::Replaced(replacement.clone()),
        }
    }
}

impl FromStr for ReplyFilter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "fail:table" {
            return Ok(Self::Fail);
        }
        let inside = text.strip_prefix("regexp:{{/^").and_then(|rest| rest.strip_suffix("}}"));
        let (beginning, replacement) = inside
            .and_then(|inside| inside.split_once("/ "))
            .ok_or("expected regexp:{{/^BEGINNING/ REPLACEMENT}} or fail:table")?;
        let (beginning, replacement) = (beginning.into(), replacement.into());
        Ok(Self::Replace { beginning, replacement })
    }
}
