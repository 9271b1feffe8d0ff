//! The machine between where content comes from and what sends it: headers in front, addresses
//! rewritten, headers and lines checked, 8-bit content made to pass where only ASCII does.

use alloc::sync::Arc;

use memchr::memmem::Finder;

use crate::config::Conversion;
use crate::mime::{Cut, Mime, Pieces, Transfer};
pub use action::{Action, BadAction};
use converter::{Converter, Converting};
pub use edits::Edits;
pub use failure::EditFailure;
use held::Held;
pub use lookup::{Answer, Checks, Lookup};
pub use note::Note;
use outlet::Outlet;

mod action;
mod addresses;
mod bulk;
mod converter;
mod edits;
mod failure;
mod held;
mod lookup;
mod note;
mod outlet;
mod quoted_printable;
mod sound;

/// Content on its way from its source to a [`Channel`](crate::Channel), edited.
///
/// It takes content in portions of any length, asks what it has to know, and gives the content
/// that is to be sent. Lines may end in LF or CRLF; those that it writes end in CRLF. It never
/// waits: while a question is open it takes nothing, and a table that is slow or fails is the
/// caller's concern.
///
/// ```
/// use std::sync::Arc;
/// use envoi_proto::{Action, Answer, Checks, Editor, Edits, Lookup};
///
/// let mut edits = Edits::default();
/// edits.additions = vec![("Return-Path".into(), "<ann@client.example>".into())];
/// edits.generic = true;
/// edits.header_checks = true;
/// let mut editor = Editor::new(Arc::new(edits));
///
/// let mut content = &b"X-Secret: yes\nFrom: Ann <ann@localhost>\n\nhello\n"[..];
/// let mut sent = Vec::new();
/// while !editor.is_ended() {
///     let answer = match editor.poll_lookup() {
///         Some(Lookup::Generic(b"ann@localhost")) => Answer::Address("ann@client.example".into()),
///         Some(Lookup::Check(checks @ Checks::Header, header)) if header.starts_with(b"X-") => {
///             Answer::Action(Action::parse(b"STRIP it is ours", checks)?)
///         }
///         Some(_) => Answer::Unchanged,
///         None => {
///             let taken = editor.handle_content(content);
///             content = &content[taken..];
///             if content.is_empty() {
///                 editor.content_end();
///             }
///             // To the channel.
///             sent.extend(editor.poll_output());
///             editor.handle_output(editor.poll_output().len());
///             continue;
///         }
///     };
///     editor.handle_answer(answer);
/// }
///
/// let expected = "Return-Path: <ann@client.example>\r\n\
///                 From: Ann <ann@client.example>\r\n\r\nhello\n";
/// assert_eq!(String::from_utf8(sent)?, expected);
/// let note = editor.poll_note().expect("a header was stripped");
/// assert_eq!(note.to_string(), "strip: header X-Secret: yes: it is ours");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limits
///
/// | limit | value | setting |
/// |---|---|---|
/// | bytes of a logical header that are kept; the rest is left out | 102,400 | `header_size_limit` |
/// | bytes of a line that are looked at together | 2048 | `line_length_limit` |
/// | bytes of a boundary that are compared | 2048 | `mime_boundary_length_limit` |
/// | multiparts in multiparts | 100 | `mime_nesting_limit` |
/// | output from which on nothing is taken | 64 KiB | |
/// | a body that is looked over before its encoding is chosen ([`Conversion::Sound`]) | 32 KiB | |
/// | notes that nobody fetches; the oldest go | 1024 | |
#[derive(Debug)]
pub struct Editor {
    edits: Arc<Edits>,
    mime: Mime,
    pieces: Pieces,
    converter: Converter,
    outlet: Outlet,
    /// What is looked over, or was and comes next.
    held: Held,
    progress: Progress,
    failure: Option<EditFailure>,
    /// Finds lines that may be boundaries.
    dashes: Finder<'static>,
}

/// How far the content is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Progress {
    /// More is to come.
    Open,
    /// All was taken.
    Complete,
    /// All was dealt with.
    Done,
}

impl Editor {
    /// An editor at the start of a message.
    pub fn new(edits: Arc<Edits>) -> Self {
        let mut outlet = Outlet::new(edits.clone());
        for (name, value) in &edits.additions {
            outlet.addition(name, value);
        }
        Self {
            mime: Mime::new(edits.limits, edits.is_structured()),
            pieces: Pieces::new(edits.limits.piece, edits.bare_cr),
            converter: Converter::new(edits.conversion),
            outlet,
            held: Held::default(),
            progress: Progress::Open,
            failure: None,
            dashes: Finder::new(b"\n--"),
            edits,
        }
    }

    /// Takes content and says how much: nothing while there is a question, a failure, or output
    /// enough.
    pub fn handle_content(&mut self, content: &[u8]) -> usize {
        let mut taken = 0;
        while taken < content.len() && self.progress == Progress::Open && self.has_room() {
            let rest = &content[taken..];
            let bulk = self.bulk(rest);
            taken += bulk;
            if bulk > 0 {
                continue;
            }
            let (length, cut) = self.pieces.take(rest);
            taken += length;
            if let Some(cut) = cut {
                self.gathered(cut);
            }
        }
        taken
    }

    /// Says that the content is complete.
    pub fn content_end(&mut self) {
        if self.progress == Progress::Open {
            self.progress = Progress::Complete;
            self.advance();
        }
    }

    /// What is asked, until it is answered.
    pub fn poll_lookup(&self) -> Option<Lookup<'_>> {
        if self.failure.is_some() { None } else { self.outlet.lookup() }
    }

    /// Takes the answer to what [`Editor::poll_lookup`] asks.
    pub fn handle_answer(&mut self, answer: Answer) {
        if self.failure.is_none() {
            self.outlet.answer(answer);
            self.advance();
        }
    }

    /// Content to be sent.
    pub fn poll_output(&self) -> &[u8] {
        &self.outlet.out
    }

    /// Counts `n` bytes of [`Editor::poll_output`] as taken.
    pub fn handle_output(&mut self, n: usize) {
        self.outlet.advance(n);
        self.advance();
    }

    /// What there is to be logged.
    pub fn poll_note(&mut self) -> Option<Note> {
        self.outlet.notes.pop_front()
    }

    /// Whether all content was dealt with, and all of it taken; or nothing more will come because
    /// of a failure.
    pub fn is_ended(&self) -> bool {
        self.failure.is_some()
            || (self.progress == Progress::Done && self.outlet.is_clear() && self.outlet.is_empty())
    }

    /// Why the message must not be completed.
    pub fn failure(&self) -> Option<&EditFailure> {
        self.failure.as_ref()
    }

    /// Whether more can be dealt with.
    fn has_room(&mut self) -> bool {
        self.fail();
        self.failure.is_none()
            && self.outlet.is_clear()
            && self.outlet.out.len() < OUTPUT_MAX
            && !self.held.is_returning()
    }

    /// Deals with what was taken, as far as there is room and nothing is asked.
    fn advance(&mut self) {
        while self.failure.is_none() && self.outlet.is_clear() && self.outlet.out.len() < OUTPUT_MAX
        {
            self.fail();
            if let Some((text, ends_line)) = self.held.next() {
                self.piece(&text, ends_line);
            } else if self.progress != Progress::Complete {
                break;
            } else if let Some(cut) = self.pieces.end() {
                self.gathered(cut);
            } else if self.held.is_holding() {
                self.decide(Transfer::SevenBit);
            } else {
                self.finish();
            }
        }
        self.fail();
    }

    /// All pieces were dealt with.
    fn finish(&mut self) {
        let Self { mime, converter, outlet, edits, .. } = self;
        let is_sound = edits.conversion == Conversion::Sound;
        let ends = is_sound && mime.ends_headers(b"", &mut Converting { converter, outlet });
        if ends && converter.sound.is_open(mime.part()) {
            // There is no body that would have to be encoded.
            mime.set_transfer(Transfer::SevenBit);
        }
        mime.end(&mut Converting { converter, outlet });
        converter.end(outlet);
        self.progress = Progress::Done;
    }

    /// Deals with the piece that was gathered.
    fn gathered(&mut self, cut: Cut) {
        let text = self.pieces.lend();
        self.taken(&text, cut == Cut::Line);
        self.pieces.give_back(text);
    }

    /// Deals with a piece, or holds it until it is known how the body is carried.
    fn taken(&mut self, text: &[u8], ends_line: bool) {
        if !self.held.is_holding() && !self.opens_body(text) {
            return self.piece(text, ends_line);
        }
        let Self { mime, held, .. } = self;
        let is_boundary = held.is_at_line_start() && mime.is_boundary(text);
        let is_ascii = held.hold(text, ends_line);
        if is_boundary {
            self.decide(Transfer::SevenBit);
        } else if !is_ascii || held.is_full() {
            self.decide(Transfer::EightBit);
        }
    }

    /// Whether a body begins here that has to be looked over.
    fn opens_body(&mut self, text: &[u8]) -> bool {
        let Self { mime, converter, outlet, held, edits, .. } = self;
        let is_sound = edits.conversion == Conversion::Sound;
        let is_end = is_sound && mime.ends_headers(text, &mut Converting { converter, outlet });
        let opens = is_end && converter.sound.is_open(mime.part());
        if opens {
            held.begin();
        }
        opens
    }

    /// Deals with a piece.
    fn piece(&mut self, text: &[u8], ends_line: bool) {
        let Self { mime, converter, outlet, .. } = self;
        mime.piece(text, ends_line, &mut Converting { converter, outlet });
        if let Some(address) = self.outlet.seen_loop.take() {
            self.failure = Some(EditFailure::Loop(address));
        }
    }

    /// Settles how the body is carried that was looked over.
    fn decide(&mut self, transfer: Transfer) {
        self.mime.set_transfer(transfer);
        self.held.release();
        self.advance();
    }

    /// Notices what cannot be gone on with.
    fn fail(&mut self) {
        let is_converting = self.edits.conversion != Conversion::Off;
        if self.failure.is_some() {
        } else if self.outlet.has_failed {
            self.failure = Some(EditFailure::Lookup);
        } else if is_converting && self.mime.is_too_deep() {
            self.failure = Some(EditFailure::Nesting);
        }
    }
}

/// Output from which on nothing is taken.
const OUTPUT_MAX: usize = 64 * 1024;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
