//! How lines of main.cf join to settings: postconf(5), "main.cf configuration parameters".

/// A line with those that continue it, comments and blank lines left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Line {
    /// Joined as they are: what continues a line keeps the space it begins with.
    pub(super) text: Vec<u8>,
    /// Number of its first line, counted from 1.
    pub(super) number: usize,
}

impl Line {
    /// Whether it continues a line that is not there.
    pub(super) fn is_orphan(&self) -> bool {
        self.text.first().is_some_and(is_space)
    }
}

/// Joins the lines of a file.
pub(super) fn join(file: &[u8]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, text) in file.split(|&byte| byte == b'\n').enumerate() {
        let Some(first) = text.iter().find(|byte| !is_space(byte)) else {
            continue;
        };
        if *first == b'#' {
            continue;
        }
        match lines.last_mut() {
            Some(line) if is_space(&text[0]) => line.text.extend_from_slice(text),
            Some(_) | None => lines.push(Line { text: text.to_vec(), number: index + 1 }),
        }
    }
    lines
}

/// White space in the C locale.
pub(super) fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r')
}

/// Takes white space of the C locale off both ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|char: char| u8::try_from(char).is_ok_and(|byte| is_space(&byte)))
}

/// Takes white space of the C locale off the beginning.
pub(super) fn trim_start(text: &str) -> &str {
    text.trim_start_matches(|char: char| u8::try_from(char).is_ok_and(|byte| is_space(&byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_across_comments_and_blank_lines() {
        for (file, expected) in [
            ("a = b", &[("a = b", 1)][..]),
            ("a =\n b\n\tc\n", &[("a = b\tc", 1)]),
            (
                "\n# x\na = 1\n# x\n 2\n\n   \n  # x\n 3\nb = 4\n",
                &[("a = 1 2 3", 3), ("b = 4", 10)],
            ),
            (" a = b\n c\nd = e", &[(" a = b c", 1), ("d = e", 3)]),
            ("# x\n y\n", &[(" y", 2)]),
            (" \x0b\x0c\r\n", &[]),
        ] {
            let line = |&(text, number): &(&str, usize)| Line { text: text.into(), number };
            let expected: Vec<_> = expected.iter().map(line).collect();
            assert_eq!(join(file.as_bytes()), expected, "{file:?}");
        }
    }

    #[test]
    fn only_a_line_without_another_before_it_is_an_orphan() {
        let orphans: Vec<_> = join(b" a\n b\nc\n d\n").iter().map(Line::is_orphan).collect();
        assert_eq!(orphans, [true, false]);
    }
}
