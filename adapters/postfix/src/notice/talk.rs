//! What was said in a conversation.

use std::collections::VecDeque;
use std::fmt::Write as _;

use envoi_driver::proto::Line;

use super::classes::{Class, Classes};
use super::dialogue::Dialogue;

/// What was said in a conversation, as far as a notice shows it, and what went wrong.
#[derive(Clone, Debug)]
pub struct Talk {
    relay: String,
    lines: VecDeque<String>,
    /// Whether lines made room for later ones.
    is_cut: bool,
    /// Whether the server's next line stands in the place of its last one.
    is_overruled: bool,
    dialogue: Dialogue,
    classes: Classes,
}

impl Talk {
    /// Nothing was said yet; the relay is the server as `NAME[ADDRESS]:PORT`.
    pub fn new(relay: impl Into<String>) -> Self {
        Self {
            relay: relay.into(),
            lines: VecDeque::new(),
            is_cut: false,
            is_overruled: false,
            dialogue: Dialogue::default(),
            classes: Classes::default(),
        }
    }

    /// Takes what was said. Content, and what TLS came to, is not shown.
    pub fn handle_line(&mut self, line: &Line) {
        match line {
            Line::Client(text) => {
                self.dialogue.handle_client(text);
                self.push(format!("Out: {text}"));
            }
            Line::Server(text) => {
                if self.dialogue.handle_server(text) {
                    self.classes.insert(Class::Protocol);
                }
                let is_overruled = std::mem::take(&mut self.is_overruled);
                let whose = if is_overruled { "Replaced-by: " } else { "In:  " };
                self.push(format!("{whose}{text}"));
            }
            Line::Overruled(text) => {
                self.push(format!("In:  {text}"));
                self.is_overruled = true;
            }
            Line::Content(_) | Line::Tls(_) => {}
        }
    }

    /// Something went wrong that what was said does not show.
    pub fn handle_error(&mut self, class: Class) {
        self.classes.insert(class);
    }

    /// What went wrong.
    pub fn classes(&self) -> Classes {
        self.classes
    }

    pub(super) fn relay(&self) -> &str {
        &self.relay
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn is_ascii(&self) -> bool {
        self.lines.iter().all(|line| line.is_ascii())
    }

    /// Writes all lines, the long ones folded.
    pub(super) fn write(&self, text: &mut String) {
        if self.is_cut {
            text.push_str(" [...]\n");
        }
        self.lines.iter().for_each(|line| wrap(line, text));
    }

    fn push(&mut self, line: String) {
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
            self.is_cut = true;
        }
        self.lines.push_back(line);
    }
}

/// Writes a line in pieces that fit, broken at blanks where there are any.
fn wrap(line: &str, text: &mut String) {
    let (mut rest, mut indent) = (line, 1);
    loop {
        let width = WIDTH - indent;
        let Some((end, _)) = rest.char_indices().nth(width) else { break };
        let is_word_over = rest[end..].starts_with(' ');
        let blank = if is_word_over { Some(end) } else { rest[..end].rfind(' ') };
        let blank = blank.filter(|blank| !rest[..*blank].trim().is_empty());
        let (piece, later) = rest.split_at(blank.unwrap_or(end));
        let _ = writeln!(text, "{:indent$}{piece}", "");
        (rest, indent) = (later.trim_start(), INDENT);
    }
    let _ = writeln!(text, "{:indent$}{rest}", "");
}

/// Most lines that are shown: the last ones.
const LINES_MAX: usize = 1000;

/// Characters in a line of a notice.
const WIDTH: usize = 73;

/// Blanks before what goes on from the line before.
const INDENT: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_at_blanks_and_broken_without() {
        let wrapped = |line: &str| {
            let mut text = String::new();
            wrap(line, &mut text);
            text
        };
        assert_eq!(wrapped(""), " \n");
        assert_eq!(wrapped(&"x".repeat(72)), format!(" {}\n", "x".repeat(72)));
        assert_eq!(
            wrapped(&"x".repeat(73 + 68)),
            format!(" {}\n    {}\n", "x".repeat(72), "x".repeat(69))
        );
        let words = format!("{} {}", "ä".repeat(60), "b".repeat(20));
        assert_eq!(wrapped(&words), format!(" {}\n    {}\n", "ä".repeat(60), "b".repeat(20)));
    }

    #[test]
    fn last_lines_are_kept() {
        let mut talk = Talk::new("mx.example");
        (0..LINES_MAX + 1).for_each(|n| talk.handle_line(&Line::Client(format!("NOOP {n}"))));
        let mut text = String::new();
        talk.write(&mut text);
        assert!(text.starts_with(" [...]\n Out: NOOP 1\n"), "{}", &text[..40]);
        assert!(text.ends_with(" Out: NOOP 1000\n"));
    }

    #[test]
    fn other_errors_are_noted() {
        let mut talk = Talk::new("mx.example");
        talk.handle_error(Class::Data);
        assert!(talk.classes().contains(Class::Data) && !talk.classes().contains(Class::Protocol));
    }
}
