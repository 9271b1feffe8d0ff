//! What mail exchangers have to be called.

/// Names that mail exchangers may have, as a policy for the domain lists them (RFC 8461, 4.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExchangerPatterns(pub Vec<String>);

impl ExchangerPatterns {
    /// Whether an exchanger may have this name; any may, where nothing is listed.
    pub fn accept(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.');
        self.0.is_empty() || self.0.iter().any(|pattern| matches(pattern, name))
    }
}

/// RFC 8461, 4.1: `*.` stands for one label.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => {
            let above = name.split_once('.').map(|(_, above)| above);
            above.is_some_and(|above| above.eq_ignore_ascii_case(parent))
        }
        None => name.eq_ignore_ascii_case(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_one_label() {
        let patterns = ExchangerPatterns(vec!["mx.example.com".into(), "*.example.net".into()]);
        for (name, expected) in [
            ("MX.example.com", true),
            ("mx.example.com.", true),
            ("mx2.example.com", false),
            ("a.example.net", true),
            ("a.b.example.net", false),
            ("example.net", false),
        ] {
            assert_eq!(patterns.accept(name), expected, "{name}");
        }
        assert!(ExchangerPatterns::default().accept("any.example"));
    }
}
