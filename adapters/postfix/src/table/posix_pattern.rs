//! What a POSIX pattern is made of, as far as libc does not tell.

/// A pattern that was looked over.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Survey {
    /// How many groups it has.
    pub(super) groups: usize,
    /// How many characters and sets it has once `{m,n}` is written out, as the C library does.
    pub(super) size: usize,
    /// Whether it refers to what a group has matched, as `\1` does.
    pub(super) has_references: bool,
}

impl Survey {
    pub(super) fn of(pattern: &[u8], is_extended: bool) -> Self {
        let mut survey = Self::default();
        // Sizes of the groups that are open, the whole first; and of what a count would repeat.
        let mut open = vec![0_usize];
        let mut last = 0_usize;
        let mut rest = pattern;
        while let Some((byte, behind)) = rest.split_first() {
            rest = behind;
            let (token, is_escaped) = match (byte, behind.split_first()) {
                (b'\\', Some((byte, behind))) => {
                    rest = behind;
                    (*byte, true)
                }
                (byte, _) => (*byte, false),
            };
            let is_operator = is_escaped != is_extended;
            match token {
                b'(' if is_operator => {
                    survey.groups += 1;
                    open.push(0);
                }
                b')' if is_operator && open.len() > 1 => {
                    last = open.pop().unwrap_or_default();
                    add(&mut open, last);
                }
                b'{' if is_operator => {
                    let (times, behind) = count(rest, is_extended);
                    rest = behind;
                    let more = last.saturating_mul(times.saturating_sub(1));
                    add(&mut open, more);
                    last = last.saturating_add(more);
                }
                token => {
                    survey.has_references |= is_escaped && token.is_ascii_digit();
                    if token == b'[' && !is_escaped {
                        rest = behind_brackets(rest);
                    }
                    last = 1;
                    add(&mut open, last);
                }
            }
        }
        survey.size = open.into_iter().fold(0, usize::saturating_add);
        survey
    }
}

fn add(open: &mut [usize], size: usize) {
    if let Some(group) = open.last_mut() {
        *group = group.saturating_add(size);
    }
}

/// How often `m`, `m,` or `m,n` repeats at most, and what is behind the brace.
fn count(text: &[u8], is_extended: bool) -> (usize, &[u8]) {
    let end = text.iter().position(|byte| *byte == b'}').unwrap_or(text.len());
    let inside = str::from_utf8(&text[..end]).unwrap_or_default();
    let inside = if is_extended { inside } else { inside.trim_end_matches('\\') };
    let numbers = inside.split(',').filter_map(|number| number.parse::<usize>().ok());
    (numbers.max().unwrap_or(1), text.get(end + 1..).unwrap_or_default())
}

/// What follows a set such as `^]a-z[:digit:]]`, whose `[` is gone.
fn behind_brackets(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"^").unwrap_or(text);
    let mut rest = text.strip_prefix(b"]").unwrap_or(text);
    while let Some((byte, behind)) = rest.split_first() {
        rest = match (byte, behind.first()) {
            (b']', _) => return behind,
            (b'[', Some(kind @ (b':' | b'.' | b'='))) => {
                let end = behind[1..].windows(2).position(|pair| pair == [*kind, b']']);
                &behind[end.map_or(0, |end| end + 3)..]
            }
            _ => behind,
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_outside_of_sets_and_escapes() {
        let cases = [
            ("(a)(b(c))", 3),
            (r"\((a)", 1),
            ("[(](a)", 1),
            ("[](](a)[^](](b)", 2),
            ("[[:alpha:](](a)[[.(.]](b)[[=(=](](c)", 3),
            (r"[\](a)", 1),
        ];
        for (pattern, expected) in cases {
            assert_eq!(Survey::of(pattern.as_bytes(), true).groups, expected, "{pattern}");
        }
        assert_eq!(Survey::of(br"\(a\)(b)\\(", false).groups, 1);
    }

    #[test]
    fn references_are_told_from_escapes() {
        assert!(Survey::of(br"(a)\1", true).has_references);
        assert!(!Survey::of(br"(a)\\1[\1]\.1", true).has_references);
    }

    #[test]
    fn counts_multiply() {
        let cases = [
            ("abc", 3),
            ("a{3}", 3),
            ("a{2,5}b", 6),
            ("a{7,}", 7),
            ("(ab){10}", 20),
            ("(a{10}){10}", 100),
            ("((a{1,255}){1,255}){1,255}", 255 * 255 * 255),
            (r"a\{3}", 4),
            ("[a{9}]", 1),
        ];
        for (pattern, expected) in cases {
            assert_eq!(Survey::of(pattern.as_bytes(), true).size, expected, "{pattern}");
        }
        assert_eq!(Survey::of(br"\(a\{10\}\)\{10\}", false).size, 100);
    }
}
