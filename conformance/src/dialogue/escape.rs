//! How a dialogue file writes bytes that a line of text cannot hold, and many lines as one.

/// Reads `\r`, `\n`, `\t`, `\s` (a space), `\\` and `\xHH`; all else stands for itself.
pub(crate) fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend(plain.as_bytes());
        let kind = escaped.chars().next().ok_or("expected an escape after the last \\")?;
        rest = &escaped[kind.len_utf8()..];
        bytes.push(match kind {
            'r' => b'\r',
            'n' => b'\n',
            't' => b'\t',
            's' => b' ',
            '\\' => b'\\',
            'x' => {
                let digits = rest.get(..2).ok_or("expected two digits after \\x")?;
                rest = &rest[2..];
                u8::from_str_radix(digits, 16).map_err(|e| format!("\\x{digits}: {e}"))?
            }
            other => return Err(format!("unknown escape \\{other}: expected one of rnts\\x")),
        });
    }
    bytes.extend(rest.as_bytes());
    Ok(bytes)
}

/// Writes bytes so that [`unescape`] reads them back.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => text.push_str("\\r"),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '\\' => text.push_str("\\\\"),
                c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// What `{1..3}` in a text stands for: the text three times, with 1, 2 and 3 in its place.
pub(crate) fn expand(text: &str) -> Vec<String> {
    let range = |text: &str| -> Option<(usize, usize, usize, usize)> {
        let open = text.find('{')?;
        let close = open + text[open..].find('}')?;
        let (from, to) = text[open + 1..close].split_once("..")?;
        Some((open, close + 1, from.parse().ok()?, to.parse().ok()?))
    };
    match range(text) {
        Some((open, close, from, to)) => {
            let one = |n| format!("{}{n}{}", &text[..open], &text[close..]);
            (from..=to).map(one).collect()
        }
        None => vec![text.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_back() {
        for bytes in [&b"a\\b\r\n\t\x00\x7f\xff"[..], "ü\u{85}".as_bytes(), b"", b" x "] {
            assert_eq!(unescape(&escape(bytes)).unwrap(), bytes);
        }
        assert_eq!(unescape("a\\sb").unwrap(), b"a b");
        for bad in ["\\", "\\q", "\\x", "\\x1", "\\xzz", "\\xü"] {
            assert!(unescape(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_are_expanded() {
        assert_eq!(expand("r{9..11}@x"), ["r9@x", "r10@x", "r11@x"]);
        assert_eq!(expand("+ABC\\x{FC}"), ["+ABC\\x{FC}"]);
    }
}
