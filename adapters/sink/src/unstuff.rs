//! Content as DATA brings it: lines with stuffed dots, up to the lone one.

use std::fmt;

use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

/// Removes stuffed dots and finds the end of data, whatever the split of the input.
///
/// RFC 5321, 4.5.2 and 4.1.1.4: only a dot between <CR><LF> and <CR><LF> ends the content.
pub(crate) struct Unstuffer {
    place: Place,
    dotted_line: Finder<'static>,
}

/// What the last bytes of the input were.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Nothing of interest.
    Text,
    /// `<CR>`, already emitted.
    Cr,
    /// `<CR><LF>`, already emitted, or the beginning.
    LineStart,
    /// A dot at the start of a line, withheld.
    Dot,
    /// A dot at the start of a line and `<CR>`, both withheld.
    DotCr,
}

/// How far one step through the input went.
pub(crate) struct Unstuffed {
    /// How many bytes of the input belong to the content, the end of data included.
    pub(crate) taken: usize,
    /// Whether the end of data was found.
    pub(crate) ended: bool,
}

impl Unstuffer {
    pub(crate) fn new() -> Self {
        let dotted_line = FinderBuilder::new().build_forward_with_ranker(DotsAreRare, b"\r\n.");
        Self { place: Place::LineStart, dotted_line }
    }

    /// Starts over, at the beginning of a message.
    pub(crate) fn restart(&mut self) {
        self.place = Place::LineStart;
    }

    /// Emits the content in `input`, in runs.
    pub(crate) fn unstuff(&mut self, input: &[u8], mut emit: impl FnMut(&[u8])) -> Unstuffed {
        let mut taken = 0;
        while let Some(&byte) = input.get(taken) {
            match (self.place, byte) {
                (Place::Text, _) => {
                    taken += self.run(&input[taken..], &mut emit);
                    continue;
                }
                (Place::Cr, b'\n') => {
                    emit(b"\n");
                    self.place = Place::LineStart;
                }
                (Place::LineStart, b'.') => self.place = Place::Dot,
                (Place::Cr | Place::LineStart, _) => {
                    self.place = Place::Text;
                    continue;
                }
                (Place::Dot, b'\r') => self.place = Place::DotCr,
                (Place::Dot, _) => {
                    self.place = Place::Text;
                    continue;
                }
                (Place::DotCr, b'\n') => {
                    return Unstuffed { taken: taken + 1, ended: true };
                }
                (Place::DotCr, _) => {
                    emit(b"\r");
                    self.place = Place::Cr;
                    continue;
                }
            }
            taken += 1;
        }
        Unstuffed { taken, ended: false }
    }

    /// Emits everything up to the next dot at the start of a line, and passes that dot.
    fn run(&mut self, input: &[u8], emit: &mut impl FnMut(&[u8])) -> usize {
        if let Some(at) = self.dotted_line.find(input) {
            emit(&input[..at + 2]);
            self.place = Place::Dot;
            return at + 3;
        }
        emit(input);
        self.place = match input {
            [.., b'\r', b'\n'] => Place::LineStart,
            [.., b'\r'] => Place::Cr,
            _ => Place::Text,
        };
        input.len()
    }
}

impl fmt::Debug for Unstuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unstuffer").field(&self.place).finish()
    }
}

/// Makes the search look for `<CR>` and a dot two bytes apart, which text seldom has;
/// `<CR>` and `<LF>` would be met at every line end.
struct DotsAreRare;

impl HeuristicFrequencyRank for DotsAreRare {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            b'\r' => 0,
            b'.' => 1,
            _ => u8::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_dot_ends_empty_content() {
        assert_eq!(unstuffed(".\r\n"), Some(""));
    }

    #[test]
    fn line_end_before_the_dot_is_content() {
        assert_eq!(unstuffed("a\r\n.\r\n"), Some("a\r\n"));
    }

    #[test]
    fn stuffed_dots_lose_one_dot() {
        assert_eq!(unstuffed("..\r\n..a\r\n...\r\n.\r\n"), Some(".\r\n.a\r\n..\r\n"));
    }

    #[test]
    fn dot_before_text_is_dropped() {
        assert_eq!(unstuffed(".a\r\n.\r\n"), Some("a\r\n"));
    }

    #[test]
    fn dots_inside_lines_stay() {
        assert_eq!(unstuffed("a.b\r\nc.\r\n.\r\n"), Some("a.b\r\nc.\r\n"));
    }

    #[test]
    fn bare_line_ends_do_not_end_the_content() {
        for around in ["\n.\r\n", "\r\n.\n", "\n.\n", "\r.\r", "\r\n.\r", "\n.\r"] {
            let wire = format!("a{around}b\r\n.\r\n");
            let kept = format!("a{}b\r\n", around.replace("\r\n.", "\r\n"));
            assert_eq!(unstuffed(&wire), Some(kept.as_str()), "{around:?}");
        }
    }

    #[test]
    fn dot_and_carriage_returns_are_content() {
        assert_eq!(unstuffed(".\r\r\n.\r\n"), Some("\r\r\n"));
    }

    #[test]
    fn content_without_its_dot_goes_on() {
        assert_eq!(unstuffed("a\r\n.\r"), None);
    }

    /// The content of `wire`, the same for every split; none if it does not end.
    fn unstuffed(wire: &str) -> Option<&'static str> {
        let whole = split_at(wire, 0);
        for at in 1..wire.len() {
            assert_eq!(split_at(wire, at), whole, "{wire:?} split at {at}");
        }
        whole.map(|content| &*content.leak())
    }

    fn split_at(wire: &str, at: usize) -> Option<String> {
        let mut content = Vec::new();
        let mut unstuffer = Unstuffer::new();
        let mut ended = false;
        let (head, tail) = wire.as_bytes().split_at(at);
        for piece in [head, tail] {
            assert!(!ended);
            let step = unstuffer.unstuff(piece, |run| content.extend_from_slice(run));
            assert_eq!(step.taken, piece.len());
            ended = step.ended;
        }
        ended.then(|| String::from_utf8(content).expect("text"))
    }
}
