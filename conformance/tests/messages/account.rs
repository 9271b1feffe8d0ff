//! What a client did with a message.

use std::fmt::Write as _;

/// What servers heard, and what became of each recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Account {
    /// Each connection's bytes.
    pub(crate) heard: Vec<Vec<u8>>,
    /// Recipient, word of the log, enhanced status code and text, sorted.
    pub(crate) outcomes: Vec<[String; 4]>,
}

impl Account {
    /// Where another differs, or nothing.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let mut text = String::new();
        let (ours, theirs) = (lines(&other.heard), lines(&self.heard));
        if ours != theirs {
            let same = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
            text += &show("Postfix", &theirs, same);
            text += &show("Envoi", &ours, same);
        }
        if self.outcomes != other.outcomes {
            let (theirs, ours) = (&self.outcomes, &other.outcomes);
            writeln!(text, "Postfix: {theirs:?}\nEnvoi:   {ours:?}").expect("a String takes all");
        }
        (!text.is_empty()).then_some(text)
    }
}

fn lines(heard: &[Vec<u8>]) -> Vec<&[u8]> {
    let mark: &[u8] = b"(connects)\n";
    let lines = |bytes| -> Vec<_> { <[u8]>::split_inclusive(bytes, |b| *b == b'\n').collect() };
    heard.iter().flat_map(|bytes| [vec![mark], lines(bytes)].concat()).collect()
}

/// The lines from the first that differs on, with one before.
fn show(who: &str, lines: &[&[u8]], same: usize) -> String {
    let mut text = format!("{who}, from line {same} of {}:\n", lines.len());
    for line in lines.iter().skip(same.saturating_sub(1)).take(SHOWN) {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let shown: String = line.escape_ascii().to_string().chars().take(WIDTH).collect();
        writeln!(text, "  {shown}").expect("a String takes all");
    }
    text
}

/// How many lines are shown.
const SHOWN: usize = 8;

/// How much of a line is shown.
const WIDTH: usize = 240;
