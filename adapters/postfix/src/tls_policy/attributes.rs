//! The text of a policy: words, and `name = value` in braces.

use super::entry::BadPolicy;

/// An attribute: a name, in lower case, and a value.
pub(super) type Attribute = (String, String);

/// Parts the text of a policy into its level and its attributes.
pub(super) fn split(text: &str) -> Result<(&str, Vec<Attribute>), BadPolicy> {
    let (level, mut rest) = word(text);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(SEPARATORS);
        if rest.is_empty() {
            return Ok((level, attributes));
        }
        let (text, later) = match rest.strip_prefix('{') {
            // 3.10: `{ name = value }`.
            Some(inner) => {
                inner.split_once('}').ok_or_else(|| BadPolicy::Brace(rest.to_owned()))?
            }
            None => word(rest),
        };
        let malformed = || BadPolicy::Malformed(text.trim().to_owned());
        let (name, value) = text.split_once('=').ok_or_else(malformed)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return Err(malformed());
        }
        attributes.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = later;
    }
}

/// The first word, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(SEPARATORS);
    text.split_at(text.find(SEPARATORS).unwrap_or(text.len()))
}

const SEPARATORS: [char; 5] = [' ', '\t', '\r', '\n', ','];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_words_or_stand_in_braces() {
        let text =
            " secure, match=example.com:.example.com { Policy_String = a, b=c }ciphers=high ";
        let (level, attributes) = split(text).unwrap();
        assert_eq!(level, "secure");
        let shown: Vec<_> = attributes.iter().map(|(n, v)| format!("{n}|{v}")).collect();
        assert_eq!(
            shown,
            ["match|example.com:.example.com", "policy_string|a, b=c", "ciphers|high"]
        );
        assert_eq!(split("").unwrap(), ("", vec![]));
    }

    #[test]
    fn what_is_no_attribute_is_an_error() {
        for (text, error) in [
            ("may match", "\"match\" is no attribute; expected name=value"),
            ("may =x", "\"=x\" is no attribute; expected name=value"),
            ("may { ciphers = high", "\"{ ciphers = high\" has no closing brace"),
        ] {
            assert_eq!(split(text).unwrap_err().to_string(), error);
        }
    }
}
