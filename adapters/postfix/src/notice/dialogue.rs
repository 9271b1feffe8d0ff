//! What a dialogue says of the other side.

use std::collections::VecDeque;

/// Which replies answer which commands, and whether one is what no server should say.
#[derive(Clone, Debug, Default)]
pub(super) struct Dialogue {
    /// What was asked and not answered, oldest first.
    asked: VecDeque<Asked>,
    /// Whether the greeting came.
    is_greeted: bool,
}

/// What a reply answers, as far as it matters what it may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    /// EHLO, whose refusal leads to HELO, and what nobody cares for.
    Anything,
    /// DATA, which goes on.
    Data,
    /// AUTH and what belongs to it, which may go on.
    Auth,
    /// The rest.
    Command,
}

impl Dialogue {
    /// We said something.
    pub(super) fn handle_client(&mut self, line: &str) {
        let word = line.split([' ', ':']).next().unwrap_or_default();
        let asked = match word {
            "EHLO" | "XFORWARD" | "RSET" | "QUIT" => Asked::Anything,
            "DATA" => Asked::Data,
            "AUTH" | "*" | "<credentials>" => Asked::Auth,
            _ => Asked::Command,
        };
        if self.asked.len() < ASKED_MAX {
            self.asked.push_back(asked);
        }
    }

    /// The server said something: whether it should not have.
    pub(super) fn handle_server(&mut self, line: &str) -> bool {
        let Some((code, is_last)) = code(line) else { return true };
        if !is_last {
            return false;
        }
        let asked = if self.is_greeted { self.asked.pop_front() } else { Some(Asked::Command) };
        self.is_greeted = true;
        let is_good = match asked {
            Some(Asked::Anything) | None => true,
            Some(Asked::Data) => (300..400).contains(&code),
            Some(Asked::Auth) => (200..400).contains(&code),
            Some(Asked::Command) => (200..300).contains(&code),
        };
        !is_good && is_odd(code)
    }
}

/// The code of a line, and whether it ends the reply.
fn code(line: &str) -> Option<(u16, bool)> {
    let digits = line.get(..3).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let is_last = match line.as_bytes().get(3) {
        None | Some(b' ') => true,
        Some(b'-') => false,
        Some(_) => return None,
    };
    Some((digits.parse().ok()?, is_last))
}

/// Whether the code, being that of a refusal, says that we have spoken wrongly or that the server
/// has (postfix.md, 2.3).
fn is_odd(code: u16) -> bool {
    matches!(code, 0..400 | 500..=509 | 555 | 600..)
}

/// Most commands that are remembered; what lies beyond is not looked at.
const ASKED_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_from_errors() {
        for (dialogue, expected) in [
            ("S220 mx", false),
            ("S554 no", false),
            ("S354 hm", true),
            ("S500 what", true),
            ("S220-mx|S220 mx|CEHLO me|S502 what|CHELO me|S250 mx", false),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|S550 no", false),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|S503 order", true),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|S555 no such parameter", true),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|S354 hm", true),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|CDATA|S250 ok|S354 go", false),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|CDATA|S250 ok|S250 hm", true),
            ("S220 mx|CEHLO me|S250 mx|CMAIL FROM:<a@b>|CDATA|S250 ok|S451 later", false),
            ("S220 mx|CEHLO me|S250 mx|CAUTH PLAIN|S334 |C<credentials>|S235 ok", false),
            ("S220 mx|CEHLO me|S250 mx|CAUTH PLAIN|S535 no", false),
            ("S220 mx|CEHLO me|S250 mx|CQUIT|S500 what", false),
            ("S220 mx|Shello there", true),
            ("S220 mx|S2501 ok", true),
            ("S220", false),
        ] {
            let mut talk = Dialogue::default();
            let mut odd = false;
            for line in dialogue.split('|') {
                match line.split_at(1) {
                    ("S", line) => odd |= talk.handle_server(line),
                    (_, line) => talk.handle_client(line),
                }
            }
            assert_eq!(odd, expected, "{dialogue}");
        }
    }
}
