//! Lists with braces, as in table names and match lists.

/// Something in braces is not as it should be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum SyntaxError {
    #[error("expected '{{' at {0:?}")]
    NoBrace(String),
    #[error("missing '}}' in {0:?}")]
    Open(String),
    #[error("expected nothing after '}}' in {0:?}")]
    Tail(String),
    #[error("expected name=value, found {0:?}")]
    NoValue(String),
    #[error("unbalanced '\"' in {0:?}")]
    Quote(String),
}

/// What stands between commas and white space outside of braces.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_separator);
        let mut level = 0_usize;
        let end = rest.find(|c: char| match c {
            '{' => {
                level += 1;
                false
            }
            '}' => {
                level = level.saturating_sub(1);
                false
            }
            c => level == 0 && is_separator(c),
        });
        let (token, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        (!token.is_empty()).then_some(token)
    })
}

/// What is between the outer braces, without the white space around it.
pub(super) fn inside_braces(text: &str) -> Result<&str, SyntaxError> {
    let owned = || text.to_owned();
    if !text.starts_with('{') {
        return Err(SyntaxError::NoBrace(owned()));
    }
    let mut level = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => level += 1,
            '}' => level -= 1,
            _ => {}
        }
        if level == 0 {
            let is_last = at + 1 == text.len();
            return if is_last { Ok(trim(&text[1..at])) } else { Err(SyntaxError::Tail(owned())) };
        }
    }
    Err(SyntaxError::Open(owned()))
}

/// Splits `name = value`; the name may have white space only in double quotes, which stay.
pub(super) fn name_value(text: &str) -> Result<(&str, &str), SyntaxError> {
    let text = trim(text);
    let end = unquoted(text, |c| c == b'=' || is_space(c.into()))
        .ok_or_else(|| SyntaxError::Quote(text.to_owned()))?;
    let (name, rest) = text.split_at(end);
    match trim(rest).strip_prefix('=') {
        Some(value) => Ok((name, trim(value))),
        None => Err(SyntaxError::NoValue(text.to_owned())),
    }
}

/// Where the first byte of a kind is outside of double quotes, or the end; `None` if a quote does
/// not end. The kind has to be one of ASCII.
pub(super) fn unquoted(text: &str, is: impl Fn(u8) -> bool) -> Option<usize> {
    unquoted_bytes(text.as_bytes(), is)
}

/// The same for text that need not be UTF-8.
pub(super) fn unquoted_bytes(text: &[u8], is: impl Fn(u8) -> bool) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            byte if !is_quoted && is(*byte) => return Some(at),
            _ => {}
        }
    }
    (!is_quoted).then_some(text.len())
}

/// Without the white space around it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// White space to C.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | ' ' | '\t' | '\n' | '\r')
}
