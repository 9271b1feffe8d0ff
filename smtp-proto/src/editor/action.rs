//! What header and body checks do (header_checks(5), as far as a client can).

use alloc::string::String;
use alloc::vec::Vec;

use super::Checks;
use crate::mime::name_length;

/// What is done with a header or a line that a table knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// It is logged, with this text.
    Info(String),
    /// It is logged as a warning, with this text.
    Warn(String),
    /// It is logged and becomes this.
    Replace(Vec<u8>),
    /// It is logged, and this goes in front.
    Prepend(Vec<u8>),
    /// It is logged with this text, and left out.
    Strip(String),
    /// It is left out.
    Ignore,
    /// It stays.
    Dunno,
}

/// What a table says that is no action. It is worth a warning, and the header or line stays.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadAction {
    /// REPLACE or PREPEND without a text.
    #[error("{action} action without text in {table} map")]
    NoText {
        /// The action.
        action: &'static str,
        /// The table.
        table: Checks,
    },
    /// REPLACE or PREPEND of a header by something else.
    #[error("bad {action} header text {text:?} in {table} map -- need \"headername: headervalue\"")]
    NoHeader {
        /// The action.
        action: &'static str,
        /// What there is.
        text: String,
        /// The table.
        table: Checks,
    },
    /// Anything that a client cannot do.
    #[error("unsupported command in {table} map: {command}")]
    Unsupported {
        /// All that the table says.
        command: String,
        /// The table.
        table: Checks,
    },
}

impl Action {
    /// Reads what a table says.
    ///
    /// # Errors
    /// If it is no action. Whoever looked it up warns of it, and answers
    /// [`Unchanged`](super::Answer::Unchanged).
    pub fn parse(said: &[u8], table: Checks) -> Result<Self, BadAction> {
        let blank = said.iter().position(|byte| matches!(byte, b' ' | b'\t'));
        let (command, text) = said.split_at(blank.unwrap_or(said.len()));
        let text = text.trim_ascii_start();
        let is = |name: &str| command.eq_ignore_ascii_case(name.as_bytes());
        Ok(match () {
            () if is("WARN") => Self::Warn(shown(text)),
            () if is("INFO") => Self::Info(shown(text)),
            () if is("REPLACE") => Self::Replace(instead("REPLACE", text, table)?),
            () if is("PREPEND") => Self::Prepend(instead("PREPEND", text, table)?),
            () if is("STRIP") => Self::Strip(shown(text)),
            () if is("IGNORE") => Self::Ignore,
            () if is("DUNNO") || is("OK") => Self::Dunno,
            () => return Err(BadAction::Unsupported { command: shown(said), table }),
        })
    }
}

/// The text that a header or line is replaced by or preceded by.
fn instead(action: &'static str, text: &[u8], table: Checks) -> Result<Vec<u8>, BadAction> {
    if text.is_empty() {
        return Err(BadAction::NoText { action, table });
    }
    if table != Checks::Body && name_length(text) == 0 {
        return Err(BadAction::NoHeader { action, text: shown(text), table });
    }
    Ok(text.into())
}

/// A text as it is logged.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn actions_are_read_in_any_case() {
        for (said, action) in [
            ("WARN", Action::Warn("".into())),
            ("warn  be careful", Action::Warn("be careful".into())),
            ("Info\tx y", Action::Info("x y".into())),
            ("REPLACE X: y", Action::Replace("X: y".into())),
            ("PREPEND X : y", Action::Prepend("X : y".into())),
            ("STRIP of it", Action::Strip("of it".into())),
            ("IGNORE whatever", Action::Ignore),
            ("DUNNO", Action::Dunno),
            ("ok", Action::Dunno),
        ] {
            assert_eq!(Action::parse(said.as_bytes(), Checks::Header), Ok(action), "{said}");
        }
        let line = Action::parse(b"REPLACE any \xff", Checks::Body);
        assert_eq!(line, Ok(Action::Replace(b"any \xff".into())));
    }

    #[test]
    fn what_is_no_action_is_worth_a_warning() {
        for (said, warning) in [
            ("REPLACE", "REPLACE action without text in smtp_header_checks map"),
            ("PREPEND  ", "PREPEND action without text in smtp_header_checks map"),
            (
                "REPLACE no header",
                "bad REPLACE header text \"no header\" in smtp_header_checks map -- \
                 need \"headername: headervalue\"",
            ),
            ("REJECT no", "unsupported command in smtp_header_checks map: REJECT no"),
            ("", "unsupported command in smtp_header_checks map: "),
        ] {
            let error = Action::parse(said.as_bytes(), Checks::Header).unwrap_err();
            assert_eq!(error.to_string(), warning);
        }
    }
}
