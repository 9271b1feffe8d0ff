//! Message content on its way out: line ends, line length, dot-stuffing.

use bytes::{BufMut, BytesMut};
use memchr::{memchr2, memmem};

use crate::config::{BareCr, Config};
use crate::flaws::{column_after, has_flaws, has_flaws_or_dashes};
use crate::surveyed::Surveyed;
pub(crate) use converter::Converter;

mod converter;

/// Turns content as it is kept into content as SMTP carries it.
///
/// - LF and CRLF end a line and leave as CRLF; a missing last line end is supplied.
/// - A CR that no LF follows becomes a space, or stays if [`BareCr::Keep`] says so.
/// - A line longer than the limit is broken with CRLF and a space, which counts.
/// - A dot that begins a line is doubled, unless the content goes by BDAT.
///
/// Input may be split anywhere. What needs no change is copied in runs that span lines.
#[derive(Clone, Debug)]
pub struct Encoder {
    limit: usize,
    bare_cr: BareCr,
    stuffing: Stuffing,
    /// Bytes of the current line that were written, a doubled dot counted once.
    column: usize,
    /// Whether the input so far ends in a CR whose meaning the next byte decides.
    pending_cr: bool,
    /// Whether a line was broken.
    folded: bool,
}

/// Whether dots that begin a line are doubled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stuffing {
    /// As DATA needs it (RFC 5321, 4.5.2).
    Dots,
    /// As BDAT needs it (RFC 3030).
    None,
}

impl Encoder {
    /// An encoder at the start of a message.
    pub fn new(config: &Config, stuffing: Stuffing) -> Self {
        let limit = config.line_length_limit.map_or(usize::MAX, |limit| limit.get().max(LIMIT_MIN));
        Self {
            limit,
            bare_cr: config.bare_cr,
            stuffing,
            column: 0,
            pending_cr: false,
            folded: false,
        }
    }

    /// Appends to `out` what `input` becomes, at most `room` bytes, and says how much of `input`
    /// that took.
    pub fn encode(&mut self, input: &[u8], out: &mut BytesMut, room: usize) -> usize {
        self.encode_until(Stop::End, input, out, room)
    }

    /// The same, up to a line that begins with a dash: nothing is taken of that, unless it comes
    /// first.
    pub(crate) fn encode_to_dash(
        &mut self,
        input: &[u8],
        out: &mut BytesMut,
        room: usize,
    ) -> usize {
        self.encode_until(Stop::Dash, input, out, room)
    }

    fn encode_until(
        &mut self,
        stop: Stop,
        mut input: &[u8],
        out: &mut BytesMut,
        room: usize,
    ) -> usize {
        let end = out.len() + room;
        let mut taken = 0;
        while taken < input.len() {
            if stop == Stop::Dash && input[..taken].ends_with(b"\n") && input[taken] == b'-' {
                break;
            }
            let room = end - out.len();
            let block = &input[taken..input.len().min(taken + BLOCK.min(room))];
            if let Some(column) = self.column_behind(block, stop) {
                out.put_slice(block);
                self.column = column;
                taken += block.len();
                continue;
            }
            if stop == Stop::Dash
                && let Some(line_end) = memmem::find(block, b"\n-")
            {
                input = &input[..=taken + line_end];
                continue;
            }
            // No byte becomes more than GROWTH_MAX.
            let piece = &block[..block.len().min(room / GROWTH_MAX)];
            if piece.is_empty() {
                break;
            }
            self.piece(piece, out);
            taken += piece.len();
        }
        taken
    }

    /// Whether content becomes what it is, from here to its end.
    pub(crate) fn is_needless(&self, content: &Surveyed) -> bool {
        self.column == 0 && !self.pending_cr && content.is_canonical(self.limit)
    }

    /// Ends the last line if the content did not. Appends at most [`Encoder::FINISH_MAX`] bytes.
    pub fn finish(&mut self, out: &mut BytesMut) {
        if core::mem::take(&mut self.pending_cr) {
            self.stray_cr(out);
        }
        if self.column > 0 {
            out.put_slice(b"\r\n");
            self.column = 0;
        }
    }

    /// Whether any line was broken because of its length.
    pub fn has_folded(&self) -> bool {
        self.folded
    }

    /// Most bytes that [`Encoder::finish`] appends.
    pub const FINISH_MAX: usize = 6;

    /// Encodes a piece for which there is room.
    fn piece(&mut self, input: &[u8], out: &mut BytesMut) {
        // Everything before `copied` is in `out` or left out; the run up to `at` needs no change.
        let mut copied = 0;
        let mut at = 0;
        if core::mem::take(&mut self.pending_cr) {
            if input.first() == Some(&b'\n') {
                out.put_slice(b"\r\n");
                self.column = 0;
                (copied, at) = (1, 1);
            } else {
                self.stray_cr(out);
            }
        }
        while at < input.len() {
            (copied, at) = self.line(input, copied, at, out);
        }
        out.put_slice(&input[copied..]);
    }

    /// The column behind `block`, if the block can go out as it is.
    fn column_behind(&self, block: &[u8], stop: Stop) -> Option<usize> {
        let [first, .., last] = block else { return None };
        if self.pending_cr {
            return None;
        }
        let is_stuffed = self.stuffing == Stuffing::Dots;
        let opens_badly = *first == b'\n' || (*first == b'.' && self.column == 0 && is_stuffed);
        let is_flawed = match stop {
            Stop::End => has_flaws(block, is_stuffed),
            Stop::Dash => has_flaws_or_dashes(block, is_stuffed),
        };
        if opens_badly || *last == b'\r' || is_flawed {
            return None;
        }
        column_after(self.column, block, self.limit)
    }

    /// Encodes up to the end of one line. Everything in `copied..at` waits to be copied as it is;
    /// returns where both stand then.
    fn line(
        &mut self,
        input: &[u8],
        mut copied: usize,
        mut at: usize,
        out: &mut BytesMut,
    ) -> (usize, usize) {
        if self.column == 0 && input[at] == b'.' && self.stuffing == Stuffing::Dots {
            out.put_slice(&input[copied..at]);
            out.put_u8(b'.');
            copied = at;
        }
        let found = memchr2(b'\r', b'\n', &input[at..]);
        let stop = found.map_or(input.len(), |found| at + found);
        if self.column + (stop - at) > self.limit {
            out.put_slice(&input[copied..at]);
            self.folding(&input[at..stop], out);
            copied = stop;
        } else {
            self.column += stop - at;
        }
        at = stop;
        match (input.get(stop), input.get(stop + 1)) {
            (None, _) => {}
            (Some(b'\r'), Some(b'\n')) => {
                self.column = 0;
                at += 2;
            }
            (Some(b'\r'), next) => {
                out.put_slice(&input[copied..at]);
                at += 1;
                copied = at;
                match next {
                    Some(_) => self.stray_cr(out),
                    None => self.pending_cr = true,
                }
            }
            (Some(_), _) => {
                out.put_slice(&input[copied..at]);
                out.put_slice(b"\r\n");
                self.column = 0;
                at += 1;
                copied = at;
            }
        }
        (copied, at)
    }

    /// Tells the log of the first line that is broken.
    #[cold]
    fn note_fold(&mut self) {
        if !self.folded {
            let limit = self.limit;
            tracing::info!(
                target: "envoi::message",
                "breaking line > {limit} bytes with <CR><LF>SPACE"
            );
        }
        self.folded = true;
    }

    /// Writes part of a line that reaches beyond the limit.
    fn folding(&mut self, mut part: &[u8], out: &mut BytesMut) {
        while self.column + part.len() > self.limit {
            let (fits, rest) = part.split_at(self.limit - self.column);
            out.put_slice(fits);
            out.put_slice(b"\r\n ");
            self.column = 1;
            self.note_fold();
            part = rest;
        }
        out.put_slice(part);
        self.column += part.len();
    }

    /// Writes what a CR becomes that no LF follows.
    fn stray_cr(&mut self, out: &mut BytesMut) {
        match self.bare_cr {
            BareCr::Space => self.folding(b" ", out),
            BareCr::Keep => self.folding(b"\r", out),
        }
    }
}

/// Where input is taken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stop {
    End,
    /// A line that begins with a dash.
    Dash,
}

/// Bytes that go out as they are at once; a flaw costs as many a slower look. From a page on, some
/// copy with a string instruction that crawls where both sides lie alike in their pages.
const BLOCK: usize = 4032;

/// Shortest limit that is honoured: room for the fold and for progress.
const LIMIT_MIN: usize = 64;

/// Most bytes that one byte becomes: a line end two, the first beyond the limit four, and the
/// CR before it may have waited for it.
const GROWTH_MAX: usize = 8;

#[cfg(test)]
mod tests;
