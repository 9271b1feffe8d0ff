//! What the server says: replies, parsed as they arrive.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use nom::branch::alt;
use nom::bytes::complete::take;
use nom::bytes::streaming;
use nom::character::complete::char;
use nom::combinator::{eof, value, verify};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use crate::status::Status;

/// A server's whole answer to one command, or its greeting.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply<'a> {
    /// The code of the last line.
    pub code: Code,
    /// The enhanced status code, made up from the reply code where the server gave none.
    pub status: Status,
    /// All lines as received, codes included, joined by LF; unprintable bytes read `?`.
    pub text: Cow<'a, str>,
}

impl Reply<'_> {
    /// The same reply, independent of the buffer that it was parsed in.
    pub fn into_owned(self) -> Reply<'static> {
        Reply { code: self.code, status: self.status, text: Cow::Owned(self.text.into_owned()) }
    }

    /// Whether the code starts with 2.
    pub fn is_positive(&self) -> bool {
        self.code.severity() == Severity::Positive
    }
}

/// The text on one line, lines joined by a space.
impl fmt::Display for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, line) in self.text.split('\n').enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(line)?;
        }
        Ok(())
    }
}

/// A three-digit reply code, 000 to 999 (RFC 5321, 4.2.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Code(u16);

impl Code {
    /// The service is about to close the connection (RFC 5321, 3.8).
    pub const CLOSING: Self = Self(421);

    /// The code as a number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// What the first digit says.
    pub const fn severity(self) -> Severity {
        match self.0 / 100 {
            2 => Severity::Positive,
            3 => Severity::Intermediate,
            4 => Severity::Transient,
            5 => Severity::Permanent,
            _ => Severity::Other,
        }
    }

    /// Whether the server complains about the protocol itself: 500 to 509, 555, or no code at all.
    pub const fn is_protocol_complaint(self) -> bool {
        self.0 < 400 || self.0 > 599 || self.0 == 555 || (self.0 >= 500 && self.0 <= 509)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// The class of a reply code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// 2yz: done.
    Positive,
    /// 3yz: go on.
    Intermediate,
    /// 4yz: not this time.
    Transient,
    /// 5yz: not ever.
    Permanent,
    /// 0yz, 1yz and 6yz to 9yz, which SMTP does not use.
    Other,
}

/// Assembles one reply after another from input that may be split anywhere.
#[derive(Debug)]
pub(crate) struct ReplyParser {
    /// The beginning of a line whose end has not arrived.
    partial: Vec<u8>,
    /// The lines of the reply so far, as received, joined by LF.
    text: Vec<u8>,
    code: Code,
    /// Where the last of them begins in the text, or its status, if it did not fit there.
    last: Result<usize, Status>,
    /// Lines of this reply so far, garbage included.
    lines: usize,
    complete: bool,
    /// Whether bytes of the partial line were thrown away.
    overlong: bool,
    /// Whether any line so far, in any reply, was not a reply line.
    garbage: bool,
    /// The first such line that nobody has asked for.
    stray: Option<String>,
    /// Longest line kept; the rest of a longer one is skipped.
    pub(crate) line_max: usize,
    /// Most text kept of one reply.
    text_max: usize,
    utf8: bool,
}

/// A reply has more lines than [`REPLY_LINES_MAX`].
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Endless;

impl ReplyParser {
    /// A parser that keeps so many bytes of a line, and of a reply.
    pub(crate) fn new(utf8: bool, max: usize) -> Self {
        Self {
            partial: Vec::new(),
            text: Vec::new(),
            code: Code(0),
            last: Ok(0),
            lines: 0,
            complete: false,
            overlong: false,
            garbage: false,
            stray: None,
            line_max: max,
            text_max: max,
            utf8,
        }
    }

    /// Takes input up to the end of a reply, and says how much that was and whether it ended.
    pub(crate) fn parse(&mut self, input: &[u8]) -> Result<(usize, bool), Endless> {
        if self.complete {
            self.complete = false;
            self.lines = 0;
            self.text.clear();
        }
        let mut rest = input;
        while !self.complete && !rest.is_empty() {
            rest = match line(rest) {
                Ok((after, line)) if self.partial.is_empty() => {
                    self.line(line)?;
                    after
                }
                Ok((after, line)) => {
                    let mut whole = core::mem::take(&mut self.partial);
                    self.overlong |= extend(&mut whole, line, self.line_max);
                    self.line(&whole)?;
                    whole.clear();
                    self.partial = whole;
                    after
                }
                Err(_) => {
                    self.overlong |= extend(&mut self.partial, rest, self.line_max);
                    &[]
                }
            };
        }
        Ok((input.len() - rest.len(), self.complete))
    }

    /// The reply that was completed last.
    pub(crate) fn reply(&self) -> Reply<'_> {
        let is_plain =
            self.text.iter().fold(true, |plain, b| plain & matches!(b, b'\n' | b' '..=b'~'));
        let text = match core::str::from_utf8(&self.text) {
            Ok(plain) if is_plain => Cow::Borrowed(plain),
            Ok(_) | Err(_) => Cow::Owned(printable(&self.text, self.utf8)),
        };
        let status = self.last.map_or_else(
            |status| status,
            |start| Status::of_reply(self.code.0, after_code(&self.text[start..])),
        );
        Reply { code: self.code, status, text }
    }

    /// The code of the reply that was completed last.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// Whether that starts with 2.
    pub(crate) fn is_positive(&self) -> bool {
        self.code.severity() == Severity::Positive
    }

    /// A line that was no part of any reply, since this was asked last.
    pub(crate) fn take_stray(&mut self) -> Option<String> {
        self.stray.take()
    }

    /// Whether the server ever sent a line that is no part of any reply.
    pub(crate) fn saw_garbage(&self) -> bool {
        self.garbage
    }

    /// Gives the buffers back.
    pub(crate) fn shrink(&mut self) {
        self.partial.shrink_to_fit();
        if self.complete {
            self.text = Vec::new();
        }
    }

    /// Takes one line, without its LF.
    fn line(&mut self, line: &[u8]) -> Result<(), Endless> {
        self.lines += 1;
        if self.lines > REPLY_LINES_MAX {
            return Err(Endless);
        }
        let max = self.line_max;
        if core::mem::take(&mut self.overlong) || line.len() > max {
            tracing::warn!(target: "envoi", "reply line longer than {max} bytes: cut short");
        }
        let mut line = &line[..line.len().min(max)];
        while let [before @ .., b'\r'] = line {
            line = before;
        }
        let start = self.store(line);
        match reply_line(line) {
            Ok((text, (code, last))) => {
                self.complete = last;
                self.code = Code(code);
                self.last = start.ok_or_else(|| Status::of_reply(code, text));
            }
            // Neither the end of a reply nor a reply: what follows must not be taken for the
            // answer to the next command.
            Err(_) => {
                self.garbage = true;
                let shown = &line[..line.len().min(STRAY_MAX)];
                self.stray.get_or_insert_with(|| printable(shown, self.utf8));
            }
        }
        Ok(())
    }

    /// Keeps a line for the text, and says where it begins. One that does not fit is left out
    /// whole, so that no keyword or number of it is ever read cut short.
    fn store(&mut self, line: &[u8]) -> Option<usize> {
        if self.lines > 1 {
            if self.text.len() + 1 + line.len() > self.text_max {
                return None;
            }
            self.text.push(b'\n');
        }
        let start = self.text.len();
        self.text.extend_from_slice(line);
        Some(start)
    }
}

/// Appends what fits of `more` into `max` bytes, and says whether some of it did not.
fn extend(line: &mut Vec<u8>, more: &[u8], max: usize) -> bool {
    let room = max.saturating_sub(line.len());
    line.extend_from_slice(&more[..more.len().min(room)]);
    more.len() > room
}

/// A line up to its LF, or incomplete.
fn line(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(streaming::take_until(&b"\n"[..]), streaming::tag(&b"\n"[..])).parse(input)
}

/// What follows the code of a reply line.
fn after_code(line: &[u8]) -> &[u8] {
    reply_line(line).map_or(&[], |(text, _)| text)
}

/// Three digits, then `-` if more lines follow, or a space or nothing.
fn reply_line(line: &[u8]) -> IResult<&[u8], (u16, bool)> {
    let digits = verify(take(3_usize), |d: &[u8]| d.iter().all(u8::is_ascii_digit));
    let code = digits.map(|d: &[u8]| d.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0')));
    let last = alt((value(false, char('-')), value(true, char(' ')), value(true, eof)));
    (code, last).parse(line)
}

/// Lines, with everything that a log must not see turned into `?`.
pub(crate) fn printable(lines: &[u8], utf8: bool) -> String {
    let mut text = String::with_capacity(lines.len());
    for chunk in lines.utf8_chunks() {
        for c in chunk.valid().chars() {
            let shown = match c {
                '\n' | ' '..='~' => true,
                c => utf8 && !c.is_ascii() && !is_disruptive(c),
            };
            text.push(if shown { c } else { '?' });
        }
        for _ in chunk.invalid() {
            text.push('?');
        }
    }
    text
}

/// Controls, and what breaks or reverses a line where it is shown.
fn is_disruptive(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl From<Code> for u16 {
    fn from(code: Code) -> Self {
        code.0
    }
}

/// A number is a reply code if it has at most three digits.
impl TryFrom<u16> for Code {
    type Error = u16;

    fn try_from(number: u16) -> Result<Self, u16> {
        if number < 1000 { Ok(Self(number)) } else { Err(number) }
    }
}

/// A reply made of its text, as a test or a cache of replies needs it.
impl core::str::FromStr for Reply<'static> {
    type Err = NotAReply;

    fn from_str(text: &str) -> Result<Self, NotAReply> {
        let last = text.rsplit('\n').next().ok_or(NotAReply)?;
        let (after, (code, true)) = reply_line(last.as_bytes()).map_err(|_| NotAReply)? else {
            return Err(NotAReply);
        };
        Ok(Self {
            code: Code(code),
            status: Status::of_reply(code, after),
            text: Cow::Owned(text.to_owned()),
        })
    }
}

/// The text is not a reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a reply: expected three digits and a space at the start of the last line")]
pub struct NotAReply;

/// Most lines in one reply.
pub(crate) const REPLY_LINES_MAX: usize = 128;

/// Most bytes that are shown of a line that is no part of any reply.
const STRAY_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_goes_on_when_its_buffers_were_given_back() {
        let mut parser = ReplyParser::new(false, 2048);
        parser.parse(b"250-mx.example\r\n250 PIPE").unwrap();
        parser.shrink();
        assert_eq!(parser.parse(b"LINING\r\n"), Ok((8, true)));
        assert_eq!(parser.reply().text, "250-mx.example\n250 PIPELINING");
    }
}
