//! Bodies, as far as no line of them has to be looked at by itself.

use bytes::BufMut;
use memchr::memchr;

use super::quoted_printable::is_unchanged;
use super::{Editor, OUTPUT_MAX, Progress};
use crate::config::{BareCr, Conversion};
use crate::mime::Section;

impl Editor {
    /// How much of the content needs no change, and is taken for sent: it is for the caller to
    /// hand it on as it is, before what is given next. Nothing, unless a body stands there and
    /// [`Editor::poll_output`] is empty.
    pub fn pass_through(&mut self, content: &[u8]) -> usize {
        if !self.outlet.is_empty() || !self.is_body() || self.is_quoting() {
            return 0;
        }
        let length = self.unchanged(content);
        self.pass(&content[..length]);
        length
    }

    /// Takes as much as can be dealt with at once, if any.
    pub(super) fn bulk(&mut self, content: &[u8]) -> usize {
        if !self.is_body() {
            return 0;
        }
        let room = OUTPUT_MAX.saturating_sub(self.outlet.out.len());
        if self.is_quoting() {
            let room = (room / GROWTH_MAX).max(1);
            return self.quote(&content[..content.len().min(room)]);
        }
        let length = self.unchanged(&content[..content.len().min(room)]);
        self.outlet.out.put_slice(&content[..length]);
        self.pass(&content[..length]);
        length
    }

    /// Whether a body stands here of which nothing is asked.
    fn is_body(&mut self) -> bool {
        self.mime.section() == Section::Body
            && !self.edits.body_checks
            && self.progress == Progress::Open
            && self.pieces.is_empty()
            && !self.held.is_holding()
            && self.has_room()
    }

    fn is_quoting(&self) -> bool {
        self.converter.is_quoting(self.mime.part())
    }

    /// How much goes out as it is.
    fn unchanged(&self, content: &[u8]) -> usize {
        // A CR may belong to the line end.
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let is_sound = self.edits.conversion == Conversion::Sound;
        if is_sound && (!content.is_ascii() || self.converter.sound.is_encoding(self.mime.part())) {
            return 0;
        }
        if !self.mime.awaits_boundary() {
            return content.len();
        }
        if self.mime.is_at_line_start() && content.first() == Some(&b'-') {
            return 0;
        }
        // In portions that the encoder behind finds in the nearest cache.
        let content = &content[..content.len().min(PORTION)];
        match self.dashes.find(content) {
            Some(end) => end + 1,
            None if content.ends_with(b"\n-") => content.len() - 1,
            None => content.len(),
        }
    }

    fn pass(&mut self, content: &[u8]) {
        if let Some(last) = content.last() {
            self.mime.pass(*last == b'\n');
        }
    }

    /// Encodes lines up to what may be a boundary; says how much that is.
    fn quote(&mut self, content: &[u8]) -> usize {
        self.outlet.out.reserve(content.len() * GROWTH_MAX);
        let mut at = 0;
        while at < content.len() {
            let rest = &content[at..];
            let may_be_boundary = self.mime.is_at_line_start() && rest[0] == b'-';
            if may_be_boundary && self.mime.awaits_boundary() {
                break;
            }
            let found = memchr(b'\n', rest);
            let line = &rest[..found.unwrap_or(rest.len())];
            // A CR may belong to the line end.
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            let Some(end) = found else {
                self.quote_line(text, false);
                at += text.len();
                break;
            };
            self.quote_line(text, true);
            at += end + 1;
        }
        at
    }

    /// Encodes a line, or a part of one.
    fn quote_line(&mut self, text: &[u8], ends_line: bool) {
        let quoted = &mut self.converter.quoted;
        let out = &mut self.outlet.out;
        if ends_line && quoted.is_empty() && is_unchanged(text) {
            out.put_slice(text);
            out.put_slice(b"\r\n");
            return self.mime.pass(true);
        }
        let mut emit = |line: &[u8]| {
            out.put_slice(line);
            out.put_slice(b"\r\n");
        };
        let stray: &[u8] = match self.edits.bare_cr {
            BareCr::Space => b" ",
            BareCr::Keep => b"\r",
        };
        let mut rest = text;
        while let Some(cr) = memchr(b'\r', rest) {
            quoted.push(&rest[..cr], &mut emit);
            quoted.push(stray, &mut emit);
            rest = &rest[cr + 1..];
        }
        quoted.push(rest, &mut emit);
        if ends_line {
            quoted.end_line(&mut emit);
        }
        if ends_line || !text.is_empty() {
            self.mime.pass(ends_line);
        }
    }
}

/// Bytes that are searched for boundaries at once.
const PORTION: usize = 16 * 1024;

/// Most bytes that one byte becomes, with its share of soft line breaks.
const GROWTH_MAX: usize = 4;
