//! Bodies, as far as no line of them has to be looked at by itself.

use bytes::{BufMut, BytesMut};
use memchr::memchr2;

use super::quoted_printable::{GROWTH_MAX, Room, is_unchanged};
use super::{Converter, Editor, OUTPUT_MAX, Progress};
use crate::config::{BareCr, Conversion};
use crate::content::Encoder;
use crate::mime::Section;

impl Editor {
    /// Encodes as much of the content as needs no change, past [`Editor::poll_output`]: appends at
    /// most `room` bytes to `out`, and says how much of the content that took. Nothing, unless a
    /// body stands there and no output waits.
    pub fn pass_through(
        &mut self,
        content: &[u8],
        encoder: &mut Encoder,
        out: &mut BytesMut,
        room: usize,
    ) -> usize {
        if !self.outlet.is_empty() || !self.is_body() || self.is_quoting() {
            return 0;
        }
        let Some(content) = self.passable(content) else { return 0 };
        let taken = if self.mime.awaits_boundary() {
            encoder.encode_to_dash(content, out, room)
        } else {
            encoder.encode(content, out, room)
        };
        self.pass(&content[..taken]);
        taken
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
        let Some(content) = self.passable(content) else { return 0 };
        if !self.mime.awaits_boundary() {
            return content.len();
        }
        match self.dashes.find(content) {
            Some(end) => end + 1,
            None if content.ends_with(b"\n-") => content.len() - 1,
            None => content.len(),
        }
    }

    /// What goes out as it is up to the next line that may be a boundary, if there is any of it.
    fn passable<'a>(&self, content: &'a [u8]) -> Option<&'a [u8]> {
        // A CR may belong to the line end.
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let is_encoding = self.edits.conversion == Conversion::Sound
            && (!content.is_ascii() || self.converter.sound.is_encoding(self.mime.part()));
        let may_be_boundary = self.mime.awaits_boundary()
            && self.mime.is_at_line_start()
            && content.first() == Some(&b'-');
        (!is_encoding && !may_be_boundary).then_some(content)
    }

    fn pass(&mut self, content: &[u8]) {
        if let Some(last) = content.last() {
            self.mime.pass(*last == b'\n');
        }
    }

    /// Encodes lines up to what may be a boundary; says how much that is.
    fn quote(&mut self, content: &[u8]) -> usize {
        let Self { mime, converter: Converter { quoted, .. }, outlet, edits, .. } = self;
        let stray: &[u8] = match edits.bare_cr {
            BareCr::Space => b" ",
            BareCr::Keep => b"\r",
        };
        quoted.flush(&mut outlet.out);
        Room::behind(&mut outlet.out, content.len(), |room| {
            let mut taken = 0;
            while let Some(&first) = content.get(taken) {
                if first == b'-' && mime.is_at_line_start() && mime.awaits_boundary() {
                    break;
                }
                let rest = &content[taken..];
                let length = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                let (text, behind) = rest.split_at(length);
                let (mark, ends_line) = match behind {
                    [b'\n', ..] => (1, true),
                    [b'\r', b'\n', ..] => (2, true),
                    [b'\r', _, ..] => (1, false),
                    // A CR may belong to the line end.
                    _ => (0, false),
                };
                if length + mark == 0 {
                    break;
                }
                if ends_line && quoted.is_empty() && is_unchanged(text) {
                    room.put(text);
                } else {
                    quoted.push(text, room);
                }
                if ends_line {
                    quoted.end_line(room);
                } else if mark > 0 {
                    quoted.push(stray, room);
                }
                mime.pass(ends_line);
                taken += length + mark;
            }
            taken
        })
    }
}
