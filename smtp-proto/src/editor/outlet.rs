//! What leaves an editor: at once, or when what was asked of it is answered.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::{Buf, BytesMut};

use super::addresses::Addresses;
use super::{Action, Answer, Checks, Edits, Lookup, Note};
use crate::mime::{Field, Section};

/// Output, and what waits for an answer before it becomes output.
#[derive(Debug)]
pub(crate) struct Outlet {
    edits: Arc<Edits>,
    pub(crate) out: BytesMut,
    /// What comes next, in order. The question is about the first.
    waiting: VecDeque<Item>,
    question: Option<Question>,
    pub(crate) notes: VecDeque<Note>,
    /// Whether a lookup failed.
    pub(crate) has_failed: bool,
    /// The address that the message was delivered to before.
    pub(crate) seen_loop: Option<String>,
}

/// A header or a line on its way out.
#[derive(Debug)]
struct Item {
    text: Vec<u8>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Header { section: Section, field: Option<Field> },
    Body { ends_line: bool },
}

#[derive(Debug)]
enum Question {
    Check(Checks),
    Addresses(Addresses),
}

impl Outlet {
    pub(crate) fn new(edits: Arc<Edits>) -> Self {
        Self {
            edits,
            out: BytesMut::new(),
            waiting: VecDeque::new(),
            question: None,
            notes: VecDeque::new(),
            has_failed: false,
            seen_loop: None,
        }
    }

    /// Puts a header in front.
    pub(crate) fn addition(&mut self, name: &str, value: &str) {
        let header = [name, ": ", value].concat();
        piece(&harmless(header.as_bytes()), true, &mut self.out);
    }

    /// Takes a header, its lines joined by LF.
    pub(crate) fn header(&mut self, header: &[u8], field: Option<Field>, section: Section) {
        if field == Some(Field::DeliveredTo) && section == Section::Primary {
            self.look_for_loop(header);
        }
        let kind = Kind::Header { section, field };
        if self.waiting.is_empty() && self.first_question(kind, header).is_none() {
            return lines(header, &mut self.out);
        }
        self.wait(header, kind);
    }

    /// Takes a piece of a line that is no header.
    pub(crate) fn body(&mut self, text: &[u8], ends_line: bool) {
        if self.waiting.is_empty() && !self.edits.body_checks {
            return piece(text, ends_line, &mut self.out);
        }
        self.wait(text, Kind::Body { ends_line });
    }

    /// Whether there is no output.
    pub(crate) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Counts output that was taken.
    pub(crate) fn advance(&mut self, n: usize) {
        let n = n.min(self.out.len());
        // A buffer that is empty is filled from its beginning, which the cache still knows.
        if n == self.out.len() {
            self.out.clear();
        } else {
            self.out.advance(n);
        }
    }

    /// Whether nothing waits for an answer.
    pub(crate) fn is_clear(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What is asked.
    pub(crate) fn lookup(&self) -> Option<Lookup<'_>> {
        match self.question.as_ref()? {
            Question::Check(checks) => {
                self.waiting.front().map(|item| Lookup::Check(*checks, &item.text))
            }
            Question::Addresses(addresses) => addresses.wanted().map(Lookup::Generic),
        }
    }

    /// Takes the answer to what is asked.
    pub(crate) fn answer(&mut self, answer: Answer) {
        if answer == Answer::Failed {
            self.has_failed |= self.question.is_some();
            return;
        }
        match self.question.take() {
            None => return,
            Some(Question::Check(checks)) => self.checked(checks, answer),
            Some(Question::Addresses(mut addresses)) => {
                addresses.answer(match answer {
                    Answer::Address(address) => Some(address),
                    Answer::Unchanged | Answer::Action(_) | Answer::Failed => None,
                });
                if addresses.wanted().is_some() {
                    self.question = Some(Question::Addresses(addresses));
                    return;
                }
                self.rewritten(&addresses);
            }
        }
        self.go_on();
    }

    /// Compares a Delivered-To, as Postfix does: all of it, in any case.
    fn look_for_loop(&mut self, header: &[u8]) {
        let Some(address) = &self.edits.delivered_to else { return };
        let value = header.splitn(2, |byte| *byte == b':').nth(1).unwrap_or_default();
        if value.trim_ascii().eq_ignore_ascii_case(address.as_bytes()) {
            self.seen_loop = Some(address.clone());
        }
    }

    fn wait(&mut self, text: &[u8], kind: Kind) {
        self.waiting.push_back(Item { text: text.into(), kind });
        if self.waiting.len() == 1 {
            self.question = self.first_question(kind, text);
        }
    }

    /// Lets go what needs no answer, up to the next question.
    fn go_on(&mut self) {
        while let (Some(item), None) = (self.waiting.front(), &self.question) {
            self.question = self.first_question(item.kind, &item.text);
            if self.question.is_none()
                && let Some(item) = self.waiting.pop_front()
            {
                self.write(item);
            }
        }
    }

    /// What is asked of a header or line before all else.
    fn first_question(&self, kind: Kind, text: &[u8]) -> Option<Question> {
        let checks = self.checks(kind).map(Question::Check);
        checks.or_else(|| self.addresses(kind, text).map(Question::Addresses))
    }

    /// The table that is asked.
    fn checks(&self, kind: Kind) -> Option<Checks> {
        let checks = match kind {
            Kind::Body { .. } => Checks::Body,
            Kind::Header { field: Some(field), .. } if field.is_mime() => Checks::Mime,
            Kind::Header { section: Section::Nested, .. } => Checks::Nested,
            Kind::Header { section: Section::Part, .. } => Checks::Mime,
            Kind::Header { section: Section::Primary | Section::Body, .. } => Checks::Header,
        };
        let Edits { header_checks, mime_header_checks, nested_header_checks, body_checks, .. } =
            *self.edits;
        let is_asked = match checks {
            Checks::Header => header_checks,
            Checks::Mime => mime_header_checks,
            Checks::Nested => nested_header_checks,
            Checks::Body => body_checks,
        };
        is_asked.then_some(checks)
    }

    /// The addresses that are asked for.
    fn addresses(&self, kind: Kind, text: &[u8]) -> Option<Addresses> {
        let is_asked = match kind {
            Kind::Header { section: Section::Primary, field: Some(Field::Addresses) } => true,
            Kind::Header { .. } | Kind::Body { .. } => false,
        };
        let is_asked = is_asked && self.edits.generic;
        is_asked.then(|| Addresses::of(text)).filter(|addresses| addresses.wanted().is_some())
    }

    /// Does what a table says of the first that waits.
    fn checked(&mut self, checks: Checks, answer: Answer) {
        let Some(mut item) = self.waiting.pop_front() else { return };
        let action = match answer {
            Answer::Action(action) => action,
            Answer::Unchanged | Answer::Address(_) | Answer::Failed => Action::Dunno,
        };
        let (word, text) = match &action {
            Action::Info(text) => ("info", Cow::Borrowed(&**text)),
            Action::Warn(text) => ("warning", Cow::Borrowed(&**text)),
            Action::Replace(text) => ("replace", String::from_utf8_lossy(text)),
            Action::Prepend(text) => ("prepend", String::from_utf8_lossy(text)),
            Action::Strip(text) => ("strip", Cow::Borrowed(&**text)),
            Action::Ignore => return,
            Action::Dunno => return self.resume(item),
        };
        if self.notes.len() == NOTES_MAX {
            self.notes.pop_front();
        }
        self.notes.push_back(Note::new(word, checks, &item.text, &text));
        match action {
            Action::Strip(_) | Action::Ignore => return,
            Action::Replace(text) => {
                item.text = harmless(&text);
                if let Kind::Header { section, .. } = item.kind {
                    item.kind = Kind::Header { section, field: Field::of(&item.text) };
                }
            }
            Action::Prepend(text) => piece(&harmless(&text), true, &mut self.out),
            Action::Info(_) | Action::Warn(_) | Action::Dunno => {}
        }
        self.resume(item);
    }

    /// Goes on with the first that waits, which was checked.
    fn resume(&mut self, item: Item) {
        if let Some(addresses) = self.addresses(item.kind, &item.text) {
            self.question = Some(Question::Addresses(addresses));
            self.waiting.push_front(item);
        } else {
            self.write(item);
        }
    }

    /// Writes the header whose addresses were asked for.
    fn rewritten(&mut self, addresses: &Addresses) {
        let Some(item) = self.waiting.pop_front() else { return };
        match addresses.header() {
            Some(header) => lines(&header, &mut self.out),
            None => self.write(item),
        }
    }

    fn write(&mut self, item: Item) {
        match item.kind {
            Kind::Header { .. } => lines(&item.text, &mut self.out),
            Kind::Body { ends_line } => piece(&item.text, ends_line, &mut self.out),
        }
    }
}

/// Writes lines that are joined by LF.
fn lines(text: &[u8], out: &mut BytesMut) {
    text.split(|byte| *byte == b'\n').for_each(|line| piece(line, true, out));
}

fn piece(text: &[u8], ends_line: bool, out: &mut BytesMut) {
    out.extend_from_slice(text);
    if ends_line {
        out.extend_from_slice(b"\r\n");
    }
}

/// A text of somebody else's without what would end its line.
pub(crate) fn harmless(text: &[u8]) -> Vec<u8> {
    let is_harmful = |byte: u8| matches!(byte, b'\r' | b'\n' | 0);
    text.iter().map(|byte| if is_harmful(*byte) { b'?' } else { *byte }).collect()
}

/// Most notes that are kept while nobody fetches them; the oldest go.
const NOTES_MAX: usize = 1024;
